"""How much at most, with the sum explained. Shown before the person types, and kept with the application."""

from collections.abc import Mapping
from dataclasses import dataclass

from fund.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """One limit: what it is called, how it was worked out, what it comes to. ``decides`` marks the smallest."""

    label: str
    working: str
    amount: Money
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """The most that can be drawn now. ``complete`` is false while an answer it needs is still missing."""

    most: Money
    lines: tuple[Line, ...]
    complete: bool

    def trace(self) -> tuple[Mapping[str, str], ...]:
        """For the record: the lines as plain text, amounts in yuan."""
        return tuple(
            {"label": x.label, "working": x.working, "amount": x.amount.yuan, "decides": "yes" if x.decides else "no"}
            for x in self.lines
        )
