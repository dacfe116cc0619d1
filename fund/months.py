"""Calendar months, the unit in which rent is paid."""

import re
from dataclasses import dataclass
from datetime import date

from fund.errors import InvalidValue


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month. Order is time's."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1900 <= self.year <= 2200):
            raise InvalidValue("请选择月份", code="month_format")

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``2026-01``. Raises InvalidValue."""
        found = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text.strip())
        if found is None:
            raise InvalidValue("请选择月份", code="month_format")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that holds a day."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def words(self) -> str:
        """``2026年1月``."""
        return f"{self.year}年{self.month}月"


def months_between(first: Month, last: Month) -> int:
    """How many months from first to last, both counted; zero or less when they are out of order."""
    return (last.year - first.year) * 12 + last.month - first.month + 1
