"""What the scripts add in the hall, in a real chromium: keeping, the amount, several files, dropping, the keyboard."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect
from werkzeug.serving import make_server

from tests.chromium import axe_finds_nothing, nothing_sticks_out
from tests.faces.h5.fakes import Front
from tests.makers import CARD, DALIAN, OTHER_CARD, answers
from tests.pictures import a_photo

pytestmark = pytest.mark.browser
Opened = tuple[Front, Page, str]
FORM = ("info", "details", "account", "pledge")


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """A signed-in citizen's desktop, at 租房提取 or at what follows it."""
    servers: list[Any] = []
    contexts: list[BrowserContext] = []

    def open_(path: str = "", given: dict[str, str] | None = None) -> Opened:
        front = Front()
        server = make_server("127.0.0.1", 0, front.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        if given:
            front.counter.intake.answer_together(front.person, "rent", FORM, given, seen_version=0)
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN"))
        contexts[-1].set_default_timeout(15_000)
        page = contexts[-1].new_page()
        here = f"http://127.0.0.1:{server.port}"
        page.goto(f"{here}/test/sign-in")
        page.goto(f"{here}/hall/rent{path}")
        return front, page, here

    yield open_
    for context in contexts:
        context.close()
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_amount_follows_the_typing_and_the_card_is_not_sent_for_it(opened: Callable[..., Opened]) -> None:
    _, page, _ = opened()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.get_by_label("银行卡号码").fill(CARD)
    page.get_by_label("租房地区").select_option(label="大连市")
    page.get_by_label("本年度起租月份").select_option("2026-01")
    page.get_by_label("本年度止租月份").select_option("2026-03")
    page.get_by_label("月租金").fill("1234")
    expect(page.locator("#allowance")).to_contain_text("3,702.00 元")
    expect(page.locator("#allowance")).to_contain_text("月租金 1,234.00 元")
    estimates = [request for request in asked if "estimate" in request.url]
    assert estimates and all(r.method == "POST" and r.url.endswith("/hall/rent/estimate") for r in estimates)
    assert not any(CARD in str(r.post_data) for r in estimates)
    assert not any(CARD in r.url or "1234" in r.url for r in asked)


def test_a_half_filled_page_is_kept_by_itself_and_told_and_nothing_is_agreed_to(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened()
    page.get_by_label("我已阅读并同意").check()
    page.get_by_label("月租金").fill("1400")
    expect(page.get_by_text("已自动保存")).to_be_visible()
    assert dict(front.counter.look().draft.answers) == {"monthly_rent": "1400.00"}
    page.get_by_label("月租金").fill("1500")
    page.get_by_role("link", name="跳到主要内容").focus()
    with page.expect_response(re.compile("/draft")):
        page.get_by_label("提取金额（元）").fill("9000")
    assert front.counter.look().draft.answers["monthly_rent"] == "1500.00"
    axe_finds_nothing(page)


def test_a_doubtful_card_number_is_told_beside_it_while_it_can_still_be_changed(opened: Callable[..., Opened]) -> None:
    _, page, _ = opened()
    page.get_by_label("收款银行").select_option("CCB")
    page.get_by_label("银行卡号码").fill(CARD[:-1] + "3")
    expect(page.get_by_text("请留意：")).to_be_visible()
    expect(page.get_by_label("银行卡号码")).to_have_accessible_description(re.compile("请留意："))
    axe_finds_nothing(page)
    page.get_by_label("银行卡号码").fill(CARD)
    expect(page.get_by_text("请留意：")).to_be_hidden()


def test_keeping_is_tried_again_when_it_could_not_be_done(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened()
    page.clock.install()
    page.route(re.compile("/draft"), lambda route: route.abort())
    page.get_by_label("月租金").fill("1400")
    page.clock.run_for(2000)
    expect(page.get_by_text("刚才没有自动保存成功")).to_be_visible()
    page.unroute(re.compile("/draft"))
    page.clock.run_for(11000)
    expect(page.get_by_text("已自动保存")).to_be_visible()
    assert front.counter.look().draft.answers["monthly_rent"] == "1400.00"


def test_pressing_the_button_while_a_save_is_on_its_way_hands_in_what_stands_there(
    opened: Callable[..., Opened],
) -> None:
    front, page, _ = opened(given=answers(amount="8000", agreed=None) | {"agreed": ""})
    held: list[Route] = []
    page.route(re.compile("/draft"), lambda route: held.append(route))
    page.get_by_label("提取金额（元）").fill("8100")
    with page.expect_request(re.compile("/draft")):
        pass
    page.get_by_label("提取金额（元）").fill("8200")
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="提交申请").click()
    held[0].continue_()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    assert [a.answers["amount"] for a in front.counter.applications.rows] == ["8200.00"]


def test_what_the_phone_changes_meanwhile_appears_and_a_clash_waits_for_the_button(
    opened: Callable[..., Opened],
) -> None:
    front, page, _ = opened(given=answers() | {"agreed": ""})
    page.get_by_label("我已阅读并同意").check()
    front.counter.answer("details", answers(monthly_rent="1300", amount="7800"))
    page.get_by_label("收款银行").select_option("ICBC")
    page.get_by_label("银行卡号码").fill(OTHER_CARD)
    told = page.locator("[data-changed]")
    expect(told).to_contain_text("月租金、提取金额（元）。本页已更新为最新内容，请核对。“我已阅读并同意”的勾选已取消")
    expect(page.get_by_label("我已阅读并同意")).not_to_be_checked()
    expect(page.get_by_label("月租金")).to_have_accessible_description(re.compile("刚在另一个窗口改过"))
    axe_finds_nothing(page)
    expect(page.get_by_label("月租金")).to_have_value("1300.00")
    expect(page.locator("#allowance")).to_contain_text("7,800.00 元")
    front.counter.answer("details", answers(monthly_rent="1200", amount="7200"))
    page.get_by_label("月租金").fill("1100")
    expect(page.get_by_text("这里暂不自动保存")).to_be_visible()
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".summary")).to_be_focused()
    expect(page.get_by_text("另一个窗口保存：1,200.00 元")).to_be_visible()
    assert front.counter.applications.rows == ()
    axe_finds_nothing(page)


