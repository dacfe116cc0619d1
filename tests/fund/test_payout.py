"""The money step by step: what is written before what, and what is asked instead of done again."""

import contextlib
from datetime import timedelta

import pytest

from fund.application import Move, State
from fund.errors import OutcomeUnknown, Refused, Stale, Unavailable
from fund.money_ports import Outcome, Status
from fund.payment import CoreState, PaymentState, because, from_the_bank
from tests.fund.money_fakes import COURSES, Crash, Office, details_of, job, release


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
