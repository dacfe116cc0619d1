"""Inside WeChat: the client lets our pages use it, personal pages cannot be shared, notices are allowed by a tap."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import axe_finds_nothing, nothing_sticks_out, phone
from tests.citizen import Citizen, a_citizen
from tests.house import House, eventually, running_house

pytestmark = pytest.mark.browser
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.49(0x18003127) NetType/WIFI Language/zh_CN"
)
TEMPLATE = "Sbx0SUBSCRIBEn0ticeForRentWithdrawal0000001"


def client(page: Page) -> dict[str, Any]:
    """What the client was told by this page, once the configuration is checked."""
    state: dict[str, Any] = eventually(
        lambda: page.evaluate("window.__sandboxWx && window.__sandboxWx.config !== 'new' && window.__sandboxWx")
    )
    return state


def borrow(page: Page, citizen: Citizen) -> None:
    """Go on in this browser where the citizen's own stopped."""
    cookies = [(citizen.house.url, "fund"), (citizen.house.sandbox_url, "sandbox_phone")]
    page.context.add_cookies(
        [{"name": name, "value": str(citizen.browser.cookies.get(name)), "url": url} for url, name in cookies]
    )


@pytest.fixture
def applicant(house: House, page: Page) -> Citizen:
    """Somebody who has just handed in; the browser is theirs, at 提交成功."""
    citizen = a_citizen(house).signs_in().hands_in()
    borrow(page, citizen)
    page.goto(citizen.url)
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    return citizen


@pytest.mark.parametrize("query", ["", "?from=singlemessage&isappinstalled=0&a=%E5%85%AC+x"])
def test_a_page_for_everybody_may_be_shared_by_an_address_without_its_query(
    house: House, page: Page, query: str
) -> None:
    for path, title in (("/h5/", "首页"), ("/h5/guides/rent", "租房提取办事指南")):
        page.goto(f"{house.url}{path}{query}#part")
        state = client(page)
        assert (state["config"], state["error"]) == ("ready", None)
        assert (state["optionMenu"], state["baseItemsOnly"]) == (True, False)
        card = state["share"]["friend"]
        assert (card["title"], card["link"]) == (f"{title} - 辽宁省直公积金", house.url + path)
        assert page.request.get(card["imgUrl"]).headers["content-type"] == "image/png"
        assert state["share"]["timeline"]["link"] == house.url + path


def test_a_page_about_a_person_cannot_be_shared(house: House, page: Page, applicant: Citizen) -> None:
    for path in (applicant.path, "/h5/", "/h5/business", "/h5/me", "/h5/applications"):
        page.goto(house.url + path)
        state = client(page)
        assert state["config"] == "ready", path
        assert (state["optionMenu"], state["baseItemsOnly"]) == (False, True), path
        assert state["share"] == {"friend": None, "timeline": None}, path


@pytest.mark.parametrize("agent", [None, IPHONE])
def test_a_page_reached_by_a_redirect_after_a_post_is_configured_whatever_the_phone(
    house: House, browser: Browser, agent: str | None
) -> None:
    with phone(browser, agent=agent) if agent else phone(browser) as context:
        page = context.new_page()
        citizen = a_citizen(house).signs_in().hands_in()
        borrow(page, citizen)
        page.goto(citizen.url)
        page.get_by_role("link", name="查看进度").click()
        page.get_by_role("link", name="撤销申请").click()
        page.get_by_role("button", name=re.compile("撤销")).click()
        expect(page.get_by_text("申请已撤销。")).to_be_visible()
        # the address was tidied after the page had been opened with it
        assert page.evaluate("performance.getEntriesByType('navigation')[0].name").endswith("?notice=withdrawn")
        expect(page).to_have_url(re.compile(r"/h5/applications/[0-9A-Z-]+$"))
        state = client(page)
        assert (state["config"], state["error"]) == ("ready", None)
        assert (state["optionMenu"], state["baseItemsOnly"]) == (False, True)


