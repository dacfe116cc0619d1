"""Every code an error can carry to a citizen has words of its own or of its kind; every state can be said."""

import re
from pathlib import Path

from fund.application import MOVES, Move, State
from web.problems import WORDS

ROOT = Path(__file__).resolve().parent.parent.parent
SIGN_IN = {
    "cancelled",
    "expired",
    "not_verified",
    "enterprise",
    "incomplete",
    "undecodable",
    "no_account",
    "name_mismatch",
}


def test_each_way_a_sign_in_can_fail_has_its_own_page() -> None:
    assert WORDS.keys() >= SIGN_IN


def test_no_page_of_words_is_unused() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for room in ("adapters", "fund", "web", "h5", "wechat_bot")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "problems.py"
    )
    assert {code for code in WORDS if f'"{code}"' not in sources} == set()


def test_words_are_chinese_and_say_what_to_do() -> None:
    for code, words in WORDS.items():
        assert re.search(r"[\u4e00-\u9fff]", words.title), code
        assert len(words.text) >= 15, code
        assert not re.search(r"[A-Za-z]{4,}", words.title + words.text), code
        assert words.actions, code


def test_every_state_and_move_has_words_of_at_most_five_characters() -> None:
    for state in State:
        assert 0 < len(state.words) <= 5
    for move in Move:
        assert move.words


def test_every_state_can_be_reached() -> None:
    reached = {to for to, _ in MOVES.values()} | {State.SUBMITTED}
    assert reached == set(State)
