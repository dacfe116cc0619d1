"""What the housing fund needs from outside, in its own language. Adapters play these parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fund.application import Application, Event
from fund.draft import Draft
from fund.numbers import CardNumber, IdNumber
from fund.people import Identity, Member, Person


class Clock(Protocol):
    """The time, in Asia/Shanghai."""

    def __call__(self) -> datetime: ...


class Members(Protocol):
    """The core system (核心系统), for looking things up."""

    def find(self, person: Person, *, fresh: bool = False) -> Member:
        """What is known of this person. ``fresh`` bypasses any short-lived copy.

        Raises Refused with code ``no_account`` or ``name_mismatch``, or Unavailable.
        """
        ...


@dataclass(frozen=True, slots=True)
class CardVerdict:
    """What the bank says of a card; None where it cannot tell. ``kind`` is ``debit`` or ``credit``."""

    matches: bool | None = None
    account_class: int | None = None
    kind: str = ""
    open: bool = True


class Cards(Protocol):
    """Card checks at the banks."""

    def check(self, bank: str, card: CardNumber, person: Person) -> CardVerdict:
        """Whether the card is this person's own and of which class. Raises Refused or Unavailable."""
        ...


class People(Protocol):
    """Persons who have signed in."""

    def remember(self, identity: Identity) -> Person:
        """The person with this id number, made or brought up to date. One row however many sign in at once."""
        ...

    def get(self, person_id: UUID) -> Person:
        """Raises NotFound."""
        ...


class Bindings(Protocol):
    """Which WeChat follower is which person. The platform wants all of it gone when they stop following."""

    def bind(self, openid: str, person_id: UUID, *, replace: bool = False) -> None:
        """Bind both ways. Raises Refused ``person_bound_elsewhere`` or ``openid_bound_elsewhere`` unless
        ``replace``; binding the same pair again changes nothing."""
        ...

    def person_of(self, openid: str) -> UUID | None: ...

    def openid_of(self, person_id: UUID) -> str | None: ...

    def forget(self, openid: str, before: datetime | None = None) -> None:
        """Delete the binding and what is pending for it, as far as older than ``before`` (None: all of it); the
        business record stays, without the openid."""
        ...


class Drafts(Protocol):
    """Unfinished answers; kept 30 days after the last change, encrypted."""

    def load(self, person_id: UUID, business: str) -> Draft | None:
        """Raises Unavailable."""
        ...

    def save(self, person_id: UUID, draft: Draft, *, expected: int) -> None:
        """Keep the draft if the stored version is still ``expected`` (0 = none stored).

        Raises Stale when it is not, Unavailable when the store cannot be reached.
        """
        ...

    def drop(self, person_id: UUID, business: str, submission_key: str) -> None:
        """Forget the draft with this key; a newer draft stays. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored photo. ``bytes_`` and the pixel sizes are of the stored, re-encoded JPEG."""

    id: UUID
    kind: str
    width: int
    height: int
    bytes_: int
    sha256: str
    stored_at: datetime


class Photos(Protocol):
    """Photos of documents. Every call names the owner; another person's photo is NotFound."""

    def add(self, owner: UUID, submission_key: str, kind: str, upload: bytes, *, most: int) -> Photo:
        """Check by content, re-encode without EXIF, encrypt, store, all before returning. The same picture
        again for the same kind returns the photo already there.

        Raises InvalidValue with a sentence for the person (not a JPEG or PNG, too large, too many pixels,
        damaged, more than ``most``), or Unavailable.
        """
        ...

    def of(self, owner: UUID, submission_key: str) -> Sequence[Photo]:
        """All stored for this draft or application, oldest first."""
        ...

    def read(self, owner: UUID, photo_id: UUID) -> bytes:
        """The JPEG. Raises NotFound or Unavailable."""
        ...

    def remove(self, owner: UUID, photo_id: UUID) -> None:
        """Delete a photo not yet handed in; an absent one is fine. Raises WrongState once handed in."""
        ...


@dataclass(frozen=True, slots=True)
class SpouseSeen:
    """What a decision knew of the applicant's spouse: ``considered`` are the spouse's live applications."""

    id_number: IdNumber
    considered: frozenset[UUID]


class Applications(Protocol):
    """Applications and their events."""

    def hand_in(
        self, application: Application, event: Event, photo_ids: Sequence[UUID], spouse: SpouseSeen | None = None
    ) -> Application:
        """Store application, first event, photo ties and the notice job in ONE transaction.

        The same ``submission_key`` again returns the row already there. Raises Refused with code
        ``already_open`` when the person has a live application of this business and year, Stale when one
        of the photos is gone or the ``spouse`` has handed in or withdrawn meanwhile (a couple shares its
        limit), Unavailable.
        """
        ...

    def live_of(self, id_number: IdNumber) -> Sequence[Application]:
        """Live applications of whoever has this number, of any business and year."""
        ...

    def move(
        self,
        application: Application,
        event: Event,
        photo_ids: Sequence[UUID] = (),
        spouse: SpouseSeen | None = None,
    ) -> None:
        """Store a move, what it changed, the ties of new photos and the notice job in one transaction.

        Raises Stale if the row has moved on, one of the photos is gone, or the ``spouse`` has handed in or
        withdrawn meanwhile; Unavailable.
        """
        ...

    def of_person(self, person_id: UUID) -> Sequence[Application]:
        """All of a person's, newest first."""
        ...

    def by_reference(self, person_id: UUID, reference: str) -> Application:
        """Raises NotFound, also when it is somebody else's."""
        ...

    def by_submission_key(self, person_id: UUID, submission_key: str) -> Application | None:
        """The application a draft became, if it is this person's."""
        ...

    def events(self, application_id: UUID) -> Sequence[Event]:
        """Oldest first."""
        ...

    def spouse_mark(self, application_id: UUID) -> str:
        """The blind index of the spouse whom the core system named when it was handed in or, if there was none,
        corrected; '' without one."""
        ...


class IdentityProvider(Protocol):
    """The government identity service, by redirect."""

    def begin(self, state: str, return_url: str) -> str:
        """The URL to send the browser to; ``return_url`` already carries ``state``."""
        ...

    def complete(self, state: str, query: Mapping[str, str]) -> Identity:
        """Who came back. Raises Refused with code ``cancelled``, ``expired``, ``not_verified``,
        ``enterprise``, ``incomplete`` or ``undecodable``, or Unavailable."""
        ...

    def end(self, return_url: str) -> str | None:
        """Where to send the browser so that the session over there ends too and it comes back to
        ``return_url``; None when the service has no such page."""
        ...
