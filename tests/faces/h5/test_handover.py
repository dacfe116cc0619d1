"""接力: a draft begun on one device is continued on the other, by the same person and nobody else."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup, Tag

from fund.handover import Device, HandOver
from fund.numbers import IdNumber
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_every_page_is_well_made import is_well_made
from tests.faces.h5.visitor import Visitor
from tests.makers import ID_NUMBERS, a_person
from web.qr import picture_of

CODE = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")


def a_code(front: Front, place: str = "rent/photos", to: Device = Device.PHONE) -> str:
    return front.handovers.make(HandOver(front.person.id, place, to))


def a_stranger(front: Front) -> Visitor:
    """李娜, signed in."""
    other = a_person(id=uuid.uuid4(), name="李娜", id_number=IdNumber(ID_NUMBERS[1]))
    front.people._known[other.id] = other
    known, front.person = front.person, other
    visitor = Visitor(front.app).get("/test/sign-in")
    front.person = known
    return visitor


def at_the_photos(front: Front) -> Visitor:
    return front.citizen().walk_to("photos", region="210200")


def test_a_code_leads_the_same_person_to_the_same_place_once() -> None:
    front = Front()
    phone = at_the_photos(front)
    code = a_code(front)
    assert phone.get(f"/to/{code}").path == "/h5/rent/photos"
    again = phone.get(f"/to/{code}")
    assert (again.status, again.heading) == (410, "这个接力码不能再用了")
    assert "不会丢失" in again.text


@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"}), ("GET", {"Sec-Purpose": "prefetch;prerender"})],
)
def test_a_browser_that_looks_ahead_does_not_use_it_up(method: str, headers: dict[str, str]) -> None:
    front = Front()
    phone = at_the_photos(front)
    code = a_code(front)
    assert phone.client.open(f"/to/{code}", method=method, headers=headers).status_code == 204
    assert phone.get(f"/to/{code}").path == "/h5/rent/photos"


def test_opening_a_code_signs_nobody_in_and_tells_nothing_of_whom_it_belongs_to() -> None:
    front = Front()
    at_the_photos(front)
    code = a_code(front)
    nobody = front.visitor().get(f"/to/{code}")
    assert nobody.heading == "继续办理租房提取的影像上传"
    assert "张" not in nobody.text and ID_NUMBERS[0] not in nobody.answer.text
    assert nobody.client.get("/hall/home").status_code == 303
    link = nobody.page.find("a", string="立即登录")
    assert link is not None and link["href"] == f"/login/start?next=/to/{code}"
    is_well_made(nobody)


def test_whoever_signs_in_then_is_led_on() -> None:
    front = Front()
    at_the_photos(front)
    code = a_code(front)
    phone = front.visitor().get(f"/to/{code}")
    phone.get("/test/sign-in")
    assert phone.get(f"/to/{code}").path == "/h5/rent/photos"


def test_somebody_else_is_told_plainly_and_the_code_still_works_for_its_person() -> None:
    front = Front()
    phone = at_the_photos(front)
    code = a_code(front)
    other = a_stranger(front).get(f"/to/{code}")
    assert (other.status, other.heading) == (403, "这是另一位申请人的二维码")
    assert "张伟" not in other.answer.text and "李*" in other.text
    assert other.press("退出登录").path == "/h5/"
    assert phone.get(f"/to/{code}").path == "/h5/rent/photos"


def test_after_five_minutes_it_says_what_to_do() -> None:
    front = Front()
    code = a_code(front)
    front.handovers.expire()
    late = front.citizen().get(f"/to/{code}", headers={"User-Agent": "Mobile MicroMessenger"})
    assert (late.status, late.heading) == (410, "这个二维码不能再用了")
    assert "换一个二维码" in late.text and late.page.find("a", href="/h5/rent")
    is_well_made(late)


def test_of_two_windows_that_open_it_at_once_one_is_led_on() -> None:
    front = Front()
    phone = at_the_photos(front)
    cookie = phone.client.get_cookie("fund")
    code = a_code(front)

    def opens(_: int) -> int:
        client = front.app.test_client()
        assert cookie
        client.set_cookie("fund", cookie.value)
        return client.get(f"/to/{code}").status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(opens, range(6))) == [303, 410, 410, 410, 410, 410]


@pytest.mark.parametrize("code", ["x", "AAAAAAAAAA", "....hall..", "3479acdefg", "%E7%A0%81" * 10])
def test_a_made_up_code_is_told_the_same_as_a_used_one(code: str) -> None:
    assert Front().citizen().get(f"/to/{code}").status == 410


def test_the_desktop_shows_a_code_that_the_phone_can_open() -> None:
    front = Front()
    desktop = at_the_photos(front)
    token = desktop.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    shown = desktop.took(
        desktop.client.post("/hall/by-phone", data={"csrf_token": token["value"], "place": "rent/photos"})
    )
    assert shown.status == 200 and "5分钟内有效" in shown.text
    is_well_made(shown)
    ((code, kept),) = front.handovers.kept.items()
    assert kept == HandOver(front.person.id, "rent/photos", Device.PHONE)
    assert code not in shown.text
    image = shown.page.find("img", class_="qr")
    assert image is not None and image["src"] == picture_of(f"http://localhost/to/{code}")
    piece = desktop.client.post(
        "/hall/by-phone", data={"csrf_token": token["value"], "place": "rent/photos"}, headers={"X-Fragment": "code"}
    )
    assert piece.headers["X-Fragment"] == "code" and piece.text.lstrip().startswith("<div")


@pytest.mark.parametrize(
    "place", ["", "https://evil.example", "//evil.example", "rent/nonsense", "rent/photos/x", "me"]
)
def test_a_code_leads_nowhere_but_to_places_of_ours(place: str) -> None:
    front = Front()
    citizen = at_the_photos(front)
    token = citizen.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    for path in ("/hall/by-phone", "/h5/on-desktop"):
        assert citizen.client.post(path, data={"csrf_token": token["value"], "place": place}).status_code == 400
    assert front.handovers.kept == {}


def test_a_draft_of_the_phone_is_continued_on_a_desktop_by_typing() -> None:
    front = Front()
    phone = front.citizen().walk_to("details")
    link = phone.page.find("a", string="换到电脑上继续办理")
    assert link is not None
    is_well_made(phone.get(str(link["href"])))
    phone.press("显示接力码")
    assert phone.heading == "到电脑上继续租房提取" and "http://localhost/to" in phone.text
    is_well_made(phone)
    typed = CODE.search(phone.text)
    assert typed
    desktop = front.visitor().get("/to")
    is_well_made(desktop)
    asked = desktop.press("继续", code=typed[0].lower())
    assert asked.heading == "继续办理租房提取" and "个人网厅" in asked.title
    desktop.get("/test/sign-in")
    led = desktop.client.get(f"/to/{typed[0].replace('-', '')}")
    assert (led.status_code, led.headers["Location"]) == (303, "/hall/rent")


def test_what_cannot_be_a_code_is_said_beside_the_field() -> None:
    page = Front().visitor().get("/to").press("继续", code="12")
    assert page.status == 422 and page.title.startswith("有误：")
    assert "10位" in page.said_beside("接力码") and page.value("接力码") == "12"
    is_well_made(page)


def test_photos_are_shown_on_the_desktop_as_they_arrive() -> None:
    front = Front()
    desktop = at_the_photos(front)
    before = desktop.client.get("/hall/by-phone/arrived")
    assert before.headers["X-Fragment"] == "photos" and numbers_in(before.text) == []
    front.counter.upload_all()
    after = desktop.client.get("/hall/by-phone/arrived")
    stored = {str(photo.id) for some in front.counter.look().photos.values() for photo in some}
    assert set(numbers_in(after.text)) == stored
    assert ID_NUMBERS[0] not in after.text


def test_a_code_knows_which_photos_were_there_when_it_was_made() -> None:
    front = Front()
    desktop = at_the_photos(front)
    front.counter.upload_all()
    token = desktop.page.find("input", attrs={"name": "csrf_token"})
    assert isinstance(token, Tag)
    asked = {"csrf_token": token["value"], "place": "rent/photos"}
    code = desktop.client.post("/hall/by-phone", data=asked, headers={"X-Fragment": "code"})
    assert numbers_in(code.text) == numbers_in(desktop.client.get("/hall/by-phone/arrived").text) != []


def numbers_in(html: str) -> list[str]:
    """Of the photos a piece of a page names."""
    (named,) = BeautifulSoup(html, "html.parser").find_all(attrs={"data-photos": True})
    return str(named["data-photos"]).split()


def test_nothing_is_waited_for_once_it_was_handed_in() -> None:
    front = Front()
    desktop = at_the_photos(front)
    front.counter.upload_all()
    desktop.get("/h5/rent/photos").press("提交申请")
    gone = desktop.client.get("/hall/by-phone/arrived")
    assert gone.headers["X-Fragment"] == "gone" and "/hall/applications" in gone.text


def test_nobody_else_sees_what_has_arrived() -> None:
    front = Front()
    at_the_photos(front)
    front.counter.upload_all()
    stored = [str(photo.id) for some in front.counter.look().photos.values() for photo in some]
    theirs = a_stranger(front).client.get("/hall/by-phone/arrived").text
    assert stored and not any(number in theirs for number in stored)
    assert front.visitor().client.get("/hall/by-phone/arrived").status_code == 303


class Counted:
    """Plays the limiter: by name and key, within one window."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}

    def allow(self, name: str, key: str, *, most: int, seconds: int) -> bool:
        self.counts[name, key] = self.counts.get((name, key), 0) + 1
        return self.counts[name, key] <= most


