"""Several members of staff, a citizen, a clock and a core system, in any order, over the real database.

Whatever happens: nobody confirms what they approved, nobody decides without holding the case, a case has one holder,
every move has its event and its notice, and every move that is told at once has its job.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from adapters.jobs import defer
from adapters.postgres.application_rows import ApplicationRows
from adapters.postgres.applications import PostgresApplications
from adapters.postgres.cases import PostgresCases
from adapters.postgres.desk_tables import StaffRow
from businesses.rent import terms
from businesses.rent.business import RentBusiness
from fund import calendar
from fund.application import MOVES, Actor, Application, Event, Move, Role, State, advance
from fund.decision import Correction
from fund.errors import FundError, Refused, Unavailable
from fund.judging import Judge
from fund.notice import QUIET
from fund.people import Member, Person
from fund.review import Review
from fund.staff import StaffMember
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import CIPHER, INDEX, NOW, PERSONAL, Stores, its_event
from tests.fakes import FakeClock
from tests.makers import a_member, answers
from tests.reviewing import FakeStaff

MARKED = {"card": "card_mark", "address": "address_mark"}
DECISIONS = {Move.APPROVE, Move.RETURN, Move.REJECT, Move.CONFIRM, Move.SEND_BACK}
STORES: list[Stores] = []
WHO = st.integers(0, 3)
WAYS = [
    (Move.APPROVE, Move.CONFIRM), (Move.APPROVE,), (Move.RETURN,), (Move.APPROVE, Move.SEND_BACK), (Move.REJECT,),
    (Move.APPROVE, Move.SEND_BACK, Move.APPROVE, Move.CONFIRM), (Move.APPROVE, Move.REJECT),
]  # fmt: skip


@pytest.fixture(autouse=True)
def stores(pytestconfig: pytest.Config) -> Iterator[None]:
    servers.close_with(pytestconfig)
    STORES.append(servers.stores(servers.shared_database()))
    yield
    STORES.pop().database.close()


class Core:
    """Knows everybody in good order, until it does not answer or knows something worse."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.facts: dict[str, Any] = {}

    def find(self, person: Person, *, fresh: bool = False) -> Member:
        if self.error is not None:
            raise self.error
        return a_member(today=NOW.date(), **self.facts)


class NoPhotos:
    """Nobody photographed anything."""

    def of(self, owner: UUID, submission_key: str) -> tuple[()]:
        return ()

    def read_of(self, application_id: UUID, photo_id: UUID) -> bytes:
        raise AssertionError


