"""The phone, as pages: who follows, what is said and tapped, what is shown, with and without its script."""

import re

import pytest

from sandbox.phone import show
from tests.sandbox.platform import (
    LI_NA,
    ZHANG_WEI,
    Service,
    Wechat,
    a_menu,
    a_notice,
    eventually,
    news_reply,
    text_reply,
)

CHAT = f"/phone/{ZHANG_WEI}"
VIEW = {"type": "view", "name": "业务办理", "url": "https://example.com/h5/?a=1&b=2"}


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def follow(wechat: Wechat) -> None:
    assert wechat.ask("POST", f"{CHAT}/follow").status_code == 303


def test_the_first_page_leads_to_the_phone_the_people_and_the_journal(wechat: Wechat) -> None:
    wechat.get("menu/get")
    page = wechat.ask("GET", "/").text
    assert 'href="/phone/"' in page
    assert 'href="/_control/journal"' in page
    for seen in ("张伟", "zhangwei", "Demo-2026", "最普通的情形", "/cgi-bin/menu/get", "46003"):
        assert seen in page


def test_a_stranger_sees_only_a_button_to_follow_and_then_the_welcome(wechat: Wechat, service: Service) -> None:
    service.answer = lambda push: (200, service.sealed(text_reply(push, "欢迎关注")))
    choice = wechat.ask("GET", "/phone/").text
    assert f'href="{CHAT}"' in choice
    assert "最普通的情形" in choice
    before = wechat.ask("GET", CHAT).text
    assert re.search(r"<button[^>]*>关注</button>", before)
    assert "输入消息" not in before
    follow(wechat)
    after = wechat.ask("GET", CHAT).text
    assert "欢迎关注" in after
    assert 'aria-label="输入消息"' in after
    assert service.pushes[0].says("Event") == "subscribe"


def test_leaving_is_pushed_and_the_button_to_follow_is_back(wechat: Wechat, service: Service) -> None:
    follow(wechat)
    wechat.ask("POST", f"{CHAT}/unfollow")
    assert [push.says("Event") for push in service.pushes] == ["subscribe", "unsubscribe"]
    assert re.search(r"<button[^>]*>关注</button>", wechat.ask("GET", CHAT).text)


def test_a_message_said_and_its_reply_stand_in_the_chat_in_order(wechat: Wechat, service: Service) -> None:
    service.answer = lambda push: (200, service.sealed(news_reply(push, "租房提取")))
    follow(wechat)
    wechat.ask("POST", f"{CHAT}/say", data={"content": "业务办理<script>"})
    page = wechat.ask("GET", CHAT).text
    assert "业务办理&lt;script&gt;" in page
    assert page.index("业务办理&lt;") < page.rindex("租房提取")
    assert 'href="https://example.com/"' in page
    wechat.ask("POST", f"{CHAT}/say", data={"content": "  "})
    assert [push.says("MsgType") for push in service.pushes] == ["event", "text"]


def test_the_page_asks_for_what_is_new_and_gets_each_message_once(wechat: Wechat) -> None:
    wechat.push(event="subscribe")
    wechat.post("message/template/send", a_notice())
    first = wechat.ask("GET", f"{CHAT}/new", params={"after": "0"})
    assert "业务办理进度通知" in first.text
    assert "查看详情" in first.text
    last = first.headers["X-Last"]
    again = wechat.ask("GET", f"{CHAT}/new", params={"after": last})
    assert (again.text, again.headers["X-Last"]) == ("", last)
    wechat.push(LI_NA, text="这是别人的聊天")
    assert wechat.ask("GET", f"{CHAT}/new", params={"after": last}).text == ""


def test_a_view_button_opens_its_page_in_the_same_tab_and_reports_it(wechat: Wechat, service: Service) -> None:
    wechat.post("menu/create", a_menu(VIEW))
    follow(wechat)
    assert re.search(r"<button[^>]*>业务办理</button>", wechat.ask("GET", CHAT).text)
    answer = wechat.ask("POST", f"{CHAT}/tap", data={"button": "0"})
    assert (answer.status_code, answer.headers["Location"]) == (303, VIEW["url"])
    (push,) = eventually(lambda: service.of_event("VIEW"))
    assert push.says("EventKey") == VIEW["url"]
    assert int(push.says("MenuId") or 0) > 0


