"""Staff accounts, as far as everybody at the desk needs them."""

from uuid import UUID

from sqlalchemy import select

from adapters.crypto import FieldCipher
from adapters.postgres.database import Database
from adapters.postgres.desk_tables import StaffRow
from fund.application import Role
from fund.staff import StaffMember


class PostgresStaff:
    """Plays ``fund.staff.Staff``."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher

    def get(self, staff_id: UUID) -> StaffMember | None:
        """The active account. Raises Unavailable."""
        with self._database.reading() as session:
            row = session.get(StaffRow, staff_id)
        if row is None or not row.is_active:
            return None
        return StaffMember(row.id, row.login, self._name(row), Role(row.role), row.id_number_mark)

    def names(self) -> dict[UUID, str]:
        """The names of all accounts that ever were. Raises Unavailable."""
        with self._database.reading() as session:
            return {row.id: self._name(row) for row in session.scalars(select(StaffRow))}

    def _name(self, row: StaffRow) -> str:
        return self._cipher.open(row.name_sealed, about=f"staff:{row.id}:name")
