"""The stand-in for the JS-SDK under a real chromium: what it lets pass, what it refuses, what it then shows."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Response
from playwright.sync_api import Browser, Page, expect

from sandbox.wechat import crypto
from tests.chromium import axe_finds_nothing, phone
from tests.sandbox.platform import (
    APP_ID,
    SUBSCRIBE_TEMPLATE,
    ZHANG_WEI,
    Service,
    Wechat,
    eventually,
)

pytestmark = pytest.mark.browser
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49"
)
TAG = f"""<wx-open-subscribe id=tag template="{SUBSCRIBE_TEMPLATE}">
<script type="text/wxtag-template" slot="style"><style>.ask {{ color: rgb(1, 2, 3) }}</style></script>
<script type="text/wxtag-template"><button class="ask">接收通知</button></script></wx-open-subscribe>"""
CONFIGURE = """config => new Promise(resolve => {
  const heard = [];
  wx.error(failure => heard.push(failure.errMsg));
  wx.ready(() => { heard.push('ready'); resolve(heard); });
  wx.config(config);
})"""
Opened = Callable[..., Page]


class Shop:
    """A page of the service with the script in it, and the right configuration for it."""

    def __init__(self, wechat: Wechat, origin: str) -> None:
        self.origin = origin
        self._ticket = wechat.get("ticket/getticket", type="jsapi")["ticket"]

    def config(self, url: str, **differs: Any) -> dict[str, Any]:
        signature = crypto.jssdk_signature(self._ticket, "n1", "1790000000", url)
        right = {"appId": APP_ID, "nonceStr": "n1", "timestamp": 1790000000, "signature": signature, "jsApiList": []}
        return {name: value for name, value in (right | differs).items() if value is not None}


@pytest.fixture
def shop(wechat: Wechat, service: Service) -> Shop:
    """/page/framing lets the platform's frame in, /page/any does not; neither lets in anything else."""

    def page(policy: str) -> Response:
        frames = f"frame-src {wechat.url}; " if policy == "framing" else ""
        html = f"<title>page</title><script src='{wechat.url}/jssdk/jweixin.js'></script>{TAG}"
        sources = f"script-src {wechat.url}; {frames}style-src 'self'"
        return Response(html, headers={"Content-Security-Policy": f"default-src 'none'; {sources}"})

    service.app.add_url_rule("/page/<policy>", view_func=page)
    return Shop(wechat, service.url)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opened]:
    contexts = []

    def open_(url: str, agent: str | None = None) -> Page:
        contexts.append(phone(browser, agent=agent) if agent else phone(browser))
        page = contexts[-1].new_page()
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, []),
        ({"nonceStr": "other"}, ["config:invalid signature"]),
        ({"timestamp": 1790000001}, ["config:invalid signature"]),
        ({"appId": "wx0"}, ["config:invalid appid"]),
        ({"jsApiList": None}, ["config:fail, jsApiList is invalid"]),
        ({"jsApiList": "hideOptionMenu"}, ["config:fail, jsApiList is invalid"]),
        ({"jsApiList": ["hideOptionsMenu"]}, ["config:fail, jsApiList is invalid"]),
        ({"openTagList": ["wx-open-subscribed"]}, ["config:fail, openTagList is invalid"]),
    ],
)
def test_only_a_right_configuration_is_taken_and_ready_says_no_more_than_that_the_check_is_over(
    shop: Shop, open_page: Opened, wrong: dict[str, Any], said: list[str]
) -> None:
    url = f"{shop.origin}/page/any?a=1"
    page = open_page(f"{url}#part")
    assert page.evaluate(CONFIGURE, shop.config(url, **wrong)) == [*said, "ready"]
    state = page.evaluate("window.__sandboxWx")
    assert (state["config"], state["error"]) == (("failed", said[0]) if said else ("ready", None))


def test_a_page_of_another_domain_is_refused_whatever_it_signs(shop: Shop, open_page: Opened) -> None:
    url = f"{shop.origin.replace('127.0.0.1', 'localhost')}/page/any"
    page = open_page(url)
    assert page.evaluate(CONFIGURE, shop.config(url)) == ["config:invalid url domain", "ready"]


def test_ios_goes_by_the_address_the_page_was_opened_with_and_android_by_the_present_one(
    shop: Shop, open_page: Opened
) -> None:
    opened, tidied = f"{shop.origin}/page/any?notice=kept", f"{shop.origin}/page/any"
    for agent, right, wrong in ((IPHONE, opened, tidied), (None, tidied, opened)):
        for signed, said in ((right, ["ready"]), (wrong, ["config:invalid signature", "ready"])):
            page = open_page(opened, agent)
            page.evaluate("history.replaceState(null, '', '/page/any')")
            assert page.evaluate(CONFIGURE, shop.config(signed)) == said


