"""docs/states.md is the code's own table of states, moves and roles."""

import re

from fund.application import MOVES, Move, Role, State
from scripts.states import PAGE, table

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_what_the_code_says_now() -> None:
    assert table() == TEXT, "run `python -m scripts.states`"


def test_every_move_of_the_code_stands_on_the_page_and_no_other() -> None:
    head = next(line for line in TEXT.splitlines() if line.startswith("| 从 |"))
    columns = [cell.strip() for cell in head.split("|")[4:-1]]
    found = {}
    for state, move, to, marks in re.findall(r"^\| `(\w+)`[^|]*\| `(\w+)`[^|]*\| `(\w+)`[^|]*\|(.*)\|$", TEXT, re.M):
        by = {c for c, mark in zip(columns, marks.split("|"), strict=True) if mark.strip()}
        found[State(state), Move(move)] = (State(to), by)
    assert found == {key: (to, {role.words for role in roles}) for key, (to, roles) in MOVES.items()}


def test_those_who_only_manage_or_watch_move_nothing() -> None:
    assert not any({Role.ADMIN, Role.AUDITOR} & roles for _, roles in MOVES.values())
