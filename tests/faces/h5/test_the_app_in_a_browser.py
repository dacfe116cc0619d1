"""The pages as an installed app, in a real chromium: without a network, and back again."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Response, request
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.chromium import axe_finds_nothing, nothing_sticks_out, phone
from tests.faces.h5.fakes import Front
from tests.makers import answers
from tests.pictures import a_photo

pytestmark = pytest.mark.browser
ANDROID = "Mozilla/5.0 (Linux; Android 13) Chrome/116.0 Mobile Safari/537.36"
CONTROLLED = "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
SHELF = """() => new Promise((done) => {
    const opening = indexedDB.open('waiting-photos', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('photos', { keyPath: 'id', autoIncrement: true });
    opening.onsuccess = () => {
        const asked = opening.result.transaction('photos').objectStore('photos').getAll();
        asked.onsuccess = () => { opening.result.close(); done(asked.result.map((p) => ({
            names: Object.keys(p).sort(), bytes: Array.from(new Uint8Array(p.sealed)) }))); };
    };
})"""
KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
    return found;
}"""


class Phone:
    """A phone with the app, and the service it may or may not reach."""

    def __init__(self, browser: Browser) -> None:
        self.front = Front()
        self.front.counter.walk(answers(region="210200"))
        self.posts: list[str] = []
        self.is_heard = True
        self.front.app.before_request(self._note)
        self.front.app.after_request(self._hang_up)
        self.serve(0)
        self.here = f"http://127.0.0.1:{self.port}"
        self.context = phone(browser, agent=ANDROID, worker=True)
        self.page: Page = self.context.new_page()
        self.page.goto(f"{self.here}/test/sign-in")

    def _note(self) -> None:
        if request.method == "POST":
            self.posts.append(request.path)

    def _hang_up(self, response: Response) -> Response:
        if not self.is_heard:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return response

    def serve(self, port: int) -> None:
        self.server: Any = make_server("127.0.0.1", port, self.front.app, threaded=True)
        self.port = self.server.port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def loses_the_network(self) -> None:
        """Nothing answers any more, and the phone knows."""
        self.server.shutdown()
        self.server.server_close()
        self.context.set_offline(True)

    def is_back(self) -> None:
        """The service answers again, and the phone knows."""
        self.serve(self.port)
        self.context.set_offline(False)

    def open(self, path: str) -> Page:
        self.page.goto(self.here + path)
        return self.page

    def choose(self, path: Path, kind: str = "id_front") -> None:
        with self.page.expect_file_chooser() as chooser:
            self.page.locator(f"#kind-{kind} .upload_new [type=submit]").click()
        chooser.value.set_files(path)

    def close(self) -> None:
        self.context.close()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def app(browser: Browser) -> Iterator[Phone]:
    """A citizen, signed in, whose draft wants photos."""
    made = Phone(browser)
    yield made
    made.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Small enough to be sent as it is."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(a_photo(3))
    return path


def waiting(app: Phone) -> list[Any]:
    found: list[Any] = app.page.evaluate(SHELF)
    return found


def stored(app: Phone, kind: str = "id_front") -> int:
    return len(app.front.counter.look().photos.get(kind, ()))


def test_chromium_finds_nothing_against_installing_the_pages(app: Phone) -> None:
    app.open("/h5/").evaluate(CONTROLLED)
    devtools = app.context.new_cdp_session(app.page)
    assert devtools.send("Page.getAppManifest")["errors"] == []
    against = [found["errorId"] for found in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    # A private window installs nothing; that is of the test's window, not of the pages.
    assert [reason for reason in against if reason != "in-incognito"] == []


def test_the_worker_controls_the_pages_and_keeps_nothing_about_anybody(app: Phone) -> None:
    app.open("/h5/").evaluate(CONTROLLED)
    for path in ("/h5/", "/h5/me", "/h5/rent/photos", "/h5/applications", "/h5/inbox"):
        app.open(path)
    assert app.page.evaluate(CONTROLLED) is True
    kept = app.page.evaluate(KEPT)
    assert "/h5/offline" in kept
    assert [path for path in kept if path != "/h5/offline" and not path.startswith("/static/dist/")] == []


def test_a_start_without_a_network_shows_a_page_in_chinese_and_opens_by_itself_when_it_is_back(app: Phone) -> None:
    app.open("/h5/").evaluate(CONTROLLED)
    app.loses_the_network()
    app.open("/h5/me")
    expect(app.page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    assert app.page.locator("img.result__art").evaluate("image => image.naturalWidth > 0")
    assert app.page.locator("h1").evaluate("h => getComputedStyle(h).fontSize") == "24px"
    axe_finds_nothing(app.page)
    nothing_sticks_out(app.page)
    app.is_back()
    expect(app.page.get_by_role("heading", name="我的", exact=True)).to_be_visible(timeout=15_000)
    assert app.page.url.endswith("/h5/me")


def test_a_page_that_could_not_be_sent_can_be_tried_again(app: Phone) -> None:
    app.open("/h5/").evaluate(CONTROLLED)
    app.open("/h5/rent/details")
    app.loses_the_network()
    app.page.get_by_role("button", name="下一步").click()
    expect(app.page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    app.is_back()
    expect(app.page.get_by_role("heading", name="租房信息")).to_be_visible(timeout=15_000)


def test_a_photo_taken_without_a_network_waits_sealed_and_is_sent_exactly_once(app: Phone, photo: Path) -> None:
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.loses_the_network()
    app.choose(photo)
    row = app.page.locator("#kind-id_front")
    expect(row).to_contain_text("1张照片已加密保存在这部手机上，联网后自动上传")
    axe_finds_nothing(app.page)
    nothing_sticks_out(app.page)
    (kept,) = waiting(app)
    assert kept["names"] == ["at", "draft", "id", "iv", "kind", "replaces", "sealed", "tries"]
    assert len(kept["bytes"]) == photo.stat().st_size + 16 and bytes(kept["bytes"][:3]) != b"\xff\xd8\xff"
    assert photo.read_bytes()[100:200] not in bytes(kept["bytes"])
    app.is_back()
    expect(row.locator("img")).to_have_count(1)
    expect(row).to_contain_text("已上传1张")
    expect(row).not_to_contain_text("加密保存")
    assert stored(app) == 1 and waiting(app) == []
    assert app.posts.count("/h5/rent/photos/id_front") == 1


def test_a_photo_whose_answer_was_lost_is_stored_once(app: Phone, photo: Path) -> None:
    """The service took it, the phone never heard of it."""
    app.open("/h5/rent/photos").evaluate(CONTROLLED)

    app.is_heard = False
    app.choose(photo)
    expect(app.page.locator("#kind-id_front")).to_contain_text("1张照片已加密保存")
    assert stored(app) == 1
    app.is_heard = True
    app.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(app.page.locator("#kind-id_front")).to_contain_text("已上传1张")
    assert stored(app) == 1 and waiting(app) == []
    assert app.posts.count("/h5/rent/photos/id_front") == 2


def test_photos_wait_while_the_app_is_closed_and_go_when_its_page_is_opened_again(app: Phone, photo: Path) -> None:
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.loses_the_network()
    app.choose(photo)
    app.choose(photo, "lease")
    expect(app.page.locator("#kind-lease")).to_contain_text("1张照片已加密保存")
    app.open("/h5/rent/photos")
    expect(app.page.get_by_text("有 2 张照片加密保存在这部手机上")).to_be_visible()
    app.page.close()
    app.is_back()
    app.page = app.context.new_page()
    app.open("/h5/rent/photos")
    for kind in ("id_front", "lease"):
        expect(app.page.locator(f"#kind-{kind}")).to_contain_text("已上传1张")
    assert waiting(app) == []


def test_two_windows_send_a_waiting_photo_once(app: Phone, photo: Path) -> None:
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    second = app.context.new_page()
    second.goto(app.here + "/h5/rent/photos")
    app.loses_the_network()
    app.choose(photo)
    expect(app.page.locator("#kind-id_front")).to_contain_text("1张照片已加密保存")
    app.is_back()
    for window in (app.page, second):
        window.evaluate("() => window.dispatchEvent(new Event('online'))")
    app.page.wait_for_function(f"() => ({SHELF})().then((kept) => kept.length === 0)")
    assert stored(app) == 1
    assert app.posts.count("/h5/rent/photos/id_front") == 1


def test_a_waiting_photo_replaces_the_one_it_was_taken_for_and_no_other(
    app: Phone, photo: Path, tmp_path: Path
) -> None:
    old, newer = tmp_path / "old.jpg", tmp_path / "newer.jpg"
    old.write_bytes(a_photo(11))
    newer.write_bytes(a_photo(12))
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.choose(old)
    expect(app.page.locator("#kind-id_front")).to_contain_text("已上传1张")
    app.loses_the_network()
    with app.page.expect_file_chooser() as chooser:
        app.page.locator("#kind-id_front").get_by_role("button", name="重新上传").click()
    chooser.value.set_files(newer)
    expect(app.page.locator("#kind-id_front")).to_contain_text("1张照片已加密保存")
    app.is_back()
    expect(app.page.locator("[data-waiting]")).to_have_count(0)
    (there,) = app.front.counter.look().photos["id_front"]
    assert app.front.counter.photos.read(app.front.person.id, there.id) == newer.read_bytes()


def test_a_row_that_was_filled_meanwhile_keeps_what_it_has(app: Phone, photo: Path) -> None:
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.loses_the_network()
    app.choose(photo)
    expect(app.page.locator("#kind-id_front")).to_contain_text("1张照片已加密保存")
    # From another phone.
    counter = app.front.counter
    first = counter.intake.attach(app.front.person, "rent", "id_front", a_photo(21))
    app.page.close()
    app.is_back()
    app.page = app.context.new_page()
    app.open("/h5/rent/photos")
    expect(app.page.locator("#kind-id_front")).to_contain_text("最多上传1张照片")
    assert [p.id for p in counter.look().photos["id_front"]] == [first.id] and waiting(app) == []


def test_a_session_that_ended_meanwhile_leads_through_signing_in_and_then_the_photo_is_sent(
    app: Phone, photo: Path
) -> None:
    front = app.front
    elsewhere = app.here.replace("127.0.0.1", "localhost")
    front.identity.begin = lambda state, back: (  # type: ignore[method-assign]
        f"{elsewhere}/test/identity?back={back.replace('http://localhost', app.here)}"
    )
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.loses_the_network()
    app.choose(photo)
    expect(app.page.locator("#kind-id_front")).to_contain_text("1张照片已加密保存")
    front.sessions.kept.clear()
    app.is_back()
    expect(app.page.locator("#kind-id_front")).to_contain_text("已上传1张", timeout=15_000)
    assert stored(app) == 1 and waiting(app) == []
    assert "没有收到" not in app.page.inner_text("main")


def test_nothing_is_handed_in_while_a_photo_waits_and_one_may_let_it_go(app: Phone, photo: Path) -> None:
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.loses_the_network()
    app.choose(photo)
    row = app.page.locator("#kind-id_front")
    expect(row).to_contain_text("1张照片已加密保存")
    app.page.get_by_role("button", name="提交申请").click()
    expect(row).to_contain_text("1张照片还没有上传")
    expect(app.page.get_by_role("heading", name="影像上传")).to_be_visible()
    row.get_by_role("button", name="不再上传").click()
    expect(row.locator("[data-waiting]")).to_have_count(0)
    app.is_back()
    app.open("/h5/rent/photos")
    assert waiting(app) == [] and stored(app) == 0


def test_a_waiting_photo_that_is_no_picture_is_told_and_not_sent_for_ever(app: Phone, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"bad" * 500)
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.loses_the_network()
    app.choose(bad)
    expect(app.page.locator("#kind-id_front")).to_contain_text("1张照片已加密保存")
    app.is_back()
    expect(app.page.locator("#kind-id_front")).to_contain_text("图片无法识别")
    assert waiting(app) == []


def test_signing_out_leaves_no_photo_on_the_phone(app: Phone, photo: Path) -> None:
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.loses_the_network()
    app.choose(photo)
    expect(app.page.locator("#kind-id_front")).to_contain_text("1张照片已加密保存")
    # Back on a page that does not send it.
    app.open("/h5/offline")
    app.is_back()
    app.open("/h5/me")
    assert len(waiting(app)) == 1
    app.page.get_by_role("button", name="退出登录").click()
    # First one is asked, and staying keeps them.
    expect(app.page.get_by_role("alert")).to_contain_text("还有1张照片没有上传，退出会从这部手机上删除")
    expect(app.page.locator(".buttons > *").first).to_have_text("暂不退出")
    axe_finds_nothing(app.page)
    app.page.get_by_role("link", name="暂不退出").click()
    expect(app.page.get_by_role("heading", name="我的", exact=True)).to_be_visible()
    assert len(waiting(app)) == 1
    app.page.get_by_role("button", name="退出登录").click()
    app.page.get_by_role("button", name="删除照片并退出").click()
    expect(app.page.get_by_text("您已退出登录")).to_be_visible()
    assert waiting(app) == []


def test_signing_out_with_nothing_waiting_asks_nothing_more(app: Phone) -> None:
    app.open("/h5/me")
    app.page.get_by_role("button", name="退出登录").click()
    expect(app.page.get_by_text("您已退出登录")).to_be_visible()
    app.page.goto(f"{app.here}/test/sign-in")
    app.open("/login/out")
    expect(app.page.get_by_role("button", name="退出登录")).to_be_visible()
    expect(app.page.locator("[data-leaving]")).to_be_hidden()


def test_the_photos_of_one_person_are_nothing_to_the_next_on_the_same_phone(app: Phone, photo: Path) -> None:
    app.open("/h5/rent/photos").evaluate(CONTROLLED)
    app.loses_the_network()
    app.choose(photo)
    expect(app.page.locator("#kind-id_front")).to_contain_text("1张照片已加密保存")
    app.page.goto("about:blank")
    # The session ended by itself, and somebody else signs in: another draft.
    other = Front()
    other.counter.walk(answers(region="210200"))
    app.front = other
    app.is_back()
    app.open("/test/sign-in")
    app.open("/h5/rent/photos")
    app.page.wait_for_load_state("networkidle")
    expect(app.page.locator("#kind-id_front")).not_to_contain_text("已上传")
    assert stored(app) == 0 and len(waiting(app)) == 1
