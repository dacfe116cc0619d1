"""The money: what is frozen, instructed, booked and, when it does not arrive, given back.

Each payment carries in its row how far it has come, written before the next step is taken. So whatever is killed
at whatever moment, the same job run again goes on from there:

* the bank is instructed once per number. Before, ``instructed`` is written down; after that the bank is only asked.
  The number is instructed again only if it is certain that the first instruction never left the house *and* the
  bank says that it has none.
* the core system's calls are idempotent by the number and repeated until they have gone through. A payment that
  never arrived hands on what is frozen to the next attempt, and takes it back should the bank have it after all.
* the state of the application changes in the same transaction as the last word about the payment.
"""

import logging
from datetime import timedelta
from uuid import UUID

from fund.application import Move
from fund.errors import FundError, OutcomeUnknown, Refused, Unavailable
from fund.money_ports import LATE, Bank, Batches, Differences, Outcome, Payments, Status
from fund.money_ports import Move as Moved
from fund.payment import (
    BatchState,
    CoreState,
    Keyed,
    Payment,
    PaymentState,
    is_of_the_payee,
)
from fund.ports import Clock
from fund.settling import STILL_FRESH, Settling, late_arrival, saved

log = logging.getLogger(__name__)

LONG_ENOUGH = timedelta(minutes=15)
"""For so long the bank must have said that it has no such payment before it is taken as never arrived."""

ASKED_AGAIN_FOR = timedelta(days=90)
"""For so long after it was done the bank may send a payment back."""

MOST_AT_ONCE = 200


