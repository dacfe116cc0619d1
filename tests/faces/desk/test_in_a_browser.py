"""What the scripts add at the desk, in a real chromium: the queue by keyboard, and the viewer of photos."""

import io
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from adapters.photos.watermark import watermarked
from tests.chromium import axe_finds_nothing, nothing_sticks_out
from tests.faces.desk.office import Office
from tests.pictures import a_photo

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Office, Page, str]]:
    """A reviewer's screen."""
    office = Office(photos=True)
    monkeypatch.setattr(office.desk.review, "_stamp", watermarked)
    monkeypatch.setattr(office.desk.counter.photos, "read", lambda owner, photo_id: a_photo())
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.port}"
    page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page.set_default_timeout(15_000)
    page.goto(f"{here}/test/sign-in/{office.desk.reviewer.id}")
    yield office, page, here
    page.close()
    server.shutdown()
    server.server_close()


def test_the_queue_is_walked_by_keyboard(opened: tuple[Office, Page, str]) -> None:
    office, page, here = opened
    page.goto(f"{here}/queue")
    axe_finds_nothing(page)
    nothing_sticks_out(page)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name=office.desk.ref)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(office.desk.ref)


def test_a_photo_is_asked_for_only_when_it_is_opened_and_is_turned_and_enlarged(
    opened: tuple[Office, Page, str],
) -> None:
    office, page, here = opened
    page.goto(f"{here}/cases/{office.desk.ref}")
    page.get_by_role("button", name="领取").click()
    axe_finds_nothing(page)
    nothing_sticks_out(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    link = page.get_by_role("link", name="房屋租赁合同")
    link.click()
    image = page.locator(".viewer img")
    expect(page.get_by_role("heading", name="房屋租赁合同（3/6）")).to_be_visible()
    expect(image).to_have_css("transform", "matrix(1, 0, 0, 1, 0, 0)")
    assert len(asked) == 1
    upright = image.bounding_box()
    assert upright is not None and upright["height"] > upright["width"] > 100
    page.keyboard.press("r")
    lying = image.bounding_box()
    assert lying is not None and lying["width"] > lying["height"]
    page.keyboard.press("+")
    larger = image.bounding_box()
    assert larger is not None and larger["width"] > 1.2 * lying["width"]
    axe_finds_nothing(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="租金发票或支付凭证（4/6）")).to_be_visible()
    page.get_by_role("button", name="上一张").click()
    expect(page.get_by_role("heading", name="房屋租赁合同（3/6）")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".viewer")).to_be_hidden()
    expect(link).to_be_focused()
    assert [what for _, _, what, _ in office.desk.cases.looks if what.startswith("photo:")] == [
        f"photo:{url.rsplit('/', 1)[1]}" for url in asked
    ]


def test_decisions_are_on_the_screen_without_scrolling_and_what_was_opened_is_unopened_no_more(
    opened: tuple[Office, Page, str],
) -> None:
    office, page, here = opened
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{here}/cases/{office.desk.ref}")
    page.get_by_role("button", name="领取").click()
    for name in ("初审通过", "退回补正", "不予通过"):
        expect(page.get_by_text(name, exact=True).first).to_be_in_viewport(ratio=1)
    told = page.locator("[data-unopened]")
    expect(told).to_contain_text("房屋租赁合同")
    page.get_by_role("link", name="房屋租赁合同").click()
    stage, image = page.locator(".viewer__stage"), page.locator(".viewer img")
    for key in ("", "r"):
        if key:
            page.keyboard.press(key)
        expect(image).to_be_visible()
        page.wait_for_function("document.querySelector('.viewer img').getBoundingClientRect().width > 100")
        around, inside = stage.bounding_box(), image.bounding_box()
        assert around is not None and inside is not None
        middle = (around["x"] + around["width"] / 2, around["y"] + around["height"] / 2)
        assert abs(inside["x"] + inside["width"] / 2 - middle[0]) < 2
        assert abs(inside["y"] + inside["height"] / 2 - middle[1]) < 2
    page.keyboard.press("Escape")
    expect(told).not_to_contain_text("房屋租赁合同")
    page.get_by_text("退回补正", exact=True).first.click()
    axe_finds_nothing(page)
    nothing_sticks_out(page)
    page.get_by_role("button", name="初审通过").click()
    expect(page.get_by_role("heading", name="还有5张影像您没有打开过")).to_be_in_viewport()
    axe_finds_nothing(page)


def test_without_scripts_a_photo_is_a_plain_link(opened: tuple[Office, Page, str]) -> None:
    office, page, here = opened
    page.goto(f"{here}/cases/{office.desk.ref}")
    address = page.get_by_role("link", name="房屋租赁合同").get_attribute("href")
    answer = page.request.get(f"{here}{address}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert io.BytesIO(answer.body()).read(2) == b"\xff\xd8"
