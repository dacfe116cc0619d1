"""Pushes that are answered late: kept with the job that answers them, in one transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.applications import Defer
from adapters.postgres.database import Database, driver_connection
from adapters.postgres.tables import LatePushRow
from fund.application import new_reference
from fund.notice import Channel, Told

ANSWER_LATE = "answer_late"
"""The job that follows every kept push. Its only argument is ``push_id``."""

_OPEN = ("pending", "failed")
_HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class LatePush:
    """A push that still wants its answer. ``reference`` is a number to quote; ``unknown_since`` is when the first
    attempt began of which it is not known how it ended."""

    id: UUID
    reference: str
    openid: str = field(repr=False)
    message: str = field(repr=False)
    at: datetime
    attempts: int
    unknown_since: datetime | None


class PostgresLatePushes:
    """Keeps them sealed, and nothing of the follower once they are settled."""

    def __init__(self, database: Database, cipher: FieldCipher, index: BlindIndex, defer: Defer) -> None:
        self._database = database
        self._cipher = cipher
        self._index = index
        self._defer = defer

    def keep(self, openid: str, message: str, at: datetime) -> None:
        """Keep a push (as text) and put its job into the queue, once however often it is delivered and kept. Raises
        Unavailable, OutcomeUnknown."""
        push_id = uuid.uuid4()
        row = {
            "id": push_id,
            "reference": new_reference(),
            "message_mark": self._index.of("late_push", message),
            "openid_mark": self._index.of("openid", openid),
            "openid_sealed": self._cipher.seal(openid, about=_about(push_id, "openid")),
            "message_sealed": self._cipher.seal(message, about=_about(push_id, "message")),
            "created_at": at,
        }

        def write(session: Session) -> None:
            new = insert(LatePushRow).values(**row).on_conflict_do_nothing(index_elements=[LatePushRow.message_mark])
            if session.execute(new.returning(LatePushRow.id)).scalar() is not None:
                self._defer(driver_connection(session), ANSWER_LATE, push_id=str(push_id))

        self._database.settled(write)

    def due(self, push_id: UUID) -> LatePush | None:
        """The push, or None if it is settled or gone. Raises Unavailable."""
        with self._database.reading() as session:
            row = session.scalar(select(LatePushRow).where(LatePushRow.id == push_id, LatePushRow.state.in_(_OPEN)))
        if row is None:
            return None
        openid = self._cipher.open(row.openid_sealed, about=_about(push_id, "openid"))
        message = self._cipher.open(row.message_sealed, about=_about(push_id, "message"))
        at = row.created_at.astimezone(_HERE)
        return LatePush(push_id, row.reference, openid, message, at, row.attempts, row.unknown_since)

    def trying(self, push_id: UUID, at: datetime) -> None:
        """An attempt begins, of unknown outcome until its end is written down. Raises Unavailable."""
        since = func.coalesce(LatePushRow.unknown_since, at)
        self._change(push_id, attempts=LatePushRow.attempts + 1, tried_at=at, unknown_since=since)

    def failed(self, push_id: UUID, reason: str, unknown_since: datetime | None) -> None:
        """The attempt failed; another will come. Raises Unavailable."""
        self._change(push_id, state="failed", reason=reason, unknown_since=unknown_since)

    def settle(self, push_id: UUID, told: Told | None, reason: str = "", *, person_id: UUID | None, words: str) -> None:
        """Nothing more will be sent; ``told`` is None if it could not be told at all. ``words`` (for the person, if
        the follower is one) stay to be read in 我的消息. Raises Unavailable."""
        kept = self._cipher.seal(words, about=_about(push_id, "answer")) if person_id and words else ""
        channel = told.channel.value if told else Channel.INBOX.value if person_id else ""
        self._change(
            push_id,
            state="sent" if told else "given_up",
            channel=channel,
            reason=told.passed_over if told else reason,
            unknown_since=None,
            person_id=person_id,
            answer_sealed=kept,
            openid_mark="",
            openid_sealed="",
            message_sealed="",
        )

    def overdue(self, before: datetime, most: int) -> Sequence[UUID]:
        """Open ones that were written, and last tried, before a moment; oldest first. Raises Unavailable."""
        untouched: ColumnElement[datetime] = func.coalesce(LatePushRow.tried_at, LatePushRow.created_at)
        with self._database.reading() as session:
            return session.scalars(
                select(LatePushRow.id)
                .where(LatePushRow.state.in_(_OPEN), untouched < before)
                .order_by(LatePushRow.created_at)
                .limit(most)
            ).all()

    def _change(self, push_id: UUID, **values: Any) -> None:
        statement = update(LatePushRow).where(LatePushRow.id == push_id, LatePushRow.state.in_(_OPEN)).values(**values)
        self._database.settled(lambda session: session.execute(statement))


def _about(push_id: UUID, what: str) -> str:
    return f"late_push:{push_id}:{what}"
