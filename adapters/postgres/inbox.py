"""我的消息: the notices of a person's applications, and the answers that came late."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from adapters.crypto import FieldCipher
from adapters.postgres.database import Database
from adapters.postgres.tables import ApplicationRow, EventRow, LatePushRow, NoticeRow
from fund.application import Move, State
from fund.inbox import Message
from fund.notice import Channel, remark_for

_MOST = 100
_HERE = ZoneInfo("Asia/Shanghai")


class PostgresInbox:
    """Plays ``fund.inbox.Inbox``."""

    def __init__(
        self,
        database: Database,
        cipher: FieldCipher,
        titles: Mapping[str, str],
        path: str = "/h5/applications/{reference}",
    ) -> None:
        """``titles`` and ``path`` as for the notices."""
        self._database = database
        self._cipher = cipher
        self._titles = titles
        self._path = path

    def of(self, person_id: UUID) -> Sequence[Message]:
        """The newest hundred, newest first. Raises Unavailable."""
        notices = (
            select(NoticeRow, ApplicationRow, EventRow)
            .join(ApplicationRow, ApplicationRow.id == NoticeRow.application_id)
            .join(EventRow, (EventRow.application_id == NoticeRow.application_id) & (EventRow.seq == NoticeRow.seq))
            .where(ApplicationRow.person_id == person_id)
            .order_by(NoticeRow.created_at.desc())
            .limit(_MOST)
        )
        answers = _answers(person_id).order_by(LatePushRow.created_at.desc()).limit(_MOST)
        with self._database.reading() as session:
            found = [self._notice(*row) for row in session.execute(notices)]
            found += [self._answer(row) for row in session.scalars(answers)]
        return tuple(sorted(found, key=lambda message: message.at, reverse=True)[:_MOST])

    def unread(self, person_id: UUID) -> int:
        """How many were not read yet. Raises Unavailable."""
        notices = (
            select(func.count())
            .select_from(NoticeRow)
            .join(ApplicationRow, ApplicationRow.id == NoticeRow.application_id)
            .where(ApplicationRow.person_id == person_id, NoticeRow.read_at.is_(None))
        )
        answers = select(func.count()).select_from(_answers(person_id).where(LatePushRow.read_at.is_(None)).subquery())
        with self._database.reading() as session:
            return (session.scalar(notices) or 0) + (session.scalar(answers) or 0)

    def read_all(self, person_id: UUID, until: datetime) -> None:
        """All up to a moment count as read. Raises Unavailable."""
        theirs = select(ApplicationRow.id).where(ApplicationRow.person_id == person_id)
        notices = update(NoticeRow).where(
            NoticeRow.application_id.in_(theirs), NoticeRow.read_at.is_(None), NoticeRow.created_at <= until
        )
        answers = update(LatePushRow).where(
            LatePushRow.person_id == person_id, LatePushRow.read_at.is_(None), LatePushRow.created_at <= until
        )

        def keep(session: Session) -> None:
            session.execute(notices.values(read_at=until))
            session.execute(answers.values(read_at=until))

        self._database.settled(keep)

    def _notice(self, row: NoticeRow, application: ApplicationRow, event: EventRow) -> Message:
        state = State(event.state)
        return Message(
            id=row.id,
            title=self._titles.get(application.business, "住房公积金业务"),
            state_words=state.words,
            reference=application.reference,
            at=event.at.astimezone(_HERE),
            words=remark_for(state, Move(event.move)),
            path=self._path.format(reference=application.reference),
            channel=Channel(row.channel) if row.channel else None,
            is_read=row.read_at is not None,
            state=state.value,
        )

    def _answer(self, row: LatePushRow) -> Message:
        return Message(
            id=row.id,
            title="您在公众号里的咨询",
            state_words="已答复",
            reference=row.reference,
            at=row.created_at.astimezone(_HERE),
            words=self._cipher.open(row.answer_sealed, about=f"late_push:{row.id}:answer"),
            path="",
            channel=Channel(row.channel) if row.channel else None,
            is_read=row.read_at is not None,
        )


def _answers(person_id: UUID) -> Select[LatePushRow]:
    return select(LatePushRow).where(LatePushRow.person_id == person_id, LatePushRow.answer_sealed != "")
