"""Passive pushes: signed and sealed by mode, tried three times, their replies checked as WeChat does."""

import time
from itertools import pairwise
from pathlib import Path

import pytest

from sandbox.wechat import crypto
from tests.sandbox.platform import (
    ACCOUNT,
    TOKEN,
    ZHANG_WEI,
    Pushed,
    Service,
    Wechat,
    news_reply,
    running_sandbox,
    text_reply,
)

OUT_OF_ORDER = "该公众号暂时无法提供服务，请稍后再试"


def test_a_message_arrives_sealed_and_its_reply_is_opened(wechat: Wechat, service: Service) -> None:
    service.answer = lambda push: (200, service.sealed(text_reply(push, "您好，请点击业务办理")))
    (attempt,) = wechat.push(text="业务办理 <b>&]]>")
    (push,) = service.pushes
    assert "Content" not in push.body
    assert push.query["encrypt_type"] == "aes"
    assert push.query["openid"] == ZHANG_WEI
    assert [push.says(name) for name in ("ToUserName", "FromUserName", "MsgType", "Content")] == [
        ACCOUNT, ZHANG_WEI, "text", "业务办理 <b>&]]>",
    ]  # fmt: skip
    assert abs(int(push.says("CreateTime") or 0) - time.time()) < 5
    assert int(push.says("MsgId") or 0) > 0
    assert (attempt["status"], attempt["reply"]["type"]) == (200, "text")
    assert attempt["reply"]["content"] == "您好，请点击业务办理"
    assert attempt["reply"]["xml"].startswith("<xml>")
    (received,) = wechat.inbox()
    assert (received["kind"], received["content"]) == ("reply", "您好，请点击业务办理")


@pytest.mark.parametrize("mode", ["plain", "compatible", "encrypted"])
def test_every_mode_carries_what_it_should_and_a_right_signature(tmp_path: Path, service: Service, mode: str) -> None:
    service.mode = mode
    service.answer = lambda push: (200, text_reply(push, "明文"))
    with running_sandbox(tmp_path, service) as wechat:
        (plainly,) = wechat.push(text="在吗")
        service.answer = lambda push: (200, service.sealed(text_reply(push, "密文")))
        (sealed,) = wechat.push(text="在吗")
    push = service.pushes[0]
    stamp, nonce = push.query["timestamp"], push.query["nonce"]
    assert push.query["signature"] == crypto.signature(TOKEN, stamp, nonce)
    has_plain, has_sealed = "<Content>" in push.body, "<Encrypt>" in push.body
    assert (has_plain, has_sealed) == (mode != "encrypted", mode != "plain")
    assert ("msg_signature" in push.query) == has_sealed
    assert (plainly["reply"] is not None, sealed["reply"] is not None) == (has_plain, has_sealed)


def test_a_silent_service_is_asked_three_times_with_one_triple_and_the_follower_is_told(
    wechat: Wechat, service: Service
) -> None:
    service.answer = lambda _: (500, "")
    attempts = wechat.push(text="在吗")
    assert [attempt["status"] for attempt in attempts] == [500, 500, 500]
    assert len({(tuple(sorted(push.query.items())), push.body) for push in service.pushes}) == 1
    assert OUT_OF_ORDER in wechat.ask("GET", f"/phone/{ZHANG_WEI}").text
    assert wechat.inbox() == []


def test_the_second_try_can_succeed_and_then_nothing_more_is_sent(wechat: Wechat, service: Service) -> None:
    service.answer = lambda push: (
        (200, service.sealed(text_reply(push, "来了"))) if len(service.pushes) == 2 else (502, "")
    )
    attempts = wechat.push(text="在吗")
    assert [attempt["status"] for attempt in attempts] == [502, 200]
    assert [message["content"] for message in wechat.inbox()] == ["来了"]


def test_a_slow_answer_counts_as_none_and_a_lost_answer_is_asked_for_again(wechat: Wechat, service: Service) -> None:
    def slowly(push: Pushed) -> tuple[int, str]:
        time.sleep(0.1 if len(service.pushes) == 1 else 0)
        return 200, service.sealed(text_reply(push, f"第{len(service.pushes)}次"))

    service.answer = slowly
    attempts = wechat.push(text="在吗", answer_seconds=0.05)
    assert attempts[0]["status"] is None
    assert attempts[0]["error"] == "no answer in time"
    assert attempts[1]["reply"]["content"] == "第2次"
    service.pushes.clear()
    service.answer = lambda push: (200, service.sealed(text_reply(push, f"第{len(service.pushes)}次")))
    lost = wechat.push(text="在吗", lost_answers=2)
    assert [attempt["reply"]["content"] for attempt in lost] == ["第1次", "第2次", "第3次"]
    assert [message["content"] for message in wechat.inbox()] == ["第2次", "第3次"]


def test_tries_start_as_far_apart_as_asked_however_long_each_one_took(wechat: Wechat, service: Service) -> None:
    starts: list[float] = []

    def never(_: Pushed) -> tuple[int, str]:
        starts.append(time.monotonic())
        time.sleep(0.3)
        return 200, "success"

    service.answer = never
    assert len(wechat.push(text="在吗", answer_seconds=0.25, retry_seconds=0.25)) == 3
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert all(0.2 <= gap < 0.45 for gap in gaps), gaps


def test_retries_are_five_seconds_apart_unless_a_test_is_impatient() -> None:
    from sandbox.wechat.push import ANSWER_SECONDS, RETRY_SECONDS, TRIES, How

    assert (How().retry_seconds, How().answer_seconds) == (RETRY_SECONDS, ANSWER_SECONDS) == (5.0, 5.0)
    assert TRIES == 3


