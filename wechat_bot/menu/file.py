"""config/menu.toml ↔ the account's menus. Every problem names its line."""

import json
import tomllib
from typing import Any

from wechat_bot.console.out import Problem
from wechat_bot.menu.lines import Lines, Place, what_is_wrong
from wechat_bot.menu.model import FIELDS, Button, Conditional, Menu, Menus

_PLACE = "{PUBLIC_URL}"
_KNOWN = frozenset({"name", "type", "sub"} | {field for fields in FIELDS.values() for field in fields})
_SECTIONS = frozenset({"button", "conditional"})


class MenuFileError(Exception):
    """The file cannot be read as a menu; ``problems`` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.line}: {problem.message}" for problem in problems))
        self.problems = problems


def read(text: str, public_url: str) -> Menus:
    """The menus in a file's text, with {PUBLIC_URL} filled in. Raises MenuFileError."""
    text = text.removeprefix("\ufeff")  # what Windows' Notepad puts before UTF-8
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MenuFileError([what_is_wrong(text, error)]) from None
    except RecursionError:
        raise MenuFileError([Problem(0, "文件里的括号嵌套太深，不是菜单文件，请检查")]) from None
    reader = _Reader(Lines(text), public_url.rstrip("/"))
    menus = Menus(
        Menu(reader.buttons(tables.get("button", []), ("button",))),
        reader.conditional(tables.get("conditional", [])),
    )
    for name in tables.keys() - _SECTIONS:
        at = reader.lines.of((name, 0)) if isinstance(tables[name], list) else reader.lines.of((name,))
        reader.problems.append(Problem(at, f"不认识“{name}”，菜单只由 [[button]] 和 [[conditional]] 组成"))
    if reader.problems:
        raise MenuFileError(sorted(reader.problems))
    return menus


def write(menus: Menus, public_url: str) -> str:
    """Menus as a file's text, our own address written as {PUBLIC_URL}. A conditional menu that is not for a tag
    alone is only mentioned."""
    parts = _tables("", menus.default, public_url) if menus.default else []
    for special in menus.conditional:
        if special.beyond or not special.tag_id:
            parts.append(f"# 线上还有一个“{special.title}”。这里只支持按标签匹配，没有写入。\n")
            continue
        tag = _quoted(special.tag_name) if special.tag_name else special.tag_id
        parts.append(f"[[conditional]]\ntag = {tag}\n")
        parts += _tables("conditional.", special.menu, public_url)
    return "\n".join(parts)


def _tables(prefix: str, menu: Menu, public_url: str) -> list[str]:
    parts: list[str] = []
    for button in menu.buttons:
        parts.append(_table(f"{prefix}button", button, public_url))
        parts += [_table(f"{prefix}button.sub", below, public_url) for below in button.sub]
    return parts


def _table(header: str, button: Button, public_url: str) -> str:
    pairs = [("name", button.name)]
    if not button.sub:
        pairs += [("type", button.type), *button.values]
    own = public_url.rstrip("/")
    lines = [f"[[{header}]]"]
    for name, value in pairs:
        at_home = value == own or value.startswith(own + "/")
        shown = _PLACE + value[len(own) :] if name == "url" and at_home else value
        lines.append(f"{name} = {_quoted(shown)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class _Reader:
    """Turns tables into menus and collects what is wrong with their form."""

    def __init__(self, lines: Lines, public_url: str) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self._public_url = public_url

    def conditional(self, tables: Any) -> tuple[Conditional, ...]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._wrong(("conditional",), "每个个性化菜单要写成 [[conditional]] 一节")
            return ()
        return tuple(self._conditional(table, ("conditional", number)) for number, table in enumerate(tables))

    def _conditional(self, table: dict[str, Any], path: Place) -> Conditional:
        for name in table.keys() - {"tag", "button"}:
            self._wrong((*path, name), f"不认识字段“{name}”，[[conditional]] 里只有 tag 和 [[conditional.button]]")
        tag = table.get("tag", "")
        number = "" if isinstance(tag, bool) or not isinstance(tag, int) else str(tag)
        name = tag.strip() if isinstance(tag, str) else ""
        if "tag" not in table or tag == "":
            self._wrong(path, '[[conditional]] 缺少 tag：写标签的名称，如 tag = "单位经办人"')
        elif not name and not number:
            self._wrong((*path, "tag"), '字段“tag”要写标签的名称（在引号里）或编号，如 tag = "单位经办人"')
        return Conditional(
            Menu(self.buttons(table.get("button", []), (*path, "button"))),
            number,
            name,
            line=self.lines.of((*path, "tag")),
        )

    def buttons(self, tables: Any, path: Place) -> tuple[Button, ...]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            header = ".".join(part for part in path if isinstance(part, str))
            self._wrong(path, f"每个按钮要写成 [[{header}]] 一节")
            return ()
        return tuple(self._button(table, (*path, number)) for number, table in enumerate(tables))

    def _button(self, table: dict[str, Any], path: Place) -> Button:
        texts: dict[str, str] = {}
        for name, value in table.items():
            if name not in _KNOWN:
                self._wrong((*path, name), f"不认识字段“{name}”，请检查拼写")
            elif name != "sub" and not isinstance(value, str):
                self._wrong((*path, name), f"字段“{name}”的值要写在引号里")
            elif name != "sub":
                texts[name] = value.replace(_PLACE, self._public_url)
        values = tuple((name, text) for name, text in texts.items() if name not in {"name", "type"})
        kind = texts.get("type", "")
        fields = FIELDS.get(kind, tuple(name for name, _ in values))
        for name, _ in values:
            if name not in fields:
                self._wrong((*path, name), f"类型“{kind}”的按钮没有字段“{name}”，请删掉")
        return Button(
            texts.get("name", ""),
            kind,
            tuple((name, texts[name]) for name in fields if name in texts),
            self.buttons(table["sub"], (*path, "sub")) if "sub" in table else (),
            self.lines.of(path),
            tuple((name, self.lines.of((*path, name))) for name in table),
        )

    def _wrong(self, path: Place, message: str) -> None:
        self.problems.append(Problem(self.lines.of(path), message))
