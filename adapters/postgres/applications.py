"""Applications and their events. What follows from a change is written in the change's own transaction."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import psycopg
from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.application_rows import ApplicationRows
from adapters.postgres.database import Database, constraint_of, driver_connection
from adapters.postgres.people import lock_person
from adapters.postgres.tables import ONE_LIVE, ApplicationRow, EventRow, NoticeRow, PersonRow, PhotoRow
from fund.application import Application, Event, Move, Role, State
from fund.errors import NotFound, Refused, Stale
from fund.notice import QUIET, Channel
from fund.numbers import IdNumber
from fund.ports import SpouseSeen

_REFERENCE, _KEY = re.compile(r"[0-9A-Z-]{1,32}"), re.compile(r"[0-9A-Za-z-]{1,64}")
"""What can be one; a browser sends anything, and PostgreSQL takes no NUL."""

SEND_NOTICE = "send_notice"
"""The job that follows every event. Its only argument is ``notice_id``."""

PREPARE_PAYMENT = "prepare_payment"
"""The job that follows a move to 审核通过. Its only argument is ``application_id``."""

_TO_BE_PAID = (Move.CONFIRM, Move.NOT_PAID)


class Defer(Protocol):
    """Puts a job into the queue, on the connection of the change that causes it (``adapters.jobs.defer``)."""

    def __call__(self, connection: psycopg.Connection[Any], task_name: str, /, **ids: str) -> None: ...


class PostgresApplications:
    """Plays ``fund.ports.Applications``."""

    def __init__(
        self,
        database: Database,
        cipher: FieldCipher,
        index: BlindIndex,
        personal: frozenset[str],
        defer: Defer,
        *,
        marked: Mapping[str, str] | None = None,
    ) -> None:
        """``personal``: the names of the answers that are personal, of all businesses together; ``marked``: answer →
        column of its blind index, for what the desk looks for in other applications too."""
        self._index = index
        self._database = database
        self._rows = ApplicationRows(cipher, personal, index, marked)
        self._defer = defer

    def hand_in(
        self, application: Application, event: Event, photo_ids: Sequence[UUID], spouse: SpouseSeen | None = None
    ) -> Application:
        """Store application, event, photo ties, notice and job in one transaction; once per submission key.

        Raises Refused (``already_open``, ``reference_taken``), Stale (a photo is gone or tied elsewhere,
        or the spouse has handed in or withdrawn meanwhile), NotFound, Unavailable, OutcomeUnknown. After any of them it may be tried again with the same key.
        """

        def keep(session: Session) -> Application:
            if stored := self._handed_in(session, application):
                return stored
            lock_person(session, application.person_id)
            if stored := self._handed_in(session, application):
                return stored
            if spouse is not None:
                self._alone_as_a_couple(session, application.person_id, spouse)
            theirs = self._mark(spouse.id_number) if spouse else ""
            session.execute(insert(ApplicationRow).values(**self._rows.row(application), spouse_mark=theirs))
            self._record(session, event)
            _tie(session, application, photo_ids, PhotoRow.submission_key == application.submission_key)
            return self._rows.application(session.get_one(ApplicationRow, application.id))

        try:
            return self._database.settled(keep)
        except IntegrityError as error:
            raise _refusal(application, constraint_of(error), error) from None

    def move(
        self,
        application: Application,
        event: Event,
        photo_ids: Sequence[UUID] = (),
        spouse: SpouseSeen | None = None,
    ) -> None:
        """Store a move, its event, its notice and its job in one transaction; what a correction changed with it, and
        the photos it brought.

        Raises Stale when the row has moved on, a photo is gone or the spouse has handed in or withdrawn meanwhile,
        Refused ``already_open`` when the move would make a second live application, Unavailable, OutcomeUnknown.
        """

        try:
            self._database.settled(lambda session: self.move_in(session, application, event, photo_ids, spouse))
        except IntegrityError as error:
            raise _refusal(application, constraint_of(error), error) from None

    def move_in(
        self,
        session: Session,
        application: Application,
        event: Event,
        photo_ids: Sequence[UUID] = (),
        spouse: SpouseSeen | None = None,
    ) -> None:
        """``move`` as part of a larger transaction, which bears being run twice as a whole. Raises Stale."""
        if photo_ids or spouse is not None:
            lock_person(session, application.person_id)
        changed = self._rows.corrected(application)
        if spouse is not None:
            known = func.nullif(ApplicationRow.spouse_mark, "")
            changed["spouse_mark"] = func.coalesce(known, self._mark(spouse.id_number))
        moved = session.execute(
            update(ApplicationRow)
            .where(ApplicationRow.id == application.id, ApplicationRow.version == application.version - 1)
            .values(state=application.state.value, version=application.version, **changed)
            .returning(ApplicationRow.id)
        ).scalar_one_or_none()
        if moved is not None:
            if spouse is not None:
                self._alone_as_a_couple(session, application.person_id, spouse)
            self._record(session, event)
            _tie(session, application, photo_ids)
            return
        kept = session.get(EventRow, (event.application_id, event.seq))
        if kept is None or self._rows.event(kept) != event:
            raise Stale(f"{application.reference} has moved on", code="stale")

    def read_in(self, session: Session, application_id: UUID, *, lock: bool = False) -> Application:
        """An application within a transaction; with ``lock`` nobody else changes it until the end. Raises NotFound."""
        row = session.get(ApplicationRow, application_id, with_for_update=True if lock else None)
        if row is None:
            raise NotFound(f"no application {application_id}", code="no_such_application")
        return self._rows.application(row)

    def of_person(self, person_id: UUID) -> Sequence[Application]:
        """All of a person's, newest first. Raises Unavailable."""
        newest_first = (
            select(ApplicationRow)
            .where(ApplicationRow.person_id == person_id)
            .order_by(ApplicationRow.submitted_at.desc(), ApplicationRow.id)
        )
        with self._database.reading() as session:
            rows = session.scalars(newest_first).all()
        return tuple(self._rows.application(row) for row in rows)

    def live_of(self, id_number: IdNumber) -> Sequence[Application]:
        """Live applications of whoever has this number. Raises Unavailable."""
        with self._database.reading() as session:
            rows = session.scalars(_live_of(self._mark(id_number))).all()
        return tuple(self._rows.application(row) for row in rows)

    def by_reference(self, person_id: UUID, reference: str) -> Application:
        """Raises NotFound, also when it is somebody else's; Unavailable."""
        if not _REFERENCE.fullmatch(reference):
            raise NotFound("not a reference", code="no_such_application")
        with self._database.reading() as session:
            row = session.scalar(
                select(ApplicationRow).where(
                    ApplicationRow.reference == reference, ApplicationRow.person_id == person_id
                )
            )
        if row is None:
            raise NotFound("no such application of this person", code="no_such_application")
        return self._rows.application(row)

    def by_submission_key(self, person_id: UUID, submission_key: str) -> Application | None:
        """The application a draft became, if it is this person's. Raises Unavailable."""
        if not _KEY.fullmatch(submission_key):
            return None
        with self._database.reading() as session:
            row = session.scalar(
                select(ApplicationRow).where(
                    ApplicationRow.submission_key == submission_key, ApplicationRow.person_id == person_id
                )
            )
        return None if row is None else self._rows.application(row)

    def events(self, application_id: UUID) -> Sequence[Event]:
        """Oldest first. Raises Unavailable."""
        oldest_first = select(EventRow).where(EventRow.application_id == application_id).order_by(EventRow.seq)
        with self._database.reading() as session:
            return tuple(self._rows.event(row) for row in session.scalars(oldest_first))

    def spouse_mark(self, application_id: UUID) -> str:
        """Raises Unavailable."""
        with self._database.reading() as session:
            known = select(ApplicationRow.spouse_mark).where(ApplicationRow.id == application_id)
            return session.scalar(known) or ""

    def _mark(self, id_number: IdNumber) -> str:
        return self._index.of("id_number", id_number.value)

    def _alone_as_a_couple(self, session: Session, person_id: UUID, spouse: SpouseSeen) -> None:
        """One hand-in of a couple at a time, whether or not the other has ever signed in; Stale if the other's
        applications are no longer those that were considered."""
        mine = session.scalars(select(PersonRow.id_number_mark).where(PersonRow.id == person_id)).one()
        theirs = self._mark(spouse.id_number)
        couple = "|".join(sorted((mine, theirs)))
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(couple, 0))))
        if {row.id for row in session.scalars(_live_of(theirs))} != spouse.considered:
            raise Stale("the spouse's applications have changed", code="spouse_changed")

    def _handed_in(self, session: Session, application: Application) -> Application | None:
        row = session.scalar(select(ApplicationRow).where(ApplicationRow.submission_key == application.submission_key))
        if row is None:
            return None
        if row.person_id != application.person_id:
            raise NotFound("this submission key is somebody else's", code="no_such_application")
        return self._rows.application(row)

    def _record(self, session: Session, event: Event) -> None:
        notice_id = uuid.uuid4()
        session.add(self._rows.event_row(event))
        own = event.actor.role is Role.CITIZEN  # whoever made a move knows of it
        quiet = event.move in QUIET
        session.add(
            NoticeRow(
                id=notice_id,
                application_id=event.application_id,
                seq=event.seq,
                kind=event.move.value,
                client_msg_id=uuid.uuid4().hex,
                created_at=event.at,
                read_at=event.at if own else None,
                **({"state": "sent", "channel": Channel.INBOX.value, "sent_at": event.at} if quiet else {}),
            )
        )
        session.flush()
        if event.move in _TO_BE_PAID:
            self._defer(driver_connection(session), PREPARE_PAYMENT, application_id=str(event.application_id))
        if quiet:
            return
        self._defer(driver_connection(session), SEND_NOTICE, notice_id=str(notice_id))


