"""What the daily reconciliation found, once per day, number and kind."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.postgres.database import Database
from adapters.postgres.desk_tables import ComparisonRow, DifferenceRow
from fund.errors import NotFound, Stale
from fund.money_ports import Difference

_HERE = ZoneInfo("Asia/Shanghai")


class PostgresDifferences:
    """Plays ``fund.money_ports.Differences``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, found: Sequence[Difference]) -> int:
        """How many were new. Raises Unavailable, OutcomeUnknown."""
        statement = (
            insert(DifferenceRow)
            .values([asdict(one) for one in found])
            .on_conflict_do_nothing(index_elements=[DifferenceRow.day, DifferenceRow.payment_no, DifferenceRow.kind])
            .returning(DifferenceRow.id)
        )

        def keep(session: Session) -> int:
            return len(session.scalars(statement).all())

        return self._database.settled(keep) if found else 0

    def all(self, most: int) -> Sequence[Difference]:
        """Unsettled first, then newest first. Raises Unavailable."""
        order = (DifferenceRow.settled_at.isnot(None), DifferenceRow.day.desc(), DifferenceRow.payment_no)
        with self._database.reading() as session:
            rows = session.scalars(select(DifferenceRow).order_by(*order).limit(most)).all()
        return tuple(_difference(row) for row in rows)

    def compared(self, day: date, at: datetime) -> None:
        """Raises Unavailable, OutcomeUnknown."""
        row = insert(ComparisonRow).values(day=day, compared_at=at)
        newest = row.on_conflict_do_update(index_elements=[ComparisonRow.day], set_={"compared_at": at})
        self._database.settled(lambda session: session.execute(newest))

    def last_compared(self) -> tuple[date, datetime] | None:
        """Raises Unavailable."""
        newest = select(func.max(ComparisonRow.day), func.max(ComparisonRow.compared_at))
        with self._database.reading() as session:
            day, at = session.execute(newest).one()
        return None if day is None else (day, at.astimezone(_HERE))

    def is_settled(self, payment_no: str, kind: str) -> bool:
        """Raises Unavailable."""
        of_it = select(DifferenceRow.settled_at).where(
            DifferenceRow.payment_no == payment_no, DifferenceRow.kind == kind
        )
        with self._database.reading() as session:
            found = session.scalars(of_it).all()
        return bool(found) and all(found)

    def settle(self, difference_id: UUID, staff_id: UUID, note: str, at: datetime) -> None:
        """Raises Stale when it is settled already, NotFound, Unavailable, OutcomeUnknown."""
        values = {"settled_at": at, "settled_by": staff_id, "note": note}

        def keep(session: Session) -> None:
            row = session.get(DifferenceRow, difference_id, with_for_update=True)
            if row is None:
                raise NotFound("no such difference", code="no_such_difference")
            if row.settled_at is None:
                session.execute(update(DifferenceRow).where(DifferenceRow.id == difference_id).values(**values))
            elif {name: getattr(row, name) for name in values} != values:
                raise Stale("the difference is settled", code="stale")

        self._database.settled(keep)


def _difference(row: DifferenceRow) -> Difference:
    return Difference(
        id=row.id,
        day=row.day,
        payment_no=row.payment_no,
        kind=row.kind,
        ours=row.ours,
        bank=row.bank,
        core=row.core,
        found_at=row.found_at.astimezone(_HERE),
        settled_at=row.settled_at and row.settled_at.astimezone(_HERE),
        settled_by=row.settled_by,
        note=row.note,
    )