def counted(front: Front) -> Front:
    front.app.extensions["services"] = replace(front.app.extensions["services"], limiter=Counted())
    return front


def test_wrong_codes_of_an_address_do_not_lock_out_somebody_who_has_signed_in_there() -> None:
    front = counted(Front())
    stranger = front.visitor()
    assert [stranger.get("/to/00000-00000").status for _ in range(121)][-2:] == [410, 429]
    assert front.citizen().get(f"/to/{a_code(front)}").path == "/h5/rent/info"


def test_wrong_codes_of_a_person_are_counted_wherever_they_are() -> None:
    front = counted(Front())
    citizen = front.citizen()
    for number in range(120):
        assert citizen.get("/to/00000-00000", environ_base={"REMOTE_ADDR": f"10.0.0.{number}"}).status == 410
    assert citizen.get("/to/00000-00000", environ_base={"REMOTE_ADDR": "10.0.1.1"}).status == 429
    assert a_stranger(front).get("/to/00000-00000").status == 410, "another person is another count"


@pytest.mark.parametrize("path", ["/app", "/hall", "/h5"])
def test_no_redirect_names_the_host_that_the_request_named(path: str) -> None:
    answer = Front().visitor().client.get(f"{path}?a=1", headers={"Host": "elsewhere.example"})
    assert "elsewhere" not in answer.headers.get("Location", "")
    assert answer.headers["Location"] == f"{path}/?a=1"
