"""The ports of the fund played in memory, with the manners the real ones have to have."""

import hashlib
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from businesses.rent import terms as rent_terms
from businesses.rent.business import RentBusiness
from businesses.rent.terms import TermsTable
from fund.application import Application, Event, Move
from fund.correction import Corrections
from fund.draft import Draft
from fund.errors import InvalidValue, NotFound, Refused, Stale, Unavailable, WrongState
from fund.inbox import Message
from fund.intake import Intake
from fund.numbers import CardNumber, IdNumber
from fund.passbook import Deposit
from fund.people import Member, PastWithdrawal, Person
from fund.ports import CardVerdict, Photo, SpouseSeen
from fund.records import Records
from tests.makers import SUMMER_NOON, a_member, a_person


def mark_of(number: IdNumber) -> str:
    """A blind index, as far as a test needs one."""
    return f"mark of {number.value}"


class FakeClock:
    """Stands still until it is moved; ``step`` makes each reading later than the one before."""

    def __init__(self, now: datetime = SUMMER_NOON, step: timedelta = timedelta(0)) -> None:
        self.now, self.step = now, step

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


class FakeDrafts:
    """Plays Drafts: compare-and-set on the version, copies in and out, as if written down."""

    def __init__(self) -> None:
        self._kept: dict[tuple[UUID, str], Draft] = {}
        self._lock = threading.Lock()
        self.drop_fails = False
        self.before_save: Callable[[], None] = lambda: None
        """Runs once before the next save: another window that gets in between."""

    def load(self, person_id: UUID, business: str) -> Draft | None:
        with self._lock:
            draft = self._kept.get((person_id, business))
        return None if draft is None else _copy(draft)

    def save(self, person_id: UUID, draft: Draft, *, expected: int) -> None:
        between, self.before_save = self.before_save, lambda: None
        between()
        with self._lock:
            stored = self._kept.get((person_id, draft.business))
            if (stored.version if stored else 0) != expected:
                raise Stale("the draft has moved on", code="stale")
            self._kept[person_id, draft.business] = _copy(draft)

    def drop(self, person_id: UUID, business: str, submission_key: str) -> None:
        if self.drop_fails:
            raise Unavailable("the drafts are not reached", code="unavailable")
        with self._lock:
            stored = self._kept.get((person_id, business))
            if stored is not None and stored.submission_key == submission_key:
                del self._kept[person_id, business]

    def expire(self) -> None:
        """Thirty days have passed."""
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


def _copy(draft: Draft) -> Draft:
    return replace(
        draft,
        answers=dict(draft.answers),
        observed=dict(draft.observed),
        done=frozenset(draft.done),
        history={name: tuple((int(v), str(value)) for v, value in kept) for name, kept in draft.history.items()},
    )


