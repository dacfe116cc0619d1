"""退回复核: a payment that waits is taken back, and what was frozen for it given back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fund.application import Move, Role, State
from fund.errors import InvalidValue, NotAllowed, Refused, Stale, Unavailable
from fund.payment import CoreState
from tests.fund.money_fakes import Office, a_staff_member, details_of, release


def test_what_cannot_be_frozen_goes_back_to_be_decided_anew(office: Office) -> None:
    application = office.confirmed(amount=office.core.START.fen + 1)
    office.work()
    payment = office.payment_of(application)
    office.sending_back.send_back(office.maker, payment.id, "核心系统余额不足，请重新核定")
    assert office.state_of(application) is State.CHECKED
    assert details_of(office, application, Move.SEND_BACK) == {
        "payment_no": payment.payment_no, "for_staff": "核心系统余额不足，请重新核定",
    }  # fmt: skip
    office.clock.now += timedelta(minutes=2)
    office.books.jobs += office.books.without_job()
    office.work()
    assert office.payment_of(application).is_settled and office.books.without_job() == []


def test_what_was_frozen_for_a_payment_sent_back_is_given_back_before_the_next_is_frozen(office: Office) -> None:
    application = office.confirmed()
    office.work()
    first = office.payment_of(application)
    office.sending_back.send_back(office.maker, first.id, "收款信息存疑")
    office.confirm(office.books.applications[application.id])
    office.core.kept[first.core_no] = (*office.core.kept[first.core_no][:2], "booked", set())
    office.work()
    waits = office.payment_of(application)
    assert waits.core_state is CoreState.NONE
    assert waits.reason == f"等待前一次付款 {first.payment_no} 的资金解冻"
    office.core.kept[first.core_no] = (*office.core.kept[first.core_no][:2], "frozen", set())
    office.work()
    second = office.payment_of(application)
    assert second.attempt == 2 and second.may_be_batched and second.core_no == second.payment_no
    assert [office.core.kept[p.core_no][2] for p in (first, second)] == ["released", "frozen"]


def test_a_freezing_under_way_when_its_payment_is_sent_back_is_undone(office: Office) -> None:
    application = office.confirmed()
    payment = office.books.begin(application.id, office.preparing.attempt)
    assert payment is not None
    freeze = office.core.freeze

    def freeze_while_somebody_sends_it_back(*given: Any) -> None:
        office.sending_back.send_back(office.maker, payment.id, "收款信息存疑")
        freeze(*given)

    office.core.freeze = freeze_while_somebody_sends_it_back  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        office.preparing.prepare(application.id)
    assert office.core.kept[payment.core_no][2] == "released"


def test_a_payment_sent_back_is_given_time_for_a_freezing_still_under_way(office: Office) -> None:
    """A worker killed between the core's freezing and writing it down leaves no trace on our side."""
    application = office.confirmed()
    payment = office.books.begin(application.id, office.preparing.attempt)
    assert payment is not None
    office.sending_back.send_back(office.maker, payment.id, "收款信息存疑")
    with pytest.raises(Unavailable):
        office.payout.pay(payment.id)
    office.core.freeze(payment.core_no, payment.payee, payment.amount)
    office.clock.now += timedelta(minutes=2)
    office.payout.pay(payment.id)
    assert office.core.kept[payment.core_no][2] == "released"
    assert office.payment_of(application).is_settled


def test_a_freezing_that_the_core_system_has_lost_is_not_called_released(office: Office) -> None:
    application = office.confirmed()
    office.work()
    payment = office.payment_of(application)
    office.sending_back.send_back(office.maker, payment.id, "收款信息存疑")
    del office.core.kept[payment.core_no]
    with pytest.raises(Unavailable):
        office.payout.pay(payment.id)
    assert not office.payment_of(application).is_settled


def test_nobody_else_and_nothing_else_is_sent_back(office: Office) -> None:
    application = office.confirmed()
    office.work()
    payment = office.payment_of(application)
    own = a_staff_member(Role.PAYER, payment.person_mark)
    decided = replace(office.reviewer, role=Role.PAYER)
    for staff in (a_staff_member(Role.ADMIN), office.confirmer, own, decided):
        with pytest.raises(NotAllowed):
            office.sending_back.send_back(staff, payment.id, "收款信息存疑")
    with pytest.raises(InvalidValue):
        office.sending_back.send_back(office.maker, payment.id, " ")
    office.batches.make(office.maker)
    with pytest.raises(Stale):
        office.sending_back.send_back(office.maker, payment.id, "收款信息存疑")


def test_a_case_whose_money_has_arrived_after_all_is_not_sent_back(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["later"]
    for _ in range(20):
        office.work()
        office.clock.now += timedelta(minutes=1)
    with pytest.raises(Refused) as refused:
        office.sending_back.send_back(office.maker, office.payment_of(application).id, "银行没有收到")
    assert refused.value.code == "earlier_arrived"
    release(office)
    office.work()
    assert office.state_of(application) is State.PAID
    assert list(office.bank.arrived.values()) == [1]
