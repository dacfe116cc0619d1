"""What a citizen puts right: what the desk marked, or where the money goes. Page by page, by the use cases of intake.

A correction belongs to one version of its application. Its answers and photos wait in a draft of their own, so
nothing is lost and two windows cannot overwrite each other; handing in is one move.
"""

import contextlib
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from fund.application import MOVES, Application, Event, Move, State
from fund.correcting import Correcting, draft_name, put_right
from fund.decision import Because, Decision
from fund.draft import Draft
from fund.errors import InvalidValue, Stale, Unavailable, WrongState
from fund.handing_in import seen_of_spouse
from fund.intake import Intake
from fund.people import Person
from fund.ports import Photo
from fund.progress import Answered, Progress, by_kind

log = logging.getLogger(__name__)

SAME_PHOTO = "这张照片和原来的相同，请重新拍摄后上传"


class Corrections(Intake):
    """Intake for an application that was handed in already; ``business`` is its reference throughout.

    ``move`` is CORRECT (补正) or FIX_CARD (更正收款信息). All of it raises NotFound for somebody else's reference and
    WrongState when the application does not wait for this move.
    """

    def __init__(self, *, move: Move, **same: Any) -> None:
        """The rest is what Intake is made of."""
        super().__init__(**same)
        self._move = move
        self._from = next(state for (state, made) in MOVES if made is move)

    def look(self, person: Person, business: str, *, fresh: bool = False) -> Progress:
        """Where the person stands with putting it right."""
        application = self._applications.by_reference(person.id, business)
        if application.state is not self._from:
            raise WrongState(f"{application.reference}: {self._move} from {application.state}", code="wrong_state")
        kind = self._correcting(application)
        member = self._members.find(person, fresh=fresh)
        earlier = tuple(self._applications.of_person(person.id))
        key, draft = _key(application.id, application.version), self._drafts.load(person.id, kind.name)
        if draft is None or draft.submission_key != key:
            version = draft.version if draft else 0
            draft = Draft(kind.name, key, application.reference, self._clock(), version=version)
        spouses = tuple(self._applications.live_of(member.spouse)) if member.spouse else ()
        return self._progress(kind, person, member, draft, earlier, spouses)

    def answer_together(
        self,
        person: Person,
        business: str,
        step_names: Collection[str],
        typed: Mapping[str, str],
        *,
        submission_key: str = "",
        **window: Any,
    ) -> Answered:
        """As Intake's; the last page makes the move. Given twice, also at once, it is made once."""
        try:
            return super().answer_together(person, business, step_names, typed, submission_key=submission_key, **window)
        except WrongState:
            if receipt := self._receipt(person, submission_key):
                return Answered(None, receipt=receipt)
            raise

    def attach(self, person: Person, business: str, kind: str, upload: bytes, *, replaces: UUID | None = None) -> Photo:
        """As Intake's, into a draft that is kept from now on. Raises InvalidValue for the very photo that was there."""
        draft = self.look(person, business).draft
        stored = self._drafts.load(person.id, draft.business)
        if stored is None or stored.submission_key != draft.submission_key:
            with contextlib.suppress(Stale):  # another window has just begun it
                self._drafts.save(person.id, draft.changed(), expected=draft.version)
        return super().attach(person, business, kind, upload, replaces=replaces)

    def _accept(self, progress: Progress, photo: Photo) -> None:
        there = self._photos.of(progress.person.id, self._kind_of(progress).application.submission_key)
        if any((old.kind, old.sha256) == (photo.kind, photo.sha256) for old in there):
            self._photos.remove(progress.person.id, photo.id)
            raise InvalidValue(SAME_PHOTO, code="photo_same")

    def _hand_in(self, progress: Progress) -> Answered:
        person, key = progress.person, progress.draft.submission_key
        now = self.look(person, progress.draft.reference, fresh=True)
        if now.draft.submission_key == key:
            now = self._observed_anew(now)
        if now.draft.submission_key != key or now.problems:
            return Answered(now, goto=now.next or now.path[0])
        moved, event = put_right(now, self._kind_of(now))
        photos = [UUID(photo) for ids in event.details["photos"].values() for photo in ids]
        self._applications.move(moved, event, photos, seen_of_spouse(now))
        try:
            self._drafts.drop(person.id, now.draft.business, key)
        except Unavailable:
            # Harmless: it is of a version that has passed, and expires by itself.
            log.warning("the draft of a correction of %s could not be dropped", moved.reference)
        return Answered(now, receipt=moved)

    def _receipt(self, person: Person, submission_key: str) -> Application | None:
        """The application, if this very correction was made."""
        for application in self._applications.of_person(person.id):
            if submission_key.startswith(application.id.hex):
                events = self._applications.events(application.id)
                made = {_key(application.id, event.seq - 1) for event in events if event.move is self._move}
                return application if submission_key in made else None
        return None

    def _correcting(self, application: Application) -> Correcting:
        base = self._business(application.business)
        events = self._applications.events(application.id)
        photos = by_kind(current(self._photos.of(application.person_id, application.submission_key), events))
        if self._move is Move.FIX_CARD:
            asked, refused = payee_trouble(events, base.payee_fields)
            return Correcting(base, application, self._move, asked, {}, photos, refused)
        marks = returned(events).marks
        fields = {mark.name: mark.because for mark in marks if mark.kind == "field"}
        documents = {mark.name: mark.because for mark in marks if mark.kind == "photo"}
        return Correcting(base, application, self._move, fields, documents, photos)

    @staticmethod
    def _kind_of(progress: Progress) -> Correcting:
        assert isinstance(progress.business, Correcting)
        return progress.business


