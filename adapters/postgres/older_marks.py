"""Marks of card and address for applications that were handed in before there were any, so that what two applications
have in common is found whatever their age."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update

from adapters.crypto import Undecipherable
from adapters.postgres.application_rows import ApplicationRows
from adapters.postgres.database import Database
from adapters.postgres.tables import ApplicationRow

log = logging.getLogger(__name__)


class OlderMarks:
    """Fills them in, a handful at a time; plays ``worker.sweeping.Unmarked``."""

    def __init__(self, database: Database, rows: ApplicationRows, marked: Mapping[str, str]) -> None:
        """``marked``: answer → column of its blind index, the same as for ``rows``."""
        self._database = database
        self._rows = rows
        self._marked = marked

    def fill_in(self, after: UUID | None, most: int) -> tuple[int, UUID | None]:
        """Mark what has no marks among the next ``most`` applications without, by id behind ``after`` (None: from the
        first). How many were marked, and the last one looked at (None: there was nothing left). What was corrected
        meanwhile has the marks of its correction. Raises Unavailable, OutcomeUnknown.
        """
        with self._database.reading() as session:
            unmarked = select(ApplicationRow).where(or_(*map(self._missing, self._marked)))
            if after is not None:
                unmarked = unmarked.where(ApplicationRow.id > after)
            rows = session.scalars(unmarked.order_by(ApplicationRow.id).limit(most)).all()
        found = [(row.id, row.version, marks) for row in rows if (marks := self._marks(row))]

        def keep(session: Any) -> int:
            count = 0
            for application_id, version, marks in found:
                same = and_(ApplicationRow.id == application_id, ApplicationRow.version == version)
                kept = update(ApplicationRow).where(same).values(**marks).returning(ApplicationRow.id)
                count += session.scalar(kept) is not None
            return count

        return self._database.settled(keep) if found else 0, rows[-1].id if rows else None

    def _missing(self, name: str) -> ColumnElement[bool]:
        return and_(getattr(ApplicationRow, self._marked[name]) == "", ApplicationRow.answers.has_key(name))

    def _marks(self, row: ApplicationRow) -> dict[str, str]:
        try:
            whole = self._rows.row(self._rows.application(row))
        except Undecipherable:
            log.warning("application %s cannot be read, so it gets no marks", row.id)
            return {}
        return {column: whole[column] for column in self._marked.values()}
