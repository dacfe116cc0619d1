"""Findings as a table for a person: aligned by how wide characters are on the screen, not by how many there are."""

import re
import shutil
from collections.abc import Iterable, Iterator

from wcwidth import ljust, width

from wechat_bot.doctor.findings import Check, Finding, Mark

SIGNS = {Mark.FINE: "✓", Mark.WARNING: "！", Mark.BROKEN: "✗", Mark.SKIPPED: "－"}
COLOURS = {Mark.FINE: "green", Mark.WARNING: "yellow", Mark.BROKEN: "red", Mark.SKIPPED: None}
_SIGN_WIDTH = 2
_LEAST = 30
_UNBROKEN = re.compile(r"[!-~]+|.")
"""Between Chinese characters a line may end anywhere; a word, a path or a name of a variable stays whole."""


class Table:
    """Rows of one table, whose second column is as wide as the longest name. Of rows with the same thing to do
    one after the other, only the last one says it."""

    def __init__(self, checks: list[Check], columns: int | None = None) -> None:
        """``columns``: how wide the screen is; unset, as the terminal says, and 100 where there is none."""
        self._name_width = max((width(check.name) for check in checks), default=0)
        columns = columns or shutil.get_terminal_size((100, 24)).columns
        self._rest = max(columns - _SIGN_WIDTH - self._name_width - 5, _LEAST)

    def rows(self, findings: Iterable[tuple[Check, Finding]]) -> Iterator[tuple[Finding, str]]:
        """Every line with the finding it tells of; what to do stands below."""
        waiting: Finding | None = None
        for check, finding in findings:
            if waiting and waiting.todo != finding.todo:
                yield from ((waiting, line) for line in self._todo(waiting))
            head = f" {ljust(SIGNS[finding.mark], _SIGN_WIDTH)} {ljust(check.name, self._name_width)}  "
            for number, line in enumerate(_wrapped(finding.found, self._rest)):
                yield finding, (head if number == 0 else " " * width(head)) + line
            waiting = finding
        if waiting:
            yield from ((waiting, line) for line in self._todo(waiting))

    def _todo(self, finding: Finding) -> Iterator[str]:
        margin = " " * (_SIGN_WIDTH + self._name_width + 4)
        for number, line in enumerate(_wrapped(finding.todo, self._rest - 2) if finding.todo else ()):
            yield f"{margin}{'→' if number == 0 else ' '} {line}"


def _wrapped(text: str, columns: int) -> list[str]:
    lines, used = [""], 0
    for piece in _UNBROKEN.findall(text):
        if used and used + width(piece) > columns:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            used = 0
        if used or piece != " ":
            lines[-1] += piece
            used += width(piece)
    return lines