class FakePhotos:
    """Plays Photos. An upload that begins with ``bad`` is no picture."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._kept: dict[UUID, tuple[UUID, str, Photo, bytes]] = {}
        self._handed_in: dict[UUID, str] = {}
        self._closed: set[str] = set()
        self._lock = threading.Lock()

    def add(self, owner: UUID, submission_key: str, kind: str, upload: bytes, *, most: int) -> Photo:
        if upload.startswith(b"bad"):
            raise InvalidValue("图片无法识别，请上传 JPG 或 PNG 照片", code="photo_format")
        digest = hashlib.sha256(upload).hexdigest()
        with self._lock:
            here = [p for o, k, p, _ in self._kept.values() if (o, k, p.kind) == (owner, submission_key, kind)]
            for photo in here:
                if photo.sha256 == digest:
                    return photo
            if submission_key in self._closed:
                raise WrongState("handed in meanwhile", code="handed_in")
            if len(here) >= most:
                raise InvalidValue(f"这一项最多上传{most}张照片，请先删除一张再上传", code="photo_most")
            photo = Photo(uuid.uuid4(), kind, 900, 1200, len(upload), digest, self._clock())
            self._kept[photo.id] = (owner, submission_key, photo, upload)
            return photo

    def of(self, owner: UUID, submission_key: str) -> Sequence[Photo]:
        with self._lock:
            return tuple(
                photo
                for o, key, photo, _ in self._kept.values()
                if o == owner
                and (
                    self._handed_in.get(photo.id) == submission_key
                    or (key == submission_key and submission_key not in self._closed)
                )
            )

    def read(self, owner: UUID, photo_id: UUID) -> bytes:
        with self._lock:
            kept = self._kept.get(photo_id)
        if kept is None or kept[0] != owner:
            raise NotFound("no such photo", code="no_such_photo")
        return kept[3]

    def remove(self, owner: UUID, photo_id: UUID) -> None:
        with self._lock:
            if photo_id in self._handed_in:
                raise WrongState("part of an application", code="handed_in")
            if self._kept.get(photo_id, (None,))[0] == owner:
                del self._kept[photo_id]

    def tie(self, application: Application, photo_ids: Sequence[UUID], *, handed_in: bool = True) -> None:
        """Called by FakeApplications inside its transaction. Raises Stale and changes nothing."""
        with self._lock:
            for photo_id in photo_ids:
                kept = self._kept.get(photo_id)
                free = kept is not None and kept[0] == application.person_id and photo_id not in self._handed_in
                if not free or (handed_in and kept[1] != application.submission_key):
                    raise Stale("a photo is gone", code="photo_gone")
            self._closed.add(application.submission_key)
            self._handed_in.update({photo_id: application.submission_key for photo_id in photo_ids})

    def handed_in(self, application: Application) -> list[str]:
        """The kinds of the photos that are part of an application."""
        return [p.kind for p in self.of(application.person_id, application.submission_key)]


class FakeApplications:
    """Plays Applications: one per submission key, one live per person, business and year."""

    def __init__(self, photos: FakePhotos) -> None:
        self._photos = photos
        self._rows: dict[UUID, Application] = {}
        self._events: list[Event] = []
        self._lock = threading.Lock()
        self.spouses: dict[UUID, IdNumber] = {}
        self.numbers: dict[UUID, IdNumber] = {}
        """Whose number each person has, as the people's table would tell."""
        self.before_hand_in: Callable[[], None] = lambda: None
        """Runs once before the next hand-in is stored."""
        self.before_move: Callable[[], None] = lambda: None
        """The same for the next move."""

    def hand_in(
        self, application: Application, event: Event, photo_ids: Sequence[UUID], spouse: SpouseSeen | None = None
    ) -> Application:
        between, self.before_hand_in = self.before_hand_in, lambda: None
        between()
        with self._lock:
            for row in self._rows.values():
                if row.submission_key == application.submission_key:
                    if row.person_id != application.person_id:
                        raise NotFound("somebody else's", code="no_such_application")
                    return row
            if spouse is not None and {row.id for row in self._live_of(spouse.id_number)} != spouse.considered:
                raise Stale("the spouse's applications have changed", code="spouse_changed")
            if any(r.state.is_live and _slot(r) == _slot(application) for r in self._rows.values()):
                raise Refused("there is a live one", code="already_open")
            self._photos.tie(application, photo_ids)
            self._rows[application.id] = application
            if spouse is not None:
                self.spouses[application.id] = spouse.id_number
            self._events.append(event)
            return application

    def live_of(self, id_number: IdNumber) -> Sequence[Application]:
        with self._lock:
            return tuple(self._live_of(id_number))

    def _live_of(self, id_number: IdNumber) -> list[Application]:
        return [r for r in self._rows.values() if r.state.is_live and self.numbers.get(r.person_id) == id_number]

    def move(
        self,
        application: Application,
        event: Event,
        photo_ids: Sequence[UUID] = (),
        spouse: SpouseSeen | None = None,
    ) -> None:
        between, self.before_move = self.before_move, lambda: None
        between()
        with self._lock:
            if self._rows[application.id].version != application.version - 1:
                raise Stale("moved on", code="stale")
            if spouse is not None and {row.id for row in self._live_of(spouse.id_number)} != spouse.considered:
                raise Stale("the spouse's applications have changed", code="spouse_changed")
            self._photos.tie(application, photo_ids, handed_in=False)
            self._rows[application.id] = application
            if spouse is not None:
                self.spouses.setdefault(application.id, spouse.id_number)
            self._events.append(event)

    def of_person(self, person_id: UUID) -> Sequence[Application]:
        with self._lock:
            mine = [row for row in self._rows.values() if row.person_id == person_id]
        return tuple(sorted(mine, key=lambda row: row.submitted_at, reverse=True))

    def by_reference(self, person_id: UUID, reference: str) -> Application:
        for row in self.of_person(person_id):
            if row.reference == reference:
                return row
        raise NotFound("no such application", code="no_such_application")

    def by_submission_key(self, person_id: UUID, submission_key: str) -> Application | None:
        return next((r for r in self.of_person(person_id) if r.submission_key == submission_key), None)

    def events(self, application_id: UUID) -> Sequence[Event]:
        with self._lock:
            return tuple(event for event in self._events if event.application_id == application_id)

    def spouse_mark(self, application_id: UUID) -> str:
        known = self.spouses.get(application_id)
        return mark_of(known) if known else ""

    @property
    def rows(self) -> tuple[Application, ...]:
        with self._lock:
            return tuple(self._rows.values())


def _slot(application: Application) -> tuple[UUID, str, int]:
    return application.person_id, application.business, application.year


class FakeMembers:
    """Plays Members: one set of facts for everybody, kept as what differs from a member in good order.

    ``copy_of`` holds an older answer that is given unless ``fresh`` is asked for.
    """

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.facts: dict[str, Any] = {}
        self.error: Exception | None = None
        self.stale_copy: Member | None = None

    def find(self, person: Person, *, fresh: bool = False) -> Member:
        if self.error is not None:
            raise self.error
        if fresh:
            self.stale_copy = None
        return self.stale_copy or self.now()

    def now(self) -> Member:
        """What the core system knows at this moment."""
        return a_member(today=self._clock.now.date(), **self.facts)