def test_buttons_of_the_second_level_push_their_key_and_what_the_phone_would_add(
    wechat: Wechat, service: Service
) -> None:
    children = [
        {"type": "click", "name": "常见问题", "key": "FAQ"},
        {"type": "scancode_push", "name": "扫一扫", "key": "SCAN"},
        {"type": "media_id", "name": "图片", "media_id": "m1"},
    ]
    wechat.post("menu/create", a_menu({"name": "服务指南", "sub_button": children}))
    follow(wechat)
    page = wechat.ask("GET", CHAT).text
    assert all(re.search(rf"<button[^>]*>{child['name']}</button>", page) for child in children)
    for place in ("0.0", "0.1", "0.2"):
        assert wechat.ask("POST", f"{CHAT}/tap", data={"button": place}).status_code == 303
    pushed = [(push.says("Event"), push.says("EventKey")) for push in service.pushes[1:]]
    assert pushed == [("CLICK", "FAQ"), ("scancode_push", "SCAN")]
    assert service.pushes[2].xml.findtext("ScanCodeInfo/ScanResult") == "sandbox"
    assert "没有永久素材" in wechat.ask("GET", CHAT).text


@pytest.mark.parametrize("place", ["", "0", "1", "0.3", "0.0.0", "x", "-1"])
def test_a_button_that_is_not_there_any_more_is_said_so(wechat: Wechat, place: str) -> None:
    wechat.post("menu/create", a_menu({"name": "服务指南", "sub_button": [VIEW]}))
    answer = wechat.ask("POST", f"{CHAT}/tap", data={"button": place})
    assert (answer.status_code, "菜单已更新" in answer.text) == (409, True)


def test_an_unknown_follower_has_no_phone(wechat: Wechat) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/new"),
        ("POST", "/say"),
        ("POST", "/follow"),
        ("POST", "/tap"),
    ):
        assert wechat.ask(method, f"/phone/o-nobody{path}").status_code == 404


def test_pictures_choices_and_other_kinds_are_shown(wechat: Wechat) -> None:
    wechat.push(text="在吗")
    files = {"media": ("a.png", b"\x89PNG\r\n\x1a\n")}
    query = {"access_token": wechat.token, "type": "image"}
    media_id = wechat.ask("POST", "/cgi-bin/media/upload", params=query, files=files).json()["media_id"]
    choice = {"head_content": "满意吗？", "list": [{"id": "1", "content": "满意"}], "tail_content": "谢谢"}
    page = {"title": "办事大厅", "pagepath": "p"}
    for kind, content in (("image", {"media_id": media_id}), ("msgmenu", choice), ("miniprogrampage", page)):
        message = {"touser": ZHANG_WEI, "msgtype": kind, kind: content}
        assert wechat.post("message/custom/send", message)["errcode"] == 0
    html = wechat.ask("GET", CHAT).text
    assert wechat.ask("GET", f"/phone/media/{media_id}").headers["Content-Type"] == "image/png"
    assert f"/phone/media/{media_id}" in html
    assert "满意吗？ 满意 谢谢" in words(html)
    assert "［小程序］ 办事大厅" in words(html).replace("］办", "］ 办")


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("a<b>&c", "a&lt;b&gt;&amp;c"),
        ('<a href="https://e.cn/?a=1&b=2">办理</a>。', '<a href="https://e.cn/?a=1&amp;b=2">办理</a>。'),
        ("见https://e.cn/x，谢谢", '见<a href="https://e.cn/x">https://e.cn/x</a>，谢谢'),
        ('<a href="javascript:alert(1)">x</a>', "&lt;a href=&#34;javascript:alert(1)&#34;&gt;x&lt;/a&gt;"),
    ],
)
def test_only_links_in_a_text_are_more_than_text(content: str, html: str) -> None:
    assert str(show.text(content)) == html


def test_a_time_stands_above_the_first_message_and_after_every_pause() -> None:
    moments = ["2026-01-05T10:00:00+08:00", "2026-01-05T10:04:00+08:00", "2026-01-05T10:10:00+08:00"]
    chat = [{"id": n, "time": moment} for n, moment in enumerate(moments, 1)]
    assert [entry["when"] for entry in show.entries(chat)] == [
        "2026年1月5日 10:00", "", "2026年1月5日 10:10",
    ]  # fmt: skip
    assert [entry["id"] for entry in show.entries(chat, after=2)] == [3]
