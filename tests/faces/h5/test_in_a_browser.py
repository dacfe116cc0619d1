"""What the scripts add, in a real chromium: the amount that follows, photos, two taps, the way back."""

import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from werkzeug.serving import make_server

from fund.ports import CardVerdict
from tests.chromium import axe_finds_nothing, nothing_sticks_out, phone
from tests.faces.h5.fakes import Front
from tests.makers import CARD, answers
from tests.pictures import a_photo

pytestmark = pytest.mark.browser
Opened = tuple[Front, Page, str]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """A signed-in citizen's phone, at a page of the journey."""
    servers: list[Any] = []
    contexts: list[BrowserContext] = []

    def open_(step: str, given: dict[str, str] | None = None) -> Opened:
        front = Front()
        server = make_server("127.0.0.1", 0, front.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        front.counter.walk(given or answers(), until=step if step != "photos" else "")
        contexts.append(phone(browser, agent="Mozilla/5.0 Chrome/116.0 Mobile Safari/537.36"))
        page = contexts[-1].new_page()
        here = f"http://127.0.0.1:{server.port}"
        page.goto(f"{here}/test/sign-in")
        page.goto(f"{here}/h5/rent/{step}")
        return front, page, here

    yield open_
    for context in contexts:
        context.close()
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_amount_follows_the_typing_and_no_value_is_ever_in_an_address(
    opened: Callable[..., Opened],
) -> None:
    _, page, _ = opened("details")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.get_by_label("租房地区").select_option(label="大连市")
    page.get_by_label("本年度起租月份").select_option("2026-01")
    page.get_by_label("本年度止租月份").select_option("2026-03")
    page.get_by_label("月租金额").fill("1234")
    expect(page.locator("#allowance")).to_contain_text("3,702.00 元")
    page.get_by_label("月租金额").fill("1000")
    expect(page.locator("#allowance")).to_contain_text("3,000.00 元")
    expect(page.locator("[data-said]")).to_contain_text("3,000.00")
    estimates = [request for request in asked if "estimate" in request.url]
    assert estimates and all(r.method == "POST" and r.url.endswith("/h5/rent/estimate") for r in estimates)


def test_the_amount_follows_also_what_was_typed_before_the_script_arrived(
    opened: Callable[..., Opened],
) -> None:
    _, page, here = opened("details")
    held: list[Route] = []
    page.route(re.compile("amount"), lambda route: held.append(route))
    page.goto(f"{here}/h5/rent/details", wait_until="commit")
    page.get_by_label("租房地区").select_option(label="大连市")
    page.get_by_label("本年度起租月份").select_option("2026-01")
    page.get_by_label("本年度止租月份").select_option("2026-02")
    page.get_by_label("月租金额").fill("1000")
    held[0].continue_()
    expect(page.locator("#allowance")).to_contain_text("2,000.00 元")


def test_what_is_wrong_has_the_focus_and_each_line_leads_to_its_field(opened: Callable[..., Opened]) -> None:
    _, page, _ = opened("details")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator(".summary")).to_be_focused()
    page.get_by_role("link", name="请填写房屋地址").click()
    expect(page.get_by_label("房屋地址")).to_be_focused()
    axe_finds_nothing(page)


def test_a_card_number_is_shown_in_groups_and_sent_as_typed(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened("account")
    page.get_by_label("银行类别").select_option("CCB")
    page.get_by_label("银行卡号码").fill(CARD)
    expect(page.locator(".grouped")).to_have_text("6217 0000 0000 0000 012（19位）")
    assert page.get_by_label("银行卡号码").input_value() == CARD
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="承诺书", exact=True)).to_be_visible()
    assert front.counter.look().answers["card"] == CARD


def test_two_taps_send_one_request(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened("pledge")
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    page.get_by_label("我已阅读并同意").check()
    page.evaluate("() => { const b = document.querySelector('form [type=submit]'); b.click(); b.click(); b.click(); }")
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    assert len(posts) == 1
    assert len(front.counter.applications.rows) == 1


def picture(tmp_path: Path, seed: int = 1, size: tuple[int, int] = (3000, 4000)) -> Path:
    path = tmp_path / f"{seed}.jpg"
    path.write_bytes(a_photo(seed, size))
    return path


def choose(page: Page, button: str, path: Path, row: str = "id_front") -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(f"#kind-{row}").get_by_role("button", name=button, exact=True).click()
    chooser.value.set_files(path)


AWAY = answers(region="210200")


def test_a_large_photo_is_shrunk_before_it_is_sent(opened: Callable[..., Opened], tmp_path: Path) -> None:
    front, page, _ = opened("photos", AWAY)
    choose(page, "上传", picture(tmp_path, size=(5000, 3000)))
    expect(page.locator("#kind-id_front img")).to_have_count(1)
    (stored,) = front.counter.look().photos["id_front"]
    with Image.open(io.BytesIO(front.counter.photos.read(front.person.id, stored.id))) as image:
        assert image.format == "JPEG" and image.size == (2560, 1536)
    axe_finds_nothing(page)
    nothing_sticks_out(page)


def test_a_photo_that_was_missing_is_no_longer_listed_once_uploaded(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    _, page, _ = opened("photos", AWAY)
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".summary li")).to_have_count(5)
    choose(page, "上传", picture(tmp_path))
    expect(page.locator(".summary li")).to_have_count(4)
    expect(page.locator("#kind-id_front")).to_contain_text("已上传1张")
    expect(page.locator("#kind-id_front")).to_be_focused()