def test_a_tick_that_a_page_failed_to_take_off_does_not_count_for_what_came_from_elsewhere(
    opened: Callable[..., Opened],
) -> None:
    front, page, _ = opened(given=answers() | {"agreed": ""})
    tick = page.get_by_label("我已阅读并同意")
    tick.check()
    front.counter.answer("details", answers(monthly_rent="1300", amount="7800"))
    page.get_by_label("房屋详细地址").fill("青年大街200号")
    expect(tick).not_to_be_checked()
    page.evaluate("document.querySelector('[name=agreed]').checked = true")
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".summary")).to_contain_text("重新勾选")
    assert front.counter.applications.rows == ()
    expect(tick).not_to_be_checked()
    tick.check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()


def test_the_button_works_at_once_while_a_save_is_on_its_way_and_stops_if_that_takes_the_tick_off(
    opened: Callable[..., Opened],
) -> None:
    front, page, _ = opened(given=answers() | {"agreed": ""})
    tick, button = page.get_by_label("我已阅读并同意"), page.get_by_role("button", name="提交申请")
    held: list[Route] = []
    page.route(re.compile("/draft"), lambda route: held.append(route))
    page.get_by_label("房屋详细地址").fill("青年大街200号")
    with page.expect_request(re.compile("/draft")):
        pass
    tick.check()
    front.counter.answer("details", answers(monthly_rent="1300", amount="7800"))
    button.click()
    expect(page.get_by_text("正在提交，请稍候。")).to_be_visible()
    expect(button).to_have_attribute("aria-disabled", "true")
    held[0].continue_()
    expect(page.locator("[data-changed]")).to_contain_text("月租金、提取金额（元）")
    expect(tick).not_to_be_checked()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    assert front.counter.applications.rows == ()


