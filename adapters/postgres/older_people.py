"""Marks of the masked id number for persons who signed in before there were any."""

import logging
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from adapters.crypto import BlindIndex, FieldCipher, Undecipherable
from adapters.postgres.database import Database
from adapters.postgres.people import masked_mark, opened_number
from adapters.postgres.tables import PersonRow

log = logging.getLogger(__name__)


class OlderPeople:
    """Fills them in, a handful at a time; plays ``worker.sweeping.Unmarked``."""

    def __init__(self, database: Database, cipher: FieldCipher, index: BlindIndex) -> None:
        self._database = database
        self._cipher = cipher
        self._index = index

    def fill_in(self, after: UUID | None, most: int) -> tuple[int, UUID | None]:
        """Mark the next ``most`` persons without, by id behind ``after`` (None: from the first). How many were marked,
        and the last one looked at (None: there was nothing left). Raises Unavailable, OutcomeUnknown."""
        with self._database.reading() as session:
            unmarked = select(PersonRow).where(PersonRow.masked_mark == "")
            if after is not None:
                unmarked = unmarked.where(PersonRow.id > after)
            rows = session.scalars(unmarked.order_by(PersonRow.id).limit(most)).all()
        found = [(row.id, mark) for row in rows if (mark := self._mark(row))]

        def keep(session: Any) -> int:
            for person_id, mark in found:
                session.execute(update(PersonRow).where(PersonRow.id == person_id).values(masked_mark=mark))
            return len(found)

        return self._database.settled(keep) if found else 0, rows[-1].id if rows else None

    def _mark(self, row: PersonRow) -> str:
        try:
            return masked_mark(self._index, opened_number(self._cipher, row).masked)
        except Undecipherable:
            log.warning("person %s cannot be read, so it gets no mark", row.id)
            return ""
