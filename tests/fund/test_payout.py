"""The money step by step: what is written before what, and what is asked instead of done again."""

import contextlib
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from fund.application import Actor, Application, Move, Role, State, advance
from fund.errors import InvalidValue, NotAllowed, NotFound, OutcomeUnknown, Refused, Stale, Unavailable
from fund.money import Money
from fund.money_ports import FILE, LATE, Outcome, Status
from fund.payment import BatchState, CoreState, Payment, PaymentState, because, digest_of, from_the_bank
from tests.fund.money_fakes import COURSES, Crash, Office, a_staff_member
from tests.makers import SPOUSE


@pytest.fixture
def office() -> Office:
    return Office()


def job(office: Office, application: Application) -> tuple[str, UUID]:
    return "pay", office.payment_of(application).id


def release(office: Office) -> None:
    """Two people release all that waits."""
    batch = office.batches.make(office.maker)
    office.batches.seal(office.checker, batch.number, batch.digest)


def details_of(office: Office, application: Application, move: Move) -> object:
    return [e.details for e in office.books.events if e.application_id == application.id and e.move is move][-1]


def test_a_confirmed_application_gets_one_payment_with_its_money_frozen(office: Office) -> None:
    application = office.confirmed()
    office.work()
    office.preparing.prepare(application.id)
    payment = office.payment_of(application)
    assert payment.may_be_batched and payment.attempt == 1
    assert office.core.kept[payment.payment_no][1:3] == (application.amount, "frozen")
    assert len(office.books.payments) == 1


def test_what_the_core_system_refuses_waits_with_the_reason_and_cannot_be_batched(office: Office) -> None:
    application = office.confirmed(amount=office.core.START.fen + 1)
    office.work()
    payment = office.payment_of(application)
    assert (payment.core_state, payment.reason) == (CoreState.NONE, "核心系统未能冻结：可用余额不足")
    assert office.books.jobs == [("prepare", application.id)]
    with pytest.raises(Stale):
        office.batches.make(office.maker, [payment.id])
    with pytest.raises(Refused, match="no payment"):
        office.batches.make(office.maker)


def test_an_ordinary_payment_is_instructed_booked_and_told(office: Office) -> None:
    application = office.released()
    office.work()
    payment = office.payment_of(application)
    assert office.state_of(application) is State.PAID
    assert (payment.state, payment.core_state) == (PaymentState.PAID, CoreState.BOOKED)
    assert details_of(office, application, Move.PAY) == {
        "payment_no": payment.payment_no, "bank": "CCB", "tail": payment.payee.card.tail, "amount": "8400.00",
    }  # fmt: skip
    assert office.books.jobs == []


def test_accepted_is_not_paid(office: Office) -> None:
    application = office.released("later")
    office.work()
    assert office.state_of(application) is State.PAYING
    office.work()
    assert office.state_of(application) is State.PAID


@pytest.mark.parametrize("kind", ["closed", "later_closed"])
def test_a_failed_payment_is_released_and_told_with_its_reason(office: Office, kind: str) -> None:
    application = office.released(kind)
    office.work()
    office.work()
    payment = office.payment_of(application)
    assert office.state_of(application) is State.PAY_FAILED
    assert office.core.balance(payment.payee.id_number.value) == office.core.START
    assert details_of(office, application, Move.FAIL) == {
        "reason": {"code": "R07", "words": "收款账户已销户，请更换本人名下的一类借记卡"},
        "payment_no": payment.payment_no,
        "tail": payment.payee.card.tail,
    }


def test_money_that_comes_back_is_unbooked_and_paid_to_another_card_under_a_new_number(office: Office) -> None:
    application = office.released("returns")
    office.work()
    assert office.state_of(application) is State.PAID
    office.payout.ask_about_returns()
    first = office.payment_of(application)
    assert office.state_of(application) is State.PAY_FAILED
    assert (first.state, office.core.kept[first.payment_no][2]) == (PaymentState.RETURNED, "reversed")
    office.fix_card(office.books.applications[application.id])
    office.work()
    second = office.payment_of(application)
    assert second.payment_no != first.payment_no and second.payee.card != first.payee.card
    batch = office.batches.make(office.maker)
    office.batches.seal(office.checker, batch.number, batch.digest)
    office.work()
    assert office.state_of(application) is State.PAID


