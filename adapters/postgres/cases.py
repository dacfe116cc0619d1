"""The desk's queue: what waits, who holds it, what was shown to whom, and what two applications have in common."""

import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.application_rows import ApplicationRows
from adapters.postgres.database import Database
from adapters.postgres.desk_tables import ClaimRow, LookRow
from adapters.postgres.people import masked_mark, opened_name
from adapters.postgres.tables import ApplicationRow, EventRow, PersonRow, PhotoRow
from fund.application import Application, Event, Move, Role, State
from fund.cases import Claim, Line, Look, Signal, Wanted
from fund.errors import NotFound
from fund.money import Money
from fund.numbers import IdNumber, mask_name

_HERE = ZoneInfo("Asia/Shanghai")
_REFERENCE = re.compile(r"[0-9A-Z-]{1,32}")
_FROM_OUTSIDE = tuple(move.value for move in (Move.HAND_IN, Move.CORRECT, Move.FIX_CARD))
_BACK_HERE = tuple(state.value for state in (State.IN_REVIEW, State.NEEDS_FIX, State.CARD_REVIEW))
_MOST_SIGNALS = 20
_PHOTO = "photo:"
_Rows = Select[*tuple[Any, ...]]


class PostgresCases:
    """Plays ``fund.cases.Cases``."""

    def __init__(
        self, database: Database, cipher: FieldCipher, index: BlindIndex, rows: ApplicationRows, marks: Sequence[str]
    ) -> None:
        """``marks``: the columns of blind indexes that two applications are compared by, ``<kind>_mark`` each."""
        self._database = database
        self._cipher = cipher
        self._index = index
        self._rows = rows
        self._marks = tuple(marks)

    def queue(self, staff_id: UUID, wanted: Wanted, at: datetime) -> tuple[Sequence[Line], int]:
        """One page, waiting longest first. Raises Unavailable."""
        since = (
            select(func.max(EventRow.at))
            .where(EventRow.application_id == ApplicationRow.id, EventRow.move.in_(_FROM_OUTSIDE))
            .scalar_subquery()
        )
        chosen = _chosen(staff_id, wanted, at)
        if wanted.masked_id_number:
            chosen = chosen.where(PersonRow.masked_mark == masked_mark(self._index, wanted.masked_id_number))
        order = (since.desc() if wanted.newest_first else since.asc(), ApplicationRow.id)
        lines = (
            chosen.add_columns(since.label("since"))
            .order_by(*order)
            .limit(wanted.size)
            .offset((max(wanted.page, 1) - 1) * wanted.size)
        )
        with self._database.reading() as session:
            count = session.scalar(chosen.with_only_columns(func.count(), maintain_column_froms=True)) or 0
            return tuple(self._line(*row) for row in session.execute(lines)), count

    def by_reference(self, reference: str) -> Application:
        """Raises NotFound, Unavailable."""
        if not _REFERENCE.fullmatch(reference):
            raise NotFound("not a reference", code="no_such_application")
        with self._database.reading() as session:
            row = session.scalar(select(ApplicationRow).where(ApplicationRow.reference == reference))
        if row is None:
            raise NotFound("no such application", code="no_such_application")
        return self._rows.application(row)

    def person_with(self, id_number: IdNumber) -> UUID | None:
        """By the blind index. Raises Unavailable."""
        with self._database.reading() as session:
            return session.scalar(select(PersonRow.id).where(PersonRow.id_number_mark == self._mark(id_number)))

    def holder(self, application_id: UUID, at: datetime) -> Claim | None:
        """Nobody, once the lease has ended. Raises Unavailable."""
        with self._database.reading() as session:
            row = session.scalar(select(ClaimRow).where(ClaimRow.application_id == application_id, ClaimRow.until > at))
        return None if row is None else Claim(row.staff_id, row.since.astimezone(_HERE), row.until.astimezone(_HERE))

    def claim(self, application_id: UUID, staff_id: UUID, at: datetime, until: datetime) -> bool:
        """One statement, so that of any number who try at once one holds it. Raises Unavailable, OutcomeUnknown."""
        mine = and_(ClaimRow.staff_id == staff_id, ClaimRow.until > at)
        wanted = insert(ClaimRow).values(application_id=application_id, staff_id=staff_id, since=at, until=until)
        statement = wanted.on_conflict_do_update(
            index_elements=[ClaimRow.application_id],
            set_={"staff_id": staff_id, "since": case((mine, ClaimRow.since), else_=at), "until": until},
            where=or_(ClaimRow.staff_id == staff_id, ClaimRow.until <= at),
        ).returning(ClaimRow.staff_id)
        return self._database.settled(lambda session: session.scalar(statement)) is not None

    def renew(self, application_id: UUID, staff_id: UUID, at: datetime, until: datetime) -> bool:
        """Only a lease that has not ended. Raises Unavailable, OutcomeUnknown."""
        statement = (
            update(ClaimRow)
            .where(ClaimRow.application_id == application_id, ClaimRow.staff_id == staff_id, ClaimRow.until > at)
            .values(until=until)
            .returning(ClaimRow.staff_id)
        )
        return self._database.settled(lambda session: session.scalar(statement)) is not None

    def release(self, application_id: UUID, staff_id: UUID) -> None:
        """Raises Unavailable, OutcomeUnknown."""
        statement = delete(ClaimRow).where(ClaimRow.application_id == application_id, ClaimRow.staff_id == staff_id)
        self._database.settled(lambda session: session.execute(statement))

    def histories(self, application_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Event]]:
        """Oldest first. Raises Unavailable."""
        of_them = select(EventRow).where(EventRow.application_id.in_(application_ids)).order_by(EventRow.seq)
        found: dict[UUID, list[Event]] = {}
        with self._database.reading() as session:
            for row in session.scalars(of_them):
                found.setdefault(row.application_id, []).append(self._rows.event(row))
        return found

    def looked(self, staff_id: UUID, application_id: UUID, what: str, at: datetime) -> None:
        """Raises Unavailable, OutcomeUnknown; nothing may be shown then."""
        row = {"id": uuid.uuid4(), "staff_id": staff_id, "application_id": application_id, "what": what, "at": at}
        statement = insert(LookRow).values(row).on_conflict_do_nothing(index_elements=[LookRow.id])
        self._database.settled(lambda session: session.execute(statement))

    def shown(self, application_id: UUID, most: int, skipped: int = 0) -> tuple[Sequence[Look], int]:
        """Newest first. Raises Unavailable."""
        of_it = select(LookRow).where(LookRow.application_id == application_id)
        page = of_it.order_by(LookRow.at.desc(), LookRow.id).limit(most).offset(skipped)
        with self._database.reading() as session:
            count = session.scalar(of_it.with_only_columns(func.count())) or 0
            return tuple(Look(r.staff_id, r.what, r.at.astimezone(_HERE)) for r in session.scalars(page)), count

    def opened(self, application_id: UUID, staff_ids: Collection[UUID]) -> frozenset[UUID]:
        """Raises Unavailable."""
        of_them = and_(LookRow.application_id == application_id, LookRow.staff_id.in_(staff_ids))
        with self._database.reading() as session:
            found = session.scalars(select(LookRow.what).where(of_them, LookRow.what.startswith(_PHOTO)).distinct())
            return frozenset(UUID(what.removeprefix(_PHOTO)) for what in found)

    def signals(self, application: Application, spouse: IdNumber | None) -> Sequence[Signal]:
        """Newest first, at most twenty of each kind. Raises Unavailable."""
        other = ApplicationRow.person_id != application.person_id
        marks = self._rows.row(application)
        wanted: list[tuple[str, Any]] = [
            (column.removesuffix("_mark"), and_(getattr(ApplicationRow, column) == marks[column], other))
            for column in self._marks
            if marks[column]
        ]
        if spouse is not None:
            wanted.append(("spouse", PersonRow.id_number_mark == self._mark(spouse)))
        found: list[Signal] = []
        with self._database.reading() as session:
            for kind, same in wanted:
                found += [self._signal(kind, row, whose) for row, whose in session.execute(_newest(same))]
            for row, whose, photo_id, document, theirs in session.execute(_same_photos(application.id)):
                own = row.person_id == application.person_id
                found.append(self._signal("photo", row, whose, own, photo_id, document, theirs))
        return tuple(found)

    def _signal(self, kind: str, row: ApplicationRow, whose: PersonRow, own: bool = False, *of_a_photo: Any) -> Signal:
        photo_id, document, theirs = of_a_photo or (None, "", "")
        name = mask_name(opened_name(self._cipher, whose))
        at = row.submitted_at.astimezone(_HERE)
        return Signal(kind, row.reference, State(row.state), at, own, photo_id, name, document, theirs)

    def _line(
        self, row: ApplicationRow, person: PersonRow, holder: UUID | None, until: datetime | None, since: datetime
    ) -> Line:
        return Line(
            id=row.id,
            reference=row.reference,
            business=row.business,
            state=State(row.state),
            amount=Money(row.amount_fen),
            name=mask_name(opened_name(self._cipher, person)),
            submitted_at=row.submitted_at.astimezone(_HERE),
            terms_version=row.terms_version,
            waiting_since=since.astimezone(_HERE),
            holder=holder,
            until=until and until.astimezone(_HERE),
        )

    def _mark(self, id_number: IdNumber) -> str:
        return self._index.of("id_number", id_number.value)


