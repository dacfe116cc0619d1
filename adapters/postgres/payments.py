"""Payments: every step compares the version before it writes, and the application moves in the same transaction."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, extract, func, insert, or_, select, update
from sqlalchemy.orm import Session

from adapters.postgres.applications import Defer, PostgresApplications
from adapters.postgres.database import Database, driver_connection
from adapters.postgres.desk_tables import BatchRow, PaymentRow
from adapters.postgres.payment_rows import PaymentRows
from adapters.postgres.tables import ApplicationRow
from fund.application import Application, State
from fund.errors import NotFound, Stale
from fund.money_ports import Move
from fund.payment import BatchState, CoreState, Payment, PaymentState

_HERE = ZoneInfo("Asia/Shanghai")

PAY = "pay"
"""The job that brings a payment on: after a seal, and after it was cancelled. Its only argument is ``payment_id``."""

_OVER = tuple(state.value for state in PaymentState if state.is_over)
_GIVEN_UP = (PaymentState.NOT_ARRIVED.value, PaymentState.FAILED.value, PaymentState.RETURNED.value)
_LET_GO = (CoreState.RELEASED.value, CoreState.PASSED_ON.value)
_OPEN = tuple(state.value for state in PaymentState if not state.is_over)


class PostgresPayments:
    """Plays ``fund.money_ports.Payments``."""

    def __init__(self, database: Database, rows: PaymentRows, applications: PostgresApplications, defer: Defer) -> None:
        self._database = database
        self._rows = rows
        self._applications = applications
        self._defer = defer

    def application(self, application_id: UUID) -> Application:
        """Raises NotFound, Unavailable."""
        with self._database.reading() as session:
            return self._applications.read_in(session, application_id)

    def begin(self, application_id: UUID, make: Callable[[Application, Sequence[Payment]], Payment]) -> Payment | None:
        """The open payment of an approved application, or the one made now; None when it is not approved.

        The application's row is locked meanwhile, so of two workers one makes it. Raises Unavailable,
        OutcomeUnknown.
        """

        def keep(session: Session) -> Payment | None:
            application = self._applications.read_in(session, application_id, lock=True)
            if application.state is not State.APPROVED:
                return None
            mine = select(PaymentRow).where(PaymentRow.application_id == application_id)
            attempts = [self._rows.payment(row) for row in session.scalars(mine.order_by(PaymentRow.attempt))]
            if attempts and not attempts[-1].state.is_over:
                return attempts[-1]
            payment = make(application, attempts)
            session.execute(insert(PaymentRow).values(**self._rows.row(payment)))
            return payment

        return self._database.settled(keep)

    def get(self, payment_id: UUID) -> Payment:
        """Raises NotFound, Unavailable."""
        found = self._read(select(PaymentRow).where(PaymentRow.id == payment_id))
        if not found:
            raise NotFound(f"no payment {payment_id}", code="no_such_payment")
        return found[0]

    def by_number(self, payment_no: str) -> Payment | None:
        """Raises Unavailable."""
        if not (payment_no.isascii() and payment_no.isalnum()):
            return None
        found = self._read(select(PaymentRow).where(PaymentRow.payment_no == payment_no))
        return found[0] if found else None

    def given_up(self, payment: Payment) -> Sequence[Payment]:
        """Raises Unavailable."""
        whose = select(ApplicationRow.person_id).where(ApplicationRow.id == payment.application_id).scalar_subquery()
        theirs = select(ApplicationRow.id).where(ApplicationRow.person_id == whose)
        over = (PaymentRow.application_id.in_(theirs), PaymentRow.state.in_(_GIVEN_UP))
        return self._read(select(PaymentRow).where(*over).order_by(PaymentRow.made_at, PaymentRow.attempt))

    def earlier(self, payment: Payment) -> Sequence[Payment]:
        """Raises Unavailable."""
        before = (PaymentRow.application_id == payment.application_id, PaymentRow.attempt < payment.attempt)
        return self._read(select(PaymentRow).where(*before).order_by(PaymentRow.attempt))

    def save(self, payment: Payment, move: Move | None = None, also: Payment | None = None) -> None:
        """Raises Stale, Unavailable, OutcomeUnknown."""

        def keep(session: Session) -> None:
            if not save_in(session, self._rows, payment):
                return
            if move is not None:
                self._applications.move_in(session, *move)
            if also is not None:
                save_in(session, self._rows, also)
            if payment.state is PaymentState.CANCELLED and not payment.is_settled:
                self._defer(driver_connection(session), PAY, payment_id=str(payment.id))

        self._database.settled(keep)

    def unsettled(self) -> Sequence[Payment]:
        """Raises Unavailable."""
        return self._read(select(PaymentRow).where(_unsettled()).order_by(PaymentRow.made_at, PaymentRow.id))

    def to_ask_about(self, now: datetime, since: datetime, most: int) -> Sequence[UUID]:
        """Each is asked about again after five minutes, or a quarter of its age. Raises Unavailable."""
        age = extract("epoch", now - PaymentRow.settled_at)
        unasked = extract("epoch", now - func.coalesce(PaymentRow.asked_at, PaymentRow.settled_at))
        statement = (
            select(PaymentRow.id)
            .where(
                or_(
                    and_(PaymentRow.state == PaymentState.PAID.value, PaymentRow.core_state == CoreState.BOOKED.value),
                    PaymentRow.state == PaymentState.NOT_ARRIVED.value,
                ),
                PaymentRow.settled_at >= since,
                unasked >= func.greatest(300.0, age / 4.0),
            )
            .order_by(PaymentRow.asked_at)
            .limit(most)
        )
        with self._database.reading() as session:
            return session.scalars(statement).all()

    def of_day(self, day: date) -> Sequence[Payment]:
        """Raises Unavailable."""
        begins = datetime.combine(day, time(), _HERE)
        ends = begins + timedelta(days=1)
        happened = [and_(at >= begins, at < ends) for at in (PaymentRow.instructed_at, PaymentRow.settled_at)]
        return self._read(select(PaymentRow).where(or_(*happened)).order_by(PaymentRow.payment_no))

    def _read(self, statement: Select[PaymentRow]) -> tuple[Payment, ...]:
        with self._database.reading() as session:
            return tuple(self._rows.payment(row) for row in session.scalars(statement))


class LostPayments:
    """Payments released by two people, or taken back, with which something is still to happen: each should have a
    job ``pay``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overdue(self, before: datetime, most: int) -> Sequence[UUID]:
        """Those untouched since a moment, oldest first. Raises Unavailable."""
        touched = func.greatest(
            BatchRow.sealed_at, PaymentRow.instructed_at, PaymentRow.asked_at, PaymentRow.settled_at
        )
        statement = (
            select(PaymentRow.id)
            .outerjoin(BatchRow, BatchRow.id == PaymentRow.batch_id)
            .where(
                or_(BatchRow.state == BatchState.SEALED.value, PaymentRow.state == PaymentState.CANCELLED.value),
                _unsettled(),
                touched < before,
            )
            .order_by(PaymentRow.made_at)
            .limit(most)
        )
        with self._database.reading() as session:
            return session.scalars(statement).all()