def test_a_photo_that_does_not_get_through_can_be_sent_again_by_one_tap(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    front, page, _ = opened("photos", AWAY)
    page.route(re.compile("/h5/rent/photos/"), lambda route: route.abort())
    choose(page, "上传", picture(tmp_path))
    expect(page.locator("#kind-id_front")).to_contain_text("网络不给力")
    page.unroute(re.compile("/h5/rent/photos/"))
    page.locator("#kind-id_front").get_by_role("button", name="重试").click()
    expect(page.locator("#kind-id_front img")).to_have_count(1)
    assert len(front.counter.look().photos["id_front"]) == 1


@pytest.mark.parametrize(("status", "words"), [(413, "照片太大"), (503, "系统繁忙"), (500, "系统繁忙")])
def test_an_upload_that_is_refused_is_told_in_words(
    opened: Callable[..., Opened], tmp_path: Path, status: int, words: str
) -> None:
    _, page, _ = opened("photos", AWAY)

    def refuse(route: Route) -> None:
        route.fulfill(status=status, body="<html>no</html>", content_type="text/html")

    page.route(re.compile("/h5/rent/photos/"), refuse)
    choose(page, "上传", picture(tmp_path))
    expect(page.locator("#kind-id_front")).to_contain_text(words)


def test_a_file_that_cannot_be_small_enough_is_told_before_it_is_sent(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    _, page, _ = opened("photos", AWAY)
    huge = tmp_path / "huge.jpg"
    huge.write_bytes(b"not a picture" + bytes(15 * 1024 * 1024))
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    choose(page, "上传", huge)
    expect(page.locator("#kind-id_front")).to_contain_text("超过15MB")
    assert posts == []


def test_a_photo_is_replaced_in_place(opened: Callable[..., Opened], tmp_path: Path) -> None:
    front, page, _ = opened("photos", AWAY)
    choose(page, "上传", picture(tmp_path, 1))
    expect(page.locator("#kind-id_front img")).to_have_count(1)
    (old,) = front.counter.look().photos["id_front"]
    choose(page, "重新上传", picture(tmp_path, 2))
    expect(page.locator(f"#kind-id_front img[src$='{old.id}']")).to_have_count(0)
    expect(page.locator("#kind-id_front img")).to_have_count(1)
    (new,) = front.counter.look().photos["id_front"]
    assert new.sha256 != old.sha256


def test_a_session_that_ended_while_choosing_a_photo_leads_through_signing_in_and_back(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    front, page, here = opened("photos", AWAY)
    # The identity service is another origin, where a script may not go but a page may.
    elsewhere = here.replace("127.0.0.1", "localhost")
    front.identity.begin = lambda state, back: (  # type: ignore[method-assign]
        f"{elsewhere}/test/identity?back={back.replace('http://localhost', here)}"
    )
    front.sessions.kept.clear()
    choose(page, "上传", picture(tmp_path))
    expect(page.get_by_text("刚才那张照片没有收到，请重新选择")).to_be_visible()
    choose(page, "上传", picture(tmp_path))
    expect(page.locator("#kind-id_front img")).to_have_count(1)


def test_a_token_that_is_stale_never_makes_a_photo_look_stored(opened: Callable[..., Opened], tmp_path: Path) -> None:
    _, page, _ = opened("photos", AWAY)
    page.evaluate("() => document.querySelectorAll('[name=csrf_token]').forEach(f => { f.value = 'stale'; })")
    choose(page, "上传", picture(tmp_path))
    expect(page.get_by_text("刚才那张照片没有收到，请重新选择")).to_be_visible()


def test_a_page_that_came_back_with_unsent_text_keeps_it_and_otherwise_is_fetched_anew(
    opened: Callable[..., Opened],
) -> None:
    _, page, here = opened("details")
    came_back = "() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    page.get_by_label("房屋地址").fill("还没有发送的地址")
    page.evaluate(came_back)
    expect(page.get_by_label("房屋地址")).to_have_value("还没有发送的地址")
    page.goto(f"{here}/h5/business")
    with page.expect_navigation():
        page.evaluate(came_back)


CONTROLS = "button, .weui-btn, .input, select, .cell, .tile, .tabs a, .top__back"
HEIGHTS = """controls => [...document.querySelectorAll(controls)]
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 47.5)
    .map(e => e.textContent.trim().slice(0, 20) + ' ' + e.getBoundingClientRect().height)"""
SECONDARY = ".small, .field__hint, .second, .steps__words"
TEXT = """secondary => [...document.querySelectorAll('main p, main li')]
    .filter(e => !e.closest(secondary) && !e.querySelector(secondary) && e.getClientRects().length)
    .map(e => getComputedStyle(e))
    .map(s => [parseFloat(s.fontSize), parseFloat(s.lineHeight) / parseFloat(s.fontSize)])"""


def test_every_control_is_large_enough_for_a_finger(opened: Callable[..., Opened]) -> None:
    _, page, here = opened("photos", AWAY)
    steps = [f"/h5/rent/{step}" for step in ("details", "account", "pledge", "photos")]
    for path in (
        "/h5/",
        "/h5/business",
        "/h5/me",
        "/h5/guides/",
        "/h5/guides/rent",
        "/h5/guides/search?q=材料",
        *steps,
    ):
        page.goto(here + path)
        assert page.evaluate(HEIGHTS, CONTROLS) == [], path


def test_main_text_is_at_least_17_pixels_with_air_between_the_lines(opened: Callable[..., Opened]) -> None:
    _, page, here = opened("details")
    for path in ("/h5/", "/h5/rent/details", "/h5/guides/rent", "/h5/guides/faq"):
        page.goto(here + path)
        found = page.evaluate(TEXT, SECONDARY)
        assert found, path
        for size, height in found:
            assert size >= 17 and height >= 1.5, path


GUIDE_PAGES = (
    "",
    "rent",
    "materials",
    "faq",
    "pledge",
    "account",
    "contact",
    "search?q=一类卡",
    "search?q=天气",
    "?notice=number",
)


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_the_guides_are_sound_on_a_phone_and_on_a_desktop(opened: Callable[..., Opened], width: int) -> None:
    _, page, here = opened("details")
    page.set_viewport_size({"width": width, "height": 812})
    for path in GUIDE_PAGES:
        page.goto(f"{here}/h5/guides/{path}")
        axe_finds_nothing(page)
        nothing_sticks_out(page)


def test_from_a_search_to_the_place_itself(opened: Callable[..., Opened]) -> None:
    _, page, here = opened("details")
    page.goto(f"{here}/h5/guides/")
    page.get_by_label("搜索指南").fill("怎么知道是不是一类卡")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name="怎么知道我的卡是不是一类卡").click()
    expect(page).to_have_url(re.compile(r"/h5/guides/faq#first-class-card$"))
    expect(page.get_by_role("heading", name="怎么知道我的卡是不是一类卡")).to_be_in_viewport()


def test_what_helps_against_a_refused_card_is_one_tap_away(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened("account")
    front.counter.cards.usual = CardVerdict(matches=True, account_class=2, kind="debit", open=True)
    page.get_by_label("银行类别").select_option("CCB")
    page.get_by_label("银行卡号码").fill(CARD)
    page.get_by_role("button", name="下一步").click()
    axe_finds_nothing(page)
    page.get_by_role("link", name="查看：怎么知道我的卡是不是一类卡").click()
    expect(page.get_by_role("heading", name="怎么知道我的卡是不是一类卡")).to_be_in_viewport()


def test_a_half_filled_page_is_kept_after_a_pause_and_when_it_is_left(opened: Callable[..., Opened]) -> None:
    front, page, here = opened("details")
    expect(page.get_by_text("填写的内容会自动保存。")).to_be_visible()
    page.get_by_label("月租金额").fill("1400")
    expect(page.get_by_text("已自动保存")).to_be_visible()
    assert front.counter.look().draft.answers["monthly_rent"] == "1400.00"
    page.get_by_label("月租金额").fill("1500")
    page.goto(f"{here}/h5/")
    page.wait_for_timeout(500)  # the browser sends it on behalf of a page that is gone: there is no event to wait for
    page.goto(f"{here}/h5/rent/details")
    expect(page.get_by_label("月租金额")).to_have_value("1500.00")
