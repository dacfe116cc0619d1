"""The tables of 双人控制: what is asked of staff accounts, and the record of all that happened to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, event, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import DDL

from adapters.postgres.append_only import ACCOUNT_EVENTS_GUARD
from adapters.postgres.base import Model
from adapters.postgres.tables import EventRow
from fund.account_events import Act, Kind, Place
from fund.account_requests import RequestState

KINDS = tuple(kind.value for kind in Kind)


class AccountRequestRow(Model):
    """Something that opens a door, asked by one administrator and decided by another. ``staff_id`` of an account to
    be made is the id it will have. The name is kept while it is open, the halves until they are shown."""

    __tablename__ = "account_requests"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    staff_id: Mapped[UUID]
    login: Mapped[str]
    name_sealed: Mapped[str] = mapped_column(server_default="")
    role: Mapped[str]
    id_number_mark: Mapped[str] = mapped_column(server_default="")
    epoch: Mapped[int]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="open")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    first_sealed: Mapped[str] = mapped_column(server_default="")
    second_sealed: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS!r}", name="kind"),
        CheckConstraint(f"state IN {tuple(state.value for state in RequestState)!r}", name="state"),
        CheckConstraint("state <> 'approved' OR decided_by <> asked_by", name="two_persons"),
        CheckConstraint("(state IN ('approved', 'refused')) = (decided_by IS NOT NULL)", name="decided"),
        CheckConstraint("state = 'approved' OR (first_sealed = '' AND second_sealed = '')", name="halves"),
        Index("account_requests_one_open_index", "staff_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("account_requests_one_login_index", "login", unique=True, postgresql_where=text("state = 'open'")),
        Index("account_requests_asked_at_index", "asked_at"),
    )


class AccountEventRow(Model):
    """What happened to a staff account, told by the clock of the database. Rows are only ever added. ``staff_id`` may
    be that of an account that never came to be."""

    __tablename__ = "account_events"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    staff_id: Mapped[UUID]
    act: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[str]
    request_id: Mapped[UUID | None]
    kind: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(f"act IN {tuple(act.value for act in Act)!r}", name="act"),
        CheckConstraint(f"place IN {tuple(place.value for place in Place)!r}", name="place"),
        CheckConstraint("place = 'desk' OR actor_id IS NULL", name="actor"),
        CheckConstraint(f"kind IN {KINDS!r}", name="kind"),
        Index("account_events_staff_id_id_index", "staff_id", "id"),
    )


# The guard of history is made with that table.
AccountEventRow.__table__.add_is_dependent_on(EventRow.__table__)  # type: ignore[attr-defined]
event.listen(AccountEventRow.__table__, "after_create", DDL(ACCOUNT_EVENTS_GUARD))  # type: ignore[no-untyped-call]
