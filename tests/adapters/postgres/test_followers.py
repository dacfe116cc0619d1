"""What is known of how followers may be reached, and what became of messages to them."""

import threading
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from fund.errors import Unavailable
from fund.notice import Channel, Reach, Told
from tests.adapters.postgres.servers import NOW, Stores, an_application, its_event

SENT = NOW + timedelta(seconds=2)


@dataclass
class Follower:
    """A follower with an application whose notice was told."""

    stores: Stores
    openid: str
    person_id: UUID
    notice_id: UUID

    def told(self, told: Told) -> None:
        self.stores.notices.trying(self.notice_id, NOW)
        self.stores.notices.sent(self.notice_id, SENT, told)

    def row(self) -> tuple[object, ...]:
        columns = "SELECT channel, delivery, reason, read_at IS NULL FROM notices WHERE id = %s"
        return self.stores.rows(columns, self.notice_id)[0]

    def report(self, msgid: str, status: str) -> None:
        self.stores.followers.reported(self.openid, msgid, status, SENT)


def a_follower(stores: Stores) -> Follower:
    person, openid = stores.someone(), f"o-{uuid.uuid4().hex}"
    stores.bindings.bind(openid, person.id)
    application = an_application(person.id)
    stores.applications.hand_in(application, its_event(application), [])
    (notice_id,) = stores.rows("SELECT id FROM notices WHERE application_id = %s", application.id)[0]
    assert isinstance(notice_id, UUID)
    return Follower(stores, openid, person.id, notice_id)


@pytest.fixture
def follower(stores: Stores) -> Follower:
    return a_follower(stores)


def test_nothing_is_known_of_a_stranger_so_everything_may_be_tried(stores: Stores) -> None:
    assert stores.followers.reach("o-stranger") == Reach(following=True, declined=frozenset())


def test_somebody_who_does_not_follow_is_known_until_they_follow_again(follower: Follower) -> None:
    follower.stores.followers.does_not_follow(follower.openid, NOW)
    assert not follower.stores.followers.reach(follower.openid).following
    follower.stores.followers.follows(follower.openid)
    assert follower.stores.followers.reach(follower.openid).following


def test_the_last_choice_counts_even_if_an_older_one_arrives_later(follower: Follower) -> None:
    choose = follower.stores.followers.chose
    choose(follower.openid, "A", False, NOW)
    choose(follower.openid, "B", True, NOW)
    assert follower.stores.followers.reach(follower.openid).declined == {"A"}
    choose(follower.openid, "A", True, NOW + timedelta(minutes=1))
    choose(follower.openid, "A", False, NOW)
    assert follower.stores.followers.reach(follower.openid).declined == frozenset()


def test_leaving_deletes_what_was_chosen_and_what_waits_for_an_answer(follower: Follower) -> None:
    follower.stores.followers.chose(follower.openid, "A", False, NOW)
    follower.stores.late_pushes.keep(follower.openid, f"进度 {follower.openid}", NOW)
    follower.stores.bindings.forget(follower.openid)
    assert follower.stores.followers.reach(follower.openid) == Reach()
    mark = follower.stores.rows("SELECT count(*) FROM late_pushes WHERE created_at = %s AND openid_mark <> ''", NOW)
    assert mark == [(0,)] or follower.openid not in str(mark)


def test_a_message_that_arrived_is_known_to_have(follower: Follower) -> None:
    msgid = uuid.uuid4().hex
    follower.told(Told(Channel.TEMPLATE, "custom:45015", msgid))
    follower.report(msgid, "success")
    assert follower.row() == ("template", "success", "custom:45015", False)


def test_a_message_that_did_not_arrive_is_unread_in_the_inbox(follower: Follower) -> None:
    msgid = uuid.uuid4().hex
    follower.told(Told(Channel.TEMPLATE, "custom:45015", msgid))
    follower.report(msgid, "failed:user block")
    assert follower.row() == ("inbox", "failed:user block", "custom:45015 template:failed:user block", True)
    follower.report(msgid, "success")  # the platform reports once; a second word changes nothing
    assert follower.row()[1] == "failed:user block"


def test_a_report_without_a_known_number_is_about_the_newest_subscribe_message(follower: Follower) -> None:
    follower.told(Told(Channel.SUBSCRIBE))
    follower.report("a number nobody told us", "success")
    assert follower.row()[:2] == ("subscribe", "success")


def test_a_report_that_overtakes_its_message_is_asked_for_again(follower: Follower) -> None:
    follower.stores.notices.trying(follower.notice_id, SENT)
    with pytest.raises(Unavailable):
        follower.report("77", "success")


def test_a_report_of_somebody_elses_message_changes_nothing(follower: Follower) -> None:
    follower.told(Told(Channel.TEMPLATE, "", uuid.uuid4().hex))
    follower.report("a message of another tool", "failed:user block")
    assert follower.row() == ("template", "", "", False)


def test_a_report_that_meets_its_message_being_written_down_is_never_lost(stores: Stores) -> None:
    """Whatever lies between: kept, or asked for again; never taken for somebody else's."""
    for _ in range(20):
        follower, msgid = a_follower(stores), uuid.uuid4().hex
        stores.notices.trying(follower.notice_id, SENT)

        def platform(follower: Follower = follower, msgid: str = msgid) -> None:
            for _ in range(1000):
                try:
                    return follower.report(msgid, "success")
                except Unavailable:
                    continue

        reporting = threading.Thread(target=platform)
        reporting.start()
        time.sleep(0.01)
        stores.notices.sent(follower.notice_id, SENT, Told(Channel.TEMPLATE, "", msgid))
        reporting.join(10)
        assert follower.row()[1] == "success"
