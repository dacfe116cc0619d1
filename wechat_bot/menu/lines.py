"""Where in a TOML file something stands, and what is wrong with a file that is none."""

import re
import tomllib

from wechat_bot.console.out import Problem

Place = tuple[str | int, ...]
"""The way to a value: names of tables and keys, numbers within arrays."""

_TABLE = re.compile(r"\s*\[\[\s*([\w.\-\s]+?)\s*\]\]")
_SINGLE = re.compile(r"\s*\[\s*([\w.\-\s]+?)\s*\]")
_KEY = re.compile(r"\s*\"?([\w\-]+)\"?\s*=")
_AT_LINE = re.compile(r"\(at line (\d+)")
_FULL_WIDTH = re.compile("[“”‘’＝［］【】＂＇]")
_HINTS = (
    ("Expected '='", "字段名和值之间要有等号 ="),
    ("Expected newline", "值的后面不能再有别的内容；整个值要写在一对英文引号里"),
    ("Unterminated string", "引号没有成对，请补上结尾的英文引号"),
    ("Illegal character", "引号没有成对，请补上结尾的英文引号"),
    ("Cannot overwrite", "这个字段前面已经写过一次，请删掉一个"),
    ("Cannot mutate", "这个字段前面已经写过一次，请删掉一个"),
    ("Cannot declare", "这一节前面已经写过一次；每个按钮的节名要用两层方括号"),
    ("Expected ']", "方括号没有成对，每个按钮写成 [[button]]，子菜单写成 [[button.sub]]"),
    ("Invalid value", "等号后面要有值，并写在一对英文引号里"),
    ("Invalid statement", "这一行既不是 [[button]] 这样的节名，也不是 字段 = 值"),
    ("Unescaped '\\'", "反斜线要写成两个 \\\\"),
)


def what_is_wrong(text: str, error: tomllib.TOMLDecodeError) -> Problem:
    """The line of a file that is not TOML, and what to change there."""
    lines = text.splitlines() or [""]
    at = _AT_LINE.search(str(error))
    number = min(int(at.group(1)) if at else len(lines), len(lines))
    if odd := _FULL_WIDTH.search(lines[number - 1]):
        hint = f"这一行里有中文符号“{odd.group()}”，请改用英文的引号、等号和方括号"
    else:
        hint = next((words for sign, words in _HINTS if sign in str(error)), "请对照其他几节检查这一行")
    return Problem(number, f"这一行不是正确的 TOML：{hint}")


class Lines:
    """Where a table or key stands; for unusual notations, where its table begins."""

    def __init__(self, text: str) -> None:
        self._at: dict[Place, int] = {}
        where: Place = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if table := _TABLE.match(line):
                where = self._next([part.strip() for part in table.group(1).split(".")])
                self._at[where] = number
            elif single := _SINGLE.match(line):
                where = tuple(part.strip() for part in single.group(1).split("."))
                self._at.setdefault(where, number)
            elif key := _KEY.match(line):
                self._at.setdefault((*where, key.group(1)), number)

    def of(self, path: Place) -> int:
        """The line of the nearest thing on the way to ``path``."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._at:
                return self._at[path[:length]]
        return 1

    def _next(self, names: list[str]) -> Place:
        """The place of the next table of this header: the last of each array above, a new one at the end."""
        path: Place = ()
        for depth, name in enumerate(names):
            path = (*path, name)
            count = sum(1 for known in self._at if known[:-1] == path and isinstance(known[-1], int))
            path = (*path, count if depth == len(names) - 1 else max(count - 1, 0))
        return path
