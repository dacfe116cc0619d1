"""Working days: weekends, public holidays (节假日) and the weekends that are worked instead (调休), as dated data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from fund.errors import FundError

_DAY = timedelta(days=1)


class CalendarError(FundError):
    """``calendar.toml`` cannot be used as it stands; the message names the year."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked. A year that is not known, or whose arrangement was not published yet, has only its
    weekends off."""

    off: frozenset[date]
    worked: frozenset[date]
    published: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        """Whether the centre works on that day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after ``first`` up to and including ``last``: 0 on the day itself, so that
        "within three working days" means at most 3."""
        count, day = 0, first
        while day < last:
            day += _DAY
            count += self.is_working_day(day)
        return count

    def working_days_after(self, first: date, count: int) -> date:
        """The ``count``-th working day after ``first``."""
        day = first
        while count > 0:
            day += _DAY
            count -= self.is_working_day(day)
        return day


def parse(source: str) -> WorkCalendar:
    """Read a calendar file. Raises CalendarError on what cannot be a calendar: a slip is found at start."""
    try:
        years = tomllib.loads(source)["year"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise CalendarError(f"not a calendar: {error}") from None
    off, worked, published = set[date](), set[date](), set[int]()
    for raw in years:
        one_off, one_worked = _year(raw)
        if raw["year"] in published or off & one_off:
            raise CalendarError(f"{raw['year']} stands there twice")
        off |= one_off
        worked |= one_worked
        if raw["published"]:
            published.add(raw["year"])
    return WorkCalendar(frozenset(off), frozenset(worked), frozenset(published))


def load() -> WorkCalendar:
    """The calendar this house ships with."""
    return parse((files("fund") / "calendar.toml").read_text(encoding="utf-8"))


def _year(raw: Mapping[str, Any]) -> tuple[set[date], set[date]]:
    year = raw.get("year")
    if raw.keys() != {"year", "published", "source", "holidays", "workdays"} or not str(raw["source"]).strip():
        raise CalendarError(f"{year} needs year, published, source, holidays and workdays, and nothing else")
    off: set[date] = set()
    for first, last in raw["holidays"]:
        if not first <= last or first.year != year or last.year != year:
            raise CalendarError(f"{year}: {first} to {last} is no holiday of that year")
        off |= {first + _DAY * n for n in range((last - first).days + 1)}
    worked = set(raw["workdays"])
    if odd := sorted(day for day in worked if day.year != year or day.weekday() < 5 or day in off):
        raise CalendarError(f"{year}: {odd[0]} is no weekend that could be worked instead")
    return off, worked
