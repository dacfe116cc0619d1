"""Freezing, booking and giving back at the sandbox's core system."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from adapters.core.members import CoreMembers
from adapters.core.withdrawals import CoreWithdrawals
from adapters.http.client import Neighbour
from fund.errors import Refused, Unavailable
from fund.money import Money
from fund.money_ports import CoreEntry
from fund.numbers import CardNumber, IdNumber
from fund.payment import Payee
from fund.people import Member, Person
from sandbox.world import BEIJING
from tests.adapters.http.sandboxed import SETTINGS, Sandbox, running_sandbox

AMOUNT = Money(840_000)
ZHANG = Payee("张伟", IdNumber("210102199001010015"), "CCB", CardNumber("6217000000000000012"))


def of(name: str, id_number: str) -> Payee:
    return Payee(name, IdNumber(id_number), "CCB", ZHANG.card)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(directory) as running:
        yield running


@pytest.fixture
def neighbour(sandbox: Sandbox) -> Iterator[Neighbour]:
    sandbox.world.reset()
    made = Neighbour("core", f"{sandbox.url}/core", {"X-Core-Key": SETTINGS["CORE_KEY"]}, read_timeout=2)
    yield made
    made.close()


@pytest.fixture
def core(neighbour: Neighbour) -> CoreWithdrawals:
    return CoreWithdrawals(neighbour)


@pytest.fixture
def member(neighbour: Neighbour) -> Callable[[], Member]:
    person = Person(UUID(int=1), ZHANG.name, ZHANG.id_number, "13800000001")
    return lambda: CoreMembers(neighbour, lambda: datetime.now(BEIJING)).find(person)


def today() -> date:
    return datetime.now(BEIJING).date()


def test_what_is_frozen_and_booked_shows_in_the_account(core: CoreWithdrawals, member: Callable[[], Member]) -> None:
    before = member().account
    core.freeze("P1", ZHANG, AMOUNT)
    frozen = member().account
    assert (frozen.balance, frozen.frozen) == (before.balance, before.frozen + AMOUNT)
    core.book("P1")
    booked = member()
    assert (booked.account.balance, booked.account.frozen) == (before.balance - AMOUNT, before.frozen)
    assert [(w.amount, w.reason, w.on) for w in booked.withdrawals] == [(AMOUNT, "07", today())]
    core.reverse("P1")
    assert member().account == before
    assert member().withdrawals == ()


def test_every_step_twice_is_the_step_once(core: CoreWithdrawals, member: Callable[[], Member]) -> None:
    before = member().account
    for step in (lambda: core.freeze("P1", ZHANG, AMOUNT), lambda: core.book("P1"), lambda: core.reverse("P1")):
        step()
        step()
    core.freeze("P2", ZHANG, AMOUNT)
    core.release("P2")
    core.release("P2")
    assert member().account == before
    assert core.entries(today()) == (
        CoreEntry("P1", AMOUNT, "reversed"), CoreEntry("P2", AMOUNT, "released"),
    )  # fmt: skip
    assert core.entries(date(2020, 1, 1)) == ()


def test_what_is_still_frozen_stands_in_the_book_of_every_day(core: CoreWithdrawals) -> None:
    core.freeze("P1", ZHANG, AMOUNT)
    assert core.entries(date(2020, 1, 1)) == (CoreEntry("P1", AMOUNT, "frozen"),)


@pytest.mark.parametrize(
    ("payee", "amount", "code"),
    [
        (ZHANG, Money(99_999_999), "not_enough"),
        (of("杨帆", "210104199111115064"), AMOUNT, "account_not_normal"),
        (of("李娜", "210102199001010015"), AMOUNT, "name_mismatch"),
        (of("王五", "210281199212310027"), AMOUNT, "no_account"),
    ],
)
def test_what_cannot_be_frozen_is_refused_with_its_code(
    core: CoreWithdrawals, payee: Payee, amount: Money, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        core.freeze("P1", payee, amount)
    assert refused.value.code == code
    assert core.entries(today()) == ()


def test_steps_out_of_order_are_refused(core: CoreWithdrawals) -> None:
    for step in (core.book, core.release, core.reverse):
        with pytest.raises(Refused, match="no_entry"):
            step("P1")
    core.freeze("P1", ZHANG, AMOUNT)
    with pytest.raises(Refused, match="wrong_state"):
        core.reverse("P1")
    core.release("P1")
    for again in (core.book, lambda number: core.freeze(number, ZHANG, AMOUNT)):
        with pytest.raises(Refused, match="wrong_state"):
            again("P1")
    with pytest.raises(Refused, match="number_used"):
        core.freeze("P1", ZHANG, Money(1))


def test_two_payments_cannot_freeze_the_same_money(core: CoreWithdrawals) -> None:
    core.freeze("P1", ZHANG, Money(5_000_000))
    with pytest.raises(Refused, match="not_enough"):
        core.freeze("P2", ZHANG, Money(5_000_000))


@pytest.mark.parametrize("mode", ["drop", "unknown"])
def test_a_lost_answer_is_asked_for_again(core: CoreWithdrawals, sandbox: Sandbox, mode: str) -> None:
    sandbox.fault("core", mode, "/withdrawals/freeze")
    core.freeze("P1", ZHANG, AMOUNT)
    assert core.entries(today()) == (CoreEntry("P1", AMOUNT, "frozen"),)


@pytest.mark.parametrize("mode", ["garbage", "error"])
def test_rubbish_is_unavailable(core: CoreWithdrawals, sandbox: Sandbox, mode: str) -> None:
    sandbox.fault("core", mode, "/withdrawals/freeze", times=2)
    with pytest.raises(Unavailable):
        core.freeze("P1", ZHANG, AMOUNT)
