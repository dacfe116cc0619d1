"""What the account may send to whom, and what else its server may ask."""

from typing import Any

import pytest

from tests.sandbox.platform import (
    LI_NA,
    SUBSCRIBE_TEMPLATE,
    ZHANG_WEI,
    Service,
    Wechat,
    a_notice,
    eventually,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def say(wechat: Wechat, content: str = "您好", openid: str = ZHANG_WEI) -> int:
    message = {"touser": openid, "msgtype": "text", "text": {"content": content}}
    return int(wechat.post("message/custom/send", message)["errcode"])


def test_the_account_writes_five_times_after_a_message_and_not_after_two_days(wechat: Wechat) -> None:
    assert say(wechat) == 45015
    wechat.push(text="在吗")
    assert [say(wechat, f"第{n}条") for n in range(1, 7)] == [0, 0, 0, 0, 0, 45047]
    received = [(message["kind"], message["content"]) for message in wechat.inbox()]
    assert received == [("custom", f"第{n}条") for n in range(1, 6)]
    wechat.push(text="还在吗")
    wechat.later(48 * 3600 + 1)
    wechat.kept_token = ""
    assert say(wechat) == 45015


@pytest.mark.parametrize(
    ("event", "codes"),
    [
        ("CLICK", [0, 0, 0, 45047]),
        ("subscribe", [0, 0, 0, 45047]),
        ("SCAN", [0, 0, 0, 45047]),
        ("VIEW", [45015]),
    ],
)
def test_a_tap_opens_a_minute_for_three_messages_but_opening_a_page_does_not(
    wechat: Wechat, event: str, codes: list[int]
) -> None:
    wechat.push(event=event, event_key="X")
    assert [say(wechat) for _ in codes] == codes
    wechat.later(61)
    assert say(wechat) == 45015


def test_nobody_is_written_to_after_they_left(wechat: Wechat) -> None:
    wechat.push(text="在吗")
    wechat.push(event="unsubscribe")
    assert say(wechat) == 45015
    assert wechat.post("message/template/send", a_notice())["errcode"] == 43004


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"touser": "o-nobody"}, 40003),
        ({"msgtype": "letter"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "汉" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "news", "news": {"articles": [{"title": "1"}, {"title": "2"}]}}, 45008),
        ({"msgtype": "news", "news": {}}, 44004),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 44004),
    ],
)
def test_a_wrong_customer_message_is_refused_and_costs_nothing(
    wechat: Wechat, message: dict[str, Any], code: int
) -> None:
    wechat.push(text="在吗")
    right = {"touser": ZHANG_WEI, "msgtype": "text", "text": {"content": "您好"}}
    assert wechat.post("message/custom/send", right | message)["errcode"] == code
    assert [say(wechat) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_a_template_message_reaches_a_follower_once_and_its_end_is_reported(wechat: Wechat, service: Service) -> None:
    assert wechat.post("message/template/send", a_notice())["errcode"] == 43004
    wechat.push(event="subscribe")
    first = wechat.post("message/template/send", a_notice(client_msg_id="case-1"))
    again = wechat.post("message/template/send", a_notice(client_msg_id="case-1"))
    assert (first["errcode"], first["msgid"]) == (0, again["msgid"])
    (received,) = wechat.inbox()
    assert (received["kind"], received["title"]) == ("template", "业务办理进度通知")
    assert received["data"]["phrase2"] == "已提交"
    assert received["lines"][2] == {"label": "受理编号", "value": "ZF26-7K2M-9Q4X"}
    (report,) = eventually(lambda: service.of_event("TEMPLATESENDJOBFINISH"))
    assert (report.says("MsgID"), report.says("Status")) == (str(first["msgid"]), "success")
    wechat.later(601)
    assert wechat.post("message/template/send", a_notice(client_msg_id="case-1"))["msgid"] != first["msgid"]
    assert len(wechat.inbox()) == 2


def test_who_blocks_the_account_receives_nothing_and_the_report_says_so(wechat: Wechat, service: Service) -> None:
    people = wechat.control("GET", "people")
    people[0] |= {"following": True, "blocks_templates": True}
    wechat.control("PUT", "people", people)
    assert wechat.post("message/template/send", a_notice())["errcode"] == 0
    (report,) = eventually(lambda: service.of_event("TEMPLATESENDJOBFINISH"))
    assert report.says("Status") == "failed:user block"
    assert wechat.inbox() == []


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("thing1", "二十个字" * 5, True),
        ("thing1", "二十一个字啊" * 3 + "多三个", False),
        ("thing1", "两\n行", False),
        ("thing1", "  ", False),
        ("phrase2", "审核未通过", True),
        ("phrase2", "审核未通过了", False),
        ("phrase2", "OK", False),
        ("character_string3", "A" * 32, True),
        ("character_string3", "A" * 33, False),
        ("character_string3", "编号1", False),
        ("time4", "2026年7月15日 10:20", True),
        ("time4", "15:01", True),
        ("time4", "2026-07-15 10:20:30", True),
        ("time4", "七月十五日", False),
        ("time4", "2026年7月15日", False),
    ],
)
def test_a_field_takes_what_its_kind_allows_and_the_refusal_names_it(
    wechat: Wechat, name: str, value: str, fits: bool
) -> None:
    wechat.push(event="subscribe")
    notice = a_notice()
    notice["data"][name] = {"value": value}
    answer = wechat.post("message/template/send", notice)
    assert answer["errcode"] == (0 if fits else 47003)
    assert fits or f"data.{name}.value" in answer["errmsg"]


