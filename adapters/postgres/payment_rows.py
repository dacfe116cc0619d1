"""A payment and a batch as rows, and back. Whom the money goes to is sealed; marks are made of it, never kept."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.desk_tables import BatchRow, PaymentRow
from fund.money import Money
from fund.numbers import CardNumber, IdNumber
from fund.payment import Batch, BatchState, CoreState, Payee, Payment, PaymentState

_HERE = ZoneInfo("Asia/Shanghai")


class PaymentRows:
    """Translates both ways. The card's mark is computed of the card that will be paid, so a seal covers it."""

    def __init__(self, cipher: FieldCipher, index: BlindIndex) -> None:
        self._cipher = cipher
        self._index = index

    def row(self, payment: Payment) -> dict[str, Any]:
        """All columns of a new payment."""
        payee = payment.payee
        text = json.dumps(
            {"name": payee.name, "id_number": payee.id_number.value, "card": payee.card.value}, ensure_ascii=False
        )
        return {
            "id": payment.id,
            "application_id": payment.application_id,
            "attempt": payment.attempt,
            "payment_no": payment.payment_no,
            "amount_fen": payment.amount.fen,
            "bank": payee.bank,
            "payee_sealed": self._cipher.seal(text, about=_about(payment.id)),
            "made_at": payment.made_at,
            **self.progress(payment),
        }

    def progress(self, payment: Payment) -> dict[str, Any]:
        """The columns that change. Whom and how much never do."""
        return {
            "state": payment.state.value,
            "core_state": payment.core_state.value,
            "core_no": payment.core_no,
            "reason": payment.reason,
            "refusal": payment.refusal,
            "core_refusal": payment.core_refusal,
            "by_hand_by": payment.by_hand_by,
            "by_hand_note": payment.by_hand_note,
            "spouse_mark": payment.spouse_mark,
            "version": payment.version,
            "never_left": payment.never_left,
            "absent_since": payment.absent_since,
            "batch_id": payment.batch_id,
            "instructed_at": payment.instructed_at,
            "asked_at": payment.asked_at,
            "settled_at": payment.settled_at,
        }

    def keyed(self, lines: str) -> str:
        """What a batch is sealed with."""
        return self._index.of("batch", lines)

    def payment(self, row: PaymentRow) -> Payment:
        """The payment of a row. Raises Undecipherable."""
        payee = json.loads(self._cipher.open(row.payee_sealed, about=_about(row.id)))
        id_number, card = IdNumber(payee["id_number"]), CardNumber(payee["card"])
        return Payment(
            id=row.id,
            application_id=row.application_id,
            attempt=row.attempt,
            payment_no=row.payment_no,
            amount=Money(row.amount_fen),
            payee=Payee(payee["name"], id_number, row.bank, card),
            made_at=row.made_at.astimezone(_HERE),
            card_mark=self._index.of("card", card.value),
            person_mark=self._index.of("id_number", id_number.value),
            spouse_mark=row.spouse_mark,
            state=PaymentState(row.state),
            core_state=CoreState(row.core_state),
            core_no=row.core_no,
            reason=row.reason,
            refusal=row.refusal,
            core_refusal=row.core_refusal,
            by_hand_by=row.by_hand_by,
            by_hand_note=row.by_hand_note,
            batch_id=row.batch_id,
            never_left=row.never_left,
            absent_since=_here(row.absent_since),
            instructed_at=_here(row.instructed_at),
            asked_at=_here(row.asked_at),
            settled_at=_here(row.settled_at),
            version=row.version,
        )


def batch_row(batch: Batch) -> dict[str, Any]:
    """All columns of a batch."""
    return {
        "id": batch.id,
        "number": batch.number,
        "state": batch.state.value,
        "maker_id": batch.maker_id,
        "made_at": batch.made_at,
        "checker_id": batch.checker_id,
        "sealed_at": batch.sealed_at,
        "lines": batch.lines,
        "total_fen": batch.total.fen,
        "digest": batch.digest,
        "dissolved_by": batch.dissolved_by,
        "dissolved_at": batch.dissolved_at,
    }


def batch_of(row: BatchRow) -> Batch:
    """The batch of a row."""
    return Batch(
        id=row.id,
        number=row.number,
        maker_id=row.maker_id,
        made_at=row.made_at.astimezone(_HERE),
        lines=row.lines,
        total=Money(row.total_fen),
        digest=row.digest,
        state=BatchState(row.state),
        checker_id=row.checker_id,
        sealed_at=_here(row.sealed_at),
        dissolved_by=row.dissolved_by,
        dissolved_at=_here(row.dissolved_at),
    )


def _here(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(_HERE)


def _about(payment_id: UUID) -> str:
    return f"payment:{payment_id}:payee"
