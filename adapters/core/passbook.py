"""What was paid in and drawn, year by year, as the core system answers it (JGJ/T 320 names)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from adapters.core.members import NAME, is_exactly, withdrawals_in
from adapters.core.values import month
from adapters.http.client import Neighbour
from adapters.http.fields import Fields, day, money, text
from fund.errors import Refused, Unavailable
from fund.money import ZERO
from fund.months import Month
from fund.passbook import Deposit, DepositKind
from fund.people import PastWithdrawal, Person


class CorePassbook:
    """Plays ``fund.passbook.Passbook``. HBJNY is the month paid for, GJHTQYWLX the kind, FSE the amount. A row about
    anybody else, or one that cannot be read, makes the whole answer Unavailable: half a list is a wrong list."""

    def __init__(self, core: Neighbour) -> None:
        self._core = core

    def deposits(self, person: Person, year: int) -> Sequence[Deposit]:
        """What was booked in a year, newest first. Raises Unavailable."""
        own = person.id_number.value
        answer = self._ask("/deposits/find", {"ZJHM": own, "year": year})
        with Fields(NAME, answer) as fields:
            found = []
            for row in fields.rows("deposits"):
                row.read("ZJHM", is_exactly(own), None)
                found.append(
                    Deposit(
                        month=row.read("HBJNY", month, Month(year, 1)),
                        kind=row.read("GJHTQYWLX", DepositKind, DepositKind.OTHER),
                        amount=row.read("FSE", money, ZERO),
                        on=row.read("date", day, date(year, 1, 1)),
                        employer=row.read("DWMC", text, ""),
                    )
                )
        return tuple(sorted(found, key=lambda one: (one.on, one.month), reverse=True))

    def withdrawals(self, person: Person, year: int) -> Sequence[PastWithdrawal]:
        """What the person drew in a year, newest first. Raises Unavailable."""
        answer = self._ask("/withdrawals/find", {"ZJHM": [person.id_number.value], "year": year})
        found = withdrawals_in(answer, [person.id_number], year)
        return tuple(sorted(found, key=lambda one: one.on, reverse=True))

    def _ask(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._core.post(path, asked, replayable=True)
        except Refused as refused:
            code = refused.code
        raise Unavailable(f"{NAME} {path}: refused with {code}", code=f"{NAME}_unreachable")
