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

from fund.application import Actor, Move, Role, advance
from fund.errors import FundError, NotFound, OutcomeUnknown, Refused, Unavailable
from fund.money_ports import Bank, Batches, Core, Outcome, Payments, Status
from fund.money_ports import Move as Moved
from fund.payment import (
    BatchState,
    CoreState,
    Keyed,
    Payment,
    PaymentState,
    because,
    is_of_the_payee,
)
from fund.ports import Clock
from fund.preparing import saved

log = logging.getLogger(__name__)

SYSTEM = Actor(Role.SYSTEM, UUID(int=0))
STILL_FRESH = timedelta(minutes=1)
"""How long after it was written down an instruction may still leave."""

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
        core: Core,
        keyed: Keyed,
        clock: Clock,
    ) -> None:
        self._payments = payments
        self._batches = batches
        self._bank = bank
        self._core = core
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
        self._finish(payment)

    def ask_again(self, payment_id: UUID) -> None:
        """Whether the bank has sent a payment back; if so, the booking is reversed and the citizen is asked for
        another card. Raises Unavailable, OutcomeUnknown."""
        payment = self._payments.get(payment_id)
        if payment.state is not PaymentState.PAID:
            return
        self._finish(payment)
        payment = self._payments.get(payment_id)
        outcome = self._bank.query(payment.payment_no)
        self._finish(self._take(payment, outcome or Outcome(Status.DONE)))

    def ask_about_returns(self) -> None:
        """All that may have come back; one that cannot be asked about now is asked about next time."""
        now = self._clock()
        for payment_id in self._payments.to_ask_about(now, now - ASKED_AGAIN_FOR, MOST_AT_ONCE):
            try:
                self.ask_again(payment_id)
            except FundError as error:
                log.warning("payment %s could not be asked about: %s", payment_id, error.code)

    def learn(self, payment_no: str, outcome: Outcome) -> bool:
        """Take over what a result file says of a payment; whether it was news.

        Raises NotFound, Refused ``not_instructed`` or ``contradicts`` when it cannot be so, Unavailable,
        OutcomeUnknown.
        """
        payment = self._payments.by_number(payment_no)
        if payment is None:
            raise NotFound(f"no payment {payment_no}", code="no_such_payment")
        if payment.state in (PaymentState.WAITING, PaymentState.BATCHED):
            raise Refused(f"{payment_no} was never instructed", code="not_instructed")
        if payment.state is PaymentState.PAID:
            self._finish(payment)
            payment = self._payments.get(payment.id)
        if payment.state.is_over:
            said = {Status.FAILED: PaymentState.FAILED, Status.RETURNED: PaymentState.RETURNED}.get(outcome.status)
            if said is not payment.state and outcome.status is not Status.ACCEPTED:
                raise Refused(f"{payment_no} is {payment.state}", code="contradicts")
            self._finish(payment)
            return False
        paid = payment.state is PaymentState.PAID
        if paid and outcome.status is Status.FAILED:
            raise Refused(f"{payment_no} was paid", code="contradicts")
        if outcome.status is Status.ACCEPTED or (paid and outcome.status is Status.DONE):
            return False
        self._finish(self._take(payment, outcome))
        return True

    def _first(self, payment: Payment) -> Payment:
        """The one instruction of a number, if two people have released it and nothing was changed since."""
        batch, lines = self._batches.of(payment)
        if batch.state is not BatchState.SEALED:
            return payment
        if not (
            batch.covers(lines, self._keyed) and payment.is_for(self._payments.application(payment.application_id))
        ):
            log.error("batch %s was changed after its seal: payment %s is not made", batch.number, payment.payment_no)
            undone = payment.but(
                state=PaymentState.CANCELLED, settled_at=self._clock(), reason="与封存内容不一致，未付款，已重新安排"
            )
            return self._save(undone, self._moved(undone, Move.NOT_PAID))
        for before in self._payments.earlier(payment):
            if (known := arrived_late(self._bank, before)) is not None:
                return self._back_to(before, payment, known)
        instructed = payment.but(state=PaymentState.INSTRUCTED, instructed_at=self._clock(), reason="")
        return self._call(self._save(instructed))

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
        return self._save(gone, self._moved(gone, Move.NOT_PAID))

    def _take(self, payment: Payment, outcome: Outcome) -> Payment:
        """Write down what the bank says."""
        now = self._clock()
        asked = {"asked_at": now, "absent_since": None, "never_left": False}
        paid = payment.state is PaymentState.PAID
        if outcome.status is Status.RETURNED or (paid and outcome.status is Status.FAILED):
            ended = payment.but(state=PaymentState.RETURNED, settled_at=now, reason=outcome.reason, **asked)
        elif paid:
            ended = payment.but(**asked)
        elif outcome.status is Status.DONE:
            ended = payment.but(state=PaymentState.PAID, settled_at=now, reason="", **asked)
        elif outcome.status is Status.FAILED:
            ended = payment.but(state=PaymentState.FAILED, settled_at=now, reason=outcome.reason, **asked)
        else:
            self._save(payment.but(reason="银行已受理，等待结果", **asked))
            raise Unavailable(f"{payment.payment_no}: accepted, not settled", code="not_settled")
        return self._save(ended)

    def _finish(self, payment: Payment) -> None:
        """Bring the core system and the application to where the payment is."""
        if payment.is_settled:
            return
        number = payment.core_no
        try:
            if payment.state is PaymentState.PAID:
                self._core.book(number)
                self._save(payment.but(core_state=CoreState.BOOKED), self._moved(payment, Move.PAY))
            elif payment.state is PaymentState.CANCELLED:
                self._let_go(payment)
            elif payment.state.is_over:
                booked = payment.core_state is CoreState.BOOKED
                (self._core.reverse if booked else self._core.release)(number)
                self._save(payment.but(core_state=CoreState.RELEASED), self._moved(payment, Move.FAIL))
        except Refused as refused:
            raise Unavailable(f"{number}: the core refuses: {refused.code}", code="core_refused") from None

    def _let_go(self, payment: Payment) -> None:
        """Give back what was frozen for a payment that is not made. Where nothing was written down, the freezing may
        be under way still, so it is given time to arrive."""
        unsure = payment.core_state is CoreState.NONE
        if unsure and payment.settled_at is not None and self._clock() - payment.settled_at < STILL_FRESH:
            raise Unavailable(f"{payment.payment_no}: may be frozen this moment", code="may_be_freezing")
        try:
            self._core.release(payment.core_no)
        except Refused as refused:
            if not (unsure and refused.code == "no_entry"):
                raise
        self._save(payment.but(core_state=CoreState.RELEASED))

    def _moved(self, payment: Payment, move: Move) -> Moved:
        application = self._payments.application(payment.application_id)
        details: dict[str, object] = {"payment_no": payment.payment_no, "tail": payment.payee.card.tail}
        if move is Move.PAY:
            details |= {"bank": payment.payee.bank, "amount": payment.amount.yuan}
        else:
            told = because(payment.reason)
            details["reason"] = {"code": told.code, "words": told.words}
        if move is Move.NOT_PAID:
            details = {"payment_no": payment.payment_no}
        return advance(application, move, SYSTEM, self._clock(), details)

    def _save(self, payment: Payment, move: Moved | None = None, also: Payment | None = None) -> Payment:
        return saved(self._payments, payment, move, also)


def arrived_late(bank: Bank, payment: Payment) -> Outcome | None:
    """What the bank says of a payment that it did not have when it was given up, if it has or will have paid it.

    Raises Unavailable."""
    if payment.state is not PaymentState.NOT_ARRIVED:
        return None
    known = bank.query(payment.payment_no)
    return known if known is not None and known.status in (Status.DONE, Status.ACCEPTED) else None
