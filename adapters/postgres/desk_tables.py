"""The tables of the staff's side: accounts, who holds a case, what was shown to whom, payments and their batches."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, event, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import DDL

from adapters.postgres import (
    account_tables,  # noqa: F401 - tables of the desk as well
    tables,  # noqa: F401 - first of all: these tables point to those and use their guard
)
from adapters.postgres.append_only import LOOKS_GUARD
from adapters.postgres.base import Model
from fund.application import Role

STAFF_ROLES = tuple(role.value for role in Role if role not in (Role.CITIZEN, Role.SYSTEM))
PAYMENT_STATES = ("waiting", "batched", "instructed", "paid", "failed", "returned", "not_arrived", "cancelled")
CORE_STATES = ("", "frozen", "booked", "released", "passed_on")
BATCH_STATES = ("made", "sealed", "dissolved")


class StaffRow(Model):
    """A staff account. ``id_number_mark`` keeps staff away from their own and their spouse's cases, and one person
    from two roles at a time; ``epoch`` grows whenever all sessions of the account have to end."""

    __tablename__ = "staff"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name_sealed: Mapped[str]
    role: Mapped[str]
    id_number_mark: Mapped[str] = mapped_column(server_default="")
    password_hash: Mapped[str]
    password_set_at: Mapped[datetime]
    must_change: Mapped[bool] = mapped_column(server_default=text("true"))
    totp_sealed: Mapped[str] = mapped_column(server_default="")
    totp_used: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    failures: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    locked_until: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    epoch: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"role IN {STAFF_ROLES!r}", name="role"),
        Index(
            "staff_one_account_a_person_index",
            "id_number_mark",
            unique=True,
            postgresql_where=text("is_active AND id_number_mark <> ''"),
        ),
    )


class StaffPasswordRow(Model):
    """Passwords a staff member chose: none of the last five may come back."""

    __tablename__ = "staff_passwords"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    set_at: Mapped[datetime] = mapped_column(primary_key=True)
    password_hash: Mapped[str]


class ClaimRow(Model):
    """Who holds a case, and until when."""

    __tablename__ = "claims"
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime]


class LookRow(Model):
    """What of a case was shown to whom: written before it is shown. Rows are only ever added."""

    __tablename__ = "looks"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    what: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class BatchRow(Model):
    """Payments that are released together: made by one person, sealed by another over a hash of its lines."""

    __tablename__ = "batches"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(server_default="made")
    maker_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    checker_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    sealed_at: Mapped[datetime | None]
    lines: Mapped[int]
    total_fen: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
    dissolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    dissolved_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(f"state IN {BATCH_STATES!r}", name="state"),
        CheckConstraint("checker_id IS NULL OR checker_id <> maker_id", name="two_persons"),
        CheckConstraint("(state = 'sealed') = (sealed_at IS NOT NULL AND checker_id IS NOT NULL)", name="sealed"),
    )


class PaymentRow(Model):
    """One attempt to pay an application, under a number of its own that is instructed once."""

    __tablename__ = "payments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    attempt: Mapped[int] = mapped_column(SmallInteger)
    payment_no: Mapped[str] = mapped_column(unique=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    bank: Mapped[str]
    payee_sealed: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    core_state: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    spouse_mark: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(server_default=text("1"))
    never_left: Mapped[bool] = mapped_column(server_default=text("false"))
    absent_since: Mapped[datetime | None]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"), index=True)
    made_at: Mapped[datetime]
    instructed_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(server_default="")
    core_no: Mapped[str]
    core_refusal: Mapped[str] = mapped_column(server_default="")
    by_hand_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    by_hand_note: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        UniqueConstraint("application_id", "attempt"),
        Index(
            "payments_one_open_index",
            "application_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'batched', 'instructed', 'paid')"),
        ),
        Index("payments_state_index", "state"),
        CheckConstraint(f"state IN {PAYMENT_STATES!r}", name="state"),
        CheckConstraint(f"core_state IN {CORE_STATES!r}", name="core_state"),
        CheckConstraint("amount_fen > 0", name="amount"),
    )


class DifferenceRow(Model):
    """Something on which our payments, the core system's bookings and the bank's statement of a day disagree."""

    __tablename__ = "differences"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date]
    payment_no: Mapped[str]
    kind: Mapped[str]
    ours: Mapped[str] = mapped_column(server_default="")
    bank: Mapped[str] = mapped_column(server_default="")
    core: Mapped[str] = mapped_column(server_default="")
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (UniqueConstraint("day", "payment_no", "kind"),)


class ComparisonRow(Model):
    """When the books of a day were last compared, whatever was found."""

    __tablename__ = "comparisons"
    day: Mapped[date] = mapped_column(primary_key=True)
    compared_at: Mapped[datetime]


event.listen(LookRow.__table__, "after_create", DDL(LOOKS_GUARD))  # type: ignore[no-untyped-call]