def returned(events: Iterable[Event]) -> Decision:
    """What was said with the newest return for correction; nothing if there was none."""
    said = [event for event in events if event.move is Move.RETURN and event.state is State.NEEDS_FIX]
    return Decision.of(said[-1].details) if said else Decision()


def payee_trouble(events: Sequence[Event], payee_fields: Sequence[str]) -> tuple[Mapping[str, Because], frozenset[str]]:
    """Why nothing can be paid to where the money was to go: by field, the card's last; and which of the answers must be
    others now. What is not the card's fault leaves it free to be given again."""
    asked = dict.fromkeys(payee_fields, Because("", ""))
    last = next((e for e in reversed(events) if e.state is State.PAY_FAILED), None)
    if last is not None and last.move is Move.RETURN:
        marks = {mark.name: mark.because for mark in Decision.of(last.details).marks if mark.name in asked}
        return {**asked, **marks}, frozenset(marks) & _CARD
    told = last.details.get("reason", {}) if last is not None else {}
    because = Because(str(told.get("code", "")), str(told.get("words", "")))
    card = dict.fromkeys(_CARD & asked.keys(), because)
    return {**asked, **card}, frozenset(card) if because.code in OF_THE_CARD else frozenset()


_CARD = frozenset({"card"})
OF_THE_CARD = frozenset({"R06", "R07"})
"""收款账户户名不一致, 不是一类账户或状态异常: codes of ``fund.payment.because``."""


def superseded(events: Iterable[Event]) -> frozenset[UUID]:
    """Photos of an application that newer ones have taken the place of; they stay for the record."""
    return frozenset(UUID(photo) for event in events for photo in event.details.get("superseded", ()))


def current(photos: Sequence[Photo], events: Iterable[Event]) -> tuple[Photo, ...]:
    """An application's photos without those that no longer count."""
    gone = superseded(events)
    return tuple(photo for photo in photos if photo.id not in gone)


def drafts_of(submission_key: str, businesses: Iterable[str]) -> Iterable[str]:
    """Under which names a draft with this key may be kept: as a new application, or as a correction of one."""
    application, _, version = submission_key.partition("-")
    for business in businesses:
        yield business
        if version:
            yield draft_name(business, application)


def _key(application: UUID, version: int) -> str:
    """What a correction is recognised by: which application, and which version of it was put right."""
    return f"{application.hex}-{version}"
