"""Makers of domain things for tests: each gives something in good order, and takes only what differs."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from businesses.rent import terms as rent_terms
from businesses.rent.case import RentCase
from businesses.rent.policy import reasons
from businesses.rent.terms import Terms
from fund.application import Application, State
from fund.money import Money
from fund.months import Month
from fund.numbers import IdNumber
from fund.people import (
    Account,
    AccountStatus,
    Employer,
    Home,
    MaritalStatus,
    Member,
    PastWithdrawal,
    Person,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
SUMMER_NOON = datetime(2026, 7, 15, 12, 0, tzinfo=SHANGHAI)
TODAY = SUMMER_NOON.date()

SHENYANG, DALIAN, ANSHAN = "210100", "210200", "210300"
ID_NUMBERS = ("210102199001010015", "11010519491231002X", "440524188001010014", "210281199212310027")
SPOUSE = IdNumber("210281199212310027")
CARD = "6217000000000000012"
"""A fictitious card of 建设银行 whose check digit fits."""
OTHER_CARD = "6222020000000000018"
"""The same of 工商银行."""


def a_person(**different: Any) -> Person:
    """张伟."""
    return Person(
        **{
            "id": uuid.uuid5(uuid.NAMESPACE_OID, "zhang-wei"),
            "name": "张伟",
            "id_number": IdNumber(ID_NUMBERS[0]),
            "mobile": "13800000001",
            **different,
        }
    )


def months_before(day: date, count: int) -> Month:
    """The month ``count`` months before the month of a day."""
    index = day.year * 12 + day.month - 1 - count
    return Month(index // 12, index % 12 + 1)


def a_member(*, today: date = TODAY, **different: Any) -> Member:
    """Single, works in 沈阳, 52340.18 yuan, 36 months in a row up to last month, no home, nothing drawn.

    Parts of the account are given directly (``balance="100.00"``, ``status="06"``), like ``employer_city``,
    ``married=True`` and those of Member itself.
    """
    married = different.pop("married", False)
    account = Account(
        number="210000001",
        status=AccountStatus(different.pop("status", "01")),
        balance=Money.from_wire(different.pop("balance", "52340.18")),
        frozen=Money.from_wire(different.pop("frozen", "0.00")),
        monthly_deposit=Money.from_wire(different.pop("monthly_deposit", "2100.00")),
        paid_until=different.pop("paid_until", months_before(today, 1)),
        months_in_a_row=different.pop("months_in_a_row", 36),
        opened=date(2019, 7, 1),
    )
    employer = Employer("100001", "辽宁省某某厅", different.pop("employer_city", SHENYANG))
    usual: dict[str, Any] = {"marital_status": MaritalStatus.SINGLE}
    if married:
        usual = {"marital_status": MaritalStatus.MARRIED, "spouse": SPOUSE}
    return Member(account=account, employer=employer, **{**usual, **different})


def a_home(city: str = SHENYANG, *, of_spouse: bool = False) -> Home:
    """A home in a city."""
    return Home(of_spouse, city)


def a_withdrawal(
    amount: str = "8000.00", *, of_spouse: bool = False, reason: str = "07", on: date = date(2026, 3, 2)
) -> PastWithdrawal:
    """A withdrawal for rent by the applicant this year."""
    return PastWithdrawal(of_spouse, reason, Money.from_wire(amount), on)


def the_terms(**different: Any) -> Terms:
    """The figures of 2026 as this house ships them, with some replaced."""
    return replace(rent_terms.load().periods[0], **different)


def a_case(
    *,
    today: date = TODAY,
    person: Person | None = None,
    member: Member | None = None,
    terms: Terms | None = None,
    earlier: tuple[Application, ...] = (),
    observed: Mapping[str, str] | None = None,
    **of_member: Any,
) -> RentCase:
    """A member in good order on a day; what is not of the case is given to ``a_member``."""
    return RentCase(
        person=person or a_person(),
        member=member or a_member(today=today, **of_member),
        terms=terms or the_terms(),
        today=today,
        earlier=earlier,
        observed=observed or {},
    )


def answers(**different: str | None) -> dict[str, str]:
    """Answers of a plain 沈阳 case, all in order: six months at 1400, drawn in full. None removes one."""
    usual: dict[str, str | None] = {
        "region": "210102",
        "address": "青年大街100号3单元501室",
        "first_month": "2026-01",
        "last_month": "2026-06",
        "monthly_rent": "1400.00",
        "amount": "8400.00",
        "bank": "CCB",
        "card": CARD,
        "agreed": "yes",
    }
    return {name: value for name, value in {**usual, **different}.items() if value is not None}


def an_application(**different: Any) -> Application:
    """One handed in by 张伟 this year."""
    return Application(
        **{
            "id": uuid.uuid4(),
            "reference": "AC34-DE67-FG99",
            "submission_key": uuid.uuid4().hex,
            "person_id": a_person().id,
            "business": "rent",
            "year": 2026,
            "state": State.SUBMITTED,
            "version": 1,
            "answers": answers(),
            "amount": Money(840_000),
            "working": (),
            "figures": {},
            "terms_version": "rent-2026",
            "pledge_version": "pledge-2026-01",
            "pledge_text": "租房提取住房公积金承诺书",
            "submitted_at": SUMMER_NOON,
            **different,
        }
    )


def codes(case: RentCase, given: Mapping[str, str] | None = None) -> set[str]:
    """The codes of all reasons against a case."""
    return {reason.code for reason in reasons(case, answers() if given is None else given)}
