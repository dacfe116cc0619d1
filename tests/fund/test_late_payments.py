"""What reaches the bank late, and what the bank does long after it was given up."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from fund.application import Actor, Application, Move, Role, State, advance
from fund.money import Money
from fund.money_ports import LATE
from fund.payment import CoreState, Payment, PaymentState
from tests.fund.money_fakes import Office, release


def given_up(office: Office, amount: int = 840_000) -> tuple[Application, Payment]:
    """An application whose payment the bank never had."""
    application = office.confirmed(amount=amount)
    office.work()
    release(office)
    office.trouble.faults = ["refuse"]
    for _ in range(2):
        office.work()
    lost = next(p for p in office.books.payments.values() if p.application_id == application.id)
    assert lost.state is PaymentState.NOT_ARRIVED
    return application, lost


def test_the_money_stays_frozen_from_one_attempt_to_the_next(office: Office) -> None:
    """Given back in between, it could be drawn elsewhere before the next attempt."""
    application = office.released()
    office.trouble.faults = ["refuse"]
    office.work()
    first = office.payment_of(application)
    assert (first.state, first.core_state) == (PaymentState.NOT_ARRIVED, CoreState.PASSED_ON)
    assert office.core.kept[first.core_no][2] == "frozen"
    office.work()
    second = office.payment_of(application)
    assert second.payment_no != first.payment_no and second.core_no == first.core_no
    release(office)
    office.work()
    assert office.state_of(application) is State.PAID
    assert [kept[2] for kept in office.core.kept.values()] == ["booked"]
    office.reconciliation.compare(office.clock.now.date())
    assert office.reconciliation.all() == []


def test_an_instruction_that_arrives_late_is_not_given_again(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["late"]
    office.work()
    office.work()
    office.clock.now += timedelta(minutes=6)
    office.work()
    assert office.state_of(application) is State.PAID
    assert set(office.bank.arrived.values()) == {1}


def test_an_instruction_that_arrives_even_later_stops_the_next_attempt(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["drop"]
    for _ in range(20):
        office.work()
        office.clock.now += timedelta(minutes=1)
    batch = office.batches.make(office.maker)
    office.batches.seal(office.checker, batch.number, batch.digest)
    lost = next(p for p in office.books.payments.values() if p.state is PaymentState.NOT_ARRIVED)
    office.bank._take(lost.payment_no, lost.payee, lost.amount)
    office.work()
    assert list(office.bank.arrived) == [lost.payment_no]
    assert office.state_of(application) is State.PAID
    first, second = sorted(office.books.payments.values(), key=lambda payment: payment.attempt)
    assert (first.state, first.core_state) == (PaymentState.PAID, CoreState.BOOKED)
    assert (second.state, second.core_state) == (PaymentState.CANCELLED, CoreState.PASSED_ON)
    assert office.books.without_job() == []
    office.reconciliation.compare(office.clock.now.date())
    assert office.reconciliation.all() == []


def test_what_arrives_late_is_booked_under_the_number_under_which_its_money_is_frozen_by_then(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["drop"]
    for _ in range(20):
        office.work()
        office.clock.now += timedelta(minutes=1)
    lost = office.books.payments[next(iter(office.books.payments))]
    release(office)
    second = office.payment_of(application)
    office.books.payments[second.id] = replace(second, amount=Money(1))  # breaks the seal: its money is given back
    for _ in range(4):
        office.work()
    release(office)
    office.bank._take(lost.payment_no, lost.payee, lost.amount)
    office.work()
    third = office.payment_of(application)
    assert third.attempt == 3 and third.core_no == third.payment_no
    assert office.state_of(application) is State.PAID and list(office.bank.arrived) == [lost.payment_no]
    assert {number: kept[2] for number, kept in office.core.kept.items()} == {
        lost.core_no: "released", third.core_no: "booked",
    }  # fmt: skip


def test_another_sum_than_was_approved_since_is_no_payment_of_it(office: Office) -> None:
    application, lost = given_up(office)
    office.sending_back.send_back(office.maker, office.payment_of(application).id, "金额有误")
    now = office.books.applications[application.id]
    office.books.applications[application.id] = replace(now, amount=Money(500_000))
    office.confirm(office.books.applications[application.id])
    office.work()
    office.bank._take(lost.payment_no, lost.payee, lost.amount)
    release(office)
    office.work()
    assert list(office.bank.arrived) == [lost.payment_no], "the second sum was not sent after the first"
    assert office.state_of(application) is State.APPROVED
    held = [
        p for p in office.books.payments.values() if p.state is PaymentState.CANCELLED and lost.payment_no in p.reason
    ]
    assert len(held) == 1 and "8,400.00元" in held[0].reason
    (difference,) = office.books.differences.values()
    assert (difference.payment_no, difference.kind) == (lost.payment_no, LATE)
    office.work()
    office.sending_back.send_back(office.maker, office.payment_of(application).id, "此前已付，金额不同，请重新核定")
    assert office.state_of(application) is State.CHECKED, "it does not stand in the way of people looking"
    office.confirm(office.books.applications[application.id])
    office.work()
    office.books.settle(difference.id, office.maker.id, "已追回", office.clock.now)
    release(office)
    office.work()
    assert office.state_of(application) is State.PAID


def test_whoever_was_paid_by_a_number_given_up_is_not_paid_for_another_application_before_people_looked(
    office: Office,
) -> None:
    application, lost = given_up(office)
    office.sending_back.send_back(office.maker, office.payment_of(application).id, "不予支付")
    office.books.move(
        *advance(office.books.applications[application.id], Move.REJECT, Actor(Role.CONFIRMER, uuid4()), office.clock())
    )
    office.bank._take(lost.payment_no, lost.payee, lost.amount)
    again = office.confirmed()
    moved = replace(office.books.applications[again.id], person_id=application.person_id)
    office.books.applications[again.id] = moved
    office.work()
    release(office)
    office.work()
    assert list(office.bank.arrived) == [lost.payment_no]
    assert {kind for _, _, kind in office.books.differences} == {LATE}


def test_what_was_given_up_is_asked_about_for_a_long_time(office: Office) -> None:
    _, lost = given_up(office)
    office.payout.ask_about_returns()
    assert office.books.differences == {}
    office.bank._take(lost.payment_no, lost.payee, lost.amount)
    for _ in range(3):
        office.payout.ask_about_returns()
        assert [(number, kind) for _, number, kind in office.books.differences] == [(lost.payment_no, LATE)]
        office.clock.now += timedelta(days=1)
    (difference,) = office.books.differences.values()
    office.books.settle(difference.id, office.maker.id, "已追回", office.clock.now)
    office.payout.ask_about_returns()
    assert office.books.is_settled(lost.payment_no, LATE), "what people have settled is not found again"
