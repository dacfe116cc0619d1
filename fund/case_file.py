"""Everything the case page shows, and the questions of separation that are answered from a case's history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from fund.application import Application, Event, Move, Role, State
from fund.business import Reviewable, ThenNow
from fund.calendar import WorkCalendar
from fund.cases import Claim, Signal
from fund.decision import Because, Correction, Mark
from fund.errors import InvalidValue
from fund.journey import PhotoKind
from fund.people import Member, Person
from fund.ports import Photo
from fund.reason_list import MOST_SAID, SAY, line
from fund.reasons import Reason

LEASE = timedelta(minutes=30)
"""How long a case is held without being worked on."""


@dataclass(frozen=True, slots=True, repr=False)
class CoreWord:
    """What the core system says now. ``is_down``: it could not be asked. ``refusal`` is '' or what it says instead of
    an account: ``no_account``, ``name_mismatch``; ``reasons`` are all the rules would say against the application
    today; ``documents`` are those asked for today."""

    member: Member | None
    is_down: bool = False
    refusal: str = ""
    figures: Mapping[str, str] | None = None
    reasons: tuple[Reason, ...] = ()
    documents: tuple[PhotoKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What a member of staff may do with the case now. ``why_not`` are codes of what stands in the way."""

    moves: frozenset[Move] = frozenset()
    can_claim: bool = False
    can_release: bool = False
    why_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Back:
    """How a case came here again. ``corrected`` is CORRECT or FIX_CARD, by which it came back; ``kept``: for whom, and until when."""

    corrected: Move | None = None
    kept: tuple[UUID, datetime] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CaseFile:
    """One case, laid open for one member of staff at one moment."""

    business: Reviewable
    application: Application
    person: Person
    events: tuple[Event, ...]
    photos: tuple[Photo, ...]
    core: CoreWord
    compared: tuple[ThenNow, ...]
    signals: tuple[Signal, ...]
    holder: Claim | None
    back: Back
    names: Mapping[UUID, str]
    age: int
    """Working days since it last came in from the citizen."""
    days: int
    """Working days within which it has to be decided."""
    offer: Offer
    markable: Mapping[str, tuple[str, ...]]

    @property
    def correction(self) -> Correction | None:
        """What the citizen put right last, while staff have not decided on it."""
        last = next((e for e in reversed(self.events) if e.move in (Move.CORRECT, Move.FIX_CARD)), None)
        return None if last is None else Correction.of(last.details)

    @property
    def old_photos(self) -> frozenset[str]:
        """Ids of the photos that those of a correction have taken the place of."""
        return superseded(self.events)

    @property
    def new_photos(self) -> frozenset[str]:
        """Ids of the photos that came with the last correction."""
        correction = self.correction
        return frozenset(each for ids in correction.photos.values() for each in ids) if correction else frozenset()


def superseded(events: Sequence[Event]) -> frozenset[str]:
    """Ids of the photos that those of corrections have taken the place of."""
    return frozenset(str(each) for event in events for each in event.details.get("superseded", ()))


def markable(
    business: Reviewable, application: Application, photos: Sequence[Photo], core: CoreWord
) -> Mapping[str, tuple[str, ...]]:
    """What may be returned for correction, by kind (``field``, ``photo``): the answers given, the documents that are
    there or that the case asks for; of a payment that failed only where the money goes."""
    if application.state is State.CARD_REVIEW:
        return {"field": business.payee_fields, "photo": ()}
    fields = (f for step in business.journey.steps for f in step.fields if f.kind.widget != "consent")
    there = {photo.kind for photo in photos} | {kind.name for kind in core.documents}
    return {
        "field": tuple(f.name for f in fields if f.name in application.answers),
        "photo": tuple(name for name in business.document_names if name in there),
    }


