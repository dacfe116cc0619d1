"""A follower is told once of every move, or it is written down why not."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from procrastinate.jobs import Job

from fund.application import Actor, Application, Move, Role, advance
from fund.errors import FundError, OutcomeUnknown, Unavailable
from fund.notice import Channel, Notice, Told, remark_for
from tests.adapters.postgres.servers import NOW, Stores, an_application, its_event
from worker.backoff import Backoff
from worker.notices import MOST_ATTEMPTS, NoticeSender


@dataclass
class Phone:
    """What a follower's phone shows, and how the platform fares on the way there."""

    shown: list[tuple[str, Notice]] = field(default_factory=list)
    troubles: list[FundError] = field(default_factory=list)
    told: Told = field(default_factory=lambda: Told(Channel.TEMPLATE, "custom:45015", "77"))
    repeated: list[bool] = field(default_factory=list)

    def __call__(self, openid: str, notice: Notice, *, repeated: bool = False) -> Told:
        self.repeated.append(repeated)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None or isinstance(trouble, OutcomeUnknown):
            self.shown.append((openid, notice))
        if trouble is not None:
            raise trouble
        return self.told


@dataclass
class Desk:
    """A handed-in application with its notice, a follower, and a clock."""

    stores: Stores
    application: Application
    notice_id: UUID
    openid: str
    phone: Phone = field(default_factory=Phone)
    now: datetime = NOW

    def send(self) -> None:
        NoticeSender(self.stores.notices, self.stores.bindings, self.phone, lambda: self.now)(self.notice_id)

    def row(self) -> tuple[object, ...]:
        return self.stores.rows("SELECT state, reason, attempts FROM notices WHERE id = %s", self.notice_id)[0]

    def channel(self) -> object:
        return self.stores.rows("SELECT channel FROM notices WHERE id = %s", self.notice_id)[0][0]


@pytest.fixture
def desk(stores: Stores) -> Desk:
    person, openid = stores.someone(), f"o-{uuid.uuid4().hex}"
    stores.bindings.bind(openid, person.id)
    application = an_application(person.id)
    stores.applications.hand_in(application, its_event(application), [])
    return Desk(stores, application, _notice_of(stores, application, 1), openid)


def _notice_of(stores: Stores, application: Application, seq: int) -> UUID:
    found = stores.rows("SELECT id FROM notices WHERE application_id = %s AND seq = %s", application.id, seq)
    assert isinstance(found[0][0], UUID)
    return found[0][0]


def test_a_hand_in_is_told_once_however_often_the_job_runs(desk: Desk) -> None:
    desk.send()
    desk.send()
    ((openid, notice),) = desk.phone.shown
    assert openid == desk.openid
    assert (notice.title, notice.state_words, notice.reference) == (
        "租房提取",
        "已提交",
        desk.application.reference,
    )
    assert (notice.kind, notice.at, notice.application_id) == ("hand_in", NOW, desk.application.id)
    assert notice.path == f"/h5/applications/{desk.application.reference}"
    assert notice.remark == remark_for(desk.application.state)
    assert len(notice.client_msg_id) <= 32
    assert desk.row() == ("sent", "custom:45015", 1)


def test_a_notice_tells_of_its_own_move_whatever_came_after(desk: Desk) -> None:
    later = NOW + timedelta(minutes=3)
    actor = Actor(Role.CITIZEN, desk.application.person_id)
    moved, event = advance(desk.application, Move.WITHDRAW, actor, later)
    desk.stores.applications.move(moved, event)
    desk.send()
    desk.notice_id = _notice_of(desk.stores, desk.application, 2)
    desk.send()
    assert [(n.state_words, n.at) for _, n in desk.phone.shown] == [("已提交", NOW), ("已撤销", later)]
    assert desk.phone.shown[0][1].client_msg_id != desk.phone.shown[1][1].client_msg_id


def test_a_platform_that_is_down_is_tried_again_with_the_same_message_id(desk: Desk) -> None:
    desk.phone.troubles = [Unavailable("down", code="wechat_down")]
    with pytest.raises(Unavailable):
        desk.send()
    assert desk.row() == ("failed", "wechat_down", 1)
    desk.now += timedelta(hours=5)
    desk.send()
    assert len(desk.phone.shown) == 1
    assert desk.row() == ("sent", "custom:45015", 2)


def test_an_unknown_outcome_is_repeated_with_the_same_message_id_while_that_is_recognised(desk: Desk) -> None:
    desk.phone.troubles = [OutcomeUnknown("cut off")]
    with pytest.raises(OutcomeUnknown):
        desk.send()
    desk.now += timedelta(minutes=8)
    desk.send()
    first, second = desk.phone.shown
    assert desk.phone.repeated == [False, True]
    assert first[1].client_msg_id == second[1].client_msg_id
    assert desk.row() == ("sent", "custom:45015", 2)


