"""A result file of the settlement application: what it says is reason to ask the bank, whose answer decides."""

import uuid

from fund.errors import NotFound, OutcomeUnknown, Refused, Unavailable
from fund.money_ports import FILE, Difference, Differences, Outcome, Payments, Status
from fund.payment import Payment, PaymentState
from fund.payout import Payout
from fund.ports import Clock

_AGREES = {
    Status.ACCEPTED: {PaymentState.INSTRUCTED, PaymentState.PAID, PaymentState.FAILED, PaymentState.RETURNED},
    Status.DONE: {PaymentState.PAID, PaymentState.RETURNED},
    Status.FAILED: {PaymentState.FAILED, PaymentState.RETURNED},
    Status.RETURNED: {PaymentState.RETURNED},
}
"""In which state a payment may be of which the file says so; a file may be older than what we know."""

_NOT_OVER = ("not_settled", "not_at_bank")


class Results:
    """The use case of ``flask payouts import``. A file could be old, or not the bank's at all: nothing is booked, given
    back or paid anew because of what stands in it."""

    def __init__(self, payments: Payments, payout: Payout, differences: Differences, clock: Clock) -> None:
        self._payments = payments
        self._payout = payout
        self._differences = differences
        self._clock = clock

    def learn(self, payment_no: str, outcome: Outcome) -> bool:
        """Bring a payment up to date by the bank's own answer; whether that was news.

        Raises NotFound; Refused ``not_instructed`` or ``contradicts`` when file and bank do not agree, which is then
        kept as a difference; Unavailable, OutcomeUnknown.
        """
        before = self._payments.by_number(payment_no)
        if before is None:
            raise NotFound(f"no payment {payment_no}", code="no_such_payment")
        if before.state in (PaymentState.WAITING, PaymentState.BATCHED, PaymentState.CANCELLED):
            self._tell(before, outcome)
            raise Refused(f"{payment_no} was never instructed", code="not_instructed")
        if before.is_settled and before.state in _AGREES[outcome.status]:
            return False
        try:
            is_under_way = before.state is PaymentState.INSTRUCTED
            (self._payout.pay if is_under_way else self._payout.ask_again)(before.id)
        except (Unavailable, OutcomeUnknown) as error:
            if error.code not in _NOT_OVER:
                raise
        now = self._payments.get(before.id)
        if now.state not in _AGREES[outcome.status]:
            self._tell(now, outcome)
            raise Refused(f"{payment_no} is {now.state}, says the bank", code="contradicts")
        return now.state is not before.state or now.core_state is not before.core_state

    def _tell(self, payment: Payment, outcome: Outcome) -> None:
        at = self._clock()
        difference = Difference(
            id=uuid.uuid4(),
            day=at.date(),
            payment_no=payment.payment_no,
            kind=FILE,
            ours=f"{payment.state.words} · {payment.amount}",
            bank=f"结果文件：{outcome.status.words}",
            core="",
            found_at=at,
        )
        self._differences.add([difference])
