"""The package's own byte code, run: which pages it opens, how a photo gets to a page, where the back key leads."""

import pytest

from tests.android.package import ELSEWHERE, IDENTITY, PUBLIC, Built
from tests.android.phone import MISSING, Phone

START, OFFLINE = f"{PUBLIC}/h5/", "file:///android_asset/offline.html"
CHOOSER = "choose android.intent.action.GET_CONTENT image/* 选择照片"
CAMERA = " and android.media.action.IMAGE_CAPTURE output flags3 clip"


@pytest.fixture(scope="module")
def phone(released: Built, tmp_path_factory: pytest.TempPathFactory) -> Phone:
    if MISSING:
        pytest.skip(f"NO TRANSLATOR: apt-get install {' '.join(MISSING)} to run the package's byte code")
    return Phone(released.path, tmp_path_factory.mktemp("phone"))


def test_it_starts_at_the_service_and_lets_no_page_look_into_the_phone(phone: Phone) -> None:
    (told,) = phone.does("start")
    assert told == f"scripts true; storage true; files false; shows WebView; loads {START}"


def test_thrown_away_by_android_it_comes_back_to_the_page_that_was_open(phone: Phone) -> None:
    _, saved, again = phone.does("start", "leave", "start again")
    assert saved == "saves" and "loads" not in again


def told_of(phone: Phone, urls: list[str]) -> dict[str, tuple[str, str]]:
    """Address → what happens when a page leads there, and when it begins to load all the same."""
    told = phone.does(*(f"{what} {url}" for url in urls for what in ("open", "started")))
    return dict(zip(urls, zip(told[::2], told[1::2], strict=True), strict=True))


def test_the_service_and_where_one_signs_in_open_inside(phone: Phone) -> None:
    ours = [
        START,
        f"{PUBLIC}/login/start?next=/h5/",
        f"{IDENTITY}/ids/LoginServlet?a=b",
        f"{ELSEWHERE}/",
        f"{PUBLIC}?x",
    ]
    assert told_of(phone, ours) == dict.fromkeys(ours, ("here", ""))


def test_another_origin_never_opens_inside_and_goes_to_the_phones_browser(phone: Phone) -> None:
    others = [
        "https://evil.example/", f"{PUBLIC}.evil.example/", "https://evil.example/" + PUBLIC, f"{PUBLIC}:8443/",
        f"{PUBLIC}@evil.example/", "https://evil.example#" + PUBLIC, "https://evil.example\\@gjj.example.cn/",
        "https://gjj.example.cn%2f@evil.example/", "https:///gjj.example.cn/", "https://", "https://GJJ.example.cn/",
        f"https://gjj.example.cn {IDENTITY}/",
    ]  # fmt: skip
    refused = f"stops; loads {START}"
    wanted = {url: (f"android.intent.action.VIEW {url}; not here", refused) for url in others}
    assert told_of(phone, others) == wanted


def test_what_is_no_web_page_of_ours_goes_nowhere(phone: Phone) -> None:
    odd = [
        "http://gjj.example.cn/h5/", "file:///data/data/com.lnszgjj.app/cookies", "javascript:alert(1)", "nothing",
        "intent://x#Intent;end", "content://com.lnszgjj.app.photos/1", "data:text/html,x", "about:blank",
        "blob:https://gjj.example.cn/1", "market://details", "HTTPS://evil.example/",
    ]  # fmt: skip
    assert told_of(phone, odd) == dict.fromkeys(odd, ("not here", f"stops; loads {START}"))


def test_a_telephone_number_goes_to_the_dialler_and_a_phone_without_one_does_not_fall_over(phone: Phone) -> None:
    told = phone.does("open tel:12329", "dialler false", "open tel:12329")
    assert told == ["android.intent.action.DIAL tel:12329; not here", "", "not here"]


def test_without_a_network_its_own_page_is_shown_and_back_leads_out_of_it(phone: Phone) -> None:
    told = phone.does(f"failed {START}", f"started {OFFLINE}", f"finished {OFFLINE}", f"finished {START}")
    assert told == [f"loads {OFFLINE}", "", "forgets", ""]


def test_back_goes_through_the_pages_and_then_out(phone: Phone) -> None:
    assert phone.does("start", "history true", "back", "history false", "back")[2:] == ["goes back", "", "leaves"]


def test_a_photo_comes_from_the_camera_or_from_the_album(phone: Phone) -> None:
    told = phone.does("start", "choose", "took null", "choose", "took", "choose", "took content://album/7")
    assert told[1] == CHOOSER + CAMERA
    assert told[2] == told[4] == "page gets content://com.lnszgjj.app.photos/ID"
    assert told[6] == "page gets content://album/7"


def test_whoever_chooses_nothing_or_twice_leaves_no_page_waiting(phone: Phone) -> None:
    told = phone.does("start", "choose", "cancelled", "cancelled", "choose", "choose")
    assert told[2:] == ["page gets nothing", "", CHOOSER + CAMERA, "page gets nothing; " + CHOOSER + CAMERA]


def test_an_album_cannot_hand_over_a_file_of_the_app(phone: Phone) -> None:
    told = phone.does("start", "choose", "took file:///data/data/com.lnszgjj.app/app_webview/Cookies")
    assert told[2] == "page gets nothing"


def test_the_camera_is_asked_for_when_a_photo_is_wanted_and_without_it_there_is_the_album(phone: Phone) -> None:
    told = phone.does("camera false", "start", "choose", "answered", "took null", "choose", "camera true", "answered")
    assert told[2] == "asks for android.permission.CAMERA" and told[3] == CHOOSER
    assert told[4] == "page gets nothing" and told[7] == CHOOSER + CAMERA


def test_an_old_android_is_not_asked_what_it_does_not_know(phone: Phone) -> None:
    assert phone.does("old", "camera false", "start", "choose")[3] == CHOOSER + CAMERA


def test_a_photo_is_written_to_the_apps_own_folder_under_a_number_and_gone_at_the_next_start(phone: Phone) -> None:
    told = phone.does(
        "write content://com.lnszgjj.app.photos/17",
        "write content://com.lnszgjj.app.photos/..%2f17",
        "write content://x/../a",
    )
    assert told == ["file true true", "refused", "refused"]
    kept, photo = phone.cache / "kept", phone.cache / "photo-17.jpg"
    for path in (kept, photo):
        path.write_bytes(b"x")
    phone.does("start again")
    assert photo.exists(), "still wanted by the page that comes back"
    phone.does("start")
    assert kept.exists() and not photo.exists()
