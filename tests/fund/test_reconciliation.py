"""Three books of a day, side by side."""

from datetime import timedelta

import pytest

from fund.application import State
from fund.errors import InvalidValue, Stale, Unavailable
from fund.money import Money
from fund.money_ports import Outcome, Status
from tests.fund.money_fakes import COURSES, Office


def kinds(office: Office) -> set[str]:
    return {one.kind for one in office.reconciliation.all()}


def test_books_that_agree_show_no_difference(office: Office) -> None:
    for kind in COURSES:
        office.released(kind)
    office.confirmed()
    for _ in range(4):
        office.work()
        office.payout.ask_about_returns()
    assert office.reconciliation.compare(office.clock.now.date()) == 0


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("missing_bank", lambda office, number: office.bank.taken.pop(number)),
        ("missing_core", lambda office, number: office.core.kept.pop(number)),
        ("amount", lambda office, number: setattr(office.bank.taken[number], "amount", Money(1))),
        ("state", lambda office, number: office.bank.taken[number].course.insert(0, Outcome(Status.ACCEPTED))),
        ("missing_ours", lambda office, number: office.bank.taken.update(X1=office.bank.taken[number])),
    ],
)
def test_each_kind_of_difference_is_found_once_and_settled_with_a_note(
    office: Office, kind: str, spoil: object
) -> None:
    application = office.released()
    office.work()
    spoil(office, office.payment_of(application).payment_no)  # type: ignore[operator]
    if kind == "state":
        office.bank.taken[office.payment_of(application).payment_no].course = [Outcome(Status.FAILED, "x")] * 2
        office.bank.query = lambda number: (_ for _ in ()).throw(Unavailable("down"))  # type: ignore[assignment,method-assign]
    today = office.clock.now.date()
    assert office.reconciliation.compare(today) == 1
    assert office.reconciliation.compare(today) == 0
    assert kinds(office) == {kind}
    (one,) = office.reconciliation.all()
    with pytest.raises(InvalidValue):
        office.reconciliation.settle(office.maker, one.id, " ")
    office.reconciliation.settle(office.maker, one.id, "已与银行核对")
    with pytest.raises(Stale):
        office.reconciliation.settle(office.checker, one.id, "再次核对")
    assert office.reconciliation.compare(today) == 0


def test_before_a_difference_is_shown_the_machine_does_what_it_would_have_done_next(office: Office) -> None:
    application = office.released("returns")
    office.work()
    office.bank.query(office.payment_of(application).payment_no)
    assert office.reconciliation.compare(office.clock.now.date()) == 0
    assert office.state_of(application) is State.PAY_FAILED


def test_the_daily_run_looks_at_the_days_before_this_one(office: Office) -> None:
    application = office.released()
    office.work()
    office.bank.taken.clear()
    assert office.reconciliation.run() == 0
    office.clock.now += timedelta(days=1)
    assert office.reconciliation.run() == 1
    assert office.reconciliation.run() == 0
    assert office.state_of(application) is State.PAID
