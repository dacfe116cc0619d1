"""双人控制 in a real browser: one asks, another approves, the newcomer needs both halves. And the warning of an idle desk."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from fund.application import Role
from tests.adapters.postgres.servers import an_id_number
from tests.chromium import axe_finds_nothing, nothing_sticks_out
from tests.house import House
from tests.staff import PASSWORD, Staffer, a_staffer

pytestmark = pytest.mark.browser
OWN = "Evening-2026-tea"
Open = Callable[[], Page]


@pytest.fixture
def window(browser: Browser) -> Iterator[Open]:
    """A new person's window each time. A fault in the console fails the test."""
    contexts, troubles = [], []

    def opened() -> Page:
        context = browser.new_context(
            viewport={"width": 1024, "height": 768}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(15_000)
        context.on("console", lambda m: troubles.append(m.text) if m.type in ("error", "warning") else None)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert [each for each in troubles if "status of 422" not in each and "ERR_FAILED" not in each] == []


def looks_well(page: Page, name: str = "") -> None:
    axe_finds_nothing(page)
    nothing_sticks_out(page)
    if name and (folder := os.environ.get("SCREENS")):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def at_the_desk(page: Page, someone: Staffer) -> Page:
    """Signed in."""
    page.goto(f"{someone.house.desk_url}/")
    page.get_by_label("登录名").fill(someone.member.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    assert someone.codes is not None
    page.get_by_label("动态验证码").fill(someone.codes.next())
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    return page


def test_a_newcomer_needs_what_two_administrators_were_shown(house: House, window: Open) -> None:
    asker, approver = (a_staffer(house, Role.ADMIN, id_number=an_id_number()) for _ in range(2))
    one, other = at_the_desk(window(), asker), at_the_desk(window(), approver)
    login = f"new{asker.member.login[-8:]}"

    one.get_by_role("link", name="新增人员").click()
    looks_well(one, "add")
    one.get_by_label("登录名").fill(login)
    one.get_by_label("姓名").fill("新来的人")
    one.get_by_label("系统管理").check()
    one.get_by_label("本人证件号码").fill(an_id_number().value)
    one.get_by_role("button", name="提交新增申请").click()
    expect(one.get_by_text("您自己不能批准")).to_be_visible()
    looks_well(one, "asked")

    other.goto(f"{house.desk_url}/staff")
    looks_well(other, "staff")
    other.get_by_role("link", name="待批申请").click()
    looks_well(other, "requests")
    other.get_by_role("row").filter(has_text=login).get_by_role("link").click()
    looks_well(other, "decide")
    other.get_by_role("button", name="批准", exact=True).click()
    expect(other.get_by_role("heading", name="一次性密码的后一半")).to_be_visible()
    looks_well(other, "approved")

    halves = []
    for page, which in ((one, "前一半"), (other, "后一半")):
        page.reload()
        page.get_by_role("button", name="显示我的一半").click()
        expect(page.get_by_role("heading", name=f"一次性密码的{which}")).to_be_visible()
        looks_well(page, f"half-{which}")
        halves.append(page.locator(".secret").inner_text())
        page.goto(page.url.removesuffix("/half"))
        expect(page.locator(".secret")).to_have_count(0)

    newcomer = window()
    newcomer.goto(f"{house.desk_url}/")
    for password, is_in in ((halves[0], False), (halves[1], False), ("".join(halves), True)):
        newcomer.get_by_label("登录名").fill(login)
        newcomer.get_by_label("密码").fill(password)
        newcomer.keyboard.press("Enter")
        expect(newcomer.get_by_role("heading", name="绑定动态验证码" if is_in else "工作人员登录")).to_be_visible()
    totp = pyotp.TOTP("".join(newcomer.locator(".secret").inner_text().split()))
    newcomer.get_by_label("动态验证码").fill(totp.now())
    newcomer.keyboard.press("Enter")
    newcomer.get_by_label("当前密码").fill("".join(halves))
    newcomer.get_by_label("新密码", exact=True).fill(OWN)
    newcomer.get_by_label("再次输入新密码").fill(OWN)
    newcomer.keyboard.press("Enter")
    expect(newcomer.get_by_text("新密码已保存")).to_be_visible()

    newcomer.goto(f"{house.desk_url}/staff/records")
    for words in ("提出申请：新增账号", "批准申请：新增账号", "绑定动态验证码", "修改密码"):
        expect(newcomer.get_by_role("row").filter(has_text=words).first).to_be_visible()
    looks_well(newcomer, "records")
    newcomer.get_by_role("link", name=login, exact=False).first.click()
    looks_well(newcomer, "own")
    one.goto(f"{house.desk_url}/staff")
    one.get_by_role("link", name=login).click()
    looks_well(one, "account")


@pytest.fixture
def waiting(house: House, window: Open) -> Page:
    """Somebody who types a form and is called away; the clock is the test's."""
    page = window()
    at_the_desk(page, a_staffer(house, Role.ADMIN, id_number=an_id_number()))
    page.clock.install()
    page.goto(f"{house.desk_url}/staff/add")
    page.get_by_label("姓名").fill("打了一半")
    return page


def test_an_idle_desk_warns_and_goes_on_with_nothing_lost(house: House, waiting: Page) -> None:
    page = waiting
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method + request.url.removeprefix(house.desk_url)))
    page.clock.fast_forward("11:50")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.clock.fast_forward("00:15")
    dialog = page.get_by_role("alertdialog", name="登录即将结束")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="继续使用")).to_be_focused()
    looks_well(page, "idle")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="继续使用").click()
    expect(dialog).to_be_hidden()
    assert asked == ["POST/still-here"]
    expect(page.get_by_label("姓名")).to_have_value("打了一半")
    expect(page.get_by_label("姓名")).to_be_focused()
    page.clock.fast_forward("11:50")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.clock.fast_forward("00:15")
    expect(dialog).to_be_visible()


def test_a_session_that_has_ended_is_told_and_the_form_stays(waiting: Page) -> None:
    page = waiting
    page.clock.fast_forward("12:30")
    page.clock.fast_forward("02:00")
    dialog = page.get_by_role("alertdialog", name="登录已结束")
    expect(dialog).to_be_visible()
    looks_well(page, "over")
    dialog.get_by_role("button", name="留在本页").click()
    expect(dialog).to_be_hidden()
    page.clock.fast_forward("01:00")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(page.get_by_label("姓名")).to_have_value("打了一半")


def test_whoever_knows_that_the_session_has_ended_is_led_to_sign_in_and_back(waiting: Page) -> None:
    page = waiting
    page.context.clear_cookies()
    page.clock.fast_forward("12:30")
    page.clock.fast_forward("02:00")
    page.get_by_role("alertdialog", name="登录已结束").get_by_role("button", name="知道了").click()
    page.wait_for_url("**/sign-in?next=/staff/add")
    expect(page.get_by_role("heading", name="工作人员登录")).to_be_visible()


def test_without_a_connection_going_on_says_so_and_can_be_tried_again(waiting: Page) -> None:
    page = waiting
    page.clock.fast_forward("12:30")
    page.route("**/still-here", lambda route: route.abort())
    page.get_by_role("button", name="继续使用").click()
    expect(page.get_by_text("网络没有连上")).to_be_visible()
    page.unroute("**/still-here")
    page.get_by_role("button", name="继续使用").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
