"""Writes docs/states.md: which state can become which, by which move, by whom. ``python -m scripts.states``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fund.application import MOVES, Role, State

PAGE = Path(__file__).resolve().parent.parent / "docs" / "states.md"
HEAD = """# States, moves, roles · 状态、办理动作、岗位

Written by `python -m scripts.states` from `fund.application.MOVES`; a test fails when it is not that table.
Whatever does not stand here cannot happen.
"""


def table() -> str:
    """The whole page."""
    roles = [role for role in Role if any(role in allowed for _, allowed in MOVES.values())]
    lines = [HEAD, "## 状态", "", "| state | 申请人看到 | 后台看到 | 占用本年度 | 资金未到 |", "|---|---|---|---|---|"]
    for state in State:
        live, still = ("是" if yes else "" for yes in (state.is_live, state.is_open))
        lines.append(f"| `{state.value}` | {state.words} | {state.staff_words} | {live} | {still} |")
    lines += ["", "## 办理动作", "", f"| 从 | 动作 | 到 | {' | '.join(role.words for role in roles)} |"]
    lines.append("|---" * (3 + len(roles)) + "|")
    for (state, move), (to, allowed) in MOVES.items():
        marks = " | ".join("●" if role in allowed else "" for role in roles)
        lines.append(
            f"| `{state.value}` {state.staff_words} | `{move.value}` {move.words} | `{to.value}` {to.staff_words} | {marks} |"
        )
    ends = [state.staff_words for state in State if all(at is not state for at, _ in MOVES)]
    lines += ["", f"没有后续动作的状态：{'、'.join(ends)}。系统管理没有任何办理动作；审计只能查看。", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(table(), encoding="utf-8")
