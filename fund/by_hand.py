"""核心系统人工处理: the core system refuses for good what has to follow a payment, so people set it right there and two
payers say so here."""

from fund.application import Role
from fund.batches import is_near, only_a_payer
from fund.errors import InvalidValue, NotAllowed, NotFound, Stale
from fund.money_ports import Batches, Payments
from fund.payment import Payment
from fund.reason_list import MOST_NOTE, line
from fund.settling import Settling
from fund.staff import StaffMember


class ByHand:
    """One payer says what was done at the core system, another confirms it. Of all of it: raises NotAllowed for
    anybody but a payer and for whoever the payment concerns (``own_case``), NotFound, Stale when the core system does
    not refuse (any more) or somebody was quicker, Unavailable, OutcomeUnknown."""

    def __init__(self, payments: Payments, batches: Batches, settling: Settling) -> None:
        self._payments = payments
        self._batches = batches
        self._settling = settling

    def may_say(self, staff: StaffMember, payment: Payment) -> bool:
        """Whether this person may say what was done."""
        return self._may(staff, payment) and payment.by_hand_by is None

    def may_confirm(self, staff: StaffMember, payment: Payment) -> bool:
        """Whether this person may confirm what another has said."""
        said_by = payment.by_hand_by
        return self._may(staff, payment) and said_by is not None and said_by not in staff.every_id

    def say(self, staff: StaffMember, payment_no: str, note: str) -> None:
        """What was done at the core system. Raises InvalidValue ``by_hand_note`` too."""
        said = line(note, "处理说明", MOST_NOTE)
        payment = self._refused(staff, payment_no)
        if len(said) < 2:
            raise InvalidValue("请写明在核心系统做了什么处理（2至200字）", code="by_hand_note")
        if payment.by_hand_by is not None:
            raise Stale(f"{payment_no}: somebody has said it", code="stale")
        self._payments.save(payment.but(by_hand_by=staff.id, by_hand_note=said))

    def take_back(self, staff: StaffMember, payment_no: str) -> None:
        """It was not so: whoever said it takes it back, or whoever should confirm it does not."""
        payment = self._refused(staff, payment_no)
        self._payments.save(payment.but(by_hand_by=None, by_hand_note=""))

    def confirm(self, staff: StaffMember, payment_no: str, seen_note: str) -> None:
        """Settle the payment by what was said, as it was shown. Raises NotAllowed ``same_person`` too."""
        payment = self._refused(staff, payment_no)
        if payment.by_hand_by is None or payment.by_hand_note != seen_note:
            raise Stale(f"{payment_no}: not what was shown", code="stale")
        if payment.by_hand_by in staff.every_id:
            raise NotAllowed(f"{payment_no}: said by the same person", code="same_person")
        by_hand = {
            "for_staff": f"核心系统人工处理：{payment.by_hand_note}",
            "by_hand": [str(payment.by_hand_by), str(staff.id)],
        }
        self._settling.settle(payment, by_hand)

    def _may(self, staff: StaffMember, payment: Payment) -> bool:
        is_stuck = payment.core_refusal != "" and not payment.is_settled
        return staff.role is Role.PAYER and is_stuck and not self._concerns(staff, payment)

    def _refused(self, staff: StaffMember, payment_no: str) -> Payment:
        only_a_payer(staff)
        payment = self._payments.by_number(payment_no)
        if payment is None:
            raise NotFound("no such payment", code="no_such_payment")
        if self._concerns(staff, payment):
            raise NotAllowed(f"{payment_no} concerns this staff member", code="own_case")
        if not payment.core_refusal or payment.is_settled:
            raise Stale(f"{payment_no}: the core system does not refuse", code="stale")
        return payment

    def _concerns(self, staff: StaffMember, payment: Payment) -> bool:
        return is_near(staff, self._batches.near([payment])[payment.id])
