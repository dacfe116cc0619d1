"""Notices: written with the move they tell of, settled by the worker."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from adapters.postgres.database import Database
from adapters.postgres.tables import ApplicationRow, EventRow, NoticeRow
from fund.application import Move, State
from fund.notice import Channel, Due, Notice, Told, remark_for

_OPEN = ("pending", "failed")
_HERE = ZoneInfo("Asia/Shanghai")


class PostgresNotices:
    """Plays ``fund.notice.Notices``."""

    def __init__(
        self, database: Database, titles: Mapping[str, str], path: str = "/h5/applications/{reference}"
    ) -> None:
        """``titles``: a business's name → its title. ``path``: where a notice leads, with ``{reference}``."""
        self._database = database
        self._titles = titles
        self._path = path

    def due(self, notice_id: UUID) -> Due | None:
        """The notice as it was when the move was made, or None if it is settled or never was."""
        statement = (
            select(NoticeRow, ApplicationRow, EventRow)
            .join(ApplicationRow, ApplicationRow.id == NoticeRow.application_id)
            .join(
                EventRow,
                (EventRow.application_id == NoticeRow.application_id) & (EventRow.seq == NoticeRow.seq),
            )
            .where(NoticeRow.id == notice_id, NoticeRow.state.in_(_OPEN))
        )
        with self._database.reading() as session:
            found = session.execute(statement).one_or_none()
        if found is None:
            return None
        row, application, event = found
        state = State(event.state)
        notice = Notice(
            application_id=application.id,
            kind=row.kind,
            client_msg_id=row.client_msg_id,
            title=self._titles.get(application.business, "住房公积金业务"),
            state_words=state.words,
            reference=application.reference,
            at=event.at.astimezone(_HERE),
            remark=remark_for(state, Move(event.move)),
            path=self._path.format(reference=application.reference),
        )
        return Due(application.person_id, notice, row.attempts, row.unknown_since)

    def trying(self, notice_id: UUID, at: datetime) -> None:
        """An attempt begins, of unknown outcome until its end is written down."""
        self._settle(
            notice_id,
            _OPEN,
            attempts=NoticeRow.attempts + 1,
            tried_at=at,
            unknown_since=func.coalesce(NoticeRow.unknown_since, at),
        )

    def sent(self, notice_id: UUID, at: datetime, told: Told) -> None:
        """How it was told. Says so even of a notice that was given up meanwhile: it did arrive."""
        self._settle(
            notice_id,
            (*_OPEN, "given_up"),
            state="sent",
            sent_at=at,
            unknown_since=None,
            channel=told.channel.value,
            reason=told.passed_over,
            msgid=told.msgid,
        )

    def failed(self, notice_id: UUID, reason: str, unknown_since: datetime | None) -> None:
        """The attempt failed; another will come."""
        self._settle(notice_id, _OPEN, state="failed", reason=reason, unknown_since=unknown_since)

    def give_up(self, notice_id: UUID, reason: str) -> None:
        """No further attempt makes sense."""
        self._settle(notice_id, _OPEN, state="given_up", channel=Channel.INBOX.value, reason=reason)

    def overdue(self, before: datetime, most: int) -> Sequence[UUID]:
        """Open notices that were written, and last tried, before a moment; oldest first."""
        untouched: ColumnElement[datetime] = func.coalesce(NoticeRow.tried_at, NoticeRow.created_at)
        with self._database.reading() as session:
            return session.scalars(
                select(NoticeRow.id)
                .where(NoticeRow.state.in_(_OPEN), untouched < before)
                .order_by(NoticeRow.created_at)
                .limit(most)
            ).all()

    def _settle(self, notice_id: UUID, from_states: tuple[str, ...], **values: Any) -> None:
        def keep(session: Session) -> None:
            session.execute(
                update(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.state.in_(from_states)).values(**values)
            )

        self._database.settled(keep)
