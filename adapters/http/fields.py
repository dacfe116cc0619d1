"""Reading a neighbour's JSON strictly: what is missing or wrong is named, its value never is."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from types import TracebackType
from typing import Any, TypeVar

from fund.errors import Unavailable
from fund.money import Money

T = TypeVar("T")
_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Fields:
    """One JSON object of an answer. All that is wrong is told at once when the ``with`` block ends.

    >>> with Fields("bank", {"match": True}) as fields:
    ...     fields.read("match", truth, False)
    True

    Until the block ends, a wrong field has the value ``otherwise``. Raises Unavailable with the names.
    """

    def __init__(self, neighbour: str, body: object, bad: list[str] | None = None, prefix: str = "") -> None:
        self._neighbour = neighbour
        self._body: dict[str, Any] = body if isinstance(body, dict) else {}
        self._bad = [] if bad is None else bad
        self._prefix = prefix

    def read(self, name: str, make: Callable[[Any], T], otherwise: T) -> T:
        """What ``make`` makes of the field; it raises ValueError or TypeError when it cannot."""
        try:
            return make(self._body[name])
        except (KeyError, ValueError, TypeError):
            self._bad.append(self._prefix + name)
            return otherwise

    def rows(self, name: str) -> Iterator["Fields"]:
        """The objects in a list; what is wrong in them counts here."""
        found: Sequence[Any] = self.read(name, _list, ())
        for number, row in enumerate(found):
            yield Fields(self._neighbour, row, self._bad, f"{self._prefix}{name}[{number}].")

    def __enter__(self) -> "Fields":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._bad:
            raise Unavailable(
                f"{self._neighbour}: missing or invalid: {', '.join(self._bad)}",
                code=f"{self._neighbour}_unreachable",
            )


def text(value: Any) -> str:
    """1 to 200 characters without control characters, blanks around them dropped."""
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 200 or _CONTROL.search(value):
        raise ValueError("not a text")
    return value.strip()


def truth(value: Any) -> bool:
    """JSON's true or false, nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise ValueError("not true or false")
    return value


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A whole number within limits."""

    def make(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError("not a number within limits")
        return value

    return make


def money(value: Any) -> Money:
    """Yuan as a string with up to two decimals, never negative."""
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise ValueError("not an amount")
    return Money.from_wire(value)


def day(value: Any) -> date:
    """``2026-03-02``."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("not a day")
    return date.fromisoformat(value)


def matching(pattern: str) -> Callable[[Any], str]:
    """A string that fits a pattern whole."""
    whole_pattern = re.compile(pattern)

    def make(value: Any) -> str:
        if not isinstance(value, str) or not whole_pattern.fullmatch(value):
            raise ValueError("does not fit")
        return value

    return make


def one_of(*allowed: str) -> Callable[[Any], str]:
    """One of a few words."""

    def make(value: Any) -> str:
        if value not in allowed:
            raise ValueError("not one of the words")
        return str(value)

    return make


def optional(make: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """``make``, or None for JSON's null; a missing field is still wrong."""
    return lambda value: None if value is None else make(value)


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    return value