def marked(
    business: Reviewable, allowed: Mapping[str, Sequence[str]], kind: str, name: str, code: str, said: str
) -> Mark:
    """A mark whose words name what is marked; ``said`` fills the gap 说明, or stands behind the words of a reason without
    one: nothing that a reviewer writes for a citizen is lost. Raises InvalidValue."""
    if name not in allowed.get(kind, ()):
        raise InvalidValue("有一项不能退回补正，请重新标记", code="mark_unknown")
    labels = {f.name: f.label for step in business.journey.steps for f in step.fields}
    label = (business.document_names if kind == "photo" else labels)[name]
    reason = business.reason_list.find(code, "return")
    if not reason.fits(kind, name):
        raise InvalidValue(f"原因{code}不适用于“{label}”，请另选原因", code="reason_unfit")
    because = reason.because({gap: label for gap in reason.gaps if gap != SAY} | {SAY: said})
    more = "" if SAY in reason.gaps else line(said, "说明", MOST_SAID)
    return Mark(kind, name, Because(because.code, f"{because.words}（{more}）") if more else because)


class MarksWrong(InvalidValue):
    """What is wrong with some marks of a return, each told beside its own: (kind, name) → sentence."""

    def __init__(self, rows: Mapping[tuple[str, str], str]) -> None:
        super().__init__(f"有{len(rows)}项还不能退回补正，请看标红的地方", code="marks_wrong")
        self.rows = rows


def all_marked(
    business: Reviewable, allowed: Mapping[str, Sequence[str]], given: Sequence[tuple[str, str, str, str]]
) -> tuple[Mark, ...]:
    """Marks of (kind, name, code, what fills 说明). Raises MarksWrong with everything that is wrong, InvalidValue."""
    if not given:
        raise InvalidValue("请至少标记一项需要补正的内容或影像", code="marks_missing")
    marks, wrong = [], dict[tuple[str, str], str]()
    for kind, name, code, said in given:
        try:
            marks.append(marked(business, allowed, kind, name, code, said))
        except InvalidValue as error:
            wrong[kind, name] = error.message
    if wrong:
        raise MarksWrong(wrong)
    return tuple(marks)


def approved_by(events: Sequence[Event]) -> frozenset[UUID]:
    """Everybody who ever approved the case (初审), whatever their role is now."""
    return frozenset(event.actor.id for event in events if event.move is Move.APPROVE)


def confirmed_by(events: Sequence[Event]) -> frozenset[UUID]:
    """Everybody who ever confirmed the case (复核)."""
    return frozenset(event.actor.id for event in events if event.move is Move.CONFIRM)


def waiting_since(events: Sequence[Event]) -> datetime:
    """When the case last came in from the citizen: the time they take for a correction is not the centre's."""
    return max(e.at for e in events if e.move in (Move.HAND_IN, Move.CORRECT, Move.FIX_CARD))


def judged_on(application: Application, events: Sequence[Event]) -> date:
    """By which day's rules a case is judged: the day it last came in from the citizen, within the year it counts for.
    Only facts can get worse while it waits here, never the policy."""
    return min(waiting_since(events).date(), date(application.year, 12, 31))


def kept_for(events: Sequence[Event], calendar: WorkCalendar) -> tuple[UUID, datetime] | None:
    """Whom a case that came back is kept for, and until when: the reviewer who knows it, to the end of the next
    working day. After that anybody may take it, so that nothing waits for somebody who is away."""
    last = events[-1]
    back = last.move in (Move.CORRECT, Move.SEND_BACK) and last.state is not State.CHECKED
    back = back or (last.move is Move.FIX_CARD and len(events) > 1 and events[-2].move is Move.RETURN)
    reviewer = next((e.actor.id for e in reversed(events) if e.actor.role is Role.REVIEWER), None)
    if not back or reviewer is None:
        return None
    day: date = calendar.working_days_after(last.at.date(), 1)
    return reviewer, datetime.combine(day + timedelta(days=1), time(), last.at.tzinfo)
