"""订阅通知: who allows what, how it is asked, changed, spent and pushed."""

from typing import Any

import pytest

from tests.sandbox.platform import (
    LI_NA,
    ONE_TIME_TEMPLATE,
    SUBSCRIBE_TEMPLATE,
    TEMPLATE,
    ZHANG_WEI,
    Pushed,
    Service,
    Wechat,
    a_notice,
    eventually,
)

SETTINGS = f"/phone/{ZHANG_WEI}/notices"


def allow(wechat: Wechat, *templates: str, **more: Any) -> None:
    wechat.control("POST", "permissions", {"openid": ZHANG_WEI, "template_ids": list(templates), **more})


def send(wechat: Wechat, template: str = SUBSCRIBE_TEMPLATE) -> int:
    data = a_notice()["data"]
    if template == ONE_TIME_TEMPLATE:
        data = {"thing1": {"value": "服务时间"}, "time2": {"value": "2026年7月15日 10:20"}}
    errcode: int = wechat.post("message/subscribe/bizsend", a_notice(template_id=template, data=data))["errcode"]
    return errcode


def chosen(push: Pushed) -> list[tuple[str, ...]]:
    """What a push says of each template: one List element for each."""
    lists = [found for found in push.xml.iter("List")]
    return [tuple(str(element.text) for element in found) for found in lists]


def test_a_long_term_permission_lasts_and_is_reported_once(wechat: Wechat, service: Service) -> None:
    assert send(wechat) == 43101
    wechat.control("POST", "permissions", {"openid": ZHANG_WEI, "template_id": SUBSCRIBE_TEMPLATE})
    (popup,) = service.of_event("subscribe_msg_popup_event")
    assert [element.tag for element in popup.xml.findall("SubscribeMsgPopupEvent/List/*")] == [
        "TemplateId", "SubscribeStatusString", "PopupScene",
    ]  # fmt: skip
    assert chosen(popup) == [(SUBSCRIBE_TEMPLATE, "accept", "1")]
    assert [send(wechat) for _ in range(3)] == [0, 0, 0]
    assert [message["kind"] for message in wechat.inbox()] == ["subscribe"] * 3
    reports = eventually(lambda: len(found := service.of_event("subscribe_msg_sent_event")) == 3 and found)
    assert reports[0].xml.findtext("SubscribeMsgSentEvent/List/ErrorStatus") == "success"


def test_a_one_time_permission_is_good_for_one_message(wechat: Wechat) -> None:
    allow(wechat, ONE_TIME_TEMPLATE)
    allow(wechat, ONE_TIME_TEMPLATE)
    assert [send(wechat, ONE_TIME_TEMPLATE) for _ in range(3)] == [0, 0, 43101]


def test_who_presses_cancel_gets_nothing_until_they_allow_it(wechat: Wechat, service: Service) -> None:
    allow(wechat, SUBSCRIBE_TEMPLATE)
    allow(wechat, SUBSCRIBE_TEMPLATE, answer="reject")
    assert send(wechat) == 43101
    assert [chosen(push)[0][1] for push in service.of_event("subscribe_msg_popup_event")] == ["accept", "reject"]
    allow(wechat, SUBSCRIBE_TEMPLATE)
    assert send(wechat) == 0


def test_several_templates_of_one_dialog_come_as_several_elements(wechat: Wechat, service: Service) -> None:
    allow(wechat, SUBSCRIBE_TEMPLATE, ONE_TIME_TEMPLATE)
    (popup,) = service.of_event("subscribe_msg_popup_event")
    assert chosen(popup) == [(SUBSCRIBE_TEMPLATE, "accept", "1"), (ONE_TIME_TEMPLATE, "accept", "1")]


def test_allowing_a_notice_is_not_following(wechat: Wechat) -> None:
    allow(wechat, SUBSCRIBE_TEMPLATE)
    assert wechat.get("user/info", openid=ZHANG_WEI)["subscribe"] == 0


def test_a_person_may_have_allowed_something_from_the_beginning(wechat: Wechat) -> None:
    wechat.control("PUT", "people", [{"openid": ZHANG_WEI, "name": "张伟", "subscriptions": [SUBSCRIBE_TEMPLATE]}])
    assert [send(wechat), send(wechat)] == [0, 0]
    allow(wechat, SUBSCRIBE_TEMPLATE, answer="reject")
    assert send(wechat) == 43101


def test_a_world_kept_by_an_earlier_version_still_counts(wechat: Wechat) -> None:
    with wechat.app.extensions["world"].changing() as data:
        data["subscriptions"] = {ZHANG_WEI: {ONE_TIME_TEMPLATE: 1}}
    assert [send(wechat, ONE_TIME_TEMPLATE) for _ in range(2)] == [0, 43101]


