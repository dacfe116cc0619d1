"""A new colleague's first morning at the desk, in a real browser, by keyboard."""

from collections.abc import Iterator
from datetime import datetime

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from fund.application import Role
from tests.chromium import axe_finds_nothing, nothing_sticks_out
from tests.house import House
from tests.staff import PASSWORD, a_staffer

pytestmark = pytest.mark.browser
OWN = "Evening-2026-tea"


@pytest.fixture
def screen(browser: Browser) -> Iterator[BrowserContext]:
    """The smallest screen the desk is used at. A fault in the console fails the test."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(15_000)
    troubles: list[str] = []
    context.on("console", lambda m: troubles.append(m.text) if m.type in ("error", "warning") else None)
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    yield context
    context.close()
    assert [each for each in troubles if "status of 422" not in each] == []


def looks_well(page: Page) -> None:
    axe_finds_nothing(page)
    nothing_sticks_out(page)


def signs_in(page: Page, house: House, login: str, password: str) -> None:
    page.goto(f"{house.desk_url}/")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")


def test_a_newcomer_enrols_chooses_a_password_and_ends_a_forgotten_session(
    house: House, screen: BrowserContext, browser: Browser
) -> None:
    newcomer = a_staffer(house, Role.ADMIN, secret="", must_change=True)
    login = newcomer.member.login
    page = screen.new_page()
    page.goto(f"{house.desk_url}/")
    expect(page.get_by_label("登录名")).to_be_focused()
    looks_well(page)
    signs_in(page, house, login, PASSWORD)

    expect(page.get_by_role("heading", name="绑定动态验证码")).to_be_visible()
    expect(page.get_by_role("img", name="用于绑定验证器的二维码")).to_be_visible()
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 100
    expect(page.get_by_label("动态验证码")).to_be_focused()
    looks_well(page)
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("验证码不正确或已经用过")).to_be_visible()
    looks_well(page)
    totp = pyotp.TOTP("".join(page.locator(".secret").inner_text().split()))
    page.keyboard.type(totp.now())
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="请先设置自己的密码")).to_be_visible()
    looks_well(page)
    page.get_by_label("当前密码").fill(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(OWN)
    page.keyboard.press("Tab")
    page.keyboard.type(OWN)
    page.keyboard.press("Enter")
    expect(page.get_by_text("新密码已保存")).to_be_visible()
    expect(page.get_by_text("本次登录")).to_be_visible()
    looks_well(page)

    elsewhere = browser.new_context(locale="zh-CN")
    forgotten = elsewhere.new_page()
    signs_in(forgotten, house, login, OWN)
    forgotten.get_by_label("动态验证码").fill(next_code(totp))
    forgotten.keyboard.press("Enter")
    forgotten.wait_for_url("**/staff")

    page.reload()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="结束", exact=False).filter(has_text="结束").first.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("已结束")).to_be_visible()
    forgotten.goto(f"{house.desk_url}/staff")
    expect(forgotten.get_by_role("heading", name="工作人员登录")).to_be_visible()
    elsewhere.close()

    page.get_by_role("link", name="人员").click()
    expect(page.get_by_role("heading", name="人员")).to_be_visible()
    looks_well(page)
    page.get_by_role("link", name="新增人员").click()
    looks_well(page)
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="工作人员登录")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", name="工作人员登录")).to_be_visible()


def next_code(totp: pyotp.TOTP) -> str:
    """The code after the one at hand: a telephone that goes half a minute fast."""
    return totp.at(datetime.now(), counter_offset=1)
