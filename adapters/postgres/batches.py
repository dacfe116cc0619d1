"""Batches: made, sealed and dissolved under a lock on their row, each in one transaction with all that follows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from adapters.postgres.applications import Defer, PostgresApplications
from adapters.postgres.database import Database, driver_connection
from adapters.postgres.desk_tables import BatchRow, PaymentRow
from adapters.postgres.payment_rows import PaymentRows, batch_of, batch_row
from adapters.postgres.payments import PAY, save_in
from adapters.postgres.tables import ApplicationRow, EventRow
from fund.application import Role, State
from fund.errors import NotFound, Stale
from fund.money_ports import Move
from fund.payment import Batch, BatchState, Near, Payment, PaymentState


class PostgresBatches:
    """Plays ``fund.money_ports.Batches``."""

    def __init__(self, database: Database, rows: PaymentRows, applications: PostgresApplications, defer: Defer) -> None:
        self._database = database
        self._rows = rows
        self._applications = applications
        self._defer = defer

    def waiting(self) -> Sequence[Payment]:
        """Raises Unavailable."""
        statement = (
            select(PaymentRow)
            .join(ApplicationRow, ApplicationRow.id == PaymentRow.application_id)
            .where(PaymentRow.state == PaymentState.WAITING.value, ApplicationRow.state == State.APPROVED.value)
        )
        with self._database.reading() as session:
            rows = session.scalars(statement.order_by(PaymentRow.made_at, PaymentRow.id)).all()
        return tuple(self._rows.payment(row) for row in rows)

    def near(self, payments: Sequence[Payment]) -> Mapping[UUID, Near]:
        """By payment, who may not release it; the spouse as the core system named one at hand-in and when the money was
        frozen. Raises Unavailable."""
        decided: dict[UUID, set[UUID]] = defaultdict(set)
        statement = select(EventRow.application_id, EventRow.actor_id).where(
            EventRow.application_id.in_([payment.application_id for payment in payments]),
            EventRow.actor_role.in_((Role.REVIEWER.value, Role.CONFIRMER.value)),
        )
        then = select(ApplicationRow.id, ApplicationRow.spouse_mark).where(
            ApplicationRow.id.in_([payment.application_id for payment in payments])
        )
        with self._database.reading() as session:
            for application_id, actor_id in session.execute(statement):
                decided[application_id].add(actor_id)
            spouse_then = {application_id: mark for application_id, mark in session.execute(then)}
        return {
            payment.id: Near(
                frozenset(decided[payment.application_id]),
                frozenset(
                    {payment.person_mark, payment.spouse_mark, spouse_then.get(payment.application_id, "")} - {""}
                ),
            )
            for payment in payments
        }

    def references(self, payments: Sequence[Payment]) -> Mapping[UUID, str]:
        """Raises Unavailable."""
        of_them = ApplicationRow.id.in_([payment.application_id for payment in payments])
        with self._database.reading() as session:
            found = session.execute(select(ApplicationRow.id, ApplicationRow.reference).where(of_them))
            return {application_id: reference for application_id, reference in found}

    def make(self, batch: Batch, payments: Sequence[Payment]) -> None:
        """Raises Stale, Unavailable, OutcomeUnknown."""

        def keep(session: Session) -> None:
            if session.get(BatchRow, batch.id) is not None:
                return
            session.execute(insert(BatchRow).values(**batch_row(batch)))
            for payment in payments:
                save_in(session, self._rows, payment.but(state=PaymentState.BATCHED, batch_id=batch.id))

        self._database.settled(keep)

    def get(self, number: str) -> tuple[Batch, Sequence[Payment]]:
        """Raises NotFound, Unavailable."""
        with self._database.reading() as session:
            row = (
                session.scalar(select(BatchRow).where(BatchRow.number == number))
                if number.isascii() and number.isprintable()
                else None
            )
            return self._whole(session, row)

    def of(self, payment: Payment) -> tuple[Batch, Sequence[Payment]]:
        """Raises NotFound, Unavailable."""
        with self._database.reading() as session:
            return self._whole(session, session.get(BatchRow, payment.batch_id) if payment.batch_id else None)

    def recent(self, most: int) -> Sequence[Batch]:
        """Newest first. Raises Unavailable."""
        newest = select(BatchRow).order_by(BatchRow.made_at.desc(), BatchRow.id).limit(most)
        with self._database.reading() as session:
            return tuple(batch_of(row) for row in session.scalars(newest))

    def seal(self, batch: Batch, moves: Sequence[Move]) -> None:
        """Raises Stale, Unavailable, OutcomeUnknown."""

        def keep(session: Session) -> None:
            kept, payments = self._whole(session, session.get(BatchRow, batch.id, with_for_update=True))
            if kept == batch:
                return
            if kept.state is not BatchState.MADE or not kept.covers(payments, self._rows.keyed):
                raise Stale(f"batch {batch.number} is no longer as it was", code="stale")
            session.execute(update(BatchRow).where(BatchRow.id == batch.id).values(**batch_row(batch)))
            for move in moves:
                self._applications.move_in(session, *move)
            for payment in payments:
                self._defer(driver_connection(session), PAY, payment_id=str(payment.id))

        self._database.settled(keep)

    def dissolve(self, batch: Batch) -> None:
        """Raises Stale, NotFound, Unavailable, OutcomeUnknown."""

        def keep(session: Session) -> None:
            kept, payments = self._whole(session, session.get(BatchRow, batch.id, with_for_update=True))
            if kept.state is BatchState.DISSOLVED:
                return
            if kept.state is not BatchState.MADE:
                raise Stale(f"batch {batch.number} is sealed", code="stale")
            session.execute(update(BatchRow).where(BatchRow.id == batch.id).values(**batch_row(batch)))
            for payment in payments:
                save_in(session, self._rows, payment.but(state=PaymentState.WAITING, batch_id=None))

        self._database.settled(keep)

    def _whole(self, session: Session, row: BatchRow | None) -> tuple[Batch, Sequence[Payment]]:
        if row is None:
            raise NotFound("no such batch", code="no_such_batch")
        lines = select(PaymentRow).where(PaymentRow.batch_id == row.id).order_by(PaymentRow.payment_no)
        return batch_of(row), tuple(self._rows.payment(line) for line in session.scalars(lines))