def test_notices_are_switched_off_and_on_by_the_phones_own_page(wechat: Wechat, service: Service) -> None:
    allow(wechat, SUBSCRIBE_TEMPLATE)
    page = wechat.ask("GET", SETTINGS).text
    assert "业务办理结果提醒" in page and "长期订阅 · 已允许" in page
    off = {"template": SUBSCRIBE_TEMPLATE, "on": ""}
    assert wechat.ask("POST", SETTINGS, data=off).headers["Location"] == SETTINGS
    assert send(wechat) == 43101
    (change,) = eventually(lambda: service.of_event("subscribe_msg_change_event"))
    assert change.xml.find("SubscribeMsgChangeEvent/List") is not None
    assert chosen(change) == [(SUBSCRIBE_TEMPLATE, "reject")]
    assert "已拒收" in wechat.ask("GET", SETTINGS).text
    wechat.ask("POST", SETTINGS, data=off | {"on": "yes"})
    assert send(wechat) == 0
    assert len(service.of_event("subscribe_msg_change_event")) == 1


def test_who_switches_everything_off_gets_nothing_and_is_not_asked(wechat: Wechat) -> None:
    allow(wechat, SUBSCRIBE_TEMPLATE)
    wechat.ask("POST", SETTINGS, data={"on": ""})
    assert send(wechat) == 43101
    assert wechat.control("GET", f"permissions?openid={ZHANG_WEI}")["off"] is True
    wechat.ask("GET", f"/phone/{ZHANG_WEI}")
    answer = wechat.ask("POST", "/jssdk/subscribe", data={"template": SUBSCRIBE_TEMPLATE, "answer": "accept"})
    assert answer.json()["errCode"] == "20004"
    wechat.ask("POST", SETTINGS, data={"on": "yes"})
    assert send(wechat) == 0


def test_a_change_can_be_pushed_by_the_control_interface_too(wechat: Wechat, service: Service) -> None:
    allow(wechat, SUBSCRIBE_TEMPLATE, ONE_TIME_TEMPLATE, by="settings", answer="reject")
    allow(wechat, SUBSCRIBE_TEMPLATE, by="settings")
    both, one = service.of_event("subscribe_msg_change_event")
    assert [words[1] for words in chosen(both) + chosen(one)] == ["reject", "reject", "accept"]
    told = wechat.control("GET", f"permissions?openid={ZHANG_WEI}")["templates"]
    assert [(t["given"], t["lasting"], t["refused"]) for t in told] == [(True, True, False), (False, False, True)]


@pytest.mark.parametrize(
    "asked",
    [
        {"openid": ZHANG_WEI},
        {"openid": ZHANG_WEI, "template_id": TEMPLATE},
        {"openid": ZHANG_WEI, "template_ids": []},
        {"openid": ZHANG_WEI, "template_ids": [{}]},
        {"template_id": SUBSCRIBE_TEMPLATE},
        {"openid": ZHANG_WEI, "template_id": SUBSCRIBE_TEMPLATE, "answer": "perhaps"},
        {"openid": ZHANG_WEI, "template_id": SUBSCRIBE_TEMPLATE, "by": "post"},
    ],
)
def test_a_permission_that_cannot_be_meant_is_refused_in_words(wechat: Wechat, service: Service, asked: Any) -> None:
    response = wechat.ask("POST", "/_control/permissions", json=asked)
    assert (response.status_code, bool(response.json()["error"])) == (400, True)
    assert service.pushes == []


def test_the_tags_frame_answers_for_the_phone_of_this_browser(wechat: Wechat, service: Service) -> None:
    wechat.ask("GET", f"/phone/{LI_NA}")
    frame = wechat.ask("GET", "/jssdk/subscribe", params={"template": SUBSCRIBE_TEMPLATE})
    assert "业务办理结果提醒" in frame.text and "允许" in frame.text
    assert frame.headers["Content-Security-Policy"] == f"frame-ancestors {service.url}"
    answer = wechat.ask("POST", "/jssdk/subscribe", data={"template": SUBSCRIBE_TEMPLATE, "answer": "accept"}).json()
    assert answer["errMsg"] == "subscribe:ok"
    (popup,) = eventually(lambda: service.of_event("subscribe_msg_popup_event"))
    assert popup.says("FromUserName") == LI_NA


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("", "10001"),
        ("Sbx-unknown", "20001"),
        (TEMPLATE, "20001"),
        (f"{SUBSCRIBE_TEMPLATE},{ONE_TIME_TEMPLATE}", "20002"),
        (",".join([ONE_TIME_TEMPLATE] * 4), "20003"),
    ],
)
def test_a_tag_that_asks_for_the_wrong_thing_gets_the_platforms_code(
    wechat: Wechat, service: Service, template: str, code: str
) -> None:
    wechat.ask("GET", f"/phone/{ZHANG_WEI}")
    assert "允许" not in wechat.ask("GET", "/jssdk/subscribe", params={"template": template}).text
    answer = wechat.ask("POST", "/jssdk/subscribe", data={"template": template, "answer": "accept"})
    assert answer.json()["errCode"] == code
    assert service.pushes == []


def test_a_browser_that_is_nobodys_phone_is_told_so(wechat: Wechat) -> None:
    answer = wechat.ask("POST", "/jssdk/subscribe", data={"template": SUBSCRIBE_TEMPLATE, "answer": "accept"})
    assert answer.json()["errCode"] == "10002"
