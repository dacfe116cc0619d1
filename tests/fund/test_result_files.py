"""A result file is reason to ask the bank, and nothing else."""

import pytest

from fund.application import State
from fund.errors import NotFound, Refused, Unavailable
from fund.money_ports import FILE, Outcome, Status
from tests.fund.money_fakes import Office


def test_a_result_file_is_reason_to_ask_the_bank(office: Office) -> None:
    application = office.released("later_returns")
    office.work()
    number = office.payment_of(application).payment_no
    assert office.results.learn(number, Outcome(Status.DONE)) is True
    assert office.results.learn(number, Outcome(Status.DONE)) is False
    assert office.state_of(application) is State.PAID
    assert office.results.learn(number, Outcome(Status.RETURNED, "户名不符")) is True
    assert office.results.learn(number, Outcome(Status.RETURNED, "户名不符")) is False
    assert office.results.learn(number, Outcome(Status.DONE)) is False, "a file from before the return"
    assert office.state_of(application) is State.PAY_FAILED and office.books.differences == {}
    with pytest.raises(NotFound):
        office.results.learn("20260101XXXX", Outcome(Status.DONE))


@pytest.mark.parametrize("said", [Status.FAILED, Status.RETURNED])
@pytest.mark.parametrize("course", [(Status.ACCEPTED,), (Status.DONE,)])
def test_nothing_is_given_back_because_a_file_says_so(office: Office, said: Status, course: tuple[Status]) -> None:
    """Or the same person is paid once more by another number."""
    application = office.released("later")
    payment = office.payment_of(application)
    office.work()
    office.bank.taken[payment.payment_no].course[:] = [Outcome(status) for status in course]
    with pytest.raises(Refused) as refused:
        office.results.learn(payment.payment_no, Outcome(said, "户名不符"))
    assert refused.value.code == "contradicts"
    assert office.state_of(application) in (State.PAYING, State.PAID)
    assert {kind for _, _, kind in office.books.differences} == {FILE}


def test_nothing_is_booked_because_a_file_says_so(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["drop"]
    office.work()
    with pytest.raises(Refused):
        office.results.learn(office.payment_of(application).payment_no, Outcome(Status.DONE))
    assert office.state_of(application) is State.PAYING
    assert {kind for _, _, kind in office.books.differences} == {FILE}


def test_a_bank_that_cannot_be_asked_leaves_the_file_for_another_day(office: Office) -> None:
    application = office.released("later")
    office.work()
    office.trouble.faults = ["down"]
    with pytest.raises(Unavailable):
        office.results.learn(office.payment_of(application).payment_no, Outcome(Status.DONE))
    assert office.state_of(application) is State.PAYING and office.books.differences == {}


def test_a_result_for_what_was_never_instructed_is_refused(office: Office) -> None:
    application = office.confirmed()
    office.work()
    with pytest.raises(Refused) as refused:
        office.results.learn(office.payment_of(application).payment_no, Outcome(Status.DONE))
    assert refused.value.code == "not_instructed"