def test_what_is_not_kept_yet_is_named(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened()
    page.get_by_label("月租金").fill("1400")
    page.get_by_label("银行卡号码").fill("6217")
    expect(page.get_by_text("银行卡号码还没填完或填写有误，暂未保存；其他内容已自动保存。")).to_be_visible()
    assert dict(front.counter.look().draft.answers) == {"monthly_rent": "1400.00"}


def test_what_was_typed_a_moment_before_signing_out_is_kept(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened()
    page.get_by_label("房屋详细地址").fill("退出前一秒打的地址11号")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url(lambda url: not url.endswith("/hall/rent"))
    assert front.counter.look().draft.answers["address"] == "退出前一秒打的地址11号"


def test_a_session_that_ended_while_typing_is_told_and_nothing_typed_is_lost(opened: Callable[..., Opened]) -> None:
    front, page, here = opened()
    front.identity.begin = lambda state, back: (  # type: ignore[method-assign]
        f"{here}/test/identity?back={back.replace('http://localhost', here)}"
    )
    front.sessions.kept.clear()
    page.get_by_label("房屋详细地址").fill("青年大街100号3单元501室")
    expect(page.get_by_text("登录已超时，填写的内容还在本页")).to_be_visible()
    page.get_by_label("月租金").fill("许多")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("您填写的内容已为您保留")).to_be_visible()
    expect(page.get_by_label("房屋详细地址")).to_have_value("青年大街100号3单元501室")
    expect(page.get_by_label("月租金")).to_have_value("许多")


def test_the_whole_page_is_filled_in_and_sent_by_the_keyboard(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened()
    page.get_by_label("租房地区").focus()
    for keys in ("沈阳市", "青年大街100号3单元501室", "2026年1月", "2026年6月", "1400", "建设银行", CARD, "8400"):
        if page.evaluate("document.activeElement.tagName") == "SELECT":
            value = page.evaluate(
                "words => [...document.activeElement.options].find(o => o.textContent.trim() === words).value", keys
            )
            page.locator(":focus").select_option(value)
        else:
            page.keyboard.type(keys)
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "A":  # 详细了解, below the card
            page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.type") != "checkbox":
        assert page.evaluate("document.activeElement !== document.body"), "the tick is reached"
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    assert len(front.counter.applications.rows) == 1


def test_what_is_wrong_has_the_focus_and_each_line_leads_to_its_field(opened: Callable[..., Opened]) -> None:
    _, page, _ = opened()
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".summary")).to_be_focused()
    page.get_by_role("link", name="请选择收款银行").click()
    expect(page.get_by_label("收款银行")).to_be_focused()
    axe_finds_nothing(page)
    page.set_viewport_size({"width": 1024, "height": 768})
    nothing_sticks_out(page)


AWAY = answers(region=DALIAN)