@pytest.mark.parametrize("step", range(9))
@pytest.mark.parametrize("kind", sorted(COURSES))
def test_a_worker_killed_at_any_step_leaves_what_the_next_one_finishes(kind: str, step: int) -> None:
    office = Office()
    application = office.released(kind)
    office.trouble.crash_in = step
    with contextlib.suppress(Crash):
        office.run(job(office, application))
    office.trouble.over()
    for _ in range(30):
        office.work()
        office.clock.now += timedelta(minutes=1)
    (payment,) = [p for p in office.books.payments.values() if p.state is not PaymentState.WAITING]
    taken = office.bank.taken.get(payment.payment_no)
    assert office.bank.arrived.get(payment.payment_no, 0) <= 1
    if taken is None and payment.refusal:
        assert payment.state is PaymentState.FAILED and office.state_of(application) is State.PAY_FAILED
    elif taken is None:
        assert payment.state is PaymentState.NOT_ARRIVED and office.state_of(application) is State.APPROVED
    elif taken.has_paid:
        assert office.state_of(application) is State.PAID
    else:
        assert office.state_of(application) is State.PAY_FAILED
    assert payment.is_settled


@pytest.mark.parametrize("fault", ["drop", "garbage", "error"])
def test_what_the_bank_never_got_is_given_up_only_after_it_has_said_so_for_long(office: Office, fault: str) -> None:
    application = office.released()
    office.trouble.faults = [fault]
    office.work()
    office.clock.now += timedelta(hours=3)
    office.work()
    assert office.state_of(application) is State.PAYING, "the bank has been asked only once"
    office.clock.now += timedelta(minutes=14)
    office.work()
    assert office.state_of(application) is State.PAYING
    office.clock.now += timedelta(minutes=1)
    office.work()
    assert office.state_of(application) is State.APPROVED
    assert office.payment_of(application).state is PaymentState.NOT_ARRIVED
    assert office.bank.arrived == {}
    office.work()
    second = office.payment_of(application)
    assert second.attempt == 2 and second.may_be_batched


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


def test_a_card_that_the_bank_refuses_at_once_is_given_back_to_the_citizen(office: Office) -> None:
    application = office.released("refused")
    office.work()
    payment = office.payment_of(application)
    assert office.state_of(application) is State.PAY_FAILED
    assert (payment.state, payment.core_state) == (PaymentState.FAILED, CoreState.RELEASED)
    assert details_of(office, application, Move.FAIL)["reason"] == {
        "code": "R07", "words": "收款账户已销户，请更换本人名下的一类借记卡",
    }  # fmt: skip
    office.reconciliation.compare(office.clock.now.date())
    assert office.reconciliation.all() == [], "the bank need not know what it refused"


