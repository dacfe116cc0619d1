"""The phone under a real chromium: by the words one sees, without reloading, at 375 pixels."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import axe_finds_nothing, nothing_sticks_out
from tests.sandbox.platform import APP_ID, SUBSCRIBE_TEMPLATE, ZHANG_WEI, Service, Wechat, a_menu, a_notice, text_reply

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page as wide as a phone."""
    with browser.new_context(viewport={"width": 375, "height": 812}, locale="zh-CN") as context:
        page = context.new_page()
        page.set_default_timeout(8000)
        yield page


def test_follow_write_and_tap_by_the_words_one_sees(page: Page, wechat: Wechat, service: Service) -> None:
    service.answer = lambda push: (
        200,
        service.sealed(text_reply(push, "欢迎关注" if push.says("Event") == "subscribe" else "请点菜单")),
    )
    click = {"type": "click", "name": "常见问题", "key": "FAQ"}
    view = {"type": "view", "name": "业务办理", "url": f"{wechat.url}/phone/?opened"}
    wechat.post("menu/create", a_menu(view, {"name": "服务指南", "sub_button": [click, view | {"name": "指南"}]}))
    page.goto(f"{wechat.url}/phone/")
    page.get_by_text("张伟").click()
    page.get_by_role("button", name="关注", exact=True).click()
    chat = page.get_by_role("log")
    expect(chat.get_by_text("欢迎关注")).to_be_visible()
    page.evaluate("window.stays = true")
    page.get_by_label("输入消息").fill("怎么办理")
    page.get_by_role("button", name="发送").click()
    expect(chat.get_by_text("怎么办理")).to_be_visible()
    expect(chat.get_by_text("请点菜单")).to_be_visible()
    expect(page.get_by_label("输入消息")).to_have_value("")
    wechat.post("message/template/send", a_notice())
    expect(chat.get_by_text("业务办理进度通知")).to_be_visible()
    expect(page.get_by_role("button", name="常见问题")).to_be_hidden()
    page.get_by_role("button", name="服务指南").click()
    page.get_by_role("button", name="常见问题").click()
    expect(chat.get_by_text("请点菜单")).to_have_count(2)
    expect(page.get_by_role("button", name="常见问题")).to_be_hidden()
    page.get_by_role("button", name="键盘").click()
    expect(page.get_by_label("输入消息")).to_be_hidden()
    assert page.evaluate("window.stays") is True
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.get_by_role("button", name="业务办理", exact=True).click()
    page.wait_for_url("**/phone/?opened")
    page.go_back()
    page.get_by_label("更多").click()
    page.get_by_role("button", name="取消关注").click()
    expect(page.get_by_role("button", name="关注", exact=True)).to_be_visible()
    assert [push.says("Event") for push in service.of_event("VIEW")] == ["VIEW"]


def test_the_phone_of_the_cookie_is_the_one_that_was_opened_last(page: Page, wechat: Wechat) -> None:
    page.goto(f"{wechat.url}/phone/o-li-na")
    page.goto(f"{wechat.url}/phone/{ZHANG_WEI}")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert cookies["sandbox_phone"]["value"] == ZHANG_WEI
    assert (cookies["sandbox_phone"]["httpOnly"], cookies["sandbox_phone"]["sameSite"]) == (True, "Lax")


def test_every_page_of_the_phone_is_accessible_and_fits(page: Page, wechat: Wechat, service: Service) -> None:
    service.answer = lambda push: (200, service.sealed(text_reply(push, "欢迎关注")))
    authorise = (
        f"{wechat.url}/connect/oauth2/authorize?appid={APP_ID}&redirect_uri={service.url}/x"
        "&response_type=code&scope={scope}&state=s1#wechat_redirect"
    )
    code = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "poster-heping"}}}
    scan = wechat.post("qrcode/create", code)["url"]
    phone = f"{wechat.url}/phone/{ZHANG_WEI}"

    def look(url: str, *, press: str = "") -> None:
        page.goto(url)
        if press:
            page.get_by_label(press).click()
        axe_finds_nothing(page)
        nothing_sticks_out(page)

    for url in (f"{wechat.url}/", f"{wechat.url}/phone/", authorise.format(scope="snsapi_base"), scan):
        look(url)
    look(phone, press="更多")
    for url in (authorise.format(scope="snsapi_userinfo"), authorise.format(scope="nothing"), f"{phone}/codes"):
        look(url)
    page.get_by_role("button", name="poster-heping").click()
    expect(page.get_by_text("欢迎关注")).to_be_visible()
    wechat.post("menu/create", a_menu())
    wechat.post("message/template/send", a_notice())
    wechat.control("POST", "permissions", {"openid": ZHANG_WEI, "template_id": SUBSCRIBE_TEMPLATE})
    wechat.push(text="在吗")
    look(phone, press="更多")
    service.answer = lambda _: (500, "")
    wechat.push(text="在吗")
    for url in (f"{phone}/notices", f"{phone}/deliveries", f"{wechat.url}/deliveries", f"{wechat.url}/"):
        look(url)
