"""The desk played in memory: members of staff, their cases, and citizens who hand in, correct and withdraw."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fund import calendar
from fund.application import Actor, Application, Event, Move, Role, advance
from fund.case_file import waiting_since
from fund.cases import Claim, Line, Look, Signal, Wanted
from fund.decision import Correction
from fund.errors import NotFound, Unavailable
from fund.judging import Judge
from fund.looks import Looks
from fund.numbers import IdNumber
from fund.people import Person
from fund.review import Review
from fund.staff import StaffMember
from tests.fakes import Counter, FakeApplications, FakePhotos, a_counter, mark_of
from tests.makers import answers


def a_member(role: Role = Role.REVIEWER, name: str = "林审核", *, number: IdNumber | None = None) -> StaffMember:
    """Somebody at the desk."""
    return StaffMember(uuid.uuid4(), f"{role.value}-{name}", name, role, mark_of(number) if number else "")


class FakeStaff:
    """Plays ``fund.staff.Staff``."""

    def __init__(self) -> None:
        self.members: dict[UUID, StaffMember] = {}

    def add(self, *members: StaffMember) -> None:
        self.members |= {member.id: member for member in members}

    def get(self, staff_id: UUID) -> StaffMember | None:
        return self.members.get(staff_id)

    def names(self) -> dict[UUID, str]:
        return {member.id: member.name for member in self.members.values()}


class FakePeople:
    """Those who have handed in."""

    def __init__(self) -> None:
        self.known: dict[UUID, Person] = {}

    def get(self, person_id: UUID) -> Person:
        return self.known[person_id]

    def remember(self, identity: Any) -> Person:
        raise AssertionError("nobody signs in at the desk")


class FakeCases:
    """Plays ``fund.cases.Cases``."""

    def __init__(self, applications: FakeApplications, people: FakePeople) -> None:
        self._applications = applications
        self._people = people
        self.claims: dict[UUID, Claim] = {}
        self.looks: list[tuple[UUID, UUID, str, datetime]] = []
        self.found: tuple[Signal, ...] = ()
        self.down = False

    def queue(self, staff_id: UUID, wanted: Wanted, at: datetime) -> tuple[Sequence[Line], int]:
        rows = [row for row in self._applications.rows if row.state in wanted.states]
        if wanted.reference:
            rows = [row for row in rows if row.reference == wanted.reference]
        if wanted.person_id:
            rows = [row for row in rows if row.person_id == wanted.person_id]
        if wanted.masked_id_number:
            known = self._people.known
            rows = [row for row in rows if known[row.person_id].id_number.masked == wanted.masked_id_number]
        lines = sorted(map(self._line, rows), key=lambda line: line.waiting_since, reverse=wanted.newest_first)
        if wanted.mine:
            lines = [line for line in lines if line.holder == staff_id]
        start = (wanted.page - 1) * wanted.size
        return lines[start : start + wanted.size], len(lines)

    def _line(self, row: Application) -> Line:
        since = waiting_since(self._applications.events(row.id))
        holder = self.claims.get(row.id)
        return Line(
            row.id, row.reference, row.business, row.state, row.amount, "张*", row.submitted_at, row.terms_version, since,
            holder and holder.staff_id, holder and holder.until,
        )  # fmt: skip

    def by_reference(self, reference: str) -> Application:
        for row in self._applications.rows:
            if row.reference == reference:
                return row
        raise NotFound("no such application", code="no_such_application")

    def person_with(self, id_number: IdNumber) -> UUID | None:
        return next((p.id for p in self._people.known.values() if p.id_number == id_number), None)

    def holder(self, application_id: UUID, at: datetime) -> Claim | None:
        held = self.claims.get(application_id)
        return held if held is not None and held.until > at else None

    def claim(self, application_id: UUID, staff_id: UUID, at: datetime, until: datetime) -> bool:
        held = self.holder(application_id, at)
        if held is not None and held.staff_id != staff_id:
            return False
        self.claims[application_id] = Claim(staff_id, held.since if held else at, until)
        return True

    def renew(self, application_id: UUID, staff_id: UUID, at: datetime, until: datetime) -> bool:
        held = self.holder(application_id, at)
        return held is not None and held.staff_id == staff_id and self.claim(application_id, staff_id, at, until)

    def release(self, application_id: UUID, staff_id: UUID) -> None:
        if self.down:
            raise Unavailable("down", code="database")
        if application_id in self.claims and self.claims[application_id].staff_id == staff_id:
            del self.claims[application_id]

    def histories(self, application_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Event]]:
        return {one: self._applications.events(one) for one in application_ids}

    def looked(self, staff_id: UUID, application_id: UUID, what: str, at: datetime) -> None:
        if self.down:
            raise Unavailable("down", code="database")
        self.looks.append((staff_id, application_id, what, at))

    def shown(self, application_id: UUID, most: int, skipped: int = 0) -> tuple[Sequence[Look], int]:
        found = [Look(who, what, at) for who, case, what, at in reversed(self.looks) if case == application_id]
        return found[skipped : skipped + most], len(found)

    def opened(self, application_id: UUID, staff_ids: Collection[UUID]) -> frozenset[UUID]:
        mine = (what for who, case, what, _ in self.looks if case == application_id and who in staff_ids)
        return frozenset(UUID(what.removeprefix("photo:")) for what in mine if what.startswith("photo:"))

    def signals(self, application: Application, spouse: IdNumber | None) -> Sequence[Signal]:
        return self.found


class FakeCasePhotos:
    """Plays ``fund.cases.CasePhotos`` over the citizens' photos."""

    def __init__(self, photos: FakePhotos, applications: FakeApplications) -> None:
        self._photos = photos
        self._applications = applications

    def read_of(self, application_id: UUID, photo_id: UUID) -> bytes:
        row = next(row for row in self._applications.rows if row.id == application_id)
        return self._photos.read(row.person_id, photo_id)


