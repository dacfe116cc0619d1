"""One table of moves, one function that makes them; a reference can be read out over the telephone."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from fund.application import ALPHABET, MOVES, Actor, Move, Role, State, advance, new_reference
from fund.errors import NotAllowed, WrongState
from tests.makers import SUMMER_NOON, a_person, an_application

OWNER = Actor(Role.CITIZEN, a_person().id)
LATER = SUMMER_NOON + timedelta(hours=1)


@pytest.mark.parametrize(("state", "move"), MOVES)
def test_every_move_of_the_table_can_be_made_by_those_it_names(state: State, move: Move) -> None:
    to, roles = MOVES[state, move]
    for role in roles:
        before = an_application(state=state, version=4)
        after, event = advance(before, move, Actor(role, before.person_id), LATER)
        assert after == replace(before, state=to, version=5)
        assert before.state is state, "the application handed in is not changed in place"
        assert (event.application_id, event.seq, event.move, event.state) == (before.id, 5, move, to)
        assert (event.actor.role, event.at) == (role, LATER)


@pytest.mark.parametrize(("state", "move"), [(s, m) for s in State for m in Move if (s, m) not in MOVES])
def test_a_move_that_is_not_in_the_table_cannot_be_made(state: State, move: Move) -> None:
    with pytest.raises(WrongState) as refused:
        advance(an_application(state=state), move, OWNER, LATER)
    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize(("state", "move"), [key for key, (_, roles) in MOVES.items() if Role.CITIZEN in roles])
def test_nobody_moves_somebody_elses_application(state: State, move: Move) -> None:
    with pytest.raises(NotAllowed) as refused:
        advance(an_application(state=state), move, Actor(Role.CITIZEN, uuid4()), LATER)
    assert refused.value.code == "not_allowed"


def test_an_application_is_withdrawn_once() -> None:
    withdrawn, _ = advance(an_application(), Move.WITHDRAW, OWNER, LATER)
    with pytest.raises(WrongState):
        advance(withdrawn, Move.WITHDRAW, OWNER, LATER)


def test_a_refused_move_names_the_application_by_its_number_only() -> None:
    mine = an_application(reference="KMNP-3467-RTUV")
    with pytest.raises(NotAllowed) as refused:
        advance(mine, Move.WITHDRAW, Actor(Role.CITIZEN, uuid4()), LATER)
    assert "KMNP-3467-RTUV" in refused.value.message
    assert mine.answers["card"] not in refused.value.message and mine.answers["address"] not in refused.value.message


def test_only_what_was_withdrawn_or_rejected_frees_the_year() -> None:
    assert {state for state in State if not state.is_live} == {State.WITHDRAWN, State.REJECTED}


def test_money_leaves_by_one_way_only() -> None:
    """Nothing is paid that two different roles did not look at, and only staff of a third role instruct it."""
    into = {to: [(state, move, roles) for (state, move), (end, roles) in MOVES.items() if end is to] for to in State}
    assert into[State.PAYING] == [(State.APPROVED, Move.INSTRUCT, frozenset({Role.PAYER}))]
    confirmed = [(state, roles) for state, move, roles in into[State.APPROVED] if move is Move.CONFIRM]
    assert {state for state, _ in confirmed} == {State.CHECKED, State.CARD_CHECKED}
    assert {roles for _, roles in confirmed} == {frozenset({Role.CONFIRMER})}
    approved = (Move.APPROVE, frozenset({Role.REVIEWER}))
    assert {(move, roles) for _, move, roles in into[State.CARD_CHECKED]} == {approved}
    back = (Move.SEND_BACK, frozenset({Role.PAYER}))
    assert {(move, roles) for _, move, roles in into[State.CHECKED]} == {approved, back}


def test_no_state_before_the_end_is_without_a_way_out_that_people_can_take() -> None:
    people = set(Role) - {Role.SYSTEM}
    held_by_the_machine = {State.PAYING}  # every end of a payment leads out of it
    for state in set(State) - held_by_the_machine - {State.PAID, State.REJECTED, State.WITHDRAWN}:
        assert any(at is state and roles & people for (at, _), (_, roles) in MOVES.items()), state


def test_admin_and_auditor_move_nothing() -> None:
    assert {role for _, roles in MOVES.values() for role in roles} == set(Role) - {Role.ADMIN, Role.AUDITOR}


def test_every_state_and_move_has_words_and_a_state_has_at_most_five_characters() -> None:
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,5}", state.words) for state in State)
    assert all(re.search(r"[\u4e00-\u9fff]", move.words) for move in Move)


def test_a_reference_has_three_groups_of_four_without_look_alikes() -> None:
    drawn = [new_reference() for _ in range(3000)]
    assert len(set(drawn)) == 3000
    for reference in drawn:
        assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", reference)
    seen = set("".join(drawn)) - {"-"}
    assert seen == set(ALPHABET), "every character is drawn"
    for alike in ("0OQ", "1IL", "2Z", "5S", "8B"):
        assert not seen & set(alike), f"one of {alike} would be taken for another over the telephone"
