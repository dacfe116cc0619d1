"""The record of staff accounts. A line is written in the transaction of what it tells."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from adapters.postgres.account_tables import AccountEventRow
from adapters.postgres.database import Database
from fund.account_events import AccountEvent, Act, Kind, Place


def write(
    session: Session,
    staff_id: UUID,
    act: Act,
    by: UUID | None,
    place: Place = Place.DESK,
    *,
    request: UUID | None = None,
    kind: Kind | None = None,
) -> None:
    """Add a line, with everything else that this transaction does or not at all."""
    values = {
        "staff_id": staff_id,
        "act": act.value,
        "actor_id": by,
        "place": place.value,
        "request_id": request,
        "kind": kind and kind.value,
    }
    session.execute(insert(AccountEventRow).values(**values))


class PostgresAccountEvents:
    """Plays ``fund.account_events.AccountEvents``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, most: int, *, before: int | None = None, staff_id: UUID | None = None) -> Sequence[AccountEvent]:
        """Raises Unavailable."""
        wanted = select(AccountEventRow).order_by(AccountEventRow.id.desc()).limit(most)
        if before is not None:
            wanted = wanted.where(AccountEventRow.id < before)
        if staff_id is not None:
            wanted = wanted.where(AccountEventRow.staff_id == staff_id)
        with self._database.reading() as session:
            rows = session.scalars(wanted).all()
        return [
            AccountEvent(
                row.id, row.at, row.staff_id, Act(row.act), row.actor_id, Place(row.place), row.request_id,
                Kind(row.kind) if row.kind else None,
            )
            for row in rows
        ]  # fmt: skip
