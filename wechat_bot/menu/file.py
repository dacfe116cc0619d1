"""config/menu.toml ↔ a menu. Every problem names its line."""

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from wechat_bot.menu.model import FIELDS, Button, Menu

_PLACE = "{PUBLIC_URL}"
_TABLE = re.compile(r"\s*\[\[\s*([\w.\-\s]+?)\s*\]\]")
_KEY = re.compile(r"\s*\"?([\w\-]+)\"?\s*=")
_AT_LINE = re.compile(r"\(at line (\d+)")
_KNOWN = frozenset({"name", "type", "sub"} | {field for fields in FIELDS.values() for field in fields})


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong and what to change. ``line`` is 0 when no line is to blame."""

    line: int
    message: str


class MenuFileError(Exception):
    """The file cannot be read as a menu; ``problems`` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.line}: {problem.message}" for problem in problems))
        self.problems = problems


def read(text: str, public_url: str) -> Menu:
    """The menu in a file's text, with {PUBLIC_URL} filled in. Raises MenuFileError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        raise MenuFileError([Problem(int(at.group(1)) if at else 0, f"这一行不是正确的 TOML：{error}")]) from None
    reader = _Reader(_Lines(text), public_url.rstrip("/"))
    menu = Menu(reader.buttons(tables.get("button", []), ("button",)))
    for name in tables.keys() - {"button"}:
        reader.problems.append(Problem(reader.lines.of((name, 0)), f"不认识“{name}”，菜单只由 [[button]] 组成"))
    if reader.problems:
        raise MenuFileError(sorted(reader.problems))
    return menu


def write(menu: Menu, public_url: str) -> str:
    """A menu as a file's text, our own address written as {PUBLIC_URL}."""
    parts: list[str] = []
    for button in menu.buttons:
        parts.append(_table("button", button, public_url))
        parts += [_table("button.sub", below, public_url) for below in button.sub]
    return "\n".join(parts)


def _table(header: str, button: Button, public_url: str) -> str:
    pairs = [("name", button.name)]
    if not button.sub:
        pairs += [("type", button.type), *button.values]
    own = public_url.rstrip("/")
    lines = [f"[[{header}]]"]
    for name, value in pairs:
        at_home = value == own or value.startswith(own + "/")
        shown = _PLACE + value[len(own) :] if name == "url" and at_home else value
        lines.append(f"{name} = {json.dumps(shown, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


class _Reader:
    """Turns tables into buttons and collects what is wrong with their form."""

    def __init__(self, lines: "_Lines", public_url: str) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self._public_url = public_url

    def buttons(self, tables: Any, path: tuple[str | int, ...]) -> tuple[Button, ...]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.problems.append(Problem(self.lines.of(path), f"每个按钮要写成 [[{path[0]}]] 一节"))
            return ()
        return tuple(self._button(table, (*path, number)) for number, table in enumerate(tables))

    def _button(self, table: dict[str, Any], path: tuple[str | int, ...]) -> Button:
        texts: dict[str, str] = {}
        for name, value in table.items():
            line = self.lines.of((*path, name))
            if name not in _KNOWN:
                self.problems.append(Problem(line, f"不认识字段“{name}”，请检查拼写"))
            elif name != "sub" and not isinstance(value, str):
                self.problems.append(Problem(line, f"字段“{name}”的值要写在引号里"))
            elif name != "sub":
                texts[name] = value.replace(_PLACE, self._public_url)
        values = tuple((name, text) for name, text in texts.items() if name not in {"name", "type"})
        kind = texts.get("type", "")
        fields = FIELDS.get(kind, tuple(name for name, _ in values))
        for name, _ in values:
            if name not in fields:
                line = self.lines.of((*path, name))
                self.problems.append(Problem(line, f"类型“{kind}”的按钮没有字段“{name}”，请删掉"))
        return Button(
            texts.get("name", ""),
            kind,
            tuple((name, texts[name]) for name in fields if name in texts),
            self.buttons(table["sub"], (*path, "sub")) if "sub" in table else (),
            self.lines.of(path),
            tuple((name, self.lines.of((*path, name))) for name in table),
        )


class _Lines:
    """Where in the file a table or key stands; for unusual notations, where its table begins."""

    def __init__(self, text: str) -> None:
        self._at: dict[tuple[str | int, ...], int] = {}
        where: tuple[str | int, ...] = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if table := _TABLE.match(line):
                where = self._next([part.strip() for part in table.group(1).split(".")])
                self._at[where] = number
            elif key := _KEY.match(line):
                self._at.setdefault((*where, key.group(1)), number)

    def of(self, path: tuple[str | int, ...]) -> int:
        for length in range(len(path), 0, -1):
            if path[:length] in self._at:
                return self._at[path[:length]]
        return 1

    def _next(self, names: list[str]) -> tuple[str | int, ...]:
        """The place of the next table of this header: the last of each array above, a new one at the end."""
        path: tuple[str | int, ...] = ()
        for depth, name in enumerate(names):
            path = (*path, name)
            count = sum(1 for known in self._at if known[:-1] == path and isinstance(known[-1], int))
            path = (*path, count if depth == len(names) - 1 else max(count - 1, 0))
        return path
