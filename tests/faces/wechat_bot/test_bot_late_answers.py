"""Answers that came late: the handler runs again, and the follower hears by whatever channel holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from adapters.postgres.late_pushes import LatePush
from adapters.wechat.messages import Incoming, TextReply
from fund.errors import OutcomeUnknown, Unavailable
from fund.notice import Channel, Told
from tests.faces.wechat_bot.conftest import Desk, standing_clock
from tests.faces.wechat_bot.test_bot_ladder import Book, Platform, no
from tests.faces.wechat_bot.test_bot_ladder import Desk as LadderDesk
from wechat_bot.late import KeptForLater, LateAnswers
from wechat_bot.replies import BOT

OPENID, PERSON = "o-follower-0001", UUID(int=7)


@dataclass
class Pushes:
    """Kept pushes in memory."""

    kept: dict[UUID, LatePush] = field(default_factory=dict)
    settled: list[tuple[Told | None, str, UUID | None, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def keep(self, openid: str, message: str, at: datetime) -> None:
        push = LatePush(uuid4(), "ACDE-FGHJ-KMNP", openid, message, at, 0, None)
        self.kept[push.id] = push

    def due(self, push_id: UUID) -> LatePush | None:
        return self.kept.get(push_id)

    def trying(self, push_id: UUID, at: datetime) -> None:
        self._change(push_id, self.kept[push_id].unknown_since or at)

    def failed(self, push_id: UUID, reason: str, unknown_since: datetime | None) -> None:
        self.troubles.append(reason)
        self._change(push_id, unknown_since)

    def settle(self, push_id: UUID, told: Told | None, reason: str = "", *, person_id: UUID | None, words: str) -> None:
        del self.kept[push_id]
        self.settled.append((told, reason, person_id, words))

    def _change(self, push_id: UUID, unknown_since: datetime | None) -> None:
        from dataclasses import replace

        self.kept[push_id] = replace(self.kept[push_id], unknown_since=unknown_since)


@dataclass
class Office:
    """A follower who wrote 进度 and got no answer in time."""

    desk: Desk = field(default_factory=Desk)
    pushes: Pushes = field(default_factory=Pushes)
    platform: Platform = field(default_factory=Platform)
    person: UUID | None = PERSON
    now: datetime = field(default_factory=standing_clock)

    def __post_init__(self) -> None:
        self.person_of: Callable[[], UUID | None] = lambda: self.person

    def wrote(self, message: Incoming) -> None:
        KeptForLater(self.pushes, lambda: self.now).keep(message)

    def answer(self) -> None:
        ladder = LadderDesk(platform=self.platform, book=Book()).ladder
        use_case = LateAnswers(
            self.pushes, BOT, self.desk.services(), ladder, lambda _openid: self.person_of(), lambda: self.now
        )
        for push_id in list(self.pushes.kept):
            use_case(push_id)


@pytest.fixture
def office() -> Office:
    made = Office()
    made.desk.progress[OPENID] = "租房提取：审核中"
    made.wrote(Incoming("text", OPENID, "gh_1", 1, "进度", msg_id="9", extras={"Some": "thing"}, items=({"a": "b"},)))
    return made


def test_the_answer_comes_into_the_conversation(office: Office) -> None:
    office.answer()
    ((kind, reply),) = office.platform.sent
    assert kind == "custom" and isinstance(reply, TextReply) and "审核中" in reply.text
    assert office.pushes.settled == [(Told(Channel.CUSTOM), "", PERSON, "")]


def test_outside_the_window_a_notice_says_that_there_is_an_answer_and_the_inbox_holds_it(office: Office) -> None:
    office.platform.troubles = no(45015, 43101)
    office.answer()
    kind, what = office.platform.sent[0]
    assert kind == "template" and isinstance(what, tuple)
    assert what[1] == "https://gjj.example.cn/h5/inbox"
    assert what[2]["phrase2"] == {"value": "已答复"} and what[2]["character_string3"] == {"value": "ACDE-FGHJ-KMNP"}
    ((told, _, person, words),) = office.pushes.settled
    assert told == Told(Channel.TEMPLATE, "custom:45015 subscribe:43101", "77")
    assert person == PERSON and "审核中" in words and "<a" not in words


def test_when_nothing_carries_it_the_inbox_holds_it_with_the_reasons(office: Office) -> None:
    office.platform.troubles = no(45047, 43101, 43004)
    office.answer()
    ((told, _, person, words),) = office.pushes.settled
    assert told == Told(Channel.INBOX, "custom:45047 subscribe:43101 template:43004")
    assert person == PERSON and "审核中" in words


def test_somebody_unknown_is_told_in_the_conversation_or_not_at_all(office: Office) -> None:
    office.person = None
    office.platform.troubles = no(45015)
    office.answer()
    assert office.platform.tried == ["custom"]
    assert office.pushes.settled == [(None, "custom:45015", None, "")]


def test_while_the_store_is_down_the_queue_tries_again_and_nobody_is_put_off(office: Office) -> None:
    office.desk.down = True
    with pytest.raises(Unavailable):
        office.answer()
    assert office.platform.sent == []
    office.desk.down = False
    office.answer()
    assert len(office.platform.sent) == 1


def test_a_platform_that_is_down_is_tried_again(office: Office) -> None:
    office.platform.troubles = {"custom": [Unavailable("down", code="wechat_unreachable")]}
    with pytest.raises(Unavailable):
        office.answer()
    assert office.pushes.troubles == ["wechat_unreachable"]
    office.platform.troubles = {}
    office.answer()
    assert [kind for kind, _ in office.platform.sent] == ["custom"]


def test_an_answer_that_may_have_arrived_is_not_said_twice_in_the_conversation(office: Office) -> None:
    office.platform.troubles = {"custom": [OutcomeUnknown("cut off")], "template": [OutcomeUnknown("cut off")]}
    with pytest.raises(OutcomeUnknown):
        office.answer()
    office.platform.troubles = {}
    office.answer()
    assert [kind for kind, _ in office.platform.sent] == ["custom", "template", "template"]


def test_an_answer_made_while_somebody_else_was_bound_is_made_again(office: Office) -> None:
    people = iter([PERSON, UUID(int=8)])
    office.person_of = lambda: next(people)
    with pytest.raises(Unavailable):
        office.answer()
    assert office.platform.sent == []


def test_what_is_done_late_undoes_nothing_that_came_since(office: Office) -> None:
    office.pushes.kept.clear()
    told: list[datetime | None] = []
    office.desk.forget = lambda openid, before=None: told.append(before)  # type: ignore[method-assign,assignment]
    came = office.now
    office.wrote(Incoming("event", OPENID, "gh_1", 1, event="unsubscribe"))
    office.now += timedelta(minutes=3)
    office.answer()
    assert told == [came]


@pytest.mark.parametrize(("hours", "reason"), [(25, "too_late")])
def test_after_a_day_nobody_waits_any_more(office: Office, hours: int, reason: str) -> None:
    office.now += timedelta(hours=hours)
    office.answer()
    assert office.platform.sent == []
    assert office.pushes.settled == [(None, reason, None, "")]


def test_leaving_is_done_late_too_and_without_a_word(office: Office) -> None:
    office.pushes.kept.clear()
    office.wrote(Incoming("event", OPENID, "gh_1", 1, event="unsubscribe"))
    office.answer()
    assert office.desk.forgotten == [OPENID]
    assert office.platform.sent == []


def test_the_message_is_the_same_afterwards(office: Office) -> None:
    from wechat_bot.late import _incoming

    (push,) = office.pushes.kept.values()
    wanted = Incoming("text", OPENID, "gh_1", 1, "进度", msg_id="9", extras={"Some": "thing"}, items=({"a": "b"},))
    assert _incoming(push.message) == wanted