def test_nobody_at_the_callback_is_reported_and_not_an_error(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, Service(url="http://127.0.0.1:9")) as wechat:
        attempts = wechat.push(text="在吗")
    assert [(attempt["status"], attempt["error"]) for attempt in attempts] == [(None, "no connection")] * 3


@pytest.mark.parametrize("words", ["success", ""])
def test_success_and_an_empty_answer_are_no_reply(wechat: Wechat, service: Service, words: str) -> None:
    service.answer = lambda _: (200, words)
    (attempt,) = wechat.push(text="在吗")
    assert (attempt["status"], attempt["reply"], "error" in attempt) == (200, None, False)
    assert wechat.inbox() == []
    assert OUT_OF_ORDER not in wechat.ask("GET", f"/phone/{ZHANG_WEI}").text


def answers_that_are_refused() -> list[object]:
    long = "长" * 683
    seal = lambda make: lambda service, push: service.sealed(make(push))  # noqa: E731
    return [
        pytest.param(lambda s, p: '{"errcode":0}', "no well-formed XML", id="json"),
        pytest.param(lambda s, p: text_reply(p, "明文"), "a plain reply", id="plain"),
        pytest.param(lambda s, p: "<!DOCTYPE xml><xml/>", "document type", id="doctype"),
        pytest.param(lambda s, p: "<html/>", "root element", id="html"),
        pytest.param(
            lambda s, p: s.sealed(text_reply(p, "好"), **{"<MsgSignature><![CDATA[": "<MsgSignature><![CDATA[0"}),
            "MsgSignature is wrong",
            id="signature",
        ),
        pytest.param(lambda s, p: s.sealed(text_reply(p, "好"), n0nce=""), "Nonce is missing", id="nonce"),
        pytest.param(seal(lambda p: text_reply(p, "好", to="o-li-na")), "ToUserName", id="receiver"),
        pytest.param(seal(lambda p: text_reply(p, "好", **{"from": "gh_x"})), "FromUserName", id="sender"),
        pytest.param(seal(lambda p: text_reply(p, "")), "Content is missing", id="empty"),
        pytest.param(seal(lambda p: text_reply(p, long)), "longer than 2048", id="long"),
        pytest.param(seal(lambda p: text_reply(p, "好").replace("[text]", "[poem]")), "MsgType is unknown", id="kind"),
        pytest.param(seal(lambda p: text_reply(p, "好").replace("1790000000", "today")), "CreateTime", id="time"),
        pytest.param(seal(lambda p: news_reply(p, "一").replace("Count>1", "Count>2")), "ArticleCount", id="count"),
    ]


@pytest.mark.parametrize(("make", "words"), answers_that_are_refused())
def test_a_reply_the_platform_cannot_use_is_named_and_shown_as_out_of_order(
    wechat: Wechat, service: Service, make, words: str
) -> None:
    service.answer = lambda push: (200, make(service, push))
    (attempt,) = wechat.push(text="在吗")
    assert (attempt["status"], attempt["reply"]) == (200, None)
    assert words in attempt["error"]
    assert OUT_OF_ORDER in wechat.ask("GET", f"/phone/{ZHANG_WEI}").text


def test_a_text_is_answered_with_one_card_at_most_and_a_tap_with_several(wechat: Wechat, service: Service) -> None:
    service.answer = lambda push: (200, service.sealed(news_reply(push, "租房提取", "办事指南")))
    (after_text,) = wechat.push(text="业务办理")
    (after_tap,) = wechat.push(event="click", event_key="GUIDE")
    assert [card["title"] for card in after_text["reply"]["articles"]] == ["租房提取"]
    assert [card["title"] for card in after_tap["reply"]["articles"]] == ["租房提取", "办事指南"]
    assert after_text["reply"]["articles"][0]["url"] == "https://example.com/"
    assert service.pushes[1].says("Event") == "CLICK"


def test_any_event_and_any_message_can_be_pushed_with_its_own_elements(wechat: Wechat, service: Service) -> None:
    wechat.push("o-somebody-new", msg_type="image", fields={"PicUrl": "http://x/1.jpg", "MediaId": "m1"})
    location = {"Latitude": "41.80", "Longitude": "123.43", "Precision": "65"}
    wechat.push(event="LOCATION", fields=location)
    wechat.push(event="subscribe", event_key="last_trade_no_1")
    wechat.push(event="unsubscribe")
    image, place, follow, leave = service.pushes
    assert (image.says("MsgType"), image.says("PicUrl")) == ("image", "http://x/1.jpg")
    assert (place.says("Event"), place.says("Latitude")) == ("LOCATION", "41.80")
    assert (follow.says("EventKey"), leave.says("Event")) == ("last_trade_no_1", "unsubscribe")
    assert wechat.get("user/info", openid=ZHANG_WEI)["subscribe"] == 0
    assert wechat.get("user/info", openid="o-somebody-new")["subscribe"] == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "在吗"},
        {"openid": ZHANG_WEI},
        {"openid": ZHANG_WEI, "text": "在吗", "event": "CLICK"},
        {"openid": ZHANG_WEI, "text": "在吗", "evnet_key": "X"},
        {"openid": ZHANG_WEI, "text": "在吗", "lost_answers": 3},
        {"openid": ZHANG_WEI, "text": "在吗", "retry_seconds": "soon"},
        {"openid": ZHANG_WEI, "event": "CLICK", "fields": ["EventKey"]},
        ["openid"],
    ],
)
def test_a_push_that_cannot_be_meant_is_refused_in_words(wechat: Wechat, service: Service, asked) -> None:
    response = wechat.ask("POST", "/_control/push", json=asked)
    assert (response.status_code, bool(response.json()["error"])) == (400, True)
    assert service.pushes == []