class FakePassbook:
    """Plays ``fund.passbook.Passbook``: entries by person, whatever order they were given in."""

    def __init__(self) -> None:
        self.paid: dict[UUID, list[Deposit]] = {}
        self.drawn: dict[UUID, list[PastWithdrawal]] = {}
        self.error: Exception | None = None

    def deposits(self, person: Person, year: int) -> Sequence[Deposit]:
        if self.error is not None:
            raise self.error
        found = [one for one in self.paid.get(person.id, []) if one.on.year == year]
        return tuple(sorted(found, key=lambda one: (one.on, one.month), reverse=True))

    def withdrawals(self, person: Person, year: int) -> Sequence[PastWithdrawal]:
        if self.error is not None:
            raise self.error
        found = [one for one in self.drawn.get(person.id, []) if one.on.year == year]
        return tuple(sorted(found, key=lambda one: one.on, reverse=True))


class FakeCards:
    """Plays Cards: a verdict by card number; ``error`` when the bank is not reached."""

    def __init__(self) -> None:
        self.verdicts: dict[str, CardVerdict] = {}
        self.usual = CardVerdict(matches=True, account_class=1, kind="debit", open=True)
        self.error: Exception | None = None
        self.asked = 0

    def check(self, bank: str, card: CardNumber, person: Person) -> CardVerdict:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.verdicts.get(card.value, self.usual)


class FakeInbox:
    """Plays ``fund.inbox.Inbox``."""

    def __init__(self) -> None:
        self.messages: dict[UUID, list[Message]] = {}

    def of(self, person_id: UUID) -> list[Message]:
        return sorted(self.messages.get(person_id, []), key=lambda message: message.at, reverse=True)

    def unread(self, person_id: UUID) -> int:
        return sum(1 for message in self.of(person_id) if not message.is_read)

    def read_all(self, person_id: UUID, until: datetime) -> None:
        kept = self.messages.get(person_id, [])
        self.messages[person_id] = [replace(m, is_read=m.is_read or m.at <= until) for m in kept]


@dataclass
class Counter:
    """An intake with all its fakes: a person's visits to the online counter."""

    clock: FakeClock
    drafts: FakeDrafts
    photos: FakePhotos
    applications: FakeApplications
    members: FakeMembers
    cards: FakeCards
    intake: Intake
    corrections: Corrections
    card_fixes: Corrections
    records: Records
    inbox: FakeInbox
    person: Person = field(default_factory=a_person)

    def look(self) -> Any:
        return self.intake.look(self.person, "rent")

    def answer(self, step: str, typed: Mapping[str, str] | None = None, **window: Any) -> Any:
        """Give a page from a window that was opened just now, unless ``window`` says otherwise."""
        now = self.look().draft
        window = {"seen_version": now.version, "submission_key": now.submission_key, **window}
        return self.intake.answer(self.person, "rent", step, typed or {}, **window)

    def walk(self, given: Mapping[str, str], until: str = "") -> Any:
        """Answer page after page, each opened first, up to but not including ``until``; the last outcome."""
        outcome = None
        for step in ("info", "details", "account", "pledge"):
            if step == until:
                return outcome
            fields = [f.name for f in self.look().business.journey.step(step).fields]
            outcome = self.answer(step, {name: given[name] for name in fields if name in given})
        return outcome

    def upload_all(self) -> None:
        """A photo of every document that is asked for and not there yet, required or not."""
        now = self.look()
        for kind in now.photo_kinds(now.path[-1]):
            if now.photos.get(kind.name):
                continue
            self.intake.attach(self.person, "rent", kind.name, f"photo of {kind.name}".encode())


def a_counter(*, clock: FakeClock | None = None, terms: TermsTable | None = None, **facts: Any) -> Counter:
    """Everything in good order at noon on 15 July 2026; ``facts`` are given to ``a_member``."""
    clock = clock or FakeClock()
    photos, members, cards, drafts = FakePhotos(clock), FakeMembers(clock), FakeCards(), FakeDrafts()
    members.facts.update(facts)
    applications = FakeApplications(photos)
    kinds = {"rent": RentBusiness(terms or rent_terms.load())}
    inbox = FakeInbox()
    records = Records(
        businesses=kinds, drafts=drafts, applications=applications, photos=photos, inbox=inbox, clock=clock
    )
    same: dict[str, Any] = {
        "businesses": kinds,
        "drafts": drafts,
        "applications": applications,
        "photos": photos,
        "members": members,
        "cards": cards,
        "clock": clock,
    }
    intake = Intake(**same)
    corrections, card_fixes = Corrections(move=Move.CORRECT, **same), Corrections(move=Move.FIX_CARD, **same)
    return Counter(clock, drafts, photos, applications, members, cards, intake, corrections, card_fixes, records, inbox)