@dataclass
class Desk:
    """A counter with a desk behind it. ``reviewer``, ``second`` review, ``confirmer`` confirms."""

    counter: Counter
    staff: FakeStaff
    people: FakePeople
    cases: FakeCases
    review: Review
    looks: Looks
    reviewer: StaffMember = field(default_factory=a_member)
    second: StaffMember = field(default_factory=lambda: a_member(name="陈审核"))
    confirmer: StaffMember = field(default_factory=lambda: a_member(Role.CONFIRMER, "王复核"))
    auditor: StaffMember = field(default_factory=lambda: a_member(Role.AUDITOR, "赵审计"))

    @property
    def case(self) -> Application:
        """The last application that was handed in, as it stands."""
        return self.counter.applications.rows[-1]

    @property
    def ref(self) -> str:
        """Its number."""
        return self.case.reference

    def events(self) -> list[Move]:
        """What happened to it."""
        return [event.move for event in self.counter.applications.events(self.case.id)]

    def last(self) -> Any:
        """Its newest event."""
        return self.counter.applications.events(self.case.id)[-1]

    def claimed(self, by: StaffMember | None = None) -> Application:
        """Somebody takes it."""
        self.review.claim(by or self.reviewer, self.ref)
        return self.case

    def approved(self) -> Application:
        """初审 has approved it."""
        self.claimed()
        self.review.approve(self.reviewer, self.ref, self.case.version)
        return self.case

    def returned(self) -> Application:
        """It waits for the citizen."""
        self.claimed()
        self.review.return_(self.reviewer, self.ref, self.case.version, [("field", "address", "R09", "")])
        return self.case

    def corrected(self, photos: Mapping[str, tuple[str, ...]] | None = None, **after: str) -> Application:
        """The citizen puts some answers right; ``photos`` by document: those that take the place of the old ones."""
        case = self.case
        before = {name: case.answers[name] for name in after}
        details = Correction(before, after, photos or {}).details()
        there = self.counter.photos.of(case.person_id, case.submission_key)
        details["superseded"] = [
            str(p.id) for p in there if p.kind in (photos or {}) and str(p.id) not in photos[p.kind]
        ]
        moved, event = advance(case, Move.CORRECT, Actor(Role.CITIZEN, case.person_id), self.counter.clock(), details)
        self.counter.applications.move(replace(moved, answers={**case.answers, **after}), event)
        return self.case


def a_desk(*, photos: bool = False, given: Mapping[str, str] | None = None, **facts: Any) -> Desk:
    """One application of 张伟, just handed in; with ``photos`` for a home in 大连. ``facts`` are given to a member."""
    counter = a_counter(**facts)
    staff, people = FakeStaff(), FakePeople()
    people.known[counter.person.id] = counter.person
    counter.applications.numbers[counter.person.id] = counter.person.id_number
    cases = FakeCases(counter.applications, people)
    kinds = counter.records._businesses
    desk = Desk(
        counter,
        staff,
        people,
        cases,
        Review(
            businesses=kinds,
            cases=cases,
            applications=counter.applications,
            people=people,
            photos=counter.photos,
            case_photos=FakeCasePhotos(counter.photos, counter.applications),
            staff=staff,
            judge=Judge(kinds, counter.applications, counter.members, mark_of),
            stamp=lambda jpeg, plain, name: jpeg + f"|{plain}|{name}".encode(),
            calendar=calendar.load(),
            clock=counter.clock,
        ),
        Looks(kinds, cases, counter.applications, counter.photos),
    )
    staff.add(desk.reviewer, desk.second, desk.confirmer, desk.auditor)
    counter.walk(given or (answers(region="210200") if photos else answers()))
    if photos:
        counter.upload_all()
        counter.answer("photos")
    return desk
