"""我的消息: everything a person was told, theirs alone."""

from datetime import timedelta
from uuid import uuid4

from fund.application import Actor, Move, Role, advance
from fund.notice import Channel, Told
from fund.people import Person
from tests.adapters.postgres.servers import NOW, Stores, an_application, its_event


def a_history(stores: Stores) -> Person:
    """Somebody who handed in and took back."""
    person = stores.someone()
    application = an_application(person.id)
    stores.applications.hand_in(application, its_event(application), [])
    moved, event = advance(application, Move.WITHDRAW, Actor(Role.CITIZEN, person.id), NOW + timedelta(minutes=3))
    stores.applications.move(moved, event)
    return person


def make_unread(stores: Stores, person: Person) -> None:
    stores.rows(
        "UPDATE notices SET read_at = NULL FROM applications a WHERE a.id = application_id AND a.person_id = %s"
        " RETURNING 1",
        person.id,
    )


def test_it_holds_every_notice_newest_first_whatever_channel_it_came_by(stores: Stores) -> None:
    person = a_history(stores)
    newest, oldest = stores.inbox.of(person.id)
    assert (newest.state_words, oldest.state_words) == ("已撤销", "已提交")
    assert (newest.channel, oldest.at) == (None, NOW)
    assert oldest.path == f"/h5/applications/{oldest.reference}"
    stores.notices.sent(oldest.id, NOW, Told(Channel.TEMPLATE))
    assert stores.inbox.of(person.id)[1].channel is Channel.TEMPLATE


def test_nobody_sees_another_persons(stores: Stores) -> None:
    a_history(stores)
    other = stores.someone()
    assert stores.inbox.of(other.id) == ()
    assert stores.inbox.unread(other.id) == 0


def test_what_one_did_oneself_needs_no_reading(stores: Stores) -> None:
    assert stores.inbox.unread(a_history(stores).id) == 0


def test_reading_counts_for_what_was_there_and_not_for_what_came_since(stores: Stores) -> None:
    person, other = a_history(stores), a_history(stores)
    make_unread(stores, person)
    make_unread(stores, other)
    assert stores.inbox.unread(person.id) == 2
    stores.inbox.read_all(person.id, NOW + timedelta(minutes=1))
    assert [message.is_read for message in stores.inbox.of(person.id)] == [False, True]
    stores.inbox.read_all(person.id, NOW + timedelta(hours=1))
    assert stores.inbox.unread(person.id) == 0
    assert stores.inbox.unread(other.id) == 2


def test_a_late_answer_counts_too(stores: Stores) -> None:
    person = stores.someone()
    stores.late_pushes.keep(f"o-{uuid4().hex}", f"进度 {person.id}", NOW)
    push_id = stores.rows("SELECT id FROM late_pushes WHERE state = 'pending' ORDER BY created_at DESC")[0][0]
    stores.late_pushes.settle(push_id, Told(Channel.TEMPLATE), person_id=person.id, words="租房提取：已提交")
    assert stores.inbox.unread(person.id) == 1
    stores.inbox.read_all(person.id, NOW)
    assert stores.inbox.unread(person.id) == 0
