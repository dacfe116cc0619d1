"""The money: what is frozen, instructed, booked and, when it does not arrive, given back.

Each payment carries in its row how far it has come, written before the next step is taken. So whatever is killed
at whatever moment, the same job run again goes on from there:

* the bank is instructed once per number. Before, ``instructed`` is written down; after that the bank is only asked.
  The number is instructed again only if it is certain that the first instruction never left the house *and* the
  bank says that it has none.
* the core system's calls are idempotent by the number and repeated until they have gone through.
* the state of the application changes in the same transaction as the last word about the payment.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from fund.application import Actor, Application, Move, Role, advance
from fund.errors import FundError, NotFound, OutcomeUnknown, Refused, Stale, Unavailable
from fund.money_ports import Bank, Batches, Core, Outcome, Payments, Status
from fund.money_ports import Move as Moved
from fund.numbers import CardNumber, IdNumber
from fund.payment import BatchState, CoreState, Payee, Payment, PaymentState, because, new_payment_no
from fund.ports import Clock, Members, People

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
    """The use cases behind the jobs. ``mark_of_id`` and ``mark_of_card`` are blind indexes."""

    def __init__(
        self,
        payments: Payments,
        batches: Batches,
        bank: Bank,
        core: Core,
        people: People,
        members: Members,
        mark_of_id: Callable[[IdNumber], str],
        mark_of_card: Callable[[CardNumber], str],
        clock: Clock,
    ) -> None:
        self._payments = payments
        self._batches = batches
        self._bank = bank
        self._core = core
        self._people = people
        self._members = members
        self._mark_of_id = mark_of_id
        self._mark_of_card = mark_of_card
        self._clock = clock

    def prepare(self, application_id: UUID) -> None:
        """Make the next attempt for an approved application if there is none, and freeze its amount.

        Raises Unavailable or OutcomeUnknown when it is to be tried again later, also when the core system refuses:
        the desk sees why, and the refusal may pass (an account unfrozen, a contribution paid in).
        """
        payment = self._payments.begin(application_id, self._attempt)
        if payment is None or payment.core_state is not CoreState.NONE:
            return
        try:
            person = self._people.get(self._payments.application(application_id).person_id)
            spouse = self._members.find(person, fresh=True).spouse
            self._core.freeze(payment.payment_no, payment.payee, payment.amount)
        except Refused as refused:
            self._save(payment.but(reason=_NOT_FROZEN.get(refused.code, f"核心系统未能冻结（{refused.code}）")))
            raise Unavailable(f"{payment.payment_no}: not frozen: {refused.code}", code="not_frozen") from None
        mark = self._mark_of_id(spouse) if spouse else ""
        self._save(payment.but(core_state=CoreState.FROZEN, spouse_mark=mark, reason=""))

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

    def _attempt(self, application: Application, attempt: int) -> Payment:
        person, now = self._people.get(application.person_id), self._clock()
        card = CardNumber(application.answers["card"])
        return Payment(
            id=uuid.uuid4(),
            application_id=application.id,
            attempt=attempt,
            payment_no=new_payment_no(now),
            amount=application.amount,
            payee=Payee(person.name, person.id_number, application.answers["bank"], card),
            made_at=now,
            card_mark=self._mark_of_card(card),
            person_mark=self._mark_of_id(person.id_number),
        )

    def _first(self, payment: Payment) -> Payment:
        """The one instruction of a number, if two people have released it and nothing was changed since."""
        batch, lines = self._batches.of(payment)
        if batch.state is not BatchState.SEALED:
            return payment
        if not batch.covers(lines):
            self._save(payment.but(reason="与封存内容不一致，已停止付款"))
            raise Refused(f"{payment.payment_no}: batch {batch.number} was changed after its seal", code="seal_broken")
        for before in self._payments.earlier(payment):
            if before.state is not PaymentState.NOT_ARRIVED:
                continue
            known = self._bank.query(before.payment_no)
            if known is not None and known.status in (Status.DONE, Status.ACCEPTED):
                raise Unavailable(f"{before.payment_no} did arrive, late", code="earlier_arrived")
        instructed = payment.but(state=PaymentState.INSTRUCTED, instructed_at=self._clock(), reason="")
        return self._call(self._save(instructed))

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
            self._save(payment.but(reason=f"银行未受理（{refused.code}），正在查询"))
            raise OutcomeUnknown(f"{payment.payment_no}: refused with {refused.code}", code="bank_refused") from None
        return self._take(payment, outcome)

    def _again(self, payment: Payment) -> Payment:
        """A number that was instructed before: the bank is asked."""
        outcome, now = self._bank.query(payment.payment_no), self._clock()
        if outcome is not None:
            return self._take(payment, outcome)
        if payment.never_left:
            return self._call(self._save(payment.but(never_left=False, instructed_at=now, reason="")))
        since = payment.absent_since or now
        if now - since < LONG_ENOUGH:
            self._save(payment.but(absent_since=since, asked_at=now, reason="银行称没有收到，继续查询"))
            raise OutcomeUnknown(f"{payment.payment_no}: not at the bank yet", code="not_at_bank")
        return self._save(
            payment.but(state=PaymentState.NOT_ARRIVED, asked_at=now, settled_at=now, reason="银行一直没有收到付款指令")
        )

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
        number = payment.payment_no
        try:
            if payment.state is PaymentState.PAID:
                self._core.book(number)
                self._save(payment.but(core_state=CoreState.BOOKED), self._moved(payment, Move.PAY))
            elif payment.state.is_over:
                booked = payment.core_state is CoreState.BOOKED
                (self._core.reverse if booked else self._core.release)(number)
                move = Move.NOT_PAID if payment.state is PaymentState.NOT_ARRIVED else Move.FAIL
                self._save(payment.but(core_state=CoreState.RELEASED), self._moved(payment, move))
        except Refused as refused:
            raise Unavailable(f"{number}: the core refuses: {refused.code}", code="core_refused") from None

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

    def _save(self, payment: Payment, move: Moved | None = None) -> Payment:
        try:
            self._payments.save(payment, move)
        except Stale:
            raise Unavailable(f"{payment.payment_no}: somebody else is at work on it", code="stale") from None
        return payment


_NOT_FROZEN = {
    "not_enough": "核心系统未能冻结：可用余额不足",
    "account_not_normal": "核心系统未能冻结：账户状态不正常",
    "no_account": "核心系统未能冻结：没有查到个人账户",
    "name_mismatch": "核心系统未能冻结：姓名与证件号码不一致",
}
