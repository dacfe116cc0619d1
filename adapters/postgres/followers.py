"""How a follower may be reached, as they and the platform have told, and what became of messages on their way."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.crypto import BlindIndex
from adapters.postgres.database import Database
from adapters.postgres.tables import ApplicationRow, BindingRow, NoticeRow, SubscriptionRow
from fund.errors import Unavailable
from fund.notice import Channel, Reach

_UNDER_WAY = timedelta(minutes=1)
"""How long after an attempt began a report may come before its message's number is written down."""


class PostgresFollowers:
    """Plays the parts of reach and reports for the account's messages. Followers are found by their mark."""

    def __init__(self, database: Database, index: BlindIndex) -> None:
        self._database = database
        self._index = index

    def reach(self, openid: str) -> Reach:
        """How this follower may be reached. Raises Unavailable."""
        mark = self._mark(openid)
        declined = select(SubscriptionRow.template_id).where(
            SubscriptionRow.openid_mark == mark, SubscriptionRow.accepted.is_(False)
        )
        gone = select(BindingRow.not_following_since).where(BindingRow.openid_mark == mark)
        with self._database.reading() as session:
            return Reach(session.scalar(gone) is None, frozenset(session.scalars(declined)))

    def follows(self, openid: str) -> None:
        """They follow, or do so again. Raises Unavailable."""
        self._note_following(openid, None)

    def does_not_follow(self, openid: str, at: datetime) -> None:
        """The platform says that they do not follow. Raises Unavailable."""
        self._note_following(openid, at)

    def chose(self, openid: str, template_id: str, accepted: bool, at: datetime) -> None:
        """Keep what they chose for a template of 订阅通知, unless they have chosen since. Raises Unavailable."""
        values = {"accepted": accepted, "chosen_at": at}
        statement = insert(SubscriptionRow).values(openid_mark=self._mark(openid), template_id=template_id, **values)
        kept = statement.on_conflict_do_update(
            index_elements=[SubscriptionRow.openid_mark, SubscriptionRow.template_id],
            set_=values,
            where=SubscriptionRow.chosen_at <= at,
        )
        self._database.settled(lambda session: session.execute(kept))

    def reported(self, openid: str, msgid: str, status: str, at: datetime) -> None:
        """Keep what became of a message to this follower; one that did not arrive is unread in 我的消息 again.

        ``msgid`` is the platform's number; the answer to a 订阅通知 carries none, so a report under an unknown number
        is about the follower's newest one. Raises Unavailable, also while the message is only just being sent and
        its number not yet written down: the platform reports again.
        """
        mark = self._mark(openid)

        def keep(session: Session) -> None:
            # Looked at first: what is written down between the two looks is found by the second.
            under_way = session.scalar(_under_way(mark, at))
            found = session.scalar(_theirs(mark).where(NoticeRow.msgid == msgid)) if msgid else None
            found = found or session.scalar(_newest_subscribe(mark))
            if found is None:
                if under_way:
                    raise Unavailable("a report came before its message was written down", code="too_early")
                return
            values: dict[str, object] = {"delivery": status}
            if status != "success":
                told = NoticeRow.channel + ":" + status
                values |= {
                    "channel": Channel.INBOX.value,
                    "read_at": None,
                    "reason": func.trim(NoticeRow.reason + " " + told),
                }
            session.execute(update(NoticeRow).where(NoticeRow.id == found, NoticeRow.delivery == "").values(values))

        self._database.settled(keep)

    def _note_following(self, openid: str, since: datetime | None) -> None:
        statement = update(BindingRow).where(BindingRow.openid_mark == self._mark(openid))
        self._database.settled(lambda session: session.execute(statement.values(not_following_since=since)))

    def _mark(self, openid: str) -> str:
        return self._index.of("openid", openid)


def _theirs(mark: str) -> Select[UUID]:
    """The notices of the person who is this follower."""
    return (
        select(NoticeRow.id)
        .join(ApplicationRow, ApplicationRow.id == NoticeRow.application_id)
        .join(BindingRow, BindingRow.person_id == ApplicationRow.person_id)
        .where(BindingRow.openid_mark == mark)
    )


def _newest_subscribe(mark: str) -> Select[UUID]:
    sent = _theirs(mark).where(NoticeRow.channel == Channel.SUBSCRIBE.value, NoticeRow.delivery == "")
    return sent.where(NoticeRow.msgid == "").order_by(NoticeRow.sent_at.desc()).limit(1)


def _under_way(mark: str, at: datetime) -> Select[UUID]:
    trying = _theirs(mark).where(NoticeRow.state.in_(("pending", "failed")))
    return trying.where(NoticeRow.tried_at > at - _UNDER_WAY).limit(1)
