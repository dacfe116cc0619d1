"""Live menus against wanted ones, in lines a person can read and a script can use."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wechat_bot.menu.model import Conditional, Menu, Menus

DEFAULT = "默认菜单"
_WORDS = {"added": "新增", "removed": "删除", "changed": "有改动", "same": "不变", "repeated": "线上有多份，只留一份"}


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one menu: ``kind`` is added, removed, changed, repeated or same. ``lines`` are those of a
    diff, each begun with "+ ", "- " or two blanks."""

    title: str
    kind: str
    lines: tuple[str, ...]
    tag: str = ""

    @property
    def heading(self) -> str:
        """The menu and its fate in words."""
        return f"{self.title}：{_WORDS[self.kind]}"

    def for_scripts(self) -> dict[str, Any]:
        """The same as data."""
        return {
            "menu": "conditional" if self.tag else "default",
            "tag_id": self.tag or None,
            "title": self.title,
            "change": self.kind,
            "lines": [line for line in self.lines if line[0] in "+-"],
        }


def changes(live: Menus, wanted: Menus) -> list[Change]:
    """One change for every menu there is or shall be, the default first; a set that is as wanted has only "same"."""
    return [_change(DEFAULT, [live.default] if live.default else [], wanted.default), *_conditional(live, wanted)]


def _conditional(live: Menus, wanted: Menus) -> Iterator[Change]:
    by_rule: dict[str, list[Conditional]] = {}
    for special in live.conditional:
        by_rule.setdefault(str(special.rule), []).append(special)
    for special in wanted.conditional:
        there = [known.menu for known in by_rule.pop(str(special.rule), [])]
        yield _change(special.title, there, special.menu, special.tag_id)
    for gone in by_rule.values():
        for special in gone:
            yield _change(special.title, [special.menu], None, special.tag_id or "-")


def _change(title: str, live: list[Menu], wanted: Menu | None, tag: str = "") -> Change:
    after = wanted.as_lines() if wanted else []
    if not live:
        return Change(title, "added" if wanted else "same", tuple(f"+ {line}" for line in after), tag)
    if wanted is None:
        return Change(title, "removed", tuple(f"- {line}" for menu in live for line in menu.as_lines()), tag)
    same = [menu.for_platform() == wanted.for_platform() for menu in live]
    if any(same):
        return Change(title, "same" if len(live) == 1 else "repeated", tuple(f"  {line}" for line in after), tag)
    lines = difflib.ndiff(live[0].as_lines(), after)
    return Change(title, "changed", tuple(line for line in lines if not line.startswith("?")), tag)