def _live_of(mark: str) -> Select[ApplicationRow]:
    # Of what is paid the core system tells itself.
    live = [state.value for state in State if state.is_open]
    return (
        select(ApplicationRow)
        .join(PersonRow, PersonRow.id == ApplicationRow.person_id)
        .where(PersonRow.id_number_mark == mark, ApplicationRow.state.in_(live))
        .order_by(ApplicationRow.submitted_at)
    )


def _tie(session: Session, application: Application, photo_ids: Sequence[UUID], *which: ColumnElement[bool]) -> None:
    """Make the photos part of the application. Raises Stale unless each is this person's, still free and one of
    ``which``."""
    wanted = set(photo_ids)
    if not wanted:
        return
    tied = session.scalars(
        update(PhotoRow)
        .where(
            PhotoRow.id.in_(wanted),
            PhotoRow.owner_id == application.person_id,
            PhotoRow.application_id.is_(None),
            *which,
        )
        .values(application_id=application.id)
        .returning(PhotoRow.id)
    ).all()
    if set(tied) != wanted:
        raise Stale(f"{application.reference}: a photo is gone", code="photo_gone")


def _refusal(application: Application, constraint: str, error: IntegrityError) -> Exception:
    """What a violated constraint means; one that means nothing here is a fault and goes on as it is."""
    if constraint == ONE_LIVE:
        return Refused(f"{application.person_id} has a live application", code="already_open")
    if constraint == "applications_reference_key":
        return Refused(f"{application.reference} is in use", code="reference_taken")
    return error