def choose(page: Page, row: str, files: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(f"#kind-{row}").get_by_role("button", name="本地上传").click()
    chooser.value.set_files(files)


def pictures(folder: Path, *seeds: int) -> list[Path]:
    paths = [folder / f"{seed}.jpg" for seed in seeds]
    for seed, path in zip(seeds, paths, strict=True):
        path.write_bytes(a_photo(seed, (600, 800)))
    return paths


def test_several_files_are_uploaded_one_after_the_other_each_with_its_bar(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    front, page, _ = opened("/photos", AWAY)
    held: list[Route] = []
    page.route(re.compile("/photos/lease"), lambda route: held.append(route) if not held else route.continue_())
    choose(page, "lease", pictures(tmp_path, 1, 2, 3))
    expect(page.locator("#kind-lease progress")).to_have_count(3)
    expect(page.get_by_role("progressbar", name="2.jpg，上传进度")).to_be_visible()
    axe_finds_nothing(page)
    page.wait_for_timeout(100)
    held[0].continue_()
    expect(page.locator("#kind-lease img")).to_have_count(3)
    expect(page.locator("#kind-lease")).to_be_focused()
    assert len(front.counter.look().photos["lease"]) == 3
    axe_finds_nothing(page)


def test_a_file_that_is_no_picture_is_named_and_the_others_are_stored(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    _, page, _ = opened("/photos", AWAY)
    paper = tmp_path / "合同.txt"
    paper.write_bytes(b"bad: no picture")
    first, second = pictures(tmp_path, 1, 2)
    choose(page, "lease", [first, paper, second])
    expect(page.locator("#kind-lease img")).to_have_count(2)
    expect(page.locator("#kind-lease")).to_contain_text("合同.txt：")


def test_more_files_than_there_is_room_for_are_told(opened: Callable[..., Opened], tmp_path: Path) -> None:
    front, page, _ = opened("/photos", AWAY)
    choose(page, "lease", pictures(tmp_path, *range(1, 8)))
    expect(page.locator("#kind-lease")).to_contain_text("这里还能上传6张，7.jpg 没有上传。")
    expect(page.locator("#kind-lease img")).to_have_count(6)
    assert len(front.counter.look().photos["lease"]) == 6


def test_files_that_do_not_get_through_are_sent_again_by_one_press(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    _, page, _ = opened("/photos", AWAY)
    page.route(re.compile("/photos/lease"), lambda route: route.abort())
    choose(page, "lease", pictures(tmp_path, 1, 2))
    expect(page.locator("#kind-lease")).to_contain_text("网络不给力")
    page.unroute(re.compile("/photos/lease"))
    page.locator("#kind-lease").get_by_role("button", name="重试").click()
    expect(page.locator("#kind-lease img")).to_have_count(2)


DROP = """([row, names]) => {
    const data = new DataTransfer();
    for (const [name, bytes] of names) data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/jpeg' }));
    for (const kind of ['dragover', 'drop']) {
        document.querySelector(row).dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
}"""


def test_files_are_dropped_on_their_document_and_beside_it_nothing_happens(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened("/photos", AWAY)
    files = [[f"{seed}.jpg", list(a_photo(seed, (60, 80)))] for seed in (1, 2)]
    page.evaluate(DROP, ["h1", files])
    page.evaluate(DROP, ["#kind-rent_receipt", files])
    expect(page.locator("#kind-rent_receipt img")).to_have_count(2)
    assert front.counter.look().photos.keys() == {"rent_receipt"}


def test_photos_that_arrive_from_the_phone_appear_in_their_rows(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened("/photos", AWAY)
    front.counter.intake.attach(front.person, "rent", "lease", a_photo(5))
    page.evaluate("document.dispatchEvent(new CustomEvent('by-phone:arrived', {detail: {count: 1}}))")
    expect(page.locator("#kind-lease img")).to_have_count(1)


def arrives(front: Front, page: Page, kind: str, photo: bytes) -> None:
    """From the phone, and the page is told."""
    front.counter.intake.attach(front.person, "rent", kind, photo)
    page.evaluate("document.dispatchEvent(new CustomEvent('by-phone:arrived', {detail: {count: 1}}))")


def test_a_photo_from_the_phone_leaves_a_row_alone_that_still_has_something_to_send(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    front, page, _ = opened("/photos", AWAY)
    page.route(re.compile("/photos/lease"), lambda r: r.abort() if r.request.method == "POST" else r.continue_())
    lease, again = page.locator("#kind-lease"), page.locator("#kind-lease").get_by_role("button", name="重试")
    choose(page, "lease", pictures(tmp_path, 1, 2))
    expect(again).to_be_visible()
    arrives(front, page, "id_back", a_photo(5))
    expect(page.locator("#kind-id_back img")).to_have_count(1)
    expect(lease).to_contain_text("网络不给力")
    page.unroute(re.compile("/photos/lease"))
    again.click()
    expect(lease.locator("img")).to_have_count(2)


def test_what_was_wrong_with_a_file_stays_to_be_read_when_a_photo_arrives(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    front, page, _ = opened("/photos", AWAY)
    paper = tmp_path / "合同.txt"
    paper.write_bytes(b"bad: no picture")
    choose(page, "lease", [paper, *pictures(tmp_path, 1)])
    expect(page.locator("#kind-lease")).to_contain_text("合同.txt：")
    arrives(front, page, "lease", a_photo(5))
    expect(page.locator("#kind-lease img")).to_have_count(2)
    expect(page.locator("#kind-lease")).to_contain_text("合同.txt：")


def test_only_what_came_from_the_phone_since_the_code_was_made_is_counted(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    front, page, here = opened("/photos", AWAY)
    almost_all(front)
    page.goto(f"{here}/hall/rent/photos")
    page.get_by_role("button", name="用手机拍照上传").click()
    expect(page.get_by_alt_text("手机扫码继续办理的二维码")).to_be_visible()
    choose(page, "workplace", pictures(tmp_path, 1))
    expect(page.locator("#kind-workplace img")).to_have_count(1)
    front.counter.intake.attach(front.person, "rent", "lease", a_photo(5))
    expect(page.get_by_text("已收到1张照片。")).to_be_visible()
    expect(page.locator("#kind-lease img")).to_have_count(1)
    expect(page.locator("img[src*='/h5/photos/']")).to_have_count(6)
    axe_finds_nothing(page)
    page.get_by_role("button", name="换一个二维码").click()
    expect(page.get_by_text("二维码已显示")).to_be_visible()
    front.counter.intake.attach(front.person, "rent", "lease", a_photo(6))
    expect(page.get_by_text("已收到1张照片。")).to_be_visible()


def test_files_dropped_while_the_row_fills_up_are_named(opened: Callable[..., Opened]) -> None:
    front, page, _ = opened("/photos", AWAY)
    held: list[Route] = []
    page.route(re.compile("/photos/id_front"), lambda r: held.append(r) if not held else r.continue_())
    first, second, third = ([f"a{seed}.jpg", list(a_photo(seed, (60, 80)))] for seed in (1, 2, 3))
    page.evaluate(DROP, ["#kind-id_front", [first]])
    expect(page.locator("#kind-id_front")).to_contain_text("正在上传")
    page.evaluate(DROP, ["#kind-id_front", [second]])
    page.wait_for_timeout(200)
    held[0].continue_()
    expect(page.locator("#kind-id_front")).to_contain_text("这里已满，a2.jpg 没有上传。")
    page.evaluate(DROP, ["#kind-id_front", [third]])
    expect(page.locator("#kind-id_front")).to_contain_text("这里已满，a3.jpg 没有上传。")
    assert len(front.counter.look().photos["id_front"]) == 1
    axe_finds_nothing(page)


def test_a_folder_is_not_taken_for_a_photo_and_the_row_stays_usable(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    _, page, _ = opened("/photos", AWAY)
    folder = tmp_path / "照片"
    folder.mkdir()
    (inside,) = pictures(folder, 1)
    lease = page.locator("#kind-lease")
    dropped(page, lease, [folder])
    expect(lease).to_contain_text("不能上传文件夹，请选择里面的照片。")
    expect(lease.get_by_role("button", name="本地上传")).to_be_enabled()
    dropped(page, lease, [folder, inside])
    expect(lease.locator("img")).to_have_count(1)
    expect(lease).to_contain_text("不能上传文件夹")
    choose(page, "lease", pictures(tmp_path, 2))
    expect(lease.locator("img")).to_have_count(2)


def dropped(page: Page, row: Locator, paths: list[Path]) -> None:
    """As from the desktop's file manager: a script cannot make a folder."""
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        at = {"x": box["x"] + 50, "y": box["y"] + 20}
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})


def almost_all(front: Front) -> None:
    for seed, kind in enumerate(("id_front", "id_back", "rent_receipt", "no_home_proof"), 60):
        front.counter.intake.attach(front.person, "rent", kind, a_photo(seed))


def test_handing_in_waits_for_what_is_being_uploaded(opened: Callable[..., Opened], tmp_path: Path) -> None:
    front, page, here = opened("/photos", AWAY)
    almost_all(front)
    page.goto(f"{here}/hall/rent/photos")
    held: list[Route] = []
    page.route(re.compile("/photos/lease"), lambda r: held.append(r) if not held else r.continue_())
    choose(page, "lease", pictures(tmp_path, 1, 2, 3))
    expect(page.locator("#kind-lease progress")).to_have_count(3)
    choose_more = [["a4.jpg", list(a_photo(4, (60, 80)))]]
    page.evaluate(DROP, ["#kind-lease", choose_more])
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("正在上传，传完后自动提交。")).to_be_visible()
    assert front.counter.applications.rows == ()
    axe_finds_nothing(page)
    held[0].continue_()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    (application,) = front.counter.applications.rows
    photos = front.counter.photos.of(front.person.id, application.submission_key)
    assert len([photo for photo in photos if photo.kind == "lease"]) == 4


def test_handing_in_asks_once_about_what_did_not_get_through(opened: Callable[..., Opened], tmp_path: Path) -> None:
    front, page, here = opened("/photos", AWAY)
    almost_all(front)
    front.counter.intake.attach(front.person, "rent", "lease", a_photo(70))
    page.goto(f"{here}/hall/rent/photos")
    held: list[Route] = []
    page.route(re.compile("/photos/workplace"), lambda route: held.append(route))
    choose(page, "workplace", pictures(tmp_path, 1))
    expect(page.locator("#kind-workplace")).to_contain_text("正在上传")
    page.get_by_role("button", name="确定").click()
    page.wait_for_timeout(200)
    held[0].abort()
    expect(page.get_by_text("有照片没有传上去：工作地证明。请点“重试”")).to_be_visible()
    assert front.counter.applications.rows == ()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
