"""The next attempt to pay an approved application: made, and its money frozen at the core system."""

import uuid
from collections.abc import Callable, Sequence
from uuid import UUID

from fund.application import Application
from fund.errors import FundError, Refused, Unavailable
from fund.money_ports import Core, Payments
from fund.numbers import CardNumber, IdNumber
from fund.payment import CoreState, Payee, Payment, PaymentState, new_payment_no
from fund.ports import Clock, Members, People
from fund.settling import saved


class Preparing:
    """The use case behind the job ``prepare_payment``. ``mark_of_id`` and ``mark_of_card`` are blind indexes;
    ``finish`` settles a payment as far as it can be now (``Payout.pay``)."""

    def __init__(
        self,
        payments: Payments,
        core: Core,
        people: People,
        members: Members,
        mark_of_id: Callable[[IdNumber], str],
        mark_of_card: Callable[[CardNumber], str],
        finish: Callable[[UUID], None],
        clock: Clock,
    ) -> None:
        self._payments = payments
        self._core = core
        self._people = people
        self._members = members
        self._mark_of_id = mark_of_id
        self._mark_of_card = mark_of_card
        self._finish = finish
        self._clock = clock

    def prepare(self, application_id: UUID) -> None:
        """Make the next attempt for an approved application if there is none, and freeze its amount.

        Raises Unavailable or OutcomeUnknown when it is to be tried again later, also when the core system refuses:
        the desk sees why, and the refusal may pass (an account unfrozen, a contribution paid in).
        """
        payment = self._payments.begin(application_id, self.attempt)
        if payment is None or payment.core_state is not CoreState.NONE:
            return
        for before in self._payments.earlier(payment):
            if not before.is_settled:
                self._wait_for(before, payment)
        try:
            person = self._people.get(self._payments.application(application_id).person_id)
            spouse = self._members.find(person, fresh=True).spouse
            self._core.freeze(payment.core_no, payment.payee, payment.amount)
        except Refused as refused:
            saved(
                self._payments, payment.but(reason=_NOT_FROZEN.get(refused.code, f"核心系统未能冻结（{refused.code}）"))
            )
            raise Unavailable(f"{payment.payment_no}: not frozen: {refused.code}", code="not_frozen") from None
        mark = self._mark_of_id(spouse) if spouse else ""
        try:
            saved(self._payments, payment.but(core_state=CoreState.FROZEN, spouse_mark=mark, reason=""))
        except Unavailable:
            if self._payments.get(payment.id).state is PaymentState.CANCELLED:
                self._core.release(payment.core_no)
            raise

    def _wait_for(self, before: Payment, payment: Payment) -> None:
        """What was frozen for an earlier attempt is given back first; while it is not, the desk sees why."""
        why = f"等待前一次付款 {before.payment_no} 的资金解冻"
        try:
            self._finish(before.id)
        except FundError:
            if payment.reason != why:
                saved(self._payments, payment.but(reason=why))
            raise

    def attempt(self, application: Application, before: Sequence[Payment]) -> Payment:
        """The next attempt. What was frozen for one that never arrived is frozen already: freezing it again under the
        same number changes nothing."""
        person, now = self._people.get(application.person_id), self._clock()
        card, number = CardNumber(application.answers["card"]), new_payment_no(now)
        last = before[-1] if before and before[-1].core_state is CoreState.PASSED_ON else None
        return Payment(
            id=uuid.uuid4(),
            application_id=application.id,
            attempt=len(before) + 1,
            payment_no=number,
            core_no=last.core_no if last else number,
            amount=application.amount,
            payee=Payee(person.name, person.id_number, application.answers["bank"], card),
            made_at=now,
            card_mark=self._mark_of_card(card),
            person_mark=self._mark_of_id(person.id_number),
        )


_NOT_FROZEN = {
    "not_enough": "核心系统未能冻结：可用余额不足",
    "account_not_normal": "核心系统未能冻结：账户状态不正常",
    "no_account": "核心系统未能冻结：没有查到个人账户",
    "name_mismatch": "核心系统未能冻结：姓名与证件号码不一致",
}
