"""初审 and 复核: taking a case, looking at it, deciding on it. One person holds a case; two decide on it."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fund.application import Actor, Application, Event, Move, Role, State, advance
from fund.business import Reviewable
from fund.calendar import WorkCalendar
from fund.case_file import LEASE, Back, CaseFile, CoreWord, Offer, all_marked, kept_for, markable, waiting_since
from fund.cases import CasePhotos, Cases, Claim, Line, Stamp, Wanted, moves_of
from fund.coming_back import back, backs
from fund.decision import Decision
from fund.errors import InvalidValue, NotAllowed, NotFound, Refused, Stale, Unavailable
from fund.judging import Judge
from fund.numbers import CardNumber, IdNumber
from fund.people import Person
from fund.ports import Applications, Clock, People, Photos
from fund.reason_list import MOST_NOTE, line
from fund.staff import Staff, StaffMember

log = logging.getLogger(__name__)
Filled = Mapping[str, Mapping[str, str]]
"""Code → what fills the gaps of its words."""


class Review:
    """The use cases of the queue and the case page."""

    def __init__(
        self,
        *,
        businesses: Mapping[str, Reviewable],
        cases: Cases,
        applications: Applications,
        people: People,
        photos: Photos,
        case_photos: CasePhotos,
        staff: Staff,
        judge: Judge,
        stamp: Stamp,
        calendar: WorkCalendar,
        clock: Clock,
    ) -> None:
        self._businesses = businesses
        self._cases = cases
        self._applications = applications
        self._people = people
        self._photos = photos
        self._case_photos = case_photos
        self._staff = staff
        self._judge = judge
        self._stamp = stamp
        self._calendar = calendar
        self._clock = clock

    # ---- looking

    def queue(self, member: StaffMember, wanted: Wanted) -> tuple[Sequence[Line], int]:
        """One page of the queue, and how many cases there are. Raises Unavailable."""
        return self._cases.queue(member.id, wanted, self._clock())

    def backs(self, lines: Sequence[Line]) -> Mapping[UUID, Back]:
        """Which of them came back, corrected or kept for somebody. Raises Unavailable."""
        return backs(lines, self._cases, self._calendar, self._clock(), self._still_reviews)

    @property
    def titles(self) -> Mapping[str, str]:
        """A business's name → its title."""
        return {name: kind.title for name, kind in self._businesses.items()}

    def age(self, case: Line) -> tuple[int, int]:
        """How many working days a case waits for the centre, and within how many it has to be decided."""
        days = self._businesses[case.business].review_days(case.terms_version, case.submitted_at.date())
        since = case.waiting_since.date()
        return self._calendar.working_days_between(since, self._clock().date()), days

    def names(self) -> Mapping[UUID, str]:
        """Of all staff. Raises Unavailable."""
        return self._staff.names()

    def person_with(self, id_number: IdNumber) -> UUID | None:
        """Whose applications a search by id number shall show. Raises Unavailable."""
        return self._cases.person_with(id_number)

    def look(self, member: StaffMember, reference: str) -> CaseFile:
        """All there is to a case; written down before it is given. Raises NotFound, Unavailable."""
        application = self._cases.by_reference(reference)
        self._looks(member, application, "case")
        business, person = self._businesses[application.business], self._people.get(application.person_id)
        events = tuple(self._applications.events(application.id))
        photos = tuple(self._photos.of(person.id, application.submission_key))
        core = self._judge.ask(application, person)
        now = self._clock()
        holder = self._cases.holder(application.id, now)
        return CaseFile(
            business=business,
            application=application,
            person=person,
            events=events,
            photos=photos,
            core=core,
            compared=tuple(business.then_and_now(application.figures, core.figures, application.answers)),
            signals=tuple(self._cases.signals(application, core.member.spouse if core.member else None)),
            holder=holder,
            back=back(events, self._calendar, now, self._still_reviews),
            names=self._staff.names(),
            age=self._calendar.working_days_between(waiting_since(events).date(), now.date()),
            days=business.review_days(application.terms_version, application.submitted_at.date()),
            offer=self._offer(member, application, person, events, core, holder),
            markable=markable(business, application, photos, core),
        )

    def photo(self, member: StaffMember, reference: str, photo_id: UUID) -> bytes:
        """A photo of the case with the looker's name in its pixels; written down before it is given.
        Raises NotFound, Unavailable."""
        application = self._cases.by_reference(reference)
        now = self._looks(member, application, f"photo:{photo_id}")
        plain = f"{member.login} {now:%Y-%m-%d %H:%M:%S}"
        return self._stamp(self._case_photos.read_of(application.id, photo_id), plain, member.name)

    def reveal(self, member: StaffMember, reference: str, what: str) -> str:
        """The whole ``id_number`` or ``card``; written down before it is given. Raises NotFound, Unavailable."""
        application = self._cases.by_reference(reference)
        if what not in ("id_number", "card"):
            raise NotFound("nothing that could be revealed", code="no_such_page")
        self._looks(member, application, f"reveal:{what}")
        if what == "id_number":
            return self._people.get(application.person_id).id_number.value
        return CardNumber(application.answers["card"]).value

    # ---- holding

    def claim(self, member: StaffMember, reference: str) -> None:
        """Take a case for half an hour of work; the first to take one that was handed in begins its review.

        Raises NotAllowed (``not_allowed``, ``own_case``, ``spouse_case``, ``own_approval``,
        ``own_confirmation``), Refused (``held``,
        ``kept_for_other``), Stale, NotFound, Unavailable.
        """
        application = self._cases.by_reference(reference)
        events = self._applications.events(application.id)
        now = self._clock()
        if not moves_of(member.role, application.state):
            raise NotAllowed(f"{reference}: {application.state} is not for {member.role}", code="not_allowed")
        person = self._people.get(application.person_id)
        core = self._judge.ask(application, person, fresh=False)
        if near := self._judge.too_near(member, application, person, core, events):
            raise NotAllowed(f"{reference} is too near to {member.id}", code=near)
        if self._is_kept_for_another(member, events, now):
            raise Refused(f"{reference} is kept for another reviewer", code="kept_for_other")
        if not self._cases.claim(application.id, member.id, now, now + LEASE):
            raise Refused(f"{reference} is held by somebody else", code="held")
        try:
            if self._cases.by_reference(reference).version != application.version:
                raise Stale(f"{reference} has moved on", code="stale")
            if application.state is State.SUBMITTED:
                self._applications.move(*advance(application, Move.CLAIM, Actor(member.role, member.id), now))
        except Stale:
            self._let_go(member, application)
            raise

    def release(self, member: StaffMember, reference: str) -> None:
        """Give a case back to the queue. Raises NotFound, Unavailable."""
        self._cases.release(self._cases.by_reference(reference).id, member.id)

    # ---- deciding; each raises NotAllowed, Refused, WrongState, Stale, InvalidValue, NotFound, Unavailable

    def approve(self, member: StaffMember, reference: str, version: int) -> None:
        """初审通过, unless the core system now says what would refuse the application (Refused ``worse``)."""
        self._decide(member, reference, version, Move.APPROVE)

    def confirm(self, member: StaffMember, reference: str, version: int) -> None:
        """复核通过, by another person than the one who approved, under the same condition."""
        self._decide(member, reference, version, Move.CONFIRM)

    def send_back(self, member: StaffMember, reference: str, version: int, note: str) -> None:
        """复核退回初审, saying why. Only staff read the note."""
        said = line(note, "退回说明", MOST_NOTE)
        if not said:
            raise InvalidValue("请写明退回初审的原因", code="note_missing")
        self._decide(member, reference, version, Move.SEND_BACK, {"for_staff": said})

    def return_(
        self,
        member: StaffMember,
        reference: str,
        version: int,
        marks: Sequence[tuple[str, str, str, str]],
        note: str = "",
    ) -> None:
        """退回补正 with marks of (``field`` or ``photo``, name, code, what fills an open gap) and a note to the citizen."""
        application = self._cases.by_reference(reference)
        person = self._people.get(application.person_id)
        photos = self._photos.of(person.id, application.submission_key)
        business = self._businesses[application.business]
        allowed = markable(business, application, photos, self._judge.ask(application, person))
        given = all_marked(business, allowed, marks)
        decision = Decision(marks=given, note=line(note, "给申请人的说明", MOST_NOTE))
        self._decide(member, reference, version, Move.RETURN, decision.details())

    def reject(self, member: StaffMember, reference: str, version: int, reasons: Filled) -> None:
        """不予通过 with all reasons at once; the sentence about 申诉 comes with them."""
        listed = self._businesses[self._cases.by_reference(reference).business].reason_list
        told = tuple(
            listed.find(reason.code, "reject").because(reasons[reason.code])
            for reason in listed.for_("reject")
            if reason.code in reasons
        )
        if not told or len(told) != len(reasons):
            raise InvalidValue("请选择不予通过的全部原因", code="reasons_missing")
        self._decide(member, reference, version, Move.REJECT, Decision(reasons=told, note=listed.appeal).details())

    # ---- inside

    def _decide(
        self, member: StaffMember, reference: str, version: int, move: Move, details: Mapping[str, Any] | None = None
    ) -> None:
        application = self._cases.by_reference(reference)
        if application.version != version:
            raise Stale(f"{reference} has moved on since it was shown", code="stale")
        now = self._clock()
        moved, event = advance(application, move, Actor(member.role, member.id), now, details)
        person = self._people.get(application.person_id)
        core = self._judge.ask(application, person)
        if near := self._judge.too_near(member, application, person, core, self._applications.events(application.id)):
            raise NotAllowed(f"{reference} is too near to {member.id}", code=near)
        for_the_money = move in (Move.APPROVE, Move.CONFIRM)
        if core.is_down and (for_the_money or self._judge.knows_too_little(member, core)):
            raise Unavailable("the core system cannot be asked now", code="core_down")
        if for_the_money and (core.reasons or core.refusal):
            raise Refused(f"{reference}: {', '.join(r.code for r in core.reasons)} {core.refusal}", code="worse")
        if not self._cases.renew(application.id, member.id, now, now + LEASE):
            raise NotAllowed(f"{reference} is not held by {member.id}", code="not_held")
        self._applications.move(moved, event)
        self._let_go(member, application)

    def _let_go(self, member: StaffMember, application: Application) -> None:
        """A lease that stays behind ends by itself; it is no reason to call a decision that was made undone."""
        try:
            self._cases.release(application.id, member.id)
        except Unavailable:
            log.warning("%s stays held by %s until the lease ends", application.reference, member.id)

    def _looks(self, member: StaffMember, application: Application, what: str) -> datetime:
        now = self._clock()
        self._cases.looked(member.id, application.id, what, now)
        self._cases.renew(application.id, member.id, now, now + LEASE)
        return now

    def _is_kept_for_another(self, member: StaffMember, events: Sequence[Event], now: datetime) -> bool:
        kept = kept_for(events, self._calendar)
        if kept is None or kept[0] in member.every_id or now >= kept[1]:
            return False
        return self._still_reviews(kept[0])

    def _still_reviews(self, staff_id: UUID) -> bool:
        found = self._staff.get(staff_id)
        return found is not None and found.role is Role.REVIEWER

    def _offer(
        self,
        member: StaffMember,
        application: Application,
        person: Person,
        events: Sequence[Event],
        core: CoreWord,
        holder: Claim | None,
    ) -> Offer:
        moves = moves_of(member.role, application.state)
        if not moves:
            return Offer()
        if near := self._judge.too_near(member, application, person, core, events):
            return Offer(why_not=(near,))
        if holder is None:
            if self._is_kept_for_another(member, events, self._clock()):
                return Offer(why_not=("kept_for_other",))
            return Offer(can_claim=True)
        if holder.staff_id != member.id:
            return Offer(why_not=("held",))
        if application.state is State.SUBMITTED:  # whoever took it was cut off in between
            return Offer(can_claim=True, can_release=True)
        if self._judge.knows_too_little(member, core):
            return Offer(can_release=True, why_not=("core_down",))
        if core.reasons or core.refusal or core.is_down:
            why = "core_down" if core.is_down else "worse"
            return Offer(moves - {Move.APPROVE, Move.CONFIRM}, can_release=True, why_not=(why,))
        return Offer(moves, can_release=True)
