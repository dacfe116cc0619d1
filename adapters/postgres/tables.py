"""The tables of the citizens' side. Models are rows and nothing more; repositories turn them into the fund's own objects.

Columns that hold sealed text are named ``…_sealed``, columns that hold a blind index ``…_mark``: what is
readable in this schema is readable to whoever gets a dump.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import DDL

from adapters.postgres.append_only import GUARD
from adapters.postgres.base import Base, Model, db
from fund.application import State
from fund.notice import Channel

LIVE_STATES = ", ".join(f"'{state.value}'" for state in State if state.is_live)
ONE_LIVE = "applications_one_live_index"
NOTICE_STATES = ("pending", "failed", "sent", "given_up")
CHANNELS = ("", *(channel.value for channel in Channel))


class PersonRow(Model):
    """A person who has signed in. Sealed values are bound to the mark, not the id: see ``people``. Several persons may
    share a ``masked_mark``, that of the masked id number."""

    __tablename__ = "people"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    id_number_mark: Mapped[str] = mapped_column(unique=True)
    id_number_sealed: Mapped[str]
    name_sealed: Mapped[str]
    mobile_sealed: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    masked_mark: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (Index("people_masked_mark_index", "masked_mark", postgresql_where=text("masked_mark <> ''")),)


class BindingRow(Model):
    """One follower, one person. ``not_following_since``: when the platform said that they do not follow."""

    __tablename__ = "bindings"
    openid_mark: Mapped[str] = mapped_column(primary_key=True)
    openid_sealed: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    bound_at: Mapped[datetime] = mapped_column(server_default=func.now())
    not_following_since: Mapped[datetime | None]


class SubscriptionRow(Model):
    """What a follower chose for one template of 订阅通知; without a row they were never asked."""

    __tablename__ = "subscriptions"
    openid_mark: Mapped[str] = mapped_column(primary_key=True)
    template_id: Mapped[str] = mapped_column(primary_key=True)
    accepted: Mapped[bool]
    chosen_at: Mapped[datetime]


class ApplicationRow(Model):
    """An application as handed in, and where it stands. Personal answers are sealed one by one; of card and address a
    mark tells whether another application has the same, of the spouse who it was when the application was handed in."""

    __tablename__ = "applications"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    submission_key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    business: Mapped[str]
    year: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    version: Mapped[int]
    answers: Mapped[dict[str, Any]]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    working: Mapped[Any] = mapped_column(JSONB, nullable=False)
    figures: Mapped[dict[str, Any]]
    terms_version: Mapped[str]
    pledge_version: Mapped[str]
    pledge_sealed: Mapped[str]
    submitted_at: Mapped[datetime]
    card_mark: Mapped[str] = mapped_column(server_default="")
    address_mark: Mapped[str] = mapped_column(server_default="")
    spouse_mark: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        Index("applications_address_mark_index", "address_mark", postgresql_where=text("address_mark <> ''")),
        Index("applications_card_mark_index", "card_mark", postgresql_where=text("card_mark <> ''")),
        Index("applications_state_index", "state"),
        Index(
            ONE_LIVE,
            "person_id",
            "business",
            "year",
            unique=True,
            postgresql_where=text(f"state IN ({LIVE_STATES})"),
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("jsonb_typeof(answers) = 'object'", name="answers"),
        CheckConstraint("jsonb_typeof(working) = 'array'", name="working"),
    )


class EventRow(Model):
    """A move that was made. Rows are only ever added; a trigger keeps it so."""

    __tablename__ = "application_events"
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    move: Mapped[str]
    state: Mapped[str]
    actor_role: Mapped[str]
    actor_id: Mapped[UUID]
    at: Mapped[datetime]
    details_sealed: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (CheckConstraint("seq > 0", name="seq"),)


event.listen(EventRow.__table__, "after_create", DDL(GUARD.replace("%", "%%")))  # type: ignore[no-untyped-call]


class PhotoRow(Model):
    """A photo of a document; the picture itself lies sealed in the file store under ``file_key``."""

    __tablename__ = "photos"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submission_key: Mapped[str]
    kind: Mapped[str]
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("applications.id"), index=True)
    file_key: Mapped[str] = mapped_column(unique=True)
    sha256_original: Mapped[str] = mapped_column(index=True)
    sha256_stored: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    stored_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        UniqueConstraint("owner_id", "submission_key", "kind", "sha256_original"),
        CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name="sizes"),
    )


class NoticeRow(Model):
    """What a follower is to be told about a move, and what became of it. One per event.

    ``channel`` is '' until it was told; ``msgid`` and ``delivery`` are the platform's number of the message and what
    it reported of it. ``read_at`` is when its person saw it in 我的消息.
    """

    __tablename__ = "notices"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="pending")
    channel: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    client_msg_id: Mapped[str] = mapped_column(unique=True)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    tried_at: Mapped[datetime | None]
    unknown_since: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    msgid: Mapped[str] = mapped_column(server_default="")
    delivery: Mapped[str] = mapped_column(server_default="")
    read_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("application_id", "seq"),
        ForeignKeyConstraint(
            ["application_id", "seq"], ["application_events.application_id", "application_events.seq"]
        ),
        CheckConstraint(f"state IN {NOTICE_STATES!r}", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("char_length(client_msg_id) <= 32", name="client_msg_id"),
        CheckConstraint(f"channel IN {CHANNELS!r}", name="channel"),
        Index("notices_open_index", "created_at", postgresql_where=text("state IN ('pending', 'failed')")),
        Index("notices_msgid_index", "msgid", postgresql_where=text("msgid <> ''")),
    )


class LatePushRow(Model):
    """A push whose handler took too long, to be answered by a message. Once that is settled nothing is left of the
    follower and of what they wrote; the answer stays, sealed, if it is its person's to read in 我的消息."""

    __tablename__ = "late_pushes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    message_mark: Mapped[str] = mapped_column(unique=True)
    openid_mark: Mapped[str] = mapped_column(index=True)
    openid_sealed: Mapped[str]
    message_sealed: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    answer_sealed: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="pending")
    channel: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    tried_at: Mapped[datetime | None]
    unknown_since: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(f"state IN {NOTICE_STATES!r}", name="state"),
        CheckConstraint(f"channel IN {CHANNELS!r}", name="channel"),
        Index("late_pushes_open_index", "created_at", postgresql_where=text("state IN ('pending', 'failed')")),
    )


__all__ = ["Base", "Model", "db"]
