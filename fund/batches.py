"""Batches: payments released by two people, the second of whom sees and seals exactly what the first has made."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from fund.application import Actor, Move, Role, advance
from fund.errors import NotAllowed, Refused, Stale
from fund.money import total
from fund.money_ports import Batches as BatchStore
from fund.money_ports import Payments
from fund.payment import Batch, BatchState, Keyed, Near, Payment, digest_of, new_batch_no
from fund.ports import Clock
from fund.staff import StaffMember

MOST_LINES = 200
"""Payments in one batch: what a person can look over, and one transaction can carry."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment that waits for a batch. ``barred``: this staff member may not release it."""

    payment: Payment
    barred: bool


class Batches:
    """The use cases of the payers' desk. Of all of them: raises Unavailable; those that change something raise
    NotAllowed for anybody but a payer, OutcomeUnknown and Stale too."""

    def __init__(self, batches: BatchStore, payments: Payments, keyed: Keyed, clock: Clock) -> None:
        self._batches = batches
        self._payments = payments
        self._keyed = keyed
        self._clock = clock

    def waiting(self, staff: StaffMember) -> Sequence[Waiting]:
        """Payments in no batch, oldest first."""
        payments = self._batches.waiting()
        near = self._batches.near(payments)
        return tuple(Waiting(payment, is_near(staff, near[payment.id])) for payment in payments)

    def under_way(self) -> Sequence[Payment]:
        """Payments in a batch of which the end is not yet known."""
        return tuple(p for p in self._payments.unsettled() if p.batch_id is not None)

    def recent(self) -> Sequence[Batch]:
        """The newest batches."""
        return self._batches.recent(50)

    def references(self, payments: Sequence[Payment]) -> Mapping[UUID, str]:
        """The 受理编号 of what is paid, by application."""
        return self._batches.references(payments)

    def get(self, number: str) -> tuple[Batch, Sequence[Payment]]:
        """A batch with its payments. Raises NotFound."""
        return self._batches.get(number)

    def digest_of(self, payments: Sequence[Payment]) -> str:
        """The seal that would fit these payments: other than the batch's own when they are not what it was made of."""
        return digest_of(payments, self._keyed)

    def make(self, staff: StaffMember, chosen: Collection[UUID] | None = None) -> Batch:
        """A batch of the chosen waiting payments, or of all that this person may release.

        Raises Refused ``nothing_chosen`` or ``too_many``, NotAllowed ``own_case`` when one of the chosen concerns
        this person, Stale when one waits no more.
        """
        only_a_payer(staff)
        ready = {one.payment.id: one for one in self.waiting(staff) if one.payment.may_be_batched}
        if chosen is None:
            lines = [one for one in ready.values() if not one.barred][:MOST_LINES]
        elif missing := set(chosen) - set(ready):
            raise Stale(f"{len(missing)} payments wait no more", code="stale")
        else:
            lines = [ready[payment_id] for payment_id in dict.fromkeys(chosen)]
        if not lines:
            raise Refused("no payment was chosen", code="nothing_chosen")
        if len(lines) > MOST_LINES:
            raise Refused(f"{len(lines)} payments are too many", code="too_many")
        if any(one.barred for one in lines):
            raise NotAllowed("a payment concerns this staff member", code="own_case")
        payments, now = [one.payment for one in lines], self._clock()
        batch = Batch(
            id=uuid.uuid4(),
            number=new_batch_no(now),
            maker_id=staff.id,
            made_at=now,
            lines=len(payments),
            total=total([payment.amount for payment in payments]),
            digest=digest_of(payments, self._keyed),
        )
        self._batches.make(batch, payments)
        return batch

    def seal(self, staff: StaffMember, number: str, seen_digest: str) -> Batch:
        """Release a batch: another person, over the very lines that were shown. The bank is instructed afterwards.

        Raises NotAllowed ``same_person`` for the maker and ``own_case`` for whoever has decided on one of its
        cases or is concerned by one, Stale when it is sealed or dissolved already, Refused ``changed`` when its
        lines are not those it was made of or not those that were shown.
        """
        only_a_payer(staff)
        batch, payments = self._batches.get(number)
        if batch.state is BatchState.SEALED and batch.checker_id == staff.id and batch.digest == seen_digest:
            return batch  # the same press of the button, once more
        if batch.maker_id in staff.every_id:
            raise NotAllowed(f"{number}: made by the same person", code="same_person")
        if batch.state is not BatchState.MADE:
            raise Stale(f"{number} is {batch.state}", code="stale")
        if not batch.covers(payments, self._keyed) or batch.digest != seen_digest:
            raise Refused(f"{number}: its lines have changed", code="changed")
        if any(is_near(staff, near) for near in self._batches.near(payments).values()):
            raise NotAllowed(f"{number}: a payment concerns this staff member", code="own_case")
        now, actor = self._clock(), Actor(Role.PAYER, staff.id)
        moves = []
        for payment in payments:
            application = self._payments.application(payment.application_id)
            if not payment.is_for(application):
                raise Refused(f"{payment.payment_no}: not what was approved", code="changed")
            details = {"payment_no": payment.payment_no, "batch": number}
            moves.append(advance(application, Move.INSTRUCT, actor, now, details))
        sealed = replace(batch, state=BatchState.SEALED, checker_id=staff.id, sealed_at=now)
        self._batches.seal(sealed, moves)
        return sealed

    def dissolve(self, staff: StaffMember, number: str) -> Batch:
        """Let the payments of a batch wait again. Raises Stale unless it still waits for its seal, NotFound."""
        only_a_payer(staff)
        batch, _ = self._batches.get(number)
        if batch.state is BatchState.SEALED:
            raise Stale(f"{number} is sealed", code="stale")
        dissolved = replace(batch, state=BatchState.DISSOLVED, dissolved_by=staff.id, dissolved_at=self._clock())
        self._batches.dissolve(dissolved)
        return dissolved


def may_seal(staff: StaffMember, batch: Batch) -> bool:
    """Whether the button makes sense for this person."""
    return staff.role is Role.PAYER and batch.state is BatchState.MADE and batch.maker_id not in staff.every_id


def only_a_payer(staff: StaffMember) -> None:
    """Raises NotAllowed for anybody else."""
    if staff.role is not Role.PAYER:
        raise NotAllowed(f"{staff.role} releases no payments", code="not_allowed")


def is_near(staff: StaffMember, near: Near) -> bool:
    """Whether somebody has decided on the case of a payment, or is concerned by it."""
    return not staff.every_id.isdisjoint(near.decided) or (
        staff.id_number_mark != "" and staff.id_number_mark in near.marks
    )