def test_a_template_message_needs_a_known_template_all_its_fields_and_no_others(wechat: Wechat) -> None:
    wechat.push(event="subscribe")
    send = lambda **differs: wechat.post("message/template/send", a_notice(**differs))  # noqa: E731
    data = a_notice()["data"]
    assert send(template_id="unknown")["errcode"] == 40037
    assert send(template_id=SUBSCRIBE_TEMPLATE)["errcode"] == 40037
    assert send(touser="o-nobody")["errcode"] == 40003
    assert send(data={})["errcode"] == 47003
    assert send(data=data | {"thing9": {"value": "多余"}})["errcode"] == 47003
    assert send(data=data | {"first": {"value": "不再显示"}})["errcode"] == 0
    assert len(wechat.inbox()) == 1


def test_media_come_back_for_three_days(wechat: Wechat) -> None:
    query = {"access_token": wechat.token, "type": "image"}

    def upload(content: bytes, name: str = "a.png", **differs: str) -> dict[str, Any]:
        response = wechat.ask("POST", "/cgi-bin/media/upload", params=query | differs, files={"media": (name, content)})
        answer: dict[str, Any] = response.json()
        return answer

    kept = upload(PNG)["media_id"]
    found = wechat.ask("GET", "/cgi-bin/media/get", params={"access_token": wechat.token, "media_id": kept})
    assert (found.content, found.headers["Content-Type"]) == (PNG, "image/png")
    assert upload(b"")["errcode"] == 41005
    assert upload(PNG, "合同.png")["errcode"] == 41005
    assert upload(PNG, "a.exe")["errcode"] == 40005
    assert upload(PNG, type="poem")["errcode"] == 40004
    assert upload(b"\0" * (64 * 1024 + 1), "a.jpg", type="thumb")["errcode"] == 45001
    wechat.push(text="在吗")
    picture = {"touser": ZHANG_WEI, "msgtype": "image", "image": {"media_id": kept}}
    assert wechat.post("message/custom/send", picture)["errcode"] == 0
    wechat.later(3 * 24 * 3600)
    wechat.kept_token = ""
    assert wechat.get("media/get", media_id=kept)["errcode"] == 40007


def test_user_info_knows_followers_from_strangers(wechat: Wechat) -> None:
    wechat.push(event="subscribe")
    follower = wechat.get("user/info", openid=ZHANG_WEI)
    assert (follower["subscribe"], follower["openid"], follower["subscribe_time"] > 0) == (1, ZHANG_WEI, True)
    assert wechat.get("user/info", openid=LI_NA) == {"subscribe": 0, "openid": LI_NA}
    assert wechat.get("user/info", openid="o-nobody")["errcode"] == 40003
    assert wechat.get("getcallbackip") == {"ip_list": ["127.0.0.1"]}


def test_a_scene_code_makes_a_stranger_follow_and_a_follower_report_a_scan(wechat: Wechat, service: Service) -> None:
    scene = {"scene": {"scene_str": "hall"}}
    made = wechat.post("qrcode/create", {"action_name": "QR_STR_SCENE", "action_info": scene})
    page = made["url"].removeprefix(wechat.url)
    for _ in range(2):
        assert wechat.ask("POST", page, data={"openid": ZHANG_WEI}).status_code == 303
    pushed = [(push.says("Event"), push.says("EventKey"), push.says("Ticket")) for push in service.pushes]
    assert pushed == [("subscribe", "qrscene_hall", made["ticket"]), ("SCAN", "hall", made["ticket"])]
    wechat.later(61)
    assert wechat.ask("GET", page).status_code == 404
    assert wechat.post("qrcode/create", {"action_name": "QR"})["errcode"] == 40052
    empty = {"action_name": "QR_SCENE", "action_info": {"scene": {}}}
    assert wechat.post("qrcode/create", empty)["errcode"] == 40053
