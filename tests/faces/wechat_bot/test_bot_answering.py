"""An answer in time: what takes too long comes later, and what needs nothing from outside never waits."""

import threading
import time
from collections.abc import Callable

import pytest

from adapters.wechat.messages import NO_REPLY, Incoming, NewsReply, Reply, TextReply
from fund.errors import Unavailable
from tests.faces.wechat_bot.conftest import Callback, Desk
from wechat_bot.answering import Answering
from wechat_bot.replies import BOT
from wechat_bot.services import BotServices

OPENID = "o-follower-0001"


def said(text: str) -> Incoming:
    return Incoming("text", OPENID, "gh_1", 1, text)


def happened(event: str, **more: str) -> Incoming:
    return Incoming("event", OPENID, "gh_1", 1, event=event, **more)


@pytest.fixture
def slow(desk: Desk) -> Desk:
    desk.hold = threading.Event()
    return desk


def answering(desk: Desk, **changes: float) -> Answering:
    return Answering(BOT, desk.services(), desk, budget=changes.pop("budget", 0.3), most_at_once=2, **changes)  # type: ignore[arg-type]


def test_a_quick_answer_is_given_at_once(desk: Desk) -> None:
    desk.progress[OPENID] = "租房提取：审核中"
    reply = answering(desk)(said("进度"))
    assert isinstance(reply, TextReply) and "审核中" in reply.text
    assert desk.kept == []


def test_what_takes_too_long_is_kept_and_answered_with_success_for_now(slow: Desk) -> None:
    begun = time.monotonic()
    assert answering(slow)(said("进度")) == NO_REPLY
    assert time.monotonic() - begun < 1
    assert [message.text for message in slow.kept] == ["进度"]
    slow.hold and slow.hold.set()


def test_a_push_that_cannot_be_kept_either_is_answered_with_an_excuse(slow: Desk) -> None:
    slow.cannot_keep = True
    reply = answering(slow)(said("进度"))
    assert isinstance(reply, TextReply) and "系统繁忙" in reply.text
    slow.hold and slow.hold.set()


def test_keeping_a_push_has_its_own_limit(slow: Desk) -> None:
    release = threading.Event()

    def hangs(_message: Incoming) -> None:
        release.wait(5)

    slow.keep = hangs  # type: ignore[method-assign]
    begun = time.monotonic()
    reply = answering(slow, keeping=0.2)(said("进度"))
    assert isinstance(reply, TextReply) and "系统繁忙" in reply.text
    assert time.monotonic() - begun < 1
    release.set()
    slow.hold and slow.hold.set()


def test_an_event_that_can_neither_be_handled_nor_kept_is_delivered_again(desk: Desk) -> None:
    desk.down = desk.cannot_keep = True
    with pytest.raises(Unavailable):
        answering(desk)(happened("unsubscribe"))


def test_an_event_that_cannot_be_handled_now_is_kept_and_done_later(desk: Desk) -> None:
    desk.down = True
    assert answering(desk)(happened("unsubscribe")) == NO_REPLY
    assert [message.event for message in desk.kept] == ["unsubscribe"]


def test_while_everything_outside_hangs_the_rest_is_answered_at_once(slow: Desk) -> None:
    answers = answering(slow)
    stuck = [threading.Thread(target=answers, args=(said("进度"),)) for _ in range(6)]
    for thread in stuck:
        thread.start()
    begun = time.monotonic()
    assert isinstance(answers(said("业务办理")), NewsReply)
    assert time.monotonic() - begun < 0.1
    for thread in stuck:
        thread.join(5)
    assert len(slow.kept) == 6
    slow.hold and slow.hold.set()


def test_a_fault_of_ours_is_not_hidden(desk: Desk) -> None:
    def broken(_openid: str) -> str | None:
        raise KeyError("a bug")

    desk.progress_of = broken  # type: ignore[method-assign]
    with pytest.raises(KeyError):
        answering(desk)(said("进度"))


def test_over_http_the_follower_sees_success_in_time_and_the_retry_sees_the_same(
    callback_in: Callable[[str], Callback], slow: Desk
) -> None:
    slow.budget = 0.5
    running = callback_in("encrypted")
    query, body = running.double.push(running.double.xml(Content="进度", MsgId="1"))
    answers = [running.deliver(query, body).content for _ in range(3)]
    assert answers == [b"success"] * 3
    assert len(slow.kept) == 1
    slow.hold and slow.hold.set()


def test_handlers_that_are_not_marked_ask_nothing_outside() -> None:
    """Whoever writes a handler that asks the store and forgets the mark finds out here."""

    def asked(*_anything: object) -> None:
        raise AssertionError("a handler without the mark asked something outside")

    services = BotServices(
        public_url="https://gjj.example.cn", progress_of=asked, progress_with=asked, forget=asked, follow=asked, delivered=asked,
        chose=asked, account_code=asked, staff_on_duty=lambda: False, clock=asked, hotline="12329", hours="",  # type: ignore[arg-type]
    )  # fmt: skip
    handlers = BOT.handlers
    unmarked = [handler for handler in handlers if not BOT.may_take_long(handler)]
    assert len(unmarked) > 8 and len(handlers) - len(unmarked) >= 4
    for handler in unmarked:
        for message in (said("x"), happened("scan", key="rent"), happened("click", key="x")):
            assert isinstance(handler(message, services), Reply)
