"""What the core system knows of a member (JGJ/T 320 names; facts §3.6)."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from adapters.core.values import city, id_number, month, same_name
from adapters.http.client import Neighbour
from adapters.http.fields import Fields, day, matching, money, optional, text, whole
from fund.errors import Refused, Unavailable
from fund.money import ZERO
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
from fund.ports import Clock

ID_CARD = "01"  # 证件类型 01 = 居民身份证
NAME = "core"
REFUSALS = ("no_account", "name_mismatch")
_MOST_MONTHS = 1200  # a hundred years: anything above is a fault of the answer
_WITHOUT_SPOUSE = (MaritalStatus.SINGLE, MaritalStatus.DIVORCED, MaritalStatus.WIDOWED)


class CoreMembers:
    """Plays ``fund.ports.Members``. ``core`` carries the key header ``X-Core-Key``.

    Three questions make one member (the account, homes, withdrawals of this year); together they take no
    longer than one call may. A field that is missing or wrong makes the whole answer Unavailable: to decide
    about money on half an answer is worse than to decide later.
    """

    def __init__(self, core: Neighbour, clock: Clock) -> None:
        self._core = core
        self._clock = clock

    def find(self, person: Person, *, fresh: bool = False) -> Member:
        """Everything the core system says about this person, always asked anew (``fresh`` is for caches).

        Raises Refused with code ``no_account`` or ``name_mismatch``, or Unavailable.
        """
        by = self._core.deadline()
        asked = {"XINGMING": person.name, "ZJLX": ID_CARD, "ZJHM": person.id_number.value}
        answer = self._ask("/members/find", asked, by)
        account, employer, marital_status, spouse = _member(answer, person)
        couple = [person.id_number, *([spouse] if spouse else [])]
        ids = [each.value for each in couple]
        homes = self._ask("/homes/find", {"ZJHM": ids}, by)
        year = self._clock().year
        drawn = self._ask("/withdrawals/find", {"ZJHM": ids, "year": year}, by)
        return Member(
            account=account,
            employer=employer,
            marital_status=marital_status,
            spouse=spouse,
            homes=_homes(homes, couple),
            withdrawals=withdrawals_in(drawn, couple, year),
        )

    def _ask(self, path: str, asked: dict[str, Any], by: float) -> dict[str, Any]:
        try:
            return self._core.post(path, asked, replayable=True, by=by)
        except Refused as refused:
            if refused.code in REFUSALS:
                raise
            code = refused.code
        # Any other no to a plain question is about us or the core, not about the person.
        raise Unavailable(f"{NAME} {path}: refused with {code}", code=f"{NAME}_unreachable")


def _member(answer: dict[str, Any], person: Person) -> tuple[Account, Employer, MaritalStatus, IdNumber | None]:
    with Fields(NAME, answer) as fields:
        name = fields.read("XINGMING", text, "")
        fields.read("ZJLX", is_exactly(ID_CARD), None)
        fields.read("ZJHM", is_exactly(person.id_number.value), None)
        account = Account(
            number=fields.read("GRZH", matching("[0-9A-Za-z]{1,20}"), ""),
            status=fields.read("GRZHZT", AccountStatus, AccountStatus.OTHER),
            balance=fields.read("GRZHYE", money, ZERO),
            frozen=fields.read("DJJE", money, ZERO),
            monthly_deposit=fields.read("GRYJCE", money, ZERO),
            paid_until=fields.read("GRJZNY", optional(month), None),
            months_in_a_row=fields.read("LXJCYS", whole(0, _MOST_MONTHS), 0),
            opened=fields.read("KHRQ", optional(day), None),
        )
        employer = Employer(
            number=fields.read("DWZH", matching("[0-9A-Za-z]{1,20}"), ""),
            name=fields.read("DWMC", text, ""),
            city=fields.read("DWSZQH", city, ""),
        )
        marital_status = fields.read("HYZK", optional(MaritalStatus), None) or MaritalStatus.UNKNOWN
        spouse = fields.read("POZJHM", optional(_other_than(person.id_number)), None)
        fields.read("POXINGMING", optional(text), None)
    if not same_name(name, person.name):
        raise Refused("core: the account is in another name", code="name_mismatch")
    # Somebody divorced may still be on file as the spouse; their homes are none of our business any more.
    return account, employer, marital_status, None if marital_status in _WITHOUT_SPOUSE else spouse


def _homes(answer: dict[str, Any], couple: Sequence[IdNumber]) -> tuple[Home, ...]:
    with Fields(NAME, answer) as fields:
        return tuple(
            Home(of_spouse=row.read("ZJHM", _of_spouse(couple), False), city=row.read("QH", city, ""))
            for row in fields.rows("homes")
        )


def withdrawals_in(answer: dict[str, Any], couple: Sequence[IdNumber], year: int) -> tuple[PastWithdrawal, ...]:
    """What was drawn in ``year``; where the core keeps no day, the year's first stands for it."""
    with Fields(NAME, answer) as fields:
        return tuple(
            PastWithdrawal(
                of_spouse=row.read("ZJHM", _of_spouse(couple), False),
                reason=row.read("TQYY", matching("[0-9]{2}"), ""),
                amount=row.read("FSE", money, ZERO),
                on=row.read("date", optional(day), None) or date(year, 1, 1),
            )
            for row in fields.rows("withdrawals")
        )


def is_exactly(expected: str) -> Callable[[Any], None]:
    """The answer must be about whom it was asked for."""

    def check(value: Any) -> None:
        if value != expected:
            raise ValueError("not what was asked for")

    return check


def _other_than(own: IdNumber) -> Callable[[Any], IdNumber]:
    def make(value: Any) -> IdNumber:
        other = id_number(value)
        if other == own:
            raise ValueError("nobody is their own spouse")
        return other

    return make


def _of_spouse(couple: Sequence[IdNumber]) -> Callable[[Any], bool]:
    return lambda value: couple.index(id_number(value)) == 1