def test_an_unknown_outcome_is_not_repeated_when_it_would_no_longer_be_recognised(desk: Desk) -> None:
    desk.phone.troubles = [OutcomeUnknown("cut off"), Unavailable("down")]
    with pytest.raises(OutcomeUnknown):
        desk.send()
    desk.now += timedelta(minutes=5)
    with pytest.raises(Unavailable):
        desk.send()
    desk.now += timedelta(minutes=5)
    desk.send()
    assert len(desk.phone.shown) == 1
    assert desk.row() == ("given_up", "outcome_unknown", 2)


class Killed(BaseException):
    """The worker is killed in the middle of an attempt."""


@pytest.mark.parametrize(("after", "outcome"), [(timedelta(minutes=2), "sent"), (timedelta(hours=1), "given_up")])
def test_an_attempt_that_was_killed_half_way_counts_as_unknown(desk: Desk, after: timedelta, outcome: str) -> None:
    def killed(openid: str, notice: Notice, *, repeated: bool = False) -> Told:
        raise Killed

    sender = NoticeSender(desk.stores.notices, desk.stores.bindings, killed, lambda: desk.now)
    with pytest.raises(Killed):
        sender(desk.notice_id)
    desk.now += after
    desk.send()
    assert desk.row()[0] == outcome


def test_what_no_channel_takes_lies_in_the_inbox_with_all_the_reasons(desk: Desk) -> None:
    desk.phone.told = Told(Channel.INBOX, "custom:45015 subscribe:43101 template:43004")
    desk.send()
    desk.send()
    assert desk.row() == ("sent", "custom:45015 subscribe:43101 template:43004", 1)
    assert desk.channel() == "inbox"


def test_nobody_to_tell_is_no_trouble(desk: Desk) -> None:
    desk.stores.bindings.bind(f"o-{uuid.uuid4().hex}", desk.stores.someone().id)
    desk.stores.rows("DELETE FROM bindings WHERE person_id = %s RETURNING 1", desk.application.person_id)
    desk.send()
    assert desk.phone.shown == []
    assert desk.row() == ("given_up", "no_follower", 0)
    assert desk.channel() == "inbox"


@pytest.mark.parametrize("hours", [24, 70], ids=["a used-up quota", "an account blocked over a weekend"])
def test_a_trouble_of_the_account_is_waited_out_and_the_notice_sent_once(desk: Desk, hours: int) -> None:
    over, attempts = desk.now + timedelta(hours=hours), 0
    while desk.now < over:
        desk.phone.troubles = [Unavailable("the account", code="45009")]
        with pytest.raises(Unavailable) as trouble:
            desk.send()
        desk.now += wait_after(trouble.value, attempts)
        attempts += 1
    desk.send()
    desk.send()
    assert len(desk.phone.shown) == 1
    assert desk.row() == ("sent", "custom:45015", attempts + 1)
    assert desk.now - over <= timedelta(hours=1, minutes=1)


def wait_after(trouble: Exception, attempts: int) -> timedelta:
    """How long the queue waits."""
    job = Job(id=1, queue="fund", lock=None, queueing_lock=None, task_name="send_notice", attempts=attempts)
    decision = Backoff().get_retry_decision(exception=trouble, job=job)
    assert decision is not None and decision.retry_at is not None
    return decision.retry_at - datetime.now().astimezone()


def test_after_days_of_trying_it_is_given_up(desk: Desk) -> None:
    desk.phone.troubles = [Unavailable("down") for _ in range(MOST_ATTEMPTS)]
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Unavailable):
            desk.send()
    desk.send()
    assert desk.row() == ("given_up", "too_many_attempts", MOST_ATTEMPTS)


def test_a_notice_that_nobody_wrote_is_not_sent(desk: Desk) -> None:
    desk.notice_id = uuid.uuid4()
    desk.send()
    assert desk.phone.shown == []


def test_only_notices_left_alone_for_a_while_are_overdue(desk: Desk) -> None:
    def overdue(at: datetime) -> bool:
        return desk.notice_id in desk.stores.notices.overdue(at, 10_000)

    assert not overdue(NOW)
    assert overdue(NOW + timedelta(seconds=1))
    desk.now += timedelta(minutes=10)
    desk.phone.troubles = [Unavailable("down")]
    with pytest.raises(Unavailable):
        desk.send()
    assert not overdue(desk.now)
    assert overdue(desk.now + timedelta(seconds=1))
    desk.send()
    assert not overdue(desk.now + timedelta(days=1))


@pytest.mark.parametrize("trouble", [Unavailable, OutcomeUnknown])
def test_troubles_go_on_to_the_queue_which_tries_again(desk: Desk, trouble: Callable[[str], FundError]) -> None:
    desk.phone.troubles = [trouble("x")]
    with pytest.raises((Unavailable, OutcomeUnknown)):
        desk.send()
