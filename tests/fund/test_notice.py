"""What a follower is told about a move fits the template message and names nothing personal."""

import dataclasses
import re

import pytest

from fund.application import MOVES, Move, State
from fund.notice import QUIET, Notice, remark_for
from tests.makers import SUMMER_NOON
from wechat_bot.notices import progress_notice


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_remark_of_its_own_that_fits_a_thing_field(state: State) -> None:
    """A “thing” of a template message has at most 20 characters; a longer one is refused by the platform (47003)."""
    remark = remark_for(state)
    assert re.search(r"[\u4e00-\u9fff]", remark) and len(remark) <= 20
    assert [other for other in State if remark_for(other) == remark] == [state]


@pytest.mark.parametrize(("state", "move"), sorted({(to, move) for (_, move), (to, _) in MOVES.items()}))
def test_every_move_is_told_in_words_that_fit_the_platforms_fields(state: State, move: Move) -> None:
    remark = remark_for(state, move)
    told = progress_notice("租房提取", state.words, "AC34-DE67-FG99", SUMMER_NOON, remark)
    assert told["thing5"]["value"] == remark and told["phrase2"]["value"] == state.words
    assert not re.search(r"\d", remark)


def test_what_differs_for_its_person_is_told_in_different_words() -> None:
    """A correction that was received, a card that was refused: not the same as a first claim, a failed payment."""
    assert remark_for(State.IN_REVIEW, Move.CORRECT) != remark_for(State.IN_REVIEW, Move.CLAIM)
    assert remark_for(State.PAY_FAILED, Move.RETURN) != remark_for(State.PAY_FAILED, Move.FAIL)
    assert remark_for(State.APPROVED, Move.NOT_PAID) != remark_for(State.APPROVED, Move.CONFIRM)


def test_only_moves_that_ask_nothing_of_anyone_are_quiet() -> None:
    ends = {State.NEEDS_FIX, State.REJECTED, State.PAY_FAILED, State.PAID}
    for move in QUIET:
        assert {to for (_, made), (to, _) in MOVES.items() if made is move} & ends == set()


def test_a_notice_has_no_room_for_anything_personal() -> None:
    assert {f.name for f in dataclasses.fields(Notice)} == {
        "application_id", "kind", "client_msg_id", "title", "state_words", "reference", "at", "remark", "path",
    }  # fmt: skip