def test_the_menu_and_the_card_are_as_the_page_last_wanted_them(shop: Shop, open_page: Opened) -> None:
    url = f"{shop.origin}/page/any"
    page = open_page(url)
    apis = ["hideOptionMenu", "showOptionMenu", "hideAllNonBaseMenuItem", "showAllNonBaseMenuItem", "hideMenuItems",
            "showMenuItems", "updateAppMessageShareData", "updateTimelineShareData"]  # fmt: skip
    page.evaluate(CONFIGURE, shop.config(url, jsApiList=apis))
    page.evaluate(
        """() => {
          wx.hideOptionMenu(); wx.hideAllNonBaseMenuItem();
          wx.hideMenuItems({menuList: ['menuItem:copyUrl', 'menuItem:favorite']});
          wx.showMenuItems({menuList: ['menuItem:favorite']});
          wx.updateAppMessageShareData({title: '办事', desc: '指南', link: location.href, imgUrl: '/a.png'});
          wx.updateTimelineShareData({title: '办事', link: 'https://elsewhere.example/', imgUrl: ''});
        }"""
    )
    state = page.evaluate("window.__sandboxWx")
    assert (state["optionMenu"], state["baseItemsOnly"], state["hiddenItems"]) == (False, True, ["menuItem:copyUrl"])
    assert state["share"]["friend"] == {"title": "办事", "desc": "指南", "link": url, "imgUrl": "/a.png"}
    assert state["share"]["timeline"]["link"] == url
    page.evaluate("() => { wx.showOptionMenu(); wx.showAllNonBaseMenuItem(); }")
    state = page.evaluate("window.__sandboxWx")
    assert (state["optionMenu"], state["baseItemsOnly"], state["hiddenItems"]) == (True, False, [])


def test_a_call_that_was_not_asked_for_is_denied_and_one_not_played_fails(shop: Shop, open_page: Opened) -> None:
    url = f"{shop.origin}/page/any"
    page = open_page(url)
    page.evaluate(CONFIGURE, shop.config(url, jsApiList=["chooseImage"]))
    told = "name => new Promise(resolve => wx[name]({success: resolve, fail: resolve})).then(r => r.errMsg)"
    assert page.evaluate(told, "hideOptionMenu") == "hideOptionMenu:permission denied"
    assert page.evaluate(told, "chooseImage") == "chooseImage:fail, not played by the sandbox"
    assert page.evaluate("window.__sandboxWx.optionMenu") is True
    found = "new Promise(resolve => wx.checkJsApi({jsApiList: ['closeWindow', 'chooseImage'], success: resolve}))"
    assert page.evaluate(found)["checkResult"] == {"closeWindow": True, "chooseImage": False}


def test_the_bridge_hides_the_menu_without_any_configuration(shop: Shop, open_page: Opened) -> None:
    page = open_page(f"{shop.origin}/page/any")
    page.evaluate("WeixinJSBridge.call('hideOptionMenu')")
    state = page.evaluate("window.__sandboxWx")
    assert (state["config"], state["optionMenu"]) == ("new", False)


def test_the_tag_is_drawn_asks_and_reports(wechat: Wechat, service: Service, shop: Shop, open_page: Opened) -> None:
    url = f"{shop.origin}/page/framing"
    page = open_page(f"{wechat.url}/phone/{ZHANG_WEI}")
    page.goto(url)
    page.evaluate(
        """() => { window.told = []; ['success', 'error'].forEach(kind => document.getElementById('tag')
          .addEventListener(kind, event => told.push([kind, event.detail]))); }"""
    )
    expect(page.locator("wx-open-subscribe iframe")).to_have_count(0)
    page.evaluate(CONFIGURE, shop.config(url, openTagList=["wx-open-subscribe"]))
    frame = page.frame_locator("wx-open-subscribe iframe")
    button = frame.get_by_role("button", name="接收通知")
    expect(button).to_have_css("color", "rgb(1, 2, 3)")
    for words, status in (("取消", "cancel"), ("允许", "accept")):
        button.click()
        axe_finds_nothing(page.frames[1])
        frame.get_by_role("button", name=words).click()
        expect(frame.get_by_role("dialog")).to_be_hidden()
        ((kind, detail),) = page.evaluate("told.splice(0)")
        assert (kind, detail["errMsg"]) == ("success", "subscribe:ok")
        assert json.loads(json.loads(detail["subscribeDetails"])[SUBSCRIBE_TEMPLATE]) == {"status": status}
    pushes = eventually(lambda: len(found := service.of_event("subscribe_msg_popup_event")) == 2 and found)
    said = [push.xml.findtext("SubscribeMsgPopupEvent/List/SubscribeStatusString") for push in pushes]
    assert sorted(map(str, said)) == ["accept", "reject"]


def test_a_tag_that_cannot_ask_says_why(wechat: Wechat, shop: Shop, open_page: Opened) -> None:
    url = f"{shop.origin}/page/framing"
    page = open_page(url)
    page.evaluate(CONFIGURE, shop.config(url, openTagList=["wx-open-subscribe"]))
    page.evaluate("() => document.getElementById('tag').addEventListener('error', e => { window.told = e.detail; })")
    page.frame_locator("wx-open-subscribe iframe").get_by_role("button", name="接收通知").click()
    told = eventually(lambda: page.evaluate("window.told"))
    assert told["errCode"] == "10002"  # this browser is nobody's phone


def test_a_tag_is_not_drawn_where_the_page_lets_no_frame_in_or_did_not_ask_for_it(
    shop: Shop, open_page: Opened
) -> None:
    for policy, tags in (("any", ["wx-open-subscribe"]), ("framing", [])):
        url = f"{shop.origin}/page/{policy}"
        page = open_page(url)
        page.evaluate(CONFIGURE, shop.config(url, openTagList=tags))
        button = page.frame_locator("wx-open-subscribe iframe").get_by_role("button", name="接收通知")
        page.wait_for_timeout(200)
        expect(button).to_have_count(0)
