"""Everything the rules of 租房提取 look at, put together once per request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from businesses.rent.terms import Terms
from fund import regions
from fund.application import Application
from fund.errors import InvalidValue
from fund.journey import Answers
from fund.money import Money, total
from fund.months import Month, months_between
from fund.people import MaritalStatus, Member, Person

RENT_REASON = "07"
"""提取原因 item 204008: 房租超出家庭工资收入的规定比例."""


@dataclass(frozen=True, slots=True)
class RentCase:
    """A member on a day, under the terms of that day. ``earlier`` are the person's applications here,
    ``spouses`` the spouse's live ones."""

    person: Person
    member: Member
    terms: Terms
    today: date
    earlier: tuple[Application, ...]
    observed: Mapping[str, str] = field(repr=False)  # holds a card number
    spouses: tuple[Application, ...] = ()

    @property
    def is_couple(self) -> bool:
        """Whether the monthly limit is that of both spouses together."""
        return self.member.marital_status is MaritalStatus.MARRIED

    @property
    def drawn_this_year(self) -> Money:
        """What the applicant and the spouse have drawn for rent this year, as booked by the core system."""
        return total(
            [w.amount for w in self.member.withdrawals if w.reason == RENT_REASON and w.on.year == self.today.year]
        )

    @property
    def applied_by_spouse(self) -> Money:
        """What the spouse has handed in for rent this year and the core system has not booked yet: a couple
        shares its limit from the moment the first of them hands in."""
        return total([a.amount for a in self.spouses if a.business == "rent" and a.year == self.today.year])

    @property
    def drawn_by_self(self) -> bool:
        """Whether the core system has booked a withdrawal for rent by the applicant this year."""
        return any(
            w.reason == RENT_REASON and w.on.year == self.today.year and not w.of_spouse
            for w in self.member.withdrawals
        )

    @property
    def available(self) -> Money:
        """余额 − 冻结 − 保留, never below zero."""
        left = self.member.account.balance - self.member.account.frozen - self.terms.balance_kept
        return max(left, Money(0))

    @property
    def live(self) -> Application | None:
        """An application of this year that is handed in and not withdrawn."""
        return next(
            (a for a in self.earlier if a.business == "rent" and a.year == self.today.year and a.state.is_live), None
        )


def city_of(answers: Answers) -> str | None:
    """The city of the rented home, if it was answered."""
    try:
        return regions.find(answers.get("region", "")).city_code
    except InvalidValue:
        return None


def span_of(answers: Answers) -> tuple[Month, Month] | None:
    """First and last month, if both were answered."""
    try:
        return Month.parse(answers.get("first_month", "")), Month.parse(answers.get("last_month", ""))
    except InvalidValue:
        return None


def months_of(answers: Answers) -> int | None:
    """How many months are applied for; None when unanswered or out of order."""
    span = span_of(answers)
    count = months_between(*span) if span else 0
    return count if count > 0 else None


def money_of(answers: Answers, name: str) -> Money | None:
    """An amount, if it was answered."""
    try:
        return Money.parse(answers.get(name, ""))
    except InvalidValue:
        return None
