"""操作手册 section 一（个人网厅）: （一）1–3, 3-1, 3-2, 忘记密码 and （二）1, by the visible words, at 1280×900."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from fund.application import Move
from tests.chromium import axe_finds_nothing, nothing_sticks_out, phone
from tests.citizen import Citizen, a_citizen, add_people
from tests.desk_moves import a_return, desk_of
from tests.house import House
from tests.people import a_person
from tests.pictures import a_photo

pytestmark = pytest.mark.browser
YEAR = date.today().year
DESKTOP = {"width": 1280, "height": 900}


@contextmanager
def a_desktop(browser: Browser, **different: Any) -> Iterator[Page]:
    """A window of a desktop browser; whatever goes wrong in its console or its requests fails the test."""
    options: dict[str, Any] = {"viewport": DESKTOP, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **different}
    context = browser.new_context(**options)
    context.set_default_timeout(15_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("console", lambda m: troubles.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("response", lambda r: troubles.append(f"{r.status} {r.url}") if r.status >= 500 else None)
    yield page
    allowed = ("status of 403", "status of 410", "status of 404")
    assert [t for t in troubles if not any(a in t for a in allowed)] == []
    context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with a_desktop(browser) as page:
        yield page


def checked(page: Page) -> None:
    """Accessible, and nothing sticks out at 1280 and at 1024."""
    axe_finds_nothing(page)
    nothing_sticks_out(page)
    page.set_viewport_size({"width": 1024, "height": 768})
    nothing_sticks_out(page)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def is_right_of_the_middle(page: Page, thing: Locator) -> bool:
    box = thing.bounding_box()
    assert box
    return box["x"] + box["width"] / 2 > page.evaluate("innerWidth") / 2


def is_below(lower: Locator, upper: Locator) -> bool:
    one, other = lower.bounding_box(), upper.bounding_box()
    assert one and other
    return one["y"] > other["y"]


def to_the_sign_in_page(house: House, page: Page, check: bool = True) -> None:
    """（一）1–3."""
    page.goto(f"{house.url}/")
    button = page.get_by_role("link", name="个人网厅", exact=True)
    assert is_right_of_the_middle(page, button)
    if check:
        checked(page)
    button.click()
    expect(page.get_by_role("heading", name="提示信息")).to_be_visible()
    way_in = page.get_by_role("link", name="立即登录")
    assert is_below(way_in, page.get_by_role("heading", name="登录前请留意"))
    if check:
        checked(page)
    way_in.click()
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()


def signs_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def message_code(page: Page) -> str:
    found = re.search(r"[0-9]{6}", page.get_by_text("模拟短信").inner_text())
    assert found
    return found[0]


def a_member(house: House, **different: Any) -> dict[str, Any]:
    person = a_person(**different)
    add_people(house, person)
    return person


def registers(page: Page, person: dict[str, Any], login: str) -> None:
    """3-1: 注册账号 at the right, 自然人用户, 帮助手册 at the top right."""
    button = page.get_by_role("link", name="注册账号", exact=True)
    left = page.get_by_role("link", name="忘记密码", exact=True)
    one, other = button.bounding_box(), left.bounding_box()
    assert one and other and one["x"] > other["x"], "注册账号 is at the right, 忘记密码 at the left"
    button.click()
    expect(page.get_by_role("heading", name="注册账号")).to_be_visible()
    manual = page.get_by_role("link", name="帮助手册", exact=True)
    assert is_right_of_the_middle(page, manual) and (manual.bounding_box() or {"y": 999})["y"] < 120
    page.get_by_role("link", name=re.compile("自然人用户")).click()
    for label, value in (
        ("账号", login),
        ("真实姓名", person["name"]),
        ("证件号码", person["id_number"]),
        ("手机号", "13900001111"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("密码", exact=True).fill("Newcomer-2026")
    page.get_by_label("确认密码").fill("Newcomer-2026")
    page.get_by_label("短信验证码").fill(message_code(page))
    page.get_by_role("button", name="立即注册").click()


def test_a_member_without_an_account_registers_signs_in_and_is_led_to_the_hall(house: House, page: Page) -> None:
    person = a_member(house, login=None, password=None)
    to_the_sign_in_page(house, page)
    registers(page, person, "newcomer2026")
    expect(page.get_by_role("heading", name="注册成功")).to_be_visible()
    page.get_by_role("link", name="去登录").click()
    signs_in(page, "newcomer2026", "Newcomer-2026")
    page.wait_for_url(f"{house.url}/hall/home")
    expect(page.get_by_role("heading", name=f"{person['name'][0]}**，您好")).to_be_visible()
    expect(page.get_by_text("52,340.18 元")).to_be_visible()
    assert person["name"] not in page.content() and person["id_number"] not in page.content()
    checked(page)


def test_an_occupied_number_leads_to_the_forgotten_password_and_back_into_the_hall(house: House, page: Page) -> None:
    person = a_member(house)
    to_the_sign_in_page(house, page, check=False)
    registers(page, person, "another2026")
    expect(page.get_by_role("heading", name="身份证被占用")).to_be_visible()
    page.get_by_role("link", name="忘记密码").click()
    resets_the_password(page, person)
    signs_in(page, person["login"], "Reset-20261")
    page.wait_for_url(f"{house.url}/hall/home")


def test_a_forgotten_password_is_found_again_from_the_sign_in_page(house: House, page: Page) -> None:
    person = a_member(house)
    to_the_sign_in_page(house, page, check=False)
    page.get_by_role("link", name="忘记密码", exact=True).click()
    resets_the_password(page, person)
    signs_in(page, person["login"], "Reset-20261")
    page.wait_for_url(f"{house.url}/hall/home")


def resets_the_password(page: Page, person: dict[str, Any]) -> None:
    """忘记密码: 找回密码, 自然人, 下一步; 找回密码帮助手册 at the left."""
    expect(page.get_by_role("heading", name="找回密码")).to_be_visible()
    manual = page.get_by_role("link", name="找回密码帮助手册")
    assert not is_right_of_the_middle(page, manual)
    page.get_by_label("自然人").check()
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("真实姓名").fill(person["name"])
    page.get_by_label("证件号码").fill(person["id_number"])
    page.get_by_label("短信验证码").fill(message_code(page))
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("新密码", exact=True).fill("Reset-20261")
    page.get_by_label("确认密码").fill("Reset-20261")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("heading", name="密码已重置")).to_be_visible()
    page.get_by_role("link", name="去登录").click()


def into_the_hall(house: House, page: Page, person: dict[str, Any], path: str = "/hall/home") -> None:
    page.goto(f"{house.url}{path}")
    signs_in(page, person["login"], person["password"])
    page.wait_for_url(f"{house.url}{path}")


def test_whoever_opens_a_page_of_the_hall_is_back_on_it_after_signing_in_and_finds_every_place(
    house: House, page: Page
) -> None:
    person = a_member(house)
    into_the_hall(house, page, person, "/hall/deposits?year=2026")
    expect(page.get_by_role("heading", name="缴存明细")).to_be_visible()
    for words, heading in (
        ("首页", "您好"), ("提取", "提取业务"), ("我的申请", "我的申请"), ("账户信息", "账户信息"),
        ("缴存明细", "缴存明细"), ("提取记录", "提取记录"),
    ):  # fmt: skip
        place = page.get_by_role("navigation", name="主菜单").get_by_role("link", name=words, exact=True)
        assert not is_right_of_the_middle(page, place)
        place.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        checked(page)
    page.get_by_role("link", name=f"{YEAR - 1}年").first.click()
    expect(page.get_by_text(f"{YEAR - 1}年没有提取记录")).to_be_visible()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="提示信息")).to_be_visible()
    page.goto(f"{house.url}/hall/account")
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()


def test_every_place_is_reached_and_left_by_the_keyboard(house: House, page: Page) -> None:
    into_the_hall(house, page, a_member(house))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到主要内容")).to_be_focused()
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e === document.body ? '' : e.innerText.trim(), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 1]; })()"
        )
        seen.append(focused[0])
        assert focused[1] or not focused[0], f"{focused[0]}: the focus is not seen"
    for words in ("退出", "首页", "提取", "我的申请", "账户信息", "缴存明细", "提取记录", "办事指南", "去办理提取"):
        assert words in seen, words


def test_a_narrow_window_is_told_of_the_phones_pages_and_loses_nothing(house: House, page: Page) -> None:
    into_the_hall(house, page, a_member(house))
    line = page.get_by_text("窗口较窄")
    expect(line).to_be_hidden()
    page.set_viewport_size({"width": 700, "height": 800})
    expect(line).to_be_visible()
    axe_finds_nothing(page)
    nothing_sticks_out(page)
    page.set_viewport_size({"width": 360, "height": 800})
    nothing_sticks_out(page)
    page.get_by_role("link", name="用手机版页面办理").click()
    page.wait_for_url(f"{house.url}/h5/")


def test_a_phone_that_comes_to_the_hall_is_led_to_its_own_pages(house: House, browser: Browser) -> None:
    with phone(browser) as context:
        page = context.new_page()
        page.goto(f"{house.url}/hall/")
        page.wait_for_url(f"{house.url}/h5/")
        page.goto(f"{house.url}/")
        page.wait_for_url(f"{house.url}/h5/")


def test_while_the_core_system_is_down_the_page_says_so_and_a_retry_helps(house: House, browser: Browser) -> None:
    # The page itself is a 503, which the fixture's window would count as trouble.
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    into_the_hall(house, page, a_member(house))
    house.control("POST", "faults", {"service": "core", "path": "/core/deposits", "mode": "error", "times": 9})
    page.goto(f"{house.url}/hall/deposits")
    expect(page.get_by_role("heading", name="暂时查不到缴存明细")).to_be_visible()
    axe_finds_nothing(page)
    page.get_by_role("link", name="提取记录").click()
    expect(page.get_by_role("heading", name="提取记录")).to_be_visible()
    page.go_back()
    house.control("DELETE", "faults")
    page.get_by_role("link", name="重试").click()
    expect(page.get_by_role("heading", name="缴存明细")).to_be_visible()
    context.close()


def at_a_correction_of_photos(house: House, page: Page) -> Citizen:
    """Somebody whose rental contract was not sharp; the window is theirs, at 影像上传 of the correction."""
    citizen = a_citizen(house).signs_in()
    citizen.to_the_pledge(**{"租房地区": "210200"}).press("提交申请", {"我已阅读并同意": "yes"})
    for seed, kind in enumerate(kinds_of(citizen)):
        citizen.press("上传", files={"photo": ("p.jpg", a_photo(seed), "image/jpeg")}, near=kind)
    citizen.press("提交申请")
    number = citizen.path.rsplit("/", 1)[1]
    with desk_of(house) as at:
        at(citizen.person["openid"], number, Move.CLAIM, a_return(photos=("lease",)))
    page.context.add_cookies([{"name": "fund", "value": str(citizen.browser.cookies.get("fund")), "url": house.url}])
    page.goto(f"{house.url}/hall/applications/{number}")
    checked(page)
    page.get_by_role("link", name="去补正").click()
    checked(page)
    citizen.open(f"/h5/applications/{number}/correct/photos")
    return citizen


def test_photos_taken_on_the_phone_appear_on_the_desktop_while_it_waits(
    house: House, page: Page, tmp_path: Path
) -> None:
    citizen = at_a_correction_of_photos(house, page)
    page.get_by_role("button", name="用手机拍照上传").click()
    expect(page.get_by_alt_text("手机扫码继续办理的二维码")).to_be_visible()
    expect(page.get_by_role("button", name="换一个二维码")).to_be_visible()
    expect(page.get_by_text("手机上传的照片会出现在下面对应的一行")).to_be_visible()
    checked(page)
    page.screenshot(path=tmp_path / "code.png", full_page=True)
    citizen.press("上传", files={"photo": ("p.jpg", a_photo(99), "image/jpeg")}, near="租赁合同")
    expect(page.get_by_text("已收到1张照片。")).to_be_visible()
    expect(page.locator(".kinds_hall img[src*='/h5/photos/']")).to_have_count(1)
    checked(page)
    page.screenshot(path=tmp_path / "arrived.png", full_page=True)


def test_waiting_asks_less_and_less_often_and_not_at_all_while_nobody_looks(house: House, page: Page) -> None:
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/arrived" in request.url else None)
    at_a_correction_of_photos(house, page)
    page.get_by_role("button", name="用手机拍照上传").click()
    expect(page.get_by_alt_text("手机扫码继续办理的二维码")).to_be_visible()
    for _ in range(60):
        page.clock.run_for(1000)
        page.wait_for_timeout(40)
    in_the_first_minute = len(asked)
    assert 3 <= in_the_first_minute <= 9, asked
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    page.evaluate(f"{hide} document.dispatchEvent(new Event('visibilitychange')); }}", True)
    for _ in range(60):
        page.clock.run_for(1000)
    assert len(asked) == in_the_first_minute
    page.evaluate(f"{hide} document.dispatchEvent(new Event('visibilitychange')); }}", False)
    page.clock.run_for(1000)
    page.wait_for_timeout(300)
    assert len(asked) == in_the_first_minute + 1
    page.clock.run_for(200_000)
    expect(page.get_by_text("二维码已过期")).to_be_visible()
    expect(page.get_by_alt_text("手机扫码继续办理的二维码")).to_have_count(0)


def test_whoever_was_signed_out_while_waiting_is_told(house: House, page: Page) -> None:
    at_a_correction_of_photos(house, page)
    page.get_by_role("button", name="用手机拍照上传").click()
    expect(page.get_by_text("手机上传的照片会出现在下面对应的一行")).to_be_visible()
    page.context.clear_cookies()
    expect(page.get_by_text("登录已超时")).to_be_visible(timeout=15_000)


def kinds_of(citizen: Citizen) -> list[str]:
    """The documents that have to be there."""
    rows = citizen.page.select("[data-kind]")
    return [row.select_one("h2").get_text() for row in rows if row.select_one(".tag_must")]  # type: ignore[union-attr]


def test_an_application_is_looked_at_printed_and_taken_back(house: House, page: Page, tmp_path: Path) -> None:
    citizen = a_citizen(house).signs_in().hands_in()
    number = citizen.path.rsplit("/", 1)[1]
    page.context.add_cookies([{"name": "fund", "value": str(citizen.browser.cookies.get("fund")), "url": house.url}])
    page.goto(f"{house.url}/hall/home")
    page.screenshot(path=tmp_path / "home.png", full_page=True)
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="我的申请").click()
    page.screenshot(path=tmp_path / "list.png", full_page=True)
    page.get_by_role("link", name=number).click()
    checked(page)
    page.screenshot(path=tmp_path / "application.png", full_page=True)
    page.get_by_role("link", name="打印申请").click()
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    checked(page)
    page.emulate_media(media="print")
    for hidden in ("主菜单",):
        expect(page.get_by_role("navigation", name=hidden)).to_be_hidden()
    expect(page.get_by_role("button", name="退出")).to_be_hidden()
    expect(page.get_by_text(number).first).to_be_visible()
    page.screenshot(path=tmp_path / "print.png", full_page=True)
    page.emulate_media(media="screen")
    page.get_by_role("link", name="返回申请").click()
    page.get_by_role("link", name="撤销申请").click()
    checked(page)
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_text("申请已撤销。")).to_be_visible()


def test_a_draft_goes_from_the_phone_to_the_desktop_by_a_typed_code(house: House, browser: Browser, page: Page) -> None:
    citizen = a_citizen(house).signs_in().begins()
    citizen.follow("换到电脑上继续办理").press("显示接力码")
    code = citizen.page.select_one(".result__number")
    assert code
    page.goto(f"{house.url}/to")
    checked(page)
    page.get_by_label("接力码").fill(code.get_text().lower())
    page.get_by_role("button", name="继续", exact=True).click()
    expect(page.get_by_role("heading", name="继续办理租房提取")).to_be_visible()
    checked(page)
    other = a_member(house)
    with a_desktop(browser) as elsewhere:
        elsewhere.goto(page.url)
        elsewhere.get_by_role("link", name="立即登录").click()
        signs_in(elsewhere, other["login"], other["password"])
        expect(elsewhere.get_by_role("heading", name="这是另一位申请人的接力码")).to_be_visible()
        axe_finds_nothing(elsewhere)
    page.get_by_role("link", name="立即登录").click()
    signs_in(page, citizen.person["login"], citizen.person["password"])
    page.wait_for_url(re.compile("/hall/rent"))
    page.goto(f"{house.url}/to/{code.get_text().replace('-', '')}")
    expect(page.get_by_role("heading", name="这个接力码不能再用了")).to_be_visible()
    axe_finds_nothing(page)
