"""The last part of a payment: the core system and the application brought to where the bank's side has come."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from fund.application import Actor, Move, Role, advance
from fund.errors import Refused, Stale, Unavailable
from fund.money_ports import LATE, Core, Difference, Outcome, Payments
from fund.money_ports import Move as Moved
from fund.payment import CoreState, Payment, PaymentState, because
from fund.ports import Clock

SYSTEM = Actor(Role.SYSTEM, UUID(int=0))
STILL_FRESH = timedelta(minutes=1)
"""How long after it was written down an instruction or a freezing may still leave the house."""

_REFUSED_TO = {
    PaymentState.PAID: "银行已付款，核心系统拒绝记账",
    PaymentState.FAILED: "银行付款失败，核心系统拒绝解冻",
    PaymentState.RETURNED: "银行已退回，核心系统拒绝冲正",
    PaymentState.CANCELLED: "付款已作废，核心系统拒绝解冻",
}
_BECAUSE = {"no_entry": "没有这笔业务", "wrong_state": "业务状态不允许"}


class Settling:
    """Books, reverses or gives back at the core system, and moves the application in the same transaction as the
    last word about the payment."""

    def __init__(self, payments: Payments, core: Core, clock: Clock) -> None:
        self._payments = payments
        self._core = core
        self._clock = clock

    def finish(self, payment: Payment) -> None:
        """Settle what is not settled. A refusal of the core system is written down with its words: two payers may
        then settle its side by hand. Raises Unavailable, OutcomeUnknown."""
        if payment.is_settled:
            return
        try:
            if payment.state is PaymentState.PAID:
                self._core.book(payment.core_no)
            elif payment.state is PaymentState.CANCELLED:
                self._let_go(payment)
            elif payment.state.is_over:
                booked = payment.core_state is CoreState.BOOKED
                (self._core.reverse if booked else self._core.release)(payment.core_no)
            else:
                return
        except Refused as refused:
            if payment.core_refusal != refused.code:
                said = f"{_REFUSED_TO[payment.state]}（{_BECAUSE.get(refused.code, refused.code)}）"
                saved(self._payments, payment.but(core_refusal=refused.code, reason=said))
            raise Unavailable(f"{payment.core_no}: the core refuses: {refused.code}", code="core_refused") from None
        self.settle(payment)

    def settle(self, payment: Payment, by_hand: Mapping[str, object] | None = None) -> Payment:
        """Write down that the core system's side is done. ``by_hand``: by whom and why, if people say so."""
        done = CoreState.BOOKED if payment.state is PaymentState.PAID else CoreState.RELEASED
        settled = payment.but(core_state=done, core_refusal="")
        if payment.state is PaymentState.CANCELLED:
            return saved(self._payments, settled)
        move = Move.PAY if payment.state is PaymentState.PAID else Move.FAIL
        return saved(self._payments, settled, self.moved(payment, move, by_hand))

    def moved(self, payment: Payment, move: Move, by_hand: Mapping[str, object] | None = None) -> Moved:
        """The application after a move of its payment: PAY, FAIL or NOT_PAID."""
        application = self._payments.application(payment.application_id)
        details: dict[str, object] = {"payment_no": payment.payment_no}
        if move is not Move.NOT_PAID:
            details["tail"] = payment.payee.card.tail
        if move is Move.PAY:
            details |= {"bank": payment.payee.bank, "amount": payment.amount.yuan}
        elif move is Move.FAIL:
            told = because(payment.reason)
            details["reason"] = {"code": told.code, "words": told.words}
        return advance(application, move, SYSTEM, self._clock(), {**details, **(by_hand or {})})

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


def late_arrival(payment: Payment, known: Outcome, at: datetime) -> Difference:
    """The difference that tells of a payment given up and executed all the same: one for good, of the day on which it was
    instructed, so that what people have settled is not found again the next day."""
    return Difference(
        id=uuid.uuid4(),
        day=(payment.instructed_at or at).date(),
        payment_no=payment.payment_no,
        kind=LATE,
        ours=f"{payment.state.words} · {payment.amount}",
        bank=known.status.words,
        core="",
        found_at=at,
    )


def saved(payments: Payments, payment: Payment, move: Moved | None = None, also: Payment | None = None) -> Payment:
    """The payment, once it is stored. Raises Unavailable also when somebody else has moved it on: the job begins anew
    from what is written down then."""
    try:
        payments.save(payment, move, also)
    except Stale:
        raise Unavailable(f"{payment.payment_no}: somebody else is at work on it", code="stale") from None
    return payment