def _chosen(staff_id: UUID, wanted: Wanted, at: datetime) -> _Rows:
    held = and_(ClaimRow.application_id == ApplicationRow.id, ClaimRow.until > at)
    chosen: _Rows = (
        select(ApplicationRow, PersonRow, ClaimRow.staff_id, ClaimRow.until)
        .join(PersonRow, PersonRow.id == ApplicationRow.person_id)
        .outerjoin(ClaimRow, held)
        .where(ApplicationRow.state.in_([state.value for state in wanted.states]))
    )
    if wanted.business:
        chosen = chosen.where(ApplicationRow.business == wanted.business)
    if wanted.reference:
        chosen = chosen.where(ApplicationRow.reference == wanted.reference)
    if wanted.person_id is not None:
        chosen = chosen.where(ApplicationRow.person_id == wanted.person_id)
    if wanted.mine:
        last = (
            select(EventRow.actor_id)
            .where(EventRow.application_id == ApplicationRow.id, EventRow.actor_role == Role.REVIEWER.value)
            .order_by(EventRow.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        back = and_(ApplicationRow.state.in_(_BACK_HERE), ClaimRow.staff_id.is_(None), last == staff_id)
        chosen = chosen.where(or_(ClaimRow.staff_id == staff_id, back))
    return chosen


def _newest(condition: Any) -> _Rows:
    found: _Rows = select(ApplicationRow, PersonRow).join(PersonRow, PersonRow.id == ApplicationRow.person_id)
    return found.where(condition).order_by(ApplicationRow.submitted_at.desc()).limit(_MOST_SIGNALS)


def _same_photos(application_id: UUID) -> _Rows:
    mine, theirs = aliased(PhotoRow), aliased(PhotoRow)
    same: _Rows = (
        select(ApplicationRow, PersonRow, mine.id, mine.kind, theirs.kind)
        .join(theirs, theirs.application_id == ApplicationRow.id)
        .join(mine, mine.sha256_original == theirs.sha256_original)
        .join(PersonRow, PersonRow.id == ApplicationRow.person_id)
        .where(mine.application_id == application_id, ApplicationRow.id != application_id)
        .order_by(ApplicationRow.submitted_at.desc())
        .limit(_MOST_SIGNALS)
    )
    return same