def test_a_personal_page_is_safe_before_there_is_a_configuration_and_without_the_sdk(
    house: House, page: Page, applicant: Citizen
) -> None:
    page.add_init_script(
        "window.told = []; window.WeixinJSBridge = {call: function (name) { told.push(name); }, invoke: function () {}}"
    )
    page.route("**/jweixin.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(applicant.url)
    assert "hideOptionMenu" in eventually(lambda: page.evaluate("told"))
    page.goto(f"{house.url}/h5/guides/rent")
    assert set(eventually(lambda: page.evaluate("told"))) == {"showOptionMenu"}


def test_outside_wechat_nothing_of_it_is_loaded(house: House, browser: Browser) -> None:
    with phone(browser, agent="Mozilla/5.0 (Linux; Android 13) Chrome/116.0 Mobile Safari/537.36") as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        citizen = a_citizen(house).signs_in().hands_in()
        borrow(page, citizen)
        page.goto(citizen.url, wait_until="networkidle")
        expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
        assert page.locator("wx-open-subscribe").count() == 0
        assert [url for url in asked if "wechat" in url or house.sandbox_url in url] == []


def test_the_content_policy_opens_for_the_sdks_address_and_for_a_frame_where_the_tag_is(
    house: House, page: Page, applicant: Citizen
) -> None:
    def policy(path: str) -> dict[str, str]:
        answer = page.goto(house.url + path)
        assert answer is not None
        lines = answer.headers["content-security-policy"].split("; ")
        return {name: rest for name, _, rest in (line.partition(" ") for line in lines)}

    with_tag, without = policy(applicant.path), policy("/h5/me")
    assert with_tag["frame-src"] == f"https://*.qq.com webcompt: {house.sandbox_url}"
    assert "frame-src" not in without and without["default-src"] == "'none'"
    for found in (with_tag, without):
        nonce, sdk = found["script-src"].split(" ")
        assert nonce.startswith("'nonce-") and sdk == f"{house.sandbox_url}/jssdk/jweixin.js"


def test_a_citizen_allows_notices_by_a_tap(house: House, page: Page, applicant: Citizen) -> None:
    openid = str(applicant.person["openid"])
    frame = page.frame_locator("wx-open-subscribe iframe")
    button = frame.get_by_role("button", name="接收办理进度通知")
    expect(button).to_be_visible()
    axe_finds_nothing(page)
    nothing_sticks_out(page)
    button.click()
    frame.get_by_role("button", name="取消").click()
    expect(page.get_by_role("status")).to_contain_text("您没有开启")
    button.click()
    frame.get_by_role("button", name="允许").click()
    expect(page.get_by_role("status")).to_contain_text("已开启办理进度通知")
    expect(page.locator("wx-open-subscribe")).to_be_hidden()
    axe_finds_nothing(page)
    permissions = house.control("GET", f"permissions?openid={openid}")["templates"]
    assert [p["given"] for p in permissions if p["template_id"] == TEMPLATE] == [True]
    pushed = eventually(
        lambda: [d for d in house.control("GET", f"deliveries?openid={openid}") if "popup" in d["what"]][1:] or None
    )
    assert all(t["status"] == 200 for d in pushed for t in d["tries"])


def test_who_has_switched_notices_off_is_told_where_to_switch_them_on(
    house: House, page: Page, applicant: Citizen
) -> None:
    settings = page.context.new_page()
    settings.goto(f"{house.sandbox_url}/phone/{applicant.person['openid']}/notices")
    settings.get_by_role("switch", name="接收订阅通知").click()
    expect(settings.get_by_role("switch", name="接收订阅通知")).to_have_attribute("aria-checked", "false")
    settings.close()
    page.goto(applicant.url)
    page.frame_locator("wx-open-subscribe iframe").get_by_role("button", name="接收办理进度通知").click()
    expect(page.get_by_role("status")).to_contain_text("通知管理")


def test_where_the_client_draws_no_tag_nothing_is_offered(house: House, page: Page, applicant: Citizen) -> None:
    page.reload()
    section = page.locator("#subscribe")
    expect(section).to_be_visible()
    page.evaluate("document.dispatchEvent(new CustomEvent('WeixinOpenTagsError', {detail: {errMsg: 'too old'}}))")
    expect(section).to_be_hidden()


@pytest.fixture
def house_without_tickets(tmp_path: Path) -> Iterator[House]:
    """A fresh house that has no ticket yet and gets none."""
    with running_house(tmp_path) as house, house.fault("wechat", "error", path="/cgi-bin/ticket/getticket"):
        yield house


def test_without_a_ticket_the_page_works_as_it_did(house_without_tickets: House, browser: Browser) -> None:
    house = house_without_tickets
    with phone(browser) as context:
        page = context.new_page()
        troubles: list[str] = []
        answers: list[int] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("response", lambda r: answers.append(r.status) if "/jssdk/config" in r.url else None)
        citizen = a_citizen(house).signs_in().hands_in()
        borrow(page, citizen)
        page.goto(citizen.url)
        expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
        assert eventually(lambda: page.evaluate("!!window.__sandboxWx") and answers) == [503]
        expect(page.locator("#subscribe")).to_be_hidden()
        assert page.evaluate("window.__sandboxWx.optionMenu") is False
        page.get_by_role("link", name="查看进度").click()
        expect(page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()
        assert troubles == []
