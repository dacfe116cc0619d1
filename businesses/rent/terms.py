"""The dated figures of ``terms.toml``: chosen by date, checked for gaps and overlaps when loaded."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any

from fund.errors import FundError
from fund.money import ZERO, Money


class TermsError(FundError):
    """``terms.toml`` cannot be used as it stands; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The figures in force during one period. ``papers`` gives the clause for each figure that can refuse.

    ``times_per_year`` can only be 1: one live application per person and year is built into the record.
    """

    version: str
    effective_from: date
    effective_to: date | None
    confirmed: bool
    paper: str
    months_required: int
    deposit_lag_months: int
    account_status_allowed: tuple[str, ...]
    times_per_year: int
    future_months_allowed: bool
    balance_kept: Money
    local_city: str
    banks: tuple[str, ...]
    card_class: int
    review_working_days: int
    restrict_years: int
    photo_most: int
    month_cap: Mapping[str, Money]
    papers: Mapping[str, str]

    def cap(self, *, city: str, couple: bool) -> Money:
        """The monthly limit in a city: per person, or for both spouses together."""
        where = "local" if city == self.local_city else "other"
        return self.month_cap[f"{where}_{'couple' if couple else 'single'}"]

    def covers(self, day: date) -> bool:
        """Whether these figures are in force on that day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, slots=True)
class TermsTable:
    """All periods, in order, without gap or overlap."""

    periods: tuple[Terms, ...]

    def on(self, day: date) -> Terms:
        """The figures of a day. Raises TermsError before the first period."""
        for terms in self.periods:
            if terms.covers(day):
                return terms
        raise TermsError(f"no terms for {day}", code="no_terms")


def parse(source: str) -> TermsTable:
    """Read a terms file. Raises TermsError on keys that are missing, unknown or of the wrong kind, on gaps,
    overlaps or a repeated version: a slip is found when the house is built, not at the counter."""
    try:
        periods = tuple(_entry(raw) for raw in tomllib.loads(source).get("terms", ()))
    except tomllib.TOMLDecodeError as error:
        raise TermsError(f"not TOML: {error}") from None
    if not periods:
        raise TermsError("no [[terms]] at all")
    if len({t.version for t in periods}) != len(periods):
        raise TermsError("a version is used twice")
    for earlier, later in pairwise(periods):
        if earlier.effective_to is None or later.effective_from != earlier.effective_to + timedelta(days=1):
            raise TermsError(f"{earlier.version} and {later.version} leave a gap or overlap")
    for terms in periods:
        if terms.effective_to is not None and terms.effective_to < terms.effective_from:
            raise TermsError(f"{terms.version} ends before it begins")
    return TermsTable(periods)


def load() -> TermsTable:
    """The terms this house ships with."""
    return parse((files("businesses.rent") / "terms.toml").read_text(encoding="utf-8"))


def _entry(raw: dict[str, Any]) -> Terms:
    version = str(raw.get("version", "?"))
    return Terms(**_read(version, {"effective_to": None, **raw}, _KINDS))


def _read(version: str, raw: Mapping[str, Any], kinds: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    if missing := kinds.keys() - raw.keys():
        raise TermsError(f"{version} lacks {', '.join(sorted(missing))}")
    if unknown := raw.keys() - kinds.keys():
        raise TermsError(f"{version} has {', '.join(sorted(unknown))}, which nothing reads")
    read = {}
    for name, kind in kinds.items():
        try:
            read[name] = kind(raw[name])
        except (ValueError, TypeError, AttributeError):
            raise TermsError(f"{version}: {name} cannot be {raw[name]!r}") from None
        except TermsError as error:
            raise TermsError(f"{version}: {name}: {error.message}") from None
    return read


def _day(value: Any) -> date:
    if type(value) is not date:  # a datetime is a date too, but not one of these
        raise ValueError
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _whole(most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not 1 <= value <= most:
            raise ValueError
        return value

    return read


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError
    return tuple(_text(each) for each in value)


def _money(value: Any) -> Money:
    amount = Money.from_wire(_text(value))
    if amount < ZERO:
        raise ValueError
    return amount


def _table(*names: str, of: Callable[[Any], Any]) -> Callable[[Any], Mapping[str, Any]]:
    return lambda value: _read("in it", dict(value), dict.fromkeys(names, of))


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "version": _text,
    "effective_from": _day,
    "effective_to": lambda value: None if value is None else _day(value),
    "confirmed": _truth,
    "paper": _text,
    "months_required": _whole(120),
    "deposit_lag_months": _whole(12),
    "account_status_allowed": _texts,
    "times_per_year": _whole(1),
    "future_months_allowed": _truth,
    "balance_kept": _money,
    "local_city": _text,
    "banks": _texts,
    "card_class": _whole(3),
    "review_working_days": _whole(90),
    "restrict_years": _whole(50),
    "photo_most": _whole(50),
    "month_cap": _table("local_single", "local_couple", "other_single", "other_couple", of=_money),
    "papers": _table(
        "months_required",
        "owns_home",
        "times_per_year",
        "account_status",
        "amount",
        "balance",
        "card",
        "photos",
        of=_text,
    ),
}
"""What each key of an entry has to be."""
