"""Persons who have signed in."""

import uuid
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.database import Database
from adapters.postgres.tables import PersonRow
from fund.errors import NotFound
from fund.numbers import IdNumber
from fund.people import Identity, Person


class PostgresPeople:
    """Plays ``fund.ports.People``. Id number, name and mobile number are sealed; the id number is found by
    its mark, and it is the mark that the sealed values are bound to: two first sign-ins at the same moment
    draw different ids, but seal for the same mark, so either may win."""

    def __init__(self, database: Database, cipher: FieldCipher, index: BlindIndex) -> None:
        self._database = database
        self._cipher = cipher
        self._index = index

    def remember(self, identity: Identity) -> Person:
        """The person with this id number, made or brought up to date, in one statement."""
        mark = self._index.of("id_number", identity.id_number.value)
        kept = {
            "masked_mark": masked_mark(self._index, identity.id_number.masked),
            "id_number_sealed": self._cipher.seal(identity.id_number.value, about=f"people:{mark}:id_number"),
            "name_sealed": self._cipher.seal(identity.name, about=f"people:{mark}:name"),
            "mobile_sealed": self._cipher.seal(identity.mobile, about=f"people:{mark}:mobile"),
        }
        statement = insert(PersonRow).values(id=uuid.uuid4(), id_number_mark=mark, **kept)
        upsert = statement.on_conflict_do_update(
            index_elements=[PersonRow.id_number_mark], set_={**kept, "updated_at": func.now()}
        ).returning(PersonRow.id)

        def keep(session: Session) -> UUID:
            return session.execute(upsert).scalar_one()

        return Person(self._database.settled(keep), identity.name, identity.id_number, identity.mobile)

    def get(self, person_id: UUID) -> Person:
        """Raises NotFound, Unavailable."""
        with self._database.reading() as session:
            row = session.get(PersonRow, person_id)
        if row is None:
            raise NotFound(f"no person {person_id}", code="no_such_person")
        return Person(
            row.id,
            opened_name(self._cipher, row),
            opened_number(self._cipher, row),
            _opened(self._cipher, row, "mobile", row.mobile_sealed),
        )


def opened_name(cipher: FieldCipher, row: PersonRow) -> str:
    """The name in a person's row. Raises Undecipherable."""
    return _opened(cipher, row, "name", row.name_sealed)


def opened_number(cipher: FieldCipher, row: PersonRow) -> IdNumber:
    """The id number in a person's row. Raises Undecipherable."""
    return IdNumber(_opened(cipher, row, "id_number", row.id_number_sealed))


def masked_mark(index: BlindIndex, masked: str) -> str:
    """The blind index of an id number as pages show it."""
    return index.of("masked_id_number", masked)


def _opened(cipher: FieldCipher, row: PersonRow, field: str, sealed: str) -> str:
    return cipher.open(sealed, about=f"people:{row.id_number_mark}:{field}")


def lock_person(session: Session, person_id: UUID) -> None:
    """Let one transaction at a time hand in or store photos for a person. Raises NotFound."""
    found = session.execute(
        select(PersonRow.id).where(PersonRow.id == person_id).with_for_update(key_share=True)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"no person {person_id}", code="no_such_person")