class UnpreparedApplications:
    """Approved applications without a payment for which money is frozen: each should have a job
    ``prepare_payment``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overdue(self, before: datetime, most: int) -> Sequence[UUID]:
        """Those whose payment was not made, or was made before a moment and has nothing frozen. A job that was only
        just put into the queue is found there. Raises Unavailable."""
        ready = (
            select(PaymentRow.id)
            .where(
                PaymentRow.application_id == ApplicationRow.id,
                PaymentRow.state.in_(_OPEN),
                or_(PaymentRow.core_state != "", PaymentRow.made_at >= before),
            )
            .exists()
        )
        statement = (
            select(ApplicationRow.id)
            .where(ApplicationRow.state == State.APPROVED.value, ~ready)
            .order_by(ApplicationRow.submitted_at)
            .limit(most)
        )
        with self._database.reading() as session:
            return session.scalars(statement).all()


def save_in(session: Session, rows: PaymentRows, payment: Payment) -> bool:
    """Write the next version of a payment within a transaction; False when that has been done already.

    Raises Stale when somebody else has written another.
    """
    wanted = rows.progress(payment)
    written = session.execute(
        update(PaymentRow)
        .where(PaymentRow.id == payment.id, PaymentRow.version == payment.version - 1)
        .values(**wanted)
        .returning(PaymentRow.id)
    ).scalar_one_or_none()
    if written is not None:
        return True
    row = session.get(PaymentRow, payment.id)
    if row is None or rows.payment(row) != payment:
        raise Stale(f"payment {payment.payment_no} has moved on", code="stale")
    return False


def _unsettled() -> ColumnElement[bool]:
    paid = and_(PaymentRow.state == PaymentState.PAID.value, PaymentRow.core_state == CoreState.BOOKED.value)
    over = and_(PaymentRow.state.in_(_OVER), PaymentRow.core_state.in_(_LET_GO))
    return ~or_(paid, over)
