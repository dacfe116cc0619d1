"""Which WeChat follower is which person."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.database import Database, constraint_of
from adapters.postgres.tables import ApplicationRow, BindingRow, LatePushRow, NoticeRow, SubscriptionRow
from fund.errors import NotFound, Refused, Unavailable
from fund.notice import Channel

_TRIES = 4


class PostgresBindings:
    """Plays ``fund.ports.Bindings``. The openid is sealed and found by its mark."""

    def __init__(self, database: Database, cipher: FieldCipher, index: BlindIndex) -> None:
        self._database = database
        self._cipher = cipher
        self._index = index

    def bind(self, openid: str, person_id: UUID, *, replace: bool = False) -> None:
        """Bind both ways. Raises Refused (``person_bound_elsewhere``, ``openid_bound_elsewhere``),
        NotFound, Unavailable."""
        mark = self._mark(openid)
        sealed = self._cipher.seal(openid, about=f"bindings:{mark}")

        def keep(session: Session) -> None:
            rows = session.scalars(
                select(BindingRow)
                .where(or_(BindingRow.openid_mark == mark, BindingRow.person_id == person_id))
                .with_for_update()
            ).all()
            if any(row.openid_mark == mark and row.person_id == person_id for row in rows):
                return
            for row in rows:
                if not replace:
                    elsewhere = "openid" if row.openid_mark == mark else "person"
                    raise Refused(f"{person_id}: {elsewhere} is bound", code=f"{elsewhere}_bound_elsewhere")
                session.delete(row)
            session.flush()
            session.add(BindingRow(openid_mark=mark, openid_sealed=sealed, person_id=person_id))

        for _ in range(_TRIES):
            try:
                return self._database.settled(keep)
            except IntegrityError as error:
                if constraint_of(error) == "bindings_person_id_fkey":
                    raise NotFound(f"no person {person_id}", code="no_such_person") from None
                # Another sign-in bound one of the two in between: look again.
        raise Unavailable("the binding keeps changing under us", code="busy")

    def person_of(self, openid: str) -> UUID | None:
        """The person this follower is. Raises Unavailable."""
        with self._database.reading() as session:
            return session.scalar(select(BindingRow.person_id).where(BindingRow.openid_mark == self._mark(openid)))

    def openid_of(self, person_id: UUID) -> str | None:
        """The follower this person is. Raises Unavailable."""
        with self._database.reading() as session:
            row = session.scalar(select(BindingRow).where(BindingRow.person_id == person_id))
        return None if row is None else self._cipher.open(row.openid_sealed, about=f"bindings:{row.openid_mark}")

    def forget(self, openid: str, before: datetime | None = None) -> None:
        """Delete the binding, what the follower chose and what they wrote that still waits for an answer, and leave
        the notices on their way to 我的消息. Of somebody who has come back since ``before``, what is newer stays.
        Raises Unavailable."""
        mark, before = self._mark(openid), before or datetime.max.replace(tzinfo=UTC)

        def remove(session: Session) -> None:
            session.execute(
                delete(SubscriptionRow).where(SubscriptionRow.openid_mark == mark, SubscriptionRow.chosen_at <= before)
            )
            session.execute(
                delete(LatePushRow).where(LatePushRow.openid_mark == mark, LatePushRow.created_at <= before)
            )
            person_id = session.scalar(
                delete(BindingRow)
                .where(BindingRow.openid_mark == mark, BindingRow.bound_at <= before)
                .returning(BindingRow.person_id)
            )
            if person_id is None:
                return
            theirs = select(ApplicationRow.id).where(ApplicationRow.person_id == person_id)
            session.execute(
                update(NoticeRow)
                .where(NoticeRow.application_id.in_(theirs), NoticeRow.state.in_(("pending", "failed")))
                .values(state="given_up", channel=Channel.INBOX, reason="unfollowed")
            )

        self._database.settled(remove)

    def _mark(self, openid: str) -> str:
        return self._index.of("openid", openid)