class Reviewing(RuleBasedStateMachine):
    """Two cases, four people at the desk."""

    def __init__(self) -> None:
        super().__init__()
        self.stores = STORES[-1]
        self.clock, self.core, self.staff = FakeClock(NOW), Core(), FakeStaff()
        database = self.stores.database
        self.applications = PostgresApplications(database, CIPHER, INDEX, PERSONAL, defer, marked=MARKED)
        rows = ApplicationRows(CIPHER, PERSONAL, INDEX, MARKED)
        self.cases = PostgresCases(database, CIPHER, INDEX, rows, tuple(MARKED.values()))
        kinds = {"rent": RentBusiness(terms.load())}

        def mark(number: Any) -> str:
            return INDEX.of("id_number", number.value)

        self.review = Review(
            businesses=kinds,
            cases=self.cases,
            applications=self.applications,
            people=self.stores.people,
            photos=NoPhotos(),  # type: ignore[arg-type]
            case_photos=NoPhotos(),
            staff=self.staff,
            judge=Judge(kinds, self.applications, self.core, mark),
            stamp=lambda jpeg, plain, name: jpeg,
            calendar=calendar.load(),
            clock=self.clock,
        )
        self.references: list[str] = []
        self.shown: dict[tuple[UUID, str], int] = {}
        self.people: dict[str, Person] = {}
        for _ in range(2):
            person = self.stores.someone()
            given = servers.an_application(person.id, answers=answers(), terms_version="rent-2026")
            self.applications.hand_in(given, its_event(given), [])
            self.references.append(given.reference)
            self.people[given.reference] = person
        own = INDEX.of("id_number", self.people[self.references[0]].id_number.value)
        roles = [(Role.REVIEWER, ""), (Role.REVIEWER, ""), (Role.CONFIRMER, ""), (Role.REVIEWER, own)]
        self.members = [self._hire(role, mark) for role, mark in roles]

    # ---- who is there

    def _hire(self, role: Role, mark: str = "") -> UUID:
        member = StaffMember(uuid.uuid4(), f"{role.value}-{uuid.uuid4().hex}", "某某", role, mark)
        self.staff.add(member)
        with self.stores.database.writing() as session:
            session.add(
                StaffRow(
                    id=member.id, login=member.login, name_sealed=CIPHER.seal(member.name, about=f"staff:{member.id}:name"), role=role.value, password_hash="",
                    password_set_at=NOW,
                )
            )  # fmt: skip
        return member.id

    @rule(who=WHO, role=st.sampled_from([Role.REVIEWER, Role.CONFIRMER]))
    def is_given_another_role(self, who: int, role: Role) -> None:
        member = self.members[who]
        self.staff.members[member] = replace(self.staff.members[member], role=role)

    # ---- what they do

    @rule(who=WHO, case=st.integers(0, 1))
    def look(self, who: int, case: int) -> None:
        self._look(self.members[who], case)

    def _look(self, member: UUID, case: int) -> None:
        file = self.review.look(self.staff.members[member], self.references[case])
        self.shown[member, self.references[case]] = file.application.version
        for move in file.offer.moves:
            assert self.staff.members[member].role in MOVES[file.application.state, move][1]
            assert file.holder is not None and file.holder.staff_id == member

    @rule(who=WHO, case=st.integers(0, 1))
    def claim(self, who: int, case: int) -> None:
        self._claim(self.members[who], case)

    def _claim(self, member: UUID, case: int) -> None:
        reference = self.references[case]
        try:
            self.review.claim(self.staff.members[member], reference)
        except FundError:
            return
        self.shown[member, reference] = self._now(reference).version
        holder = self.cases.holder(self._now(reference).id, self.clock.now)
        assert holder is not None and holder.staff_id == member

    @rule(who=WHO, case=st.integers(0, 1))
    def release(self, who: int, case: int) -> None:
        self.review.release(self.staff.members[self.members[who]], self.references[case])

    @rule(who=WHO, case=st.integers(0, 1), move=st.sampled_from(sorted(DECISIONS)), looks=st.booleans())
    def decide(self, who: int, case: int, move: Move, looks: bool) -> None:
        if looks:
            self._look(self.members[who], case)
        self._decide(self.members[who], case, move)

    @rule(case=st.integers(0, 1), way=st.sampled_from(WAYS))
    def go_a_way(self, case: int, way: tuple[Move, ...]) -> None:
        self._go_on(case, way)

    @rule(case=st.integers(0, 1))
    def come_as_far_as_to_be_confirmed(self, case: int) -> None:
        self.core.error, self.core.facts = None, {}
        self.clock.now += timedelta(days=4)
        self._go_on(case, (Move.APPROVE,))

    def _go_on(self, case: int, moves: Sequence[Move]) -> None:
        """Somebody who may takes the case and decides: so that walks get somewhere."""
        for move in moves:
            state = self._now(self.references[case]).state
            roles = MOVES.get((state, move), (state, frozenset()))[1]
            if state is State.SUBMITTED:
                roles = frozenset({Role.REVIEWER})
            for member in [m.id for m in self.staff.members.values() if m.role in roles]:
                self._look(member, case)
                self._decide(member, case, move)  # without holding it, most of the time
                self._claim(member, case)
                self._decide(member, case, move)

    @rule(case=st.integers(0, 1))
    def whoever_approved_wants_to_confirm_too(self, case: int) -> None:
        now = self._now(self.references[case])
        events = self.applications.events(now.id)
        for member in {event.actor.id for event in events if event.move is Move.APPROVE}:
            self.staff.members[member] = replace(self.staff.members[member], role=Role.CONFIRMER)
            self.clock.now += timedelta(minutes=31)
            self._claim(member, case)
            self._decide(member, case, Move.CONFIRM)

    def _decide(self, member: UUID, case: int, move: Move) -> None:
        who, reference = self.staff.members[member], self.references[case]
        version = self.shown.get((member, reference), 0)
        before = self._now(reference)
        holder = self.cases.holder(before.id, self.clock.now)
        act: dict[Move, Callable[[], None]] = {
            Move.APPROVE: lambda: self.review.approve(who, reference, version),
            Move.CONFIRM: lambda: self.review.confirm(who, reference, version),
            Move.SEND_BACK: lambda: self.review.send_back(who, reference, version, "请再核对"),
            Move.RETURN: lambda: self.review.return_(who, reference, version, [("field", "address", "R09", "")]),
            Move.REJECT: lambda: self.review.reject(who, reference, version, {"R99": {"说明": "材料不符"}}),
        }
        try:
            act[move]()
        except FundError:
            assert self._now(reference) == before, "what was refused changed nothing"
            return
        assert holder is not None and holder.staff_id == member, "decided without holding the case"
        assert version == before.version, "decided on a page that was no longer true"
        assert who.id_number_mark != INDEX.of("id_number", self.people[reference].id_number.value), (
            "decided on their own"
        )
        if move in (Move.APPROVE, Move.CONFIRM):
            assert self.core.error is None and not self.core.facts, "passed what the rules would refuse"
        assert self.cases.holder(before.id, self.clock.now) is None

    # ---- what the citizen does, and what happens around them

    @rule(case=st.integers(0, 1), move=st.sampled_from([Move.WITHDRAW, Move.CORRECT, Move.CORRECT, Move.FIX_CARD]))
    def the_citizen_moves(self, case: int, move: Move) -> None:
        now = self._now(self.references[case])
        if (now.state, move) not in MOVES or (move is Move.WITHDRAW and case == 0):
            return
        details = (
            {} if move is Move.WITHDRAW else Correction({"address": "旧"}, {"address": "新地址100号"}, {}).details()
        )
        self._move(now, move, Actor(Role.CITIZEN, now.person_id), details)

    @rule(case=st.integers(0, 1))
    def the_payment_fails(self, case: int) -> None:
        now = self._now(self.references[case])
        if now.state is State.APPROVED:
            self._move(now, Move.INSTRUCT, Actor(Role.PAYER, uuid.uuid4()), {})
            self._move(self._now(now.reference), Move.FAIL, Actor(Role.SYSTEM, uuid.uuid4()), {})

    @rule(case=st.integers(0, 1))
    def a_payer_sends_it_back(self, case: int) -> None:
        now = self._now(self.references[case])
        if now.state is State.APPROVED:
            self._move(now, Move.SEND_BACK, Actor(Role.PAYER, uuid.uuid4()), {"for_staff": "余额不足"})

    @rule(case=st.integers(0, 1))
    def whoever_confirmed_wants_to_approve_the_next_time(self, case: int) -> None:
        """The case comes round again, by 退回复核 or another card; by then they work at 初审."""
        self.a_payer_sends_it_back(case)
        self._go_on(case, (Move.SEND_BACK,))
        events = self.applications.events(self._now(self.references[case]).id)
        for member in {event.actor.id for event in events if event.move is Move.CONFIRM}:
            self.staff.members[member] = replace(self.staff.members[member], role=Role.REVIEWER)
            self.clock.now += timedelta(days=4)
            self._claim(member, case)
            self._decide(member, case, Move.APPROVE)

    def _move(self, now: Application, move: Move, actor: Actor, details: dict[str, Any]) -> None:
        self.applications.move(*advance(now, move, actor, self.clock.now, details))

    @rule(minutes=st.sampled_from([5, 29, 30, 3 * 24 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        self.clock.now += timedelta(minutes=minutes)

    @rule(trouble=st.sampled_from([None, None, None, None, "down", "gone", "worse"]))
    def the_core_system_says(self, trouble: str | None) -> None:
        self.core.error = {"down": Unavailable("down"), "gone": Refused("gone", code="no_account")}.get(trouble or "")
        self.core.facts = {"status": "06"} if trouble == "worse" else {}

    def _now(self, reference: str) -> Application:
        return self.cases.by_reference(reference)

    # ---- what must hold of the history, which can only grow

    def teardown(self) -> None:
        for reference in self.references:
            now = self._now(reference)
            events = self.applications.events(now.id)
            self._every_move_has_its_event_its_notice_and_its_job(now, events)
            approved = {event.actor.id for event in events if event.move is Move.APPROVE}
            confirmed = {event.actor.id for event in events if event.move is Move.CONFIRM}
            assert not approved & confirmed, "two persons stand behind every payment"

    def _every_move_has_its_event_its_notice_and_its_job(self, now: Application, events: Sequence[Event]) -> None:
        assert [event.seq for event in events] == list(range(1, now.version + 1))
        assert events[-1].state is now.state
        told = sum(event.move not in QUIET for event in events)
        assert servers.counts(self.stores, now) == (1, now.version, now.version, told)
        for before, event in itertools.pairwise(events):
            to, roles = MOVES[before.state, event.move]
            assert (event.state, event.actor.role in roles) == (to, True)


def test_whatever_happens_at_the_desk() -> None:
    unhurried = settings(
        max_examples=10,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a walk found costs minutes to shrink over a database
    )
    run_state_machine_as_test(Reviewing, settings=unhurried)  # type: ignore[no-untyped-call]