class Payout:
    """The use cases behind the jobs. ``keyed`` is what batches are sealed with."""

    def __init__(
        self,
        payments: Payments,
        batches: Batches,
        bank: Bank,
        settling: Settling,
        differences: Differences,
        keyed: Keyed,
        clock: Clock,
    ) -> None:
        self._payments = payments
        self._batches = batches
        self._bank = bank
        self._settling = settling
        self._differences = differences
        self._keyed = keyed
        self._clock = clock

    def pay(self, payment_id: UUID) -> None:
        """Bring a payment of a sealed batch as far as it goes now.

        Raises Unavailable or OutcomeUnknown when it is to be looked at again later.
        """
        payment = self._payments.get(payment_id)
        if payment.state is PaymentState.BATCHED:
            payment = self._first(payment)
        elif payment.state is PaymentState.INSTRUCTED:
            payment = self._again(payment)
        self._settling.finish(payment)

    def ask_again(self, payment_id: UUID) -> None:
        """Whether the bank has sent a payment back; if so, the booking is reversed and the citizen is asked for
        another card. And whether it has executed after all what was given up: people are told.
        Raises Unavailable, OutcomeUnknown."""
        payment = self._payments.get(payment_id)
        if payment.state.is_over:
            self._settling.finish(payment)
            payment = self._payments.get(payment_id)
            if (known := arrived_late(self._bank, payment)) is not None:
                self._tell_late(payment, known)
            if payment.state is PaymentState.NOT_ARRIVED:
                self._save(payment.but(asked_at=self._clock()))
        if payment.state is not PaymentState.PAID:
            return
        self._settling.finish(payment)
        payment = self._payments.get(payment_id)
        outcome = self._bank.query(payment.payment_no)
        if outcome is None:
            log.error("payment %s was done, and the bank has none now", payment.payment_no)
        self._settling.finish(self._take(payment, outcome or Outcome(Status.DONE)))

    def ask_about_returns(self) -> None:
        """All that may have come back; one that cannot be asked about now is asked about next time."""
        now = self._clock()
        for payment_id in self._payments.to_ask_about(now, now - ASKED_AGAIN_FOR, MOST_AT_ONCE):
            try:
                self.ask_again(payment_id)
            except FundError as error:
                log.warning("payment %s could not be asked about: %s", payment_id, error.code)

    def _first(self, payment: Payment) -> Payment:
        """The one instruction of a number, if two people have released it and nothing was changed since."""
        batch, lines = self._batches.of(payment)
        if batch.state is not BatchState.SEALED:
            return payment
        if not (
            batch.covers(lines, self._keyed) and payment.is_for(self._payments.application(payment.application_id))
        ):
            log.error("batch %s was changed after its seal: payment %s is not made", batch.number, payment.payment_no)
            return self._undone(payment, "与封存内容不一致，未付款，已重新安排")
        for before in self._payments.given_up(payment):
            if (known := arrived_late(self._bank, before)) is None:
                continue
            if before.may_stand_for(payment):
                return self._back_to(before, payment, known)
            if not self._differences.is_settled(before.payment_no, LATE):
                self._tell_late(before, known)
                why = f"银行实际已执行此前的付款 {before.payment_no}（{before.amount}元），本次未付款，请先处理对账差异"
                return self._undone(payment, why)
        instructed = payment.but(state=PaymentState.INSTRUCTED, instructed_at=self._clock(), reason="")
        return self._call(self._save(instructed))

    def _undone(self, payment: Payment, why: str) -> Payment:
        """A payment that was released and is not made: its money is given back, and another is arranged."""
        undone = payment.but(state=PaymentState.CANCELLED, settled_at=self._clock(), reason=why)
        return self._save(undone, self._settling.moved(undone, Move.NOT_PAID))

    def _tell_late(self, late: Payment, known: Outcome) -> None:
        log.error("payment %s was given up, and the bank has it after all", late.payment_no)
        self._differences.add([late_arrival(late, known, self._clock())])

    def _back_to(self, late: Payment, unused: Payment, known: Outcome) -> Payment:
        """The bank has an earlier number after all: that one is paid and booked, and this one never instructed."""
        log.warning("%s arrived at the bank late; %s is not instructed", late.payment_no, unused.payment_no)
        taken = late.but(
            state=PaymentState.INSTRUCTED, core_no=unused.core_no, core_state=unused.core_state, settled_at=None
        )
        why = f"银行已受理前一次付款 {late.payment_no}，本次未发出"
        self._save(
            unused.but(
                state=PaymentState.CANCELLED, core_state=CoreState.PASSED_ON, settled_at=self._clock(), reason=why
            ),
            also=taken,
        )
        return self._take(taken, known)

    def _call(self, payment: Payment) -> Payment:
        if payment.instructed_at is not None and self._clock() - payment.instructed_at > STILL_FRESH:
            # This process stood still in between: others may have given the number up meanwhile.
            raise OutcomeUnknown(f"{payment.payment_no}: too late to instruct it", code="instruction_too_late")
        try:
            outcome = self._bank.pay(payment.payment_no, payment.payee, payment.amount)
        except Unavailable:
            self._save(payment.but(never_left=True, reason="银行暂时无法连接，指令未发出"))
            raise
        except Refused as refused:
            # A number that was refused may be known to the bank all the same: only its answer to a query tells.
            return self._again(self._save(payment.but(refusal=refused.message, reason=f"{refused.message}，正在查询")))
        return self._take(payment, outcome)

    def _again(self, payment: Payment) -> Payment:
        """A number that was instructed before: the bank is asked."""
        outcome, now = self._bank.query(payment.payment_no), self._clock()
        if outcome is not None:
            return self._take(payment, outcome)
        if payment.never_left:
            return self._call(self._save(payment.but(never_left=False, instructed_at=now, reason="")))
        if payment.refusal:
            return self._given_up(payment, payment.refusal, failed=is_of_the_payee(payment.refusal))
        since = payment.absent_since or now
        if now - since < LONG_ENOUGH:
            self._save(payment.but(absent_since=since, asked_at=now, reason="银行称没有收到，继续查询"))
            raise OutcomeUnknown(f"{payment.payment_no}: not at the bank yet", code="not_at_bank")
        return self._given_up(payment, "银行一直没有收到付款指令")

    def _given_up(self, payment: Payment, reason: str, *, failed: bool = False) -> Payment:
        """The bank has no such payment. ``failed``: another card is needed; otherwise it is paid by another attempt,
        for which the money stays frozen."""
        now = self._clock()
        ended = {"asked_at": now, "settled_at": now, "reason": reason}
        if failed:
            return self._save(payment.but(state=PaymentState.FAILED, **ended))
        gone = payment.but(state=PaymentState.NOT_ARRIVED, core_state=CoreState.PASSED_ON, **ended)
        return self._save(gone, self._settling.moved(gone, Move.NOT_PAID))

    def _take(self, payment: Payment, outcome: Outcome) -> Payment:
        """Write down what the bank says."""
        now = self._clock()
        asked = {"asked_at": now, "absent_since": None, "never_left": False, "refusal": ""}
        paid = payment.state is PaymentState.PAID
        if outcome.status is Status.RETURNED or (paid and outcome.status is Status.FAILED):
            ended = payment.but(state=PaymentState.RETURNED, settled_at=now, reason=outcome.reason, **asked)
        elif paid:
            ended = payment.but(**asked)
        elif outcome.status is Status.DONE:
            ended = payment.but(state=PaymentState.PAID, settled_at=now, reason="", **asked)
        elif outcome.status is Status.FAILED and is_of_the_payee(outcome.reason):
            ended = payment.but(state=PaymentState.FAILED, settled_at=now, reason=outcome.reason, **asked)
        elif outcome.status is Status.FAILED:
            why = f"银行付款失败：{outcome.reason or '未说明原因'}"
            ended = payment.but(
                state=PaymentState.FAILED, core_state=CoreState.PASSED_ON, settled_at=now, reason=why, **asked
            )
            return self._save(ended, self._settling.moved(ended, Move.NOT_PAID))
        else:
            self._save(payment.but(reason="银行已受理，等待结果", **asked))
            raise Unavailable(f"{payment.payment_no}: accepted, not settled", code="not_settled")
        return self._save(ended)

    def _save(self, payment: Payment, move: Moved | None = None, also: Payment | None = None) -> Payment:
        return saved(self._payments, payment, move, also)


def arrived_late(bank: Bank, payment: Payment) -> Outcome | None:
    """What the bank says of a payment that was given up, if it has paid it after all or is about to.

    Raises Unavailable."""
    if payment.state not in (PaymentState.NOT_ARRIVED, PaymentState.FAILED, PaymentState.RETURNED):
        return None
    known = bank.query(payment.payment_no)
    return known if known is not None and known.status in (Status.DONE, Status.ACCEPTED) else None
