"""A move is made once, by whoever saw the latest state, and leaves an event and a notice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fund.application import Actor, Move, Role, advance
from fund.errors import Stale
from tests.adapters.postgres.servers import NOW, Stores, an_application, counts, its_event


def test_a_withdrawal_is_an_event_and_frees_the_year(stores: Stores) -> None:
    application = an_application(stores.someone().id)
    stores.applications.hand_in(application, its_event(application), [])
    later = NOW + timedelta(hours=1)
    moved, event = advance(application, Move.WITHDRAW, Actor(Role.CITIZEN, application.person_id), later)
    stores.applications.move(moved, event)
    assert stores.applications.by_reference(application.person_id, application.reference) == moved
    assert list(stores.applications.events(application.id)) == [its_event(application), event]
    assert counts(stores, application) == (1, 2, 2, 2)
    second = an_application(application.person_id, submitted_at=later)
    stores.applications.hand_in(second, its_event(second), [])
    assert [a.id for a in stores.applications.of_person(application.person_id)] == [second.id, application.id]


def test_of_two_moves_from_the_same_state_the_second_is_stale(stores: Stores) -> None:
    application = an_application(stores.someone().id)
    stores.applications.hand_in(application, its_event(application), [])
    actor = Actor(Role.CITIZEN, application.person_id)
    moved, event = advance(application, Move.WITHDRAW, actor, NOW)
    stores.applications.move(moved, event)
    with pytest.raises(Stale):
        stores.applications.move(moved, replace(event, at=NOW + timedelta(seconds=1)))
    assert counts(stores, application) == (1, 2, 2, 2)


def test_the_very_same_move_again_is_done_once(stores: Stores) -> None:
    application = an_application(stores.someone().id)
    stores.applications.hand_in(application, its_event(application), [])
    moved, event = advance(application, Move.WITHDRAW, Actor(Role.CITIZEN, application.person_id), NOW)
    stores.applications.move(moved, event)
    stores.applications.move(moved, event)
    assert counts(stores, application) == (1, 2, 2, 2)


def test_a_move_of_what_is_not_there_is_stale(stores: Stores) -> None:
    application = an_application(stores.someone().id)
    moved, event = advance(application, Move.WITHDRAW, Actor(Role.CITIZEN, application.person_id), NOW)
    with pytest.raises(Stale):
        stores.applications.move(moved, event)
