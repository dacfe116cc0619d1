"""手机APP: how to get it, what makes the pages installable, and that nothing personal is ever kept on the phone."""

import hashlib
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import segno
from bs4 import Tag
from PIL import Image, ImageChops
from playwright.sync_api import Browser

from fund.errors import Unavailable
from h5.package import FACTS_NAME, FILE_NAME, built, content_of
from scripts.icons import draw
from tests.citizen import WECHAT
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_every_page_is_well_made import is_well_made
from tests.faces.h5.test_inbox import ANSWER, APPROVED, told
from tests.faces.h5.visitor import Visitor

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
START = "http://localhost/h5/"
CONTENT = b"PK\x03\x04 as if it were a package" * 2000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a package was built."""
    (tmp_path / FILE_NAME).write_bytes(CONTENT)
    facts = {"version": "1.4.2", "sha256": hashlib.sha256(CONTENT).hexdigest(), "start": START}
    (tmp_path / FACTS_NAME).write_text(json.dumps(facts))
    return tmp_path


def with_agent(visitor: Visitor, agent: str) -> Visitor:
    visitor.client.environ_base["HTTP_USER_AGENT"] = agent
    return visitor


def download(page: Visitor) -> Tag | None:
    found = page.page.find("a", string="下载安卓安装包")
    return found if isinstance(found, Tag) else None


def test_the_manuals_words_stand_beside_the_code() -> None:
    page = Front().visitor().get("/app/")
    is_well_made(page)
    assert "扫描二维码下载手机APP（仅安卓手机）" in page.text
    image = page.page.find("img", class_="qr")
    assert isinstance(image, Tag)
    svg = page.client.get(str(image["src"]))
    assert svg.mimetype == "image/svg+xml"
    # The code of exactly this address: a phone's camera opens the page, from which the package is downloaded.
    expected = io.BytesIO()
    segno.make("http://localhost/app/", error="m", micro=False).save(
        expected, kind="svg", scale=6, border=4, light="#fff"
    )
    assert paths_of(svg.text) == paths_of(expected.getvalue().decode())


def paths_of(svg: str) -> list[str]:
    found = re.findall(r' d="([^"]+)"', svg)
    assert len(found) == 2, "a light ground and the dark code"
    return found


def test_the_built_package_is_offered_with_version_size_and_digest(folder: Path) -> None:
    page = Front(package_folder=folder).visitor().get("/app/")
    is_well_made(page)
    for words in ("1.4.2", "55 KB", hashlib.sha256(CONTENT).hexdigest()):
        assert words in page.text
    link = download(page)
    assert link
    answer = page.client.get(str(link["href"]))
    assert answer.data == CONTENT
    assert answer.mimetype == "application/vnd.android.package-archive"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={FILE_NAME}"


def test_without_a_package_the_page_says_so_and_has_no_dead_button() -> None:
    page = Front().visitor().get("/app/")
    assert "安卓安装包暂未发布" in page.text and "添加到主屏幕" in page.text
    assert download(page) is None and "SHA-256" not in page.text
    assert page.client.get(f"/app/{FILE_NAME}").status_code == 404


def test_a_package_that_changed_since_it_was_built_is_not_offered(folder: Path) -> None:
    (folder / FILE_NAME).write_bytes(CONTENT + b"more")
    page = Front(package_folder=folder).visitor().get("/app/")
    assert download(page) is None and "安卓安装包暂未发布" in page.text
    assert page.client.get(f"/app/{FILE_NAME}").status_code == 404


def test_a_package_that_was_exchanged_within_its_old_size_and_time_is_not_offered(folder: Path) -> None:
    visitor = Front(package_folder=folder).visitor().get("/app/")
    assert download(visitor)
    path = folder / FILE_NAME
    before = path.stat()
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert download(visitor.get("/app/")) is None
    assert visitor.client.get(f"/app/{FILE_NAME}").status_code == 404


def test_only_bytes_that_were_signed_are_sent(folder: Path) -> None:
    package = built(folder, START)
    assert package and content_of(package) == CONTENT
    (folder / FILE_NAME).write_bytes(CONTENT + b"more")
    assert content_of(package) is None
    (folder / FILE_NAME).unlink()
    assert content_of(package) is None


def test_a_package_built_for_another_address_is_not_offered_and_the_log_says_why(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = json.loads((folder / FACTS_NAME).read_text()) | {"start": "https://old.example.cn/h5/"}
    (folder / FACTS_NAME).write_text(json.dumps(told))
    page = Front(package_folder=folder).visitor().get("/app/")
    assert download(page) is None and "PUBLIC_URL" in caplog.text
    assert page.client.get(f"/app/{FILE_NAME}").status_code == 404


def test_a_new_package_is_offered_without_a_restart(folder: Path) -> None:
    visitor = Front(package_folder=folder).visitor().get("/app/")
    (folder / FILE_NAME).write_bytes(b"new")
    (folder / FACTS_NAME).write_text(
        json.dumps({"version": "2.0.0", "sha256": hashlib.sha256(b"new").hexdigest(), "start": START})
    )
    assert "2.0.0" in visitor.get("/app/").text


def test_inside_wechat_one_is_told_to_open_the_browser(folder: Path) -> None:
    page = with_agent(Front(package_folder=folder).visitor(), WECHAT).get("/app/")
    assert "在浏览器打开" in page.text and download(page) is None
    assert page.page.find("link", rel="manifest") is None


def test_owners_of_an_iphone_are_told_what_they_can_do(folder: Path) -> None:
    for agent in (IPHONE, "Mozilla/5.0 (Linux; Android 13) Chrome/116.0 Mobile"):
        text = with_agent(Front(package_folder=folder).visitor(), agent).get("/app/").text
        assert "安装包仅供安卓手机使用" in text and "Safari" in text and "关注公众号“辽宁省直公积金”" in text
        assert ("您正在使用苹果手机" in text) == (agent == IPHONE)


def manifest_of(visitor: Visitor) -> dict[str, Any]:
    link = visitor.get("/h5/").page.find("link", rel="manifest")
    assert isinstance(link, Tag)
    answer = visitor.client.get(str(link["href"]))
    assert answer.mimetype == "application/manifest+json"
    found: dict[str, Any] = json.loads(answer.data)
    return found


def test_the_manifest_has_all_that_makes_the_pages_installable() -> None:
    visitor = Front().visitor()
    manifest = manifest_of(visitor)
    assert manifest["name"] == "辽宁省直公积金" and manifest["lang"] == "zh-CN"
    assert manifest["start_url"] == "/h5/" and manifest["display"] == "standalone"
    assert "/login/start".startswith(manifest["scope"]), "signing in must not leave the app"
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} >= {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for icon in manifest["icons"]:
        with Image.open(io.BytesIO(visitor.client.get(icon["src"]).data)) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"] and picture.format == "PNG"
    citizen = Front().citizen()
    for shortcut in manifest["shortcuts"]:
        assert citizen.get(shortcut["url"]).status == 200


@pytest.mark.browser
def test_every_icon_is_what_its_drawing_says(browser: Browser) -> None:
    for path, png in draw(browser).items():
        with Image.open(path) as kept, Image.open(io.BytesIO(png)) as drawn:
            assert kept.size == drawn.size
            difference = ImageChops.difference(kept.convert("RGBA"), drawn.convert("RGBA")).convert("RGB").convert("L")
            changed = sum(difference.histogram()[40:])
            assert changed < 0.01 * kept.width * kept.height, f"{path.name}: run `make icons`"


def kept_by_the_worker(visitor: Visitor) -> tuple[str, list[str]]:
    answer = visitor.client.get("/h5/sw.js")
    assert answer.mimetype == "text/javascript" and answer.headers["Cache-Control"] == "no-cache"
    found = re.search(r"self\.kept = (\{.*\});", answer.text)
    assert found
    kept = json.loads(found[1])
    return kept["offline"], kept["files"]


def test_the_worker_keeps_static_files_and_one_page_that_is_the_same_for_everybody() -> None:
    front = Front()
    page, files = kept_by_the_worker(front.visitor())
    assert files and all(re.fullmatch(r"/static/dist/[\w-]+\.[0-9a-f]{10}\.\w+", name) for name in files)
    without_nonce = re.compile(r'nonce="[^"]*"')
    stranger, citizen = (
        without_nonce.sub("", some.get(page).answer.text) for some in (front.visitor(), front.citizen())
    )
    assert stranger == citizen


def test_the_page_without_a_network_is_whole_from_what_is_kept() -> None:
    visitor = Front().visitor()
    page, files = kept_by_the_worker(visitor)
    visitor.get(page)
    is_well_made(visitor)
    assert visitor.heading == "现在没有网络"
    needed = [
        str(found[name])
        for tag, name in (("script", "src"), ("img", "src"), ("link", "href"))
        for found in visitor.page.find_all(tag)
        if str(found.get("rel", "")) not in ("['manifest']", "['apple-touch-icon']")
    ]
    assert len(needed) > 4 and set(needed) <= set(files)


def test_the_policy_of_the_pages_lets_worker_and_manifest_in_from_us_alone() -> None:
    policy = Front().visitor().get("/h5/").answer.headers["Content-Security-Policy"]
    assert "worker-src 'self';" in policy and "manifest-src 'self';" in policy and "unsafe" not in policy


def queue_of(page: Visitor) -> tuple[str, str]:
    found = page.page.find(attrs={"data-queue-key": True})
    assert isinstance(found, Tag)
    return str(found["data-queue-mark"]), str(found["data-queue-key"])


def test_the_key_of_waiting_photos_is_the_same_on_every_page_of_a_draft_and_of_no_other() -> None:
    first, second = Front(), Front()
    mine = first.citizen().walk_to("photos", region="210200")
    once, again = queue_of(mine), queue_of(mine.get("/h5/rent/photos"))
    others = queue_of(second.citizen().walk_to("photos", region="210200"))
    assert once == again and len(once[1]) == 44
    assert once[0] != others[0] and once[1] != others[1]
    assert first.counter.look().draft.submission_key not in "".join(once)


def test_the_bottom_bar_counts_what_is_new_on_every_page() -> None:
    front = told(APPROVED, ANSWER)
    citizen = front.citizen()
    for path in ("/h5/", "/h5/business", "/h5/me", "/h5/rent/info", "/h5/applications"):
        bar = citizen.get(path).page.find("nav", attrs={"aria-label": "主菜单"})
        assert isinstance(bar, Tag)
        assert bar.find_all("a")[-1].get_text() == "我的2（2条未读消息）", path
    citizen.get("/h5/inbox").press("全部标为已读")
    assert "未读消息" not in citizen.get("/h5/").text
    assert "未读消息" not in front.visitor().get("/h5/").text


def test_a_number_that_cannot_be_told_costs_nobody_their_page(monkeypatch: pytest.MonkeyPatch) -> None:
    front = told(APPROVED)

    def down(person_id: object) -> int:
        raise Unavailable("down")

    monkeypatch.setattr(front.counter.inbox, "unread", down)
    page = front.citizen().get("/h5/business")
    assert page.status == 200 and "未读消息" not in page.text


ANDROID = "Mozilla/5.0 (Linux; Android 13) Chrome/116.0 Mobile Safari/537.36"
OUR_APP = "Mozilla/5.0 (Linux; Android 13; wv) Version/4.0 Chrome/116.0 Mobile Safari/537.36"


def test_a_phone_is_not_shown_a_code_to_scan_with_itself(folder: Path) -> None:
    page = with_agent(Front(package_folder=folder).visitor(), ANDROID).get("/app/")
    is_well_made(page)
    assert page.page.find("img", class_="qr") is None and "扫描二维码" not in page.page.find("main").text
    assert download(page)


def test_on_a_desktop_the_first_page_is_the_portal() -> None:
    page = Front().visitor().get("/app/")
    assert {str(a["href"]) for a in page.page.find_all("a", string="首页")} == {"/"}
    assert page.page.find("a", href="/hall/")


@pytest.mark.parametrize(("agent", "told"), [(ANDROID, True), (IPHONE, True), (WECHAT, False), (OUR_APP, False)])
def test_the_first_page_leads_to_the_app_unless_one_is_in_it_or_in_wechat(agent: str, told: bool) -> None:
    page = with_agent(Front().visitor(), agent).get("/h5/")
    assert bool(page.page.find("a", href="/app/")) is told


@pytest.mark.parametrize("path", ["", "rent", "search?q=无房证明"])
def test_a_phone_reads_the_guides_of_the_hall_on_its_own_pages(path: str) -> None:
    phone = with_agent(Front().visitor(), ANDROID)
    assert phone.client.get(f"/hall/guides/{path}").headers["Location"].startswith(f"/h5/guides/{path.split('=')[0]}")
    assert phone.get(f"/hall/guides/{path}").status == 200
    assert Front().visitor().get(f"/hall/guides/{path}").path.startswith("/hall/guides/")


def test_a_phone_that_opens_the_place_for_codes_is_told_where_to_type_them() -> None:
    page = with_agent(Front().visitor(), ANDROID).get("/to")
    is_well_made(page)
    assert page.heading == "接力码在电脑上输入" and page.page.find("a", href="/h5/rent")
    assert Front().visitor().get("/to").heading == "输入接力码，继续办理"


def test_the_guide_tells_owners_of_an_iphone_what_the_apps_page_tells_them() -> None:
    for path in ("/h5/guides/account", "/app/"):
        text = Front().visitor().get(path).text
        assert "Safari 浏览器打开" in text and "添加到主屏幕" in text, path


def test_while_no_counter_is_listed_one_is_told_to_call_and_not_sent_round_in_a_circle() -> None:
    page = Front().visitor().get("/hall/guides/contact")
    assert "请拨打服务热线12329（工作日 9:00-17:00）询问" in page.text.replace(" 12329 ", "12329")
    assert "以中心门户网站公布的为准" not in page.text