def test_an_instruction_refused_for_another_reason_waits_for_the_payers_to_look(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["refuse"]
    office.work()
    assert office.state_of(application) is State.APPROVED
    assert office.payment_of(application).reason == "银行未受理（refused）"


def test_a_number_that_was_refused_and_yet_is_known_to_the_bank_is_not_refused(office: Office) -> None:
    application = office.released()
    payment = office.payment_of(application)
    office.bank.meanwhile = lambda: office.bank._take(payment.payment_no, payment.payee, payment.amount) and None
    office.trouble.faults = ["refuse"]
    office.work()
    assert office.state_of(application) is State.PAID
    assert office.payment_of(application).refusal == "", "or a bank that lost it later would not be missed"


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


def test_what_the_bank_has_once_accepted_is_neither_given_up_nor_instructed_again_at_its_first_denial(
    office: Office,
) -> None:
    application = office.released("later")
    payment = office.payment_of(application)
    long_ago = office.clock.now - timedelta(hours=1)
    instructed = payment.but(
        state=PaymentState.INSTRUCTED, instructed_at=long_ago, absent_since=long_ago, never_left=True
    )
    office.books.payments[payment.id] = instructed
    office.bank._take(payment.payment_no, payment.payee, payment.amount).course.insert(0, Outcome(Status.ACCEPTED))
    with pytest.raises(Unavailable):
        office.payout.pay(payment.id)
    del office.bank.taken[payment.payment_no]
    with pytest.raises(OutcomeUnknown):
        office.payout.pay(payment.id)
    assert office.bank.taken == {} and office.state_of(application) is State.PAYING


def test_only_what_was_paid_is_asked_about_again(office: Office) -> None:
    application = office.released("closed")
    office.work()
    before = office.payment_of(application)
    office.bank.taken[before.payment_no].course[:] = [Outcome(Status.RETURNED, "户名不符")]
    office.payout.ask_again(before.id)
    assert office.payment_of(application) == before


def test_what_is_frozen_is_not_frozen_again(office: Office) -> None:
    application = office.confirmed()
    office.work()
    office.trouble.faults = ["down"]
    office.preparing.prepare(application.id)
    assert office.trouble.faults == ["down"], "the core system was not asked"


def test_a_bank_that_was_certainly_not_reached_is_asked_before_it_is_instructed_again(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["down", "down"]
    office.work()
    office.work()
    assert office.bank.taken == {}
    assert office.payment_of(application).reason == "银行暂时无法连接，指令未发出"
    office.work()
    assert office.state_of(application) is State.PAID


def test_a_booking_the_core_system_did_not_take_is_tried_until_it_does(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["", "down"]
    office.work()
    assert office.payment_of(application).state is PaymentState.PAID
    assert office.state_of(application) is State.PAYING
    office.trouble.faults = ["refuse"]
    office.work()
    assert office.state_of(application) is State.PAYING
    office.work()
    assert office.state_of(application) is State.PAID
    assert len(office.bank.taken) == 1


def test_a_batch_changed_after_its_seal_is_not_paid_and_what_was_approved_is_arranged_anew(office: Office) -> None:
    application, other = office.confirmed(), office.confirmed()
    office.work()
    release(office)
    payment = office.payment_of(application)
    office.books.payments[payment.id] = replace(payment, amount=Money(1_000_000))
    for _ in range(3):
        office.work()
    assert office.bank.taken == {}
    for each in (application, other):
        first, second = (p for p in office.books.payments.values() if p.application_id == each.id)
        assert (first.state, first.core_state) == (PaymentState.CANCELLED, CoreState.RELEASED)
        assert "不一致" in first.reason
        assert second.may_be_batched and second.amount == each.amount
        assert office.state_of(each) is State.APPROVED
    release(office)
    office.work()
    assert {office.state_of(each) for each in (application, other)} == {State.PAID}


def test_a_payment_that_is_not_what_was_approved_is_neither_sealed_nor_paid(office: Office) -> None:
    """Also when whoever changed it could make a seal that fits."""
    application = office.confirmed()
    office.work()
    payment = office.payment_of(application)
    office.books.payments[payment.id] = replace(payment, payee=replace(payment.payee, bank="ICBC"))
    batch = office.batches.make(office.maker)
    with pytest.raises(Refused) as refused:
        office.batches.seal(office.checker, batch.number, batch.digest)
    assert refused.value.code == "changed"


def test_a_released_payment_that_is_not_what_was_approved_is_not_paid(office: Office) -> None:
    application = office.released()
    payment = office.payment_of(application)
    office.books.payments[payment.id] = replace(payment, payee=replace(payment.payee, bank="ICBC"))
    (number,) = office.books.batches
    forged = office.batches.digest_of(office.books.lookup(number)[1])
    office.books.batches[number] = replace(office.books.batches[number], digest=forged)
    office.work()
    assert office.bank.taken == {} and office.state_of(application) is State.APPROVED


# ---- 退回复核


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


# ---- batches


def test_nothing_is_paid_before_its_batch_is_sealed(office: Office) -> None:
    application = office.confirmed()
    office.work()
    office.batches.make(office.maker)
    office.payout.pay(office.payment_of(application).id)
    assert office.bank.taken == {}


def test_staff_keep_away_from_their_own_and_their_spouses_cases(office: Office) -> None:
    office.household.spouse = SPOUSE
    application = office.confirmed()
    office.work()
    payment = office.payment_of(application)
    for mark in (payment.person_mark, f"id:{SPOUSE.value}"):
        maker = a_staff_member(Role.PAYER, mark)
        assert [one.barred for one in office.batches.waiting(maker)] == [True]
        with pytest.raises(NotAllowed) as not_allowed:
            office.batches.make(maker, [payment.id])
        assert not_allowed.value.code == "own_case"
        with pytest.raises(Refused):
            office.batches.make(maker)
    batch = office.batches.make(office.maker)
    with pytest.raises(NotAllowed):
        office.batches.seal(a_staff_member(Role.PAYER, f"id:{SPOUSE.value}"), batch.number, batch.digest)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.CONFIRMER, Role.ADMIN, Role.AUDITOR])
def test_only_payers_make_seal_dissolve_and_settle(office: Office, role: Role) -> None:
    application = office.confirmed()
    office.work()
    batch = office.batches.make(office.maker)
    staff = a_staff_member(role)
    for act in (
        lambda: office.batches.make(staff),
        lambda: office.batches.seal(staff, batch.number, batch.digest),
        lambda: office.batches.dissolve(staff, batch.number),
        lambda: office.reconciliation.settle(staff, batch.id, "已核对"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert office.state_of(application) is State.APPROVED


def test_the_makers_other_account_does_not_seal_nor_does_a_reviewers(office: Office) -> None:
    """Another desk is another account of the same person."""
    office.confirmed()
    office.work()
    batch = office.batches.make(office.maker)
    for before in (office.maker, office.reviewer, office.confirmer):
        again = replace(office.checker, id=uuid4(), same_person=frozenset({before.id}))
        with pytest.raises(NotAllowed):
            office.batches.seal(again, batch.number, batch.digest)
    assert office.batches.seal(office.checker, batch.number, batch.digest).checker_id == office.checker.id


def test_an_instruction_held_up_for_long_does_not_leave_any_more(office: Office) -> None:
    """A worker that stood still after it wrote the instruction down: others may have given the number up."""
    application = office.confirmed()
    office.work()
    batch = office.batches.make(office.maker)
    office.batches.seal(office.checker, batch.number, batch.digest)
    payment = office.payment_of(application)
    old = payment.but(state=PaymentState.INSTRUCTED, instructed_at=office.clock.now - timedelta(minutes=2))
    with pytest.raises(OutcomeUnknown):
        office.payout._call(old)
    assert office.bank.query(payment.payment_no) is None


def test_a_seal_over_another_hash_than_was_shown_is_refused(office: Office) -> None:
    office.confirmed()
    office.work()
    batch = office.batches.make(office.maker)
    with pytest.raises(Refused) as refused:
        office.batches.seal(office.checker, batch.number, "0" * 64)
    assert refused.value.code == "changed"
    sealed = office.batches.seal(office.checker, batch.number, batch.digest)
    assert office.batches.seal(office.checker, batch.number, batch.digest) == sealed
    assert sealed.state is BatchState.SEALED


def test_the_hash_of_a_batch_does_not_depend_on_the_order_and_covers_every_line(office: Office) -> None:
    for _ in range(3):
        office.confirmed()
    office.work()
    payments = list(office.books.payments.values())
    digests = office.batches.digest_of
    assert digests(payments) == digests(payments[::-1])
    assert len({digests(payments), digests(payments[:2]), digests([])}) == 3


def test_the_hash_of_a_batch_cannot_be_made_without_the_key(office: Office) -> None:
    office.confirmed()
    office.work()
    payments = list(office.books.payments.values())
    assert digest_of(payments, lambda lines: hashlib.sha256(lines.encode()).hexdigest()) != office.batches.digest_of(
        payments
    )


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


# ---- what the bank does long after it was given up


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


def test_a_failure_that_is_not_the_cards_waits_for_the_payers(office: Office) -> None:
    application = office.released()
    payment = office.payment_of(application)
    office.bank._take(payment.payment_no, payment.payee, payment.amount).course[:] = [
        Outcome(Status.FAILED, "系统繁忙")
    ]
    office.work()
    assert office.state_of(application) is State.APPROVED
    first = office.payment_of(application)
    assert (first.state, first.reason) == (PaymentState.FAILED, "银行付款失败：系统繁忙")
    office.work()
    second = office.payment_of(application)
    assert second.may_be_batched and second.payee.card == first.payee.card and second.core_no == first.core_no
    release(office)
    office.work()
    assert office.state_of(application) is State.PAID


# ---- 核心系统人工处理


def stuck(office: Office, kind: str) -> tuple[Application, Payment]:
    """Released, and the core system has let go of the money by itself meanwhile."""
    application = office.released(kind)
    payment = office.payment_of(application)
    end = "released" if kind == "good" else "booked"
    office.core.kept[payment.core_no] = (*office.core.kept[payment.core_no][:2], end, set())
    office.work()
    return application, office.payment_of(application)


@pytest.mark.parametrize(
    ("kind", "said", "ends"),
    [("good", "银行已付款，核心系统拒绝记账（业务状态不允许）", State.PAID),
     ("closed", "银行付款失败，核心系统拒绝解冻（业务状态不允许）", State.PAY_FAILED)],
)  # fmt: skip
def test_two_payers_settle_what_the_core_system_refuses(office: Office, kind: str, said: str, ends: State) -> None:
    application, payment = stuck(office, kind)
    assert office.state_of(application) is State.PAYING and payment.reason == said
    assert office.by_hand.may_say(office.maker, payment)
    office.by_hand.say(office.maker, payment.payment_no, "已在核心系统手工办理")
    office.work()
    office.by_hand.confirm(office.checker, payment.payment_no, "已在核心系统手工办理")
    assert office.state_of(application) is ends and office.payment_of(application).is_settled
    last = [e for e in office.books.events if e.application_id == application.id][-1]
    assert last.details["for_staff"] == "核心系统人工处理：已在核心系统手工办理"
    assert last.details["by_hand"] == [str(office.maker.id), str(office.checker.id)]


def test_one_alone_settles_nothing(office: Office) -> None:
    application, payment = stuck(office, "good")
    with pytest.raises(Stale):
        office.by_hand.confirm(office.checker, payment.payment_no, "")
    with pytest.raises(InvalidValue):
        office.by_hand.say(office.maker, payment.payment_no, "好")
    office.by_hand.say(office.maker, payment.payment_no, "已记账")
    again = replace(office.checker, same_person=frozenset({office.maker.id}))
    strangers = (a_staff_member(Role.PAYER, payment.person_mark), a_staff_member(Role.ADMIN), office.confirmer)
    for staff in (office.maker, again, *strangers):
        with pytest.raises(NotAllowed):
            office.by_hand.confirm(staff, payment.payment_no, "已记账")
    with pytest.raises(Stale):
        office.by_hand.confirm(office.checker, payment.payment_no, "别的说明")
    office.by_hand.take_back(office.checker, payment.payment_no)
    with pytest.raises(Stale):
        office.by_hand.confirm(office.checker, payment.payment_no, "已记账")
    assert office.state_of(application) is State.PAYING


def test_nothing_is_settled_by_hand_that_the_core_system_does_not_refuse(office: Office) -> None:
    application = office.released("later")
    office.work()
    payment = office.payment_of(application)
    assert not office.by_hand.may_say(office.maker, payment)
    with pytest.raises(Stale):
        office.by_hand.say(office.maker, payment.payment_no, "已记账")


def test_a_core_system_that_gives_in_needs_nobodys_word(office: Office) -> None:
    application, payment = stuck(office, "good")
    office.core.kept[payment.core_no] = (*office.core.kept[payment.core_no][:2], "frozen", set())
    office.work()
    assert office.state_of(application) is State.PAID and office.payment_of(application).core_refusal == ""


def test_a_result_for_what_was_never_instructed_is_refused(office: Office) -> None:
    application = office.confirmed()
    office.work()
    with pytest.raises(Refused) as refused:
        office.results.learn(office.payment_of(application).payment_no, Outcome(Status.DONE))
    assert refused.value.code == "not_instructed"


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


def test_two_workers_at_the_same_payment_instruct_once(office: Office) -> None:
    application = office.released()
    office.bank.meanwhile = lambda: office.run(job(office, application))
    office.work()
    office.work()
    assert set(office.bank.arrived.values()) == {1}
    assert office.state_of(application) is State.PAID


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("户名不符", "R06"), ("账户类别不符", "R07"), ("收款账户已销户", "R07"), ("收款账号不存在", "R07"),
        ("收款账户不是借记账户", "R07"), ("其他原因", "R99"), ("", "R99"),
    ],
)  # fmt: skip
def test_every_reason_of_the_bank_has_words_for_the_citizen(reason: str, code: str) -> None:
    told = because(reason)
    assert told.code == code and len(told.words) >= 8


def test_nothing_personal_is_in_the_errors(office: Office) -> None:
    application = office.released()
    office.trouble.faults = ["unknown"]
    payment = office.payment_of(application)
    with pytest.raises(OutcomeUnknown) as unknown:
        office.payout.pay(payment.id)
    shown = repr(office.payment_of(application)) + str(unknown.value)
    assert payment.payee.card.value not in shown and payment.payee.name not in shown


@pytest.mark.parametrize(
    ("said", "kept"),
    [("  账号6217000000005798495户名不符 ", "账号*8495户名不符"), ("INVALID\x00 CARD\n621700000000579849", "INVALID CARD*9849"),
     ("x" * 100, "x" * 60), ("2026年7月", "2026年7月")],
)  # fmt: skip
def test_of_what_the_bank_writes_no_long_number_is_kept(said: str, kept: str) -> None:
    assert from_the_bank(said) == kept


def test_the_citizen_never_reads_the_banks_own_words() -> None:
    assert because("CARD 6217 INVALID STATUS").words == "银行未能付款，请核对收款账户或更换银行卡"
