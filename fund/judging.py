"""What the core system and the rules say of a case today, and whether a member of staff may have to do with it."""

from collections.abc import Callable, Mapping, Sequence

from fund.application import Application, Event, Role, State
from fund.business import Business
from fund.case_file import CoreWord, approved_by, confirmed_by, judged_on
from fund.errors import Refused, Unavailable
from fund.numbers import IdNumber
from fund.people import Person
from fund.ports import Applications, Members
from fund.staff import StaffMember

JUDGED = frozenset({State.SUBMITTED, State.IN_REVIEW, State.NEEDS_FIX, State.CHECKED})
"""Until 复核通过 the rules are asked again. Afterwards the core system has booked what they would trip over."""


class Judge:
    """Asks the core system afresh and lets the rules run over its answer, those of the day the case came in."""

    def __init__(
        self,
        businesses: Mapping[str, Business],
        applications: Applications,
        members: Members,
        mark: Callable[[IdNumber], str],
    ) -> None:
        """``mark`` gives the blind index of an id number, as staff accounts keep it."""
        self._businesses = businesses
        self._applications = applications
        self._members = members
        self._mark = mark

    def ask(self, application: Application, person: Person, *, fresh: bool = True) -> CoreWord:
        """What is said today. A core system that is not reached or knows nobody is part of the answer."""
        try:
            member = self._members.find(person, fresh=fresh)
        except Unavailable:
            return CoreWord(None, is_down=True)
        except Refused as refused:
            return CoreWord(None, refusal=refused.code)
        business = self._businesses[application.business]
        earlier = [other for other in self._applications.of_person(person.id) if other.id != application.id]
        spouses = self._applications.live_of(member.spouse) if member.spouse else ()
        day = judged_on(application, self._applications.events(application.id))
        case = business.case(person, member, earlier, day, {}, spouses)
        answers = application.answers
        judged = application.state in JUDGED
        return CoreWord(
            member,
            figures=business.figures(case),
            reasons=tuple(business.journey.rules(case, answers)) if judged else (),
            documents=tuple(
                kind
                for step in business.journey.path(case, answers)
                if step.photos
                for kind in step.photos(case, answers)
            ),
        )

    def too_near(
        self, staff: StaffMember, application: Application, person: Person, core: CoreWord, events: Sequence[Event]
    ) -> str:
        """Why this member of staff may not decide on the case: ``own_case``, ``spouse_case``, ``own_approval``,
        ``own_confirmation``; '' when they may. Marks are compared, never numbers; approvals and confirmations by person, whatever
        their role is now: a case that comes round again is still decided by two. The spouse is who
        it was when the case was handed in as well as who it is now: the core system may have forgotten either."""
        mark = staff.id_number_mark
        if mark and mark == self._mark(person.id_number):
            return "own_case"
        spouse = core.member.spouse if core.member else None
        if mark and spouse is not None and mark == self._mark(spouse):
            return "spouse_case"
        if mark and mark == self._applications.spouse_mark(application.id):
            return "spouse_case"
        if staff.role is Role.CONFIRMER and staff.every_id & approved_by(events):
            return "own_approval"
        if staff.role is Role.REVIEWER and staff.every_id & confirmed_by(events):
            return "own_confirmation"
        return ""

    def knows_too_little(self, staff: StaffMember, core: CoreWord) -> bool:
        """Whether it cannot be told now if the case is the spouse's: nobody decides until it can. A core system that
        answers that it has no such account has answered; then the spouse at hand-in counts."""
        return bool(staff.id_number_mark) and core.is_down
