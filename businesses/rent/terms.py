"""The dated figures of ``terms.toml``: chosen by date, checked for gaps and overlaps when loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from fund.errors import FundError
from fund.money import Money


class TermsError(FundError):
    """``terms.toml`` cannot be used as it stands; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The figures in force during one period. ``papers`` gives the clause for each figure that can refuse."""

    version: str
    effective_from: date
    effective_to: date | None
    confirmed: bool
    paper: str
    months_required: int
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
    """Read a terms file. Raises TermsError on missing keys, gaps, overlaps or a repeated version."""
    periods = tuple(_entry(raw) for raw in tomllib.loads(source).get("terms", ()))
    if not periods:
        raise TermsError("no [[terms]] at all")
    if len({t.version for t in periods}) != len(periods):
        raise TermsError("a version is used twice")
    for earlier, later in zip(periods, periods[1:], strict=False):
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
    try:
        return Terms(
            version=raw["version"],
            effective_from=raw["effective_from"],
            effective_to=raw.get("effective_to"),
            confirmed=raw["confirmed"],
            paper=raw["paper"],
            months_required=raw["months_required"],
            account_status_allowed=tuple(raw["account_status_allowed"]),
            times_per_year=raw["times_per_year"],
            future_months_allowed=raw["future_months_allowed"],
            balance_kept=Money.from_wire(raw["balance_kept"]),
            local_city=raw["local_city"],
            banks=tuple(raw["banks"]),
            card_class=raw["card_class"],
            review_working_days=raw["review_working_days"],
            restrict_years=raw["restrict_years"],
            photo_most=raw["photo_most"],
            month_cap={name: Money.from_wire(raw["month_cap"][name]) for name in _CAPS},
            papers={name: raw["papers"][name] for name in _PAPERS},
        )
    except KeyError as error:
        raise TermsError(f"{raw.get('version', '?')} lacks {error}") from None


_CAPS = ("local_single", "local_couple", "other_single", "other_couple")
_PAPERS = ("months_required", "owns_home", "times_per_year", "account_status", "amount", "card", "photos")
