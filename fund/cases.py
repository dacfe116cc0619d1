"""Applications as the desk sees them: the queue, who holds a case, what was shown to whom, and what looks alike."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fund.application import MOVES, Application, Event, Move, Role, State
from fund.money import Money
from fund.numbers import IdNumber


def worked_on_by(role: Role) -> frozenset[State]:
    """The states in which somebody of this role has something to decide."""
    return frozenset(state for (state, _), (_, roles) in MOVES.items() if role in roles)


WAITING = worked_on_by(Role.REVIEWER) | worked_on_by(Role.CONFIRMER)
"""States in which the centre's working days are counted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue is asked for. ``mine``: held by the asker, or decided on by them last and back again;
    ``masked_id_number``: of everybody whose number
    is shown like this. ``page`` counts from 1."""

    states: frozenset[State]
    business: str = ""
    mine: bool = False
    reference: str = ""
    person_id: UUID | None = None
    masked_id_number: str = ""
    newest_first: bool = False
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the queue. ``waiting_since`` is when it last came in from the citizen; ``holder`` works on it until
    ``until``; ``name`` is the applicant's, masked."""

    id: UUID
    reference: str
    business: str
    state: State
    amount: Money
    name: str
    submitted_at: datetime
    terms_version: str
    waiting_since: datetime
    holder: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a case, and until when unless they go on working on it."""

    staff_id: UUID
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Something of a case that was shown to somebody: ``case``, ``photo:<id>`` or ``reveal:<what>``."""

    staff_id: UUID
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Signal:
    """Something of a case that another application has too. ``kind`` is ``card``, ``address``, ``photo`` or
    ``spouse``; ``own`` says that the other one is the same person's; ``name`` is the other applicant's, masked. The same
    photo is ``document`` here and ``theirs`` there."""

    kind: str
    reference: str
    state: State
    submitted_at: datetime
    own: bool = False
    photo_id: UUID | None = None
    name: str = ""
    document: str = ""
    theirs: str = ""


class Cases(Protocol):
    """What the desk reads and writes besides the applications themselves. Every method raises Unavailable."""

    def queue(self, staff_id: UUID, wanted: Wanted, at: datetime) -> tuple[Sequence[Line], int]:
        """One page of it, waiting longest first, and how many there are in all."""
        ...

    def by_reference(self, reference: str) -> Application:
        """Anybody's. Raises NotFound."""
        ...

    def person_with(self, id_number: IdNumber) -> UUID | None:
        """Who has exactly this id number, found without anything readable being compared."""
        ...

    def holder(self, application_id: UUID, at: datetime) -> Claim | None:
        """Who holds the case at that moment."""
        ...

    def claim(self, application_id: UUID, staff_id: UUID, at: datetime, until: datetime) -> bool:
        """Take the case, or hold it longer, in one statement; False when somebody else holds it."""
        ...

    def renew(self, application_id: UUID, staff_id: UUID, at: datetime, until: datetime) -> bool:
        """Hold it longer; False when it is not, or no longer, held by this member."""
        ...

    def release(self, application_id: UUID, staff_id: UUID) -> None:
        """Hold it no longer; nothing happens when somebody else does."""
        ...

    def histories(self, application_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Event]]:
        """The events of several cases, oldest first."""
        ...

    def looked(self, staff_id: UUID, application_id: UUID, what: str, at: datetime) -> None:
        """Write down what is about to be shown: ``case``, ``photo:<id>``, ``reveal:<what>``."""
        ...

    def shown(self, application_id: UUID, most: int, skipped: int = 0) -> tuple[Sequence[Look], int]:
        """What was shown of a case, newest first, behind the first few; and how much there is in all."""
        ...

    def opened(self, application_id: UUID, staff_ids: Collection[UUID]) -> frozenset[UUID]:
        """Ids of the photos of a case that one of these accounts has opened."""
        ...

    def signals(self, application: Application, spouse: IdNumber | None) -> Sequence[Signal]:
        """What other applications have in common with this one, newest first."""
        ...


class CasePhotos(Protocol):
    """The photos that are part of an application, for staff. Raises NotFound, Unavailable."""

    def read_of(self, application_id: UUID, photo_id: UUID) -> bytes:
        """The JPEG. Only to be called once the look was written down."""
        ...


class Stamp(Protocol):
    """Writes into the pixels of a picture who is looking at it and when."""

    def __call__(self, jpeg: bytes, plain: str, name: str) -> bytes:
        """``plain`` is ASCII and always drawn; ``name`` only where the machine has the characters for it."""
        ...


def moves_of(role: Role, state: State) -> frozenset[Move]:
    """What somebody of a role may do from a state."""
    return frozenset(move for (at, move), (_, roles) in MOVES.items() if at is state and role in roles)


Names = Mapping[UUID, str]
"""Staff by id."""
