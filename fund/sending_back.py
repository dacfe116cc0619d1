"""退回复核: a payment that is not going to be made is taken back, and its case goes back to be confirmed again."""

from collections.abc import Sequence
from uuid import UUID

from fund.application import Actor, Move, Role, advance
from fund.batches import is_near, only_a_payer
from fund.errors import InvalidValue, NotAllowed, NotFound, Refused, Stale
from fund.money_ports import Bank, Batches, Payments
from fund.payment import Payment, PaymentState
from fund.payout import arrived_late
from fund.ports import Clock
from fund.reason_list import MOST_NOTE, line
from fund.staff import StaffMember


class SendingBack:
    """What payers do about a payment that waits for a batch and should not get into one: the core system will not
    freeze the money, or something came to light. Of all of it: raises NotAllowed for anybody but a payer,
    Unavailable."""

    def __init__(self, payments: Payments, batches: Batches, bank: Bank, clock: Clock) -> None:
        self._payments = payments
        self._batches = batches
        self._bank = bank
        self._clock = clock

    def attempts(self, payment_no: str) -> Sequence[Payment]:
        """A payment and those of its application before it, the newest first. Raises NotFound."""
        payment = self._payments.by_number(payment_no)
        if payment is None:
            raise NotFound("no such payment", code="no_such_payment")
        return (payment, *reversed(self._payments.earlier(payment)))

    def reference_of(self, payment: Payment) -> str:
        """The 受理编号 of what is paid."""
        return self._payments.application(payment.application_id).reference

    def may_send_back(self, staff: StaffMember, payment: Payment) -> bool:
        """Whether the button makes sense for this person."""
        return staff.role is Role.PAYER and payment.state is PaymentState.WAITING and not self._concerns(staff, payment)

    def send_back(self, staff: StaffMember, payment_id: UUID, note: str) -> Payment:
        """Take the payment back and its case back to 复核, saying why. Only staff read the note. What is frozen is given
        back by a job.

        Raises NotAllowed ``own_case``, InvalidValue ``send_back_note``, Stale when it waits no more, Refused
        ``earlier_arrived`` when the bank has an earlier payment after all, NotFound, OutcomeUnknown.
        """
        only_a_payer(staff)
        said = line(note, "退回说明", MOST_NOTE)
        if len(said) < 2:
            raise InvalidValue("请写明退回复核的原因（2至200字）", code="send_back_note")
        payment = self._payments.get(payment_id)
        if self._concerns(staff, payment):
            raise NotAllowed(f"{payment.payment_no} concerns this staff member", code="own_case")
        if payment.state is not PaymentState.WAITING:
            raise Stale(f"{payment.payment_no} waits no more", code="stale")
        earlier = (before for before in self._payments.earlier(payment) if before.may_stand_for(payment))
        if any(arrived_late(self._bank, before) for before in earlier):
            raise Refused(f"{payment.payment_no}: an earlier one arrived", code="earlier_arrived")
        application, now = self._payments.application(payment.application_id), self._clock()
        details = {"payment_no": payment.payment_no, "for_staff": said}
        move = advance(application, Move.SEND_BACK, Actor(Role.PAYER, staff.id), now, details)
        taken_back = payment.but(state=PaymentState.CANCELLED, settled_at=now, reason=f"退回复核：{said}")
        self._payments.save(taken_back, move)
        return taken_back

    def _concerns(self, staff: StaffMember, payment: Payment) -> bool:
        return is_near(staff, self._batches.near([payment])[payment.id])
