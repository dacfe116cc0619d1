"""What was paid in and drawn, read strictly; the fake tells the same."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from adapters.core.passbook import CorePassbook
from adapters.http.client import Neighbour
from fund.errors import Unavailable
from fund.money import Money
from fund.months import Month
from fund.numbers import IdNumber
from fund.passbook import Deposit, DepositKind, Passbook
from fund.people import PastWithdrawal, Person
from tests.adapters.http.scripted import Scripted, answer, hang_up, scripted, silence
from tests.fakes import FakePassbook

OWN, SPOUSE = "210102199001010015", "210281199212310027"
PAID: dict[str, Any] = {
    "ZJHM": OWN, "HBJNY": "2026-03", "GJHTQYWLX": "01", "FSE": "2100.00", "date": "2026-03-15", "DWMC": "辽宁省某某厅",
}  # fmt: skip
LATER = PAID | {"HBJNY": "2025-12", "GJHTQYWLX": "02", "FSE": "500.00", "date": "2026-04-02"}
DRAWN: dict[str, Any] = {"ZJHM": OWN, "TQYY": "07", "FSE": "8000.00", "date": "2026-03-02"}
LATER_DRAWN = DRAWN | {"TQYY": "06", "FSE": "1.00", "date": "2026-05-01"}
ME = Person(UUID(int=1), "张伟", IdNumber(OWN), "13800000001")
NOT_MONEY: list[Any] = [None, "", 5, "-1.00", "1.005", "1e3", []]
WRONG_PAID: dict[str, list[Any]] = {
    "ZJHM": [None, "", SPOUSE, 5],
    "HBJNY": [None, "", "2026-13", 202603, "2026-3"],
    "GJHTQYWLX": [None, "", 1, "77"],
    "FSE": NOT_MONEY,
    "date": [None, "", "2026-3-1", "2026-02-30", 20260301],
    "DWMC": [None, "", 5, "a\nb"],
}
WRONG_DRAWN: dict[str, list[Any]] = {"ZJHM": [None, SPOUSE], "TQYY": [None, 7, "7"], "FSE": NOT_MONEY, "date": ["", 5]}


@pytest.fixture
def core() -> Iterator[Scripted]:
    with scripted() as running:
        running.on("/deposits/find", answer({"deposits": [PAID, LATER]}))
        running.on("/withdrawals/find", answer({"withdrawals": [DRAWN, LATER_DRAWN]}))
        yield running


@pytest.fixture
def asked(core: Scripted) -> Iterator[CorePassbook]:
    neighbour = Neighbour("core", core.url, read_timeout=0.3, total_timeout=0.6)
    yield CorePassbook(neighbour)
    neighbour.close()


@pytest.fixture(params=["core", "fake"])
def passbook(request: pytest.FixtureRequest, asked: CorePassbook) -> Passbook:
    if request.param == "core":
        return asked
    fake = FakePassbook()
    fake.paid[ME.id] = [
        Deposit(Month(2026, 3), DepositKind.REGULAR, Money(210_000), date(2026, 3, 15), "辽宁省某某厅"),
        Deposit(Month(2025, 12), DepositKind.BACK_PAY, Money(50_000), date(2026, 4, 2), "辽宁省某某厅"),
    ]
    fake.drawn[ME.id] = [
        PastWithdrawal(False, "07", Money(800_000), date(2026, 3, 2)),
        PastWithdrawal(False, "06", Money(100), date(2026, 5, 1)),
    ]
    return fake


def test_deposits_come_newest_first_in_the_funds_own_words(passbook: Passbook) -> None:
    assert passbook.deposits(ME, 2026) == (
        Deposit(Month(2025, 12), DepositKind.BACK_PAY, Money(50_000), date(2026, 4, 2), "辽宁省某某厅"),
        Deposit(Month(2026, 3), DepositKind.REGULAR, Money(210_000), date(2026, 3, 15), "辽宁省某某厅"),
    )


def test_withdrawals_come_newest_first(passbook: Passbook) -> None:
    assert passbook.withdrawals(ME, 2026) == (
        PastWithdrawal(False, "06", Money(100), date(2026, 5, 1)),
        PastWithdrawal(False, "07", Money(800_000), date(2026, 3, 2)),
    )


def test_only_the_person_is_asked_about_for_the_year_and_nothing_personal_is_in_an_address(
    core: Scripted, asked: CorePassbook
) -> None:
    asked.deposits(ME, 2024)
    asked.withdrawals(ME, 2024)
    assert [(one.target, one.json()) for one in core.received] == [
        ("/deposits/find", {"ZJHM": OWN, "year": 2024}),
        ("/withdrawals/find", {"ZJHM": [OWN], "year": 2024}),
    ]


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG_PAID.items() for v in values])
def test_a_deposit_that_is_wrong_in_one_field_makes_no_list(
    core: Scripted, asked: CorePassbook, name: str, value: Any
) -> None:
    core.on("/deposits/find", answer({"deposits": [PAID, PAID | {name: value}]}))
    with pytest.raises(Unavailable, match=name) as caught:
        asked.deposits(ME, 2026)
    assert OWN not in str(caught.value) and SPOUSE not in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG_DRAWN.items() for v in values])
def test_a_withdrawal_that_is_wrong_or_somebody_elses_makes_no_list(
    core: Scripted, asked: CorePassbook, name: str, value: Any
) -> None:
    core.on("/withdrawals/find", answer({"withdrawals": [DRAWN | {name: value}]}))
    with pytest.raises(Unavailable, match=name):
        asked.withdrawals(ME, 2026)


@pytest.mark.parametrize(
    "trouble", [answer({}), answer({"deposits": None}), answer({"code": "NO"}, 404), answer({}, 500), hang_up, silence]
)
def test_whatever_goes_wrong_there_is_unavailable_here(core: Scripted, asked: CorePassbook, trouble: Any) -> None:
    core.on("/deposits/find", trouble)
    core.on("/withdrawals/find", trouble)
    for ask in (asked.deposits, asked.withdrawals):
        with pytest.raises(Unavailable):
            ask(ME, 2026)
