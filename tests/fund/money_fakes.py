"""Bank, core system and the memory of payments, played in this process, with every way they can go wrong."""

import hmac
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from fund.application import Actor, Application, Event, Move, Role, State, advance
from fund.batches import Batches
from fund.by_hand import ByHand
from fund.errors import NotFound, OutcomeUnknown, Refused, Stale, Unavailable
from fund.money import Money
from fund.money_ports import BankLine, CoreEntry, Difference, Outcome, Status
from fund.money_ports import Move as Moved
from fund.numbers import IdNumber
from fund.payment import Batch, BatchState, Near, Payee, Payment, PaymentState
from fund.payout import Payout
from fund.people import Member, Person
from fund.preparing import Preparing
from fund.reconciliation import Reconciliation
from fund.results import Results
from fund.sending_back import SendingBack
from fund.settling import Settling
from fund.staff import StaffMember
from tests.fakes import FakeClock
from tests.makers import a_member, a_person, an_application, answers

FAULTS = ("refuse", "down", "drop", "slow", "late", "later", "unknown", "garbage", "error")
"""The sandbox's, and those that only the real world has: the connection is refused, the instruction arrives late, or
so late that it was given up."""

COURSES: dict[str, tuple[Outcome, ...]] = {
    "good": (Outcome(Status.DONE),),
    "later": (Outcome(Status.ACCEPTED), Outcome(Status.DONE)),
    "closed": (Outcome(Status.FAILED, "收款账户已销户"),),
    "later_closed": (Outcome(Status.ACCEPTED), Outcome(Status.FAILED, "收款账户已销户")),
    "returns": (Outcome(Status.DONE), Outcome(Status.RETURNED, "账户类别不符")),
    "later_returns": (Outcome(Status.ACCEPTED), Outcome(Status.DONE), Outcome(Status.RETURNED, "户名不符")),
    "refused": (),
    "quick_return": (Outcome(Status.ACCEPTED), Outcome(Status.RETURNED, "户名不符")),
}


def keyed(lines: str) -> str:
    """Stands for the keyed hash of a batch."""
    return hmac.digest(b"key", lines.encode(), "sha256").hex()


class Crash(BaseException):
    """The process is killed here."""


@dataclass
class Trouble:
    """What goes wrong next: a crash after so many steps, and a fault of the next call to a neighbour."""

    crash_in: int | None = None
    faults: list[str] = field(default_factory=list)

    def step(self) -> None:
        if self.crash_in is not None:
            self.crash_in -= 1
            if self.crash_in < 0:
                self.crash_in = None
                raise Crash

    def fault(self) -> str:
        return self.faults.pop(0) if self.faults else ""

    def over(self) -> None:
        self.crash_in = None
        self.faults.clear()


class Watched:
    """Passes every call on; the process may be killed before it and after it."""

    def __init__(self, inner: Any, trouble: Trouble) -> None:
        self._inner, self._trouble = inner, trouble

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def call(*given: Any, **named: Any) -> Any:
            self._trouble.step()
            result = method(*given, **named)
            self._trouble.step()
            return result

        return call


@dataclass
class Taken:
    """A payment at the bank. ``course``: what it says, each later question moving on."""

    payee: Payee
    amount: Money
    course: list[Outcome]
    on: date

    @property
    def now(self) -> Outcome:
        return self.course[0]

    @property
    def has_paid(self) -> bool:
        """Whether the payee has the money, or may get it yet."""
        return self.now.status in (Status.DONE, Status.ACCEPTED)


class FakeBank:
    """Pays once per number. ``kinds``: card number → how payments to it go."""

    def __init__(self, clock: FakeClock, trouble: Trouble) -> None:
        self._clock, self._trouble = clock, trouble
        self.kinds: dict[str, str] = {}
        self.taken: dict[str, Taken] = {}
        self.arrived: dict[str, int] = {}
        self._on_the_way: list[tuple[datetime, str, Payee, Money]] = []
        self._given_up: list[tuple[str, Payee, Money]] = []
        self.is_given_up: Callable[[str], bool] = lambda payment_no: False
        """Whether the house has stopped waiting for a number."""
        self.meanwhile: Callable[[], None] = lambda: None
        """Runs once in the middle of the next instruction."""

    def pay(self, payment_no: str, payee: Payee, amount: Money) -> Outcome:
        fault = self._trouble.fault()
        if fault == "down":
            raise Unavailable("refused", code="bank_unreachable")
        if fault == "later":
            self._given_up.append((payment_no, payee, amount))
            raise OutcomeUnknown("no answer", code="bank_outcome_unknown")
        if fault == "late":
            self._on_the_way.append((self._clock.now + timedelta(minutes=5), payment_no, payee, amount))
            raise OutcomeUnknown("no answer", code="bank_outcome_unknown")
        between, self.meanwhile = self.meanwhile, lambda: None
        between()
        refuses = self.kinds.get(payee.card.value) == "refused"
        if fault in ("slow", "unknown") and not refuses:
            self._take(payment_no, payee, amount)
        if fault == "refuse" or (refuses and not fault):
            raise Refused("收款账户已销户" if refuses else "银行未受理（refused）", code="refused")
        if fault:
            raise OutcomeUnknown("no answer", code="bank_outcome_unknown")
        return self._take(payment_no, payee, amount).now

    def query(self, payment_no: str) -> Outcome | None:
        self.let_arrive()
        if self._trouble.fault():
            raise Unavailable("no answer", code="bank_unreachable")
        known = self.taken.get(payment_no)
        if known is None:
            return None
        if len(known.course) > 1:
            known.course.pop(0)
        return known.now

    def statement(self, day: date) -> Sequence[BankLine]:
        return [BankLine(number, t.amount, t.now.status) for number, t in self.taken.items() if t.on == day]

    def let_arrive(self) -> None:
        """What was on the way has arrived by now."""
        due = [one for one in self._on_the_way if one[0] <= self._clock.now]
        for one in due:
            self._on_the_way.remove(one)
            self._take_late(*one[1:], on=one[0].date())
        for lost in [lost for lost in self._given_up if self.is_given_up(lost[0])]:
            self._given_up.remove(lost)
            self._take_late(*lost, on=self._clock.now.date())

    def _take_late(self, payment_no: str, payee: Payee, amount: Money, on: date) -> None:
        if self.kinds.get(payee.card.value) != "refused":
            self._take(payment_no, payee, amount, on)

    def _take(self, payment_no: str, payee: Payee, amount: Money, on: date | None = None) -> Taken:
        self.arrived[payment_no] = self.arrived.get(payment_no, 0) + 1
        course = list(COURSES[self.kinds.get(payee.card.value, "good")])
        return self.taken.setdefault(payment_no, Taken(payee, amount, course, on or self._clock.now.date()))


class FakeCore:
    """Freezes and books by number; every account begins with ``START``."""

    START = Money(50_000_00)

    def __init__(self, clock: FakeClock, trouble: Trouble) -> None:
        self._clock, self._trouble = clock, trouble
        self.kept: dict[str, tuple[str, Money, str, set[date]]] = {}

    def balance(self, id_number: str) -> Money:
        """What can be drawn now."""
        drawn = [a.fen for i, a, s, _ in self.kept.values() if i == id_number and s in ("frozen", "booked")]
        return self.START - Money(sum(drawn))

    def freeze(self, payment_no: str, payee: Payee, amount: Money) -> None:
        with self._answering():
            if payment_no not in self.kept:
                if self.balance(payee.id_number.value) < amount:
                    raise Refused("no", code="not_enough")
                self.kept[payment_no] = (payee.id_number.value, amount, "frozen", {self._clock.now.date()})
            elif self.kept[payment_no][2] != "frozen":
                raise Refused("no", code="wrong_state")

    def book(self, payment_no: str) -> None:
        self._step(payment_no, "frozen", "booked")

    def release(self, payment_no: str) -> None:
        self._step(payment_no, "frozen", "released")

    def reverse(self, payment_no: str) -> None:
        self._step(payment_no, "booked", "reversed")

    def entries(self, day: date) -> Sequence[CoreEntry]:
        return [CoreEntry(n, a, s) for n, (_, a, s, days) in self.kept.items() if day in days or s == "frozen"]

    def _step(self, payment_no: str, before: str, after: str) -> None:
        with self._answering():
            if payment_no not in self.kept:
                raise Refused("no", code="no_entry")
            who, amount, now, days = self.kept[payment_no]
            if now not in (before, after):
                raise Refused("no", code="wrong_state")
            self.kept[payment_no] = (who, amount, after, days | {self._clock.now.date()})

    @contextmanager
    def _answering(self) -> Iterator[None]:
        fault = self._trouble.fault()
        if fault == "refuse":
            raise Refused("no", code="refused")
        if fault and fault not in ("unknown", "slow", "late"):
            raise Unavailable("no answer", code="core_unreachable")
        yield
        if fault:
            raise Unavailable("no answer", code="core_unreachable")


class FakeBooks:
    """Plays Payments, Batches and Differences, and keeps the applications and the jobs. Each write is whole."""

    def __init__(self) -> None:
        self.payments: dict[UUID, Payment] = {}
        self.applications: dict[UUID, Application] = {}
        self.events: list[Event] = []
        self.batches: dict[str, Batch] = {}
        self.differences: dict[tuple[date, str, str], Difference] = {}
        self.comparisons: dict[date, datetime] = {}
        self.jobs: list[tuple[str, UUID]] = []

    # payments
    def application(self, application_id: UUID) -> Application:
        if application_id not in self.applications:
            raise NotFound("no such application", code="no_such_application")
        return self.applications[application_id]

    def begin(self, application_id: UUID, make: Callable[[Application, Sequence[Payment]], Payment]) -> Payment | None:
        application = self.application(application_id)
        if application.state is not State.APPROVED:
            return None
        attempts = [p for p in self.payments.values() if p.application_id == application_id]
        for payment in attempts:
            if not payment.state.is_over:
                return payment
        made = make(application, attempts)
        self.payments[made.id] = made
        return made

    def get(self, payment_id: UUID) -> Payment:
        if payment_id not in self.payments:
            raise NotFound("no such payment", code="no_such_payment")
        return self.payments[payment_id]

    def by_number(self, payment_no: str) -> Payment | None:
        return next((p for p in self.payments.values() if p.payment_no == payment_no), None)

    def earlier(self, payment: Payment) -> Sequence[Payment]:
        same = [p for p in self.payments.values() if p.application_id == payment.application_id]
        return [p for p in same if p.attempt < payment.attempt]

    def given_up(self, payment: Payment) -> Sequence[Payment]:
        whose = self.applications[payment.application_id].person_id
        over = (PaymentState.NOT_ARRIVED, PaymentState.FAILED, PaymentState.RETURNED)
        return [
            p
            for p in self.payments.values()
            if p.state in over and self.applications[p.application_id].person_id == whose
        ]

    def save(self, payment: Payment, move: Moved | None = None, also: Payment | None = None) -> None:
        for each in (payment, also):
            if each is not None and self.payments[each.id].version != each.version - 1:
                raise Stale("moved on", code="stale")
        if move is not None:
            self.move(*move)
        self.payments[payment.id] = payment
        if also is not None:
            self.payments[also.id] = also
        if payment.state is PaymentState.CANCELLED and not payment.is_settled:
            self.jobs.append(("pay", payment.id))

    def unsettled(self) -> Sequence[Payment]:
        return [p for p in self.payments.values() if not p.is_settled]

    def to_ask_about(self, now: datetime, since: datetime, most: int) -> Sequence[UUID]:
        known = (PaymentState.PAID, PaymentState.NOT_ARRIVED)
        over = [p for p in self.payments.values() if p.state in known and p.is_settled]
        return [p.id for p in over if p.settled_at is not None and p.settled_at >= since][:most]

    def of_day(self, day: date) -> Sequence[Payment]:
        return [p for p in self.payments.values() if day in [at.date() for at in (p.instructed_at, p.settled_at) if at]]

    # batches
    def waiting(self) -> Sequence[Payment]:
        return [p for p in self.payments.values() if p.state is PaymentState.WAITING]

    def near(self, payments: Sequence[Payment]) -> Mapping[UUID, Near]:
        deciders = (Role.REVIEWER, Role.CONFIRMER)
        return {
            p.id: Near(
                frozenset(
                    e.actor.id for e in self.events if e.application_id == p.application_id and e.actor.role in deciders
                ),
                frozenset({p.person_mark, p.spouse_mark} - {""}),
            )
            for p in payments
        }

    def references(self, payments: Sequence[Payment]) -> Mapping[UUID, str]:
        return {p.application_id: self.applications[p.application_id].reference for p in payments}

    def make(self, batch: Batch, payments: Sequence[Payment]) -> None:
        if any(self.payments[p.id] != p or not p.may_be_batched for p in payments):
            raise Stale("moved on", code="stale")
        self.batches[batch.number] = batch
        for payment in payments:
            self.payments[payment.id] = payment.but(state=PaymentState.BATCHED, batch_id=batch.id)

    def lookup(self, number: str) -> tuple[Batch, Sequence[Payment]]:
        if number not in self.batches:
            raise NotFound("no such batch", code="no_such_batch")
        batch = self.batches[number]
        return batch, [p for p in self.payments.values() if p.batch_id == batch.id]

    def of(self, payment: Payment) -> tuple[Batch, Sequence[Payment]]:
        return self.lookup(next(b.number for b in self.batches.values() if b.id == payment.batch_id))

    def recent(self, most: int) -> Sequence[Batch]:
        return sorted(self.batches.values(), key=lambda batch: batch.made_at, reverse=True)[:most]

    def seal(self, batch: Batch, moves: Sequence[Moved]) -> None:
        kept, payments = self.lookup(batch.number)
        if kept.state is not BatchState.MADE or not kept.covers(payments, keyed):
            raise Stale("moved on", code="stale")
        for move in moves:
            self.move(*move)
        self.batches[batch.number] = batch
        self.jobs += [("pay", payment.id) for payment in payments]

    def dissolve(self, batch: Batch) -> None:
        kept, payments = self.lookup(batch.number)
        if kept.state is BatchState.SEALED:
            raise Stale("sealed", code="stale")
        if kept.state is BatchState.DISSOLVED:
            return
        self.batches[batch.number] = batch
        for payment in payments:
            self.payments[payment.id] = payment.but(state=PaymentState.WAITING, batch_id=None)

    # differences
    def add(self, found: Sequence[Difference]) -> int:
        before = len(self.differences)
        for one in found:
            self.differences.setdefault((one.day, one.payment_no, one.kind), one)
        return len(self.differences) - before

    def all(self, most: int) -> Sequence[Difference]:
        return list(self.differences.values())[:most]

    def compared(self, day: date, at: datetime) -> None:
        self.comparisons[day] = at

    def last_compared(self) -> tuple[date, datetime] | None:
        return (max(self.comparisons), max(self.comparisons.values())) if self.comparisons else None

    def is_settled(self, payment_no: str, kind: str) -> bool:
        found = [
            one.settled_at for (_, number, of), one in self.differences.items() if (number, of) == (payment_no, kind)
        ]
        return bool(found) and all(found)

    def settle(self, difference_id: UUID, staff_id: UUID, note: str, at: datetime) -> None:
        for key, one in self.differences.items():
            if one.id == difference_id:
                if one.settled_at is not None:
                    raise Stale("settled", code="stale")
                self.differences[key] = replace(one, settled_at=at, settled_by=staff_id, note=note)
                return
        raise NotFound("no such difference", code="no_such_difference")

    # what is no part of the ports
    def move(self, application: Application, event: Event) -> None:
        if self.applications[application.id].version != application.version - 1:
            raise Stale("moved on", code="stale")
        self.applications[application.id] = application
        self.events.append(event)
        if event.move in (Move.CONFIRM, Move.NOT_PAID):
            self.jobs.append(("prepare", application.id))

    def without_job(self) -> list[tuple[str, UUID]]:
        """What has to be done next and by whom, as the sweeping finds it."""
        sealed = {b.id for b in self.batches.values() if b.state is BatchState.SEALED}
        released = [p for p in self.payments.values() if p.batch_id in sealed or p.state is PaymentState.CANCELLED]
        wanted = [("pay", p.id) for p in released if not p.is_settled]
        frozen = {p.application_id for p in self.payments.values() if not p.state.is_over and p.core_state}
        approved = [a.id for a in self.applications.values() if a.state is State.APPROVED]
        wanted += [("prepare", application_id) for application_id in approved if application_id not in frozen]
        return [job for job in wanted if job not in self.jobs]


class BatchesOf:
    """The Batches side of FakeBooks: its ``get`` is by number."""

    def __init__(self, books: FakeBooks) -> None:
        self._books = books

    def get(self, number: str) -> tuple[Batch, Sequence[Payment]]:
        return self._books.lookup(number)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._books, name)


@dataclass
class Household:
    """Plays People and Members for any number of persons, each with a number of their own."""

    persons: dict[UUID, Person] = field(default_factory=dict)
    spouse: IdNumber | None = None

    def get(self, person_id: UUID) -> Person:
        if person_id not in self.persons:
            self.persons[person_id] = a_person(id=person_id, id_number=_id_number(len(self.persons)))
        return self.persons[person_id]

    def find(self, person: Person, *, fresh: bool = False) -> Member:
        return a_member(spouse=self.spouse)


def _id_number(count: int) -> IdNumber:
    first = f"21010219900101{count:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return IdNumber(first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11])


@dataclass
class Office:
    """The payout with all its fakes. ``watched`` is the one whose process may be killed at any step."""

    clock: FakeClock = field(default_factory=FakeClock)
    trouble: Trouble = field(default_factory=Trouble)
    household: Household = field(default_factory=Household)
    books: FakeBooks = field(default_factory=FakeBooks)

    def __post_init__(self) -> None:
        self.bank, self.core = FakeBank(self.clock, self.trouble), FakeCore(self.clock, self.trouble)
        self.bank.is_given_up = self._is_given_up
        books, by_number, bank, core = (
            Watched(part, self.trouble) for part in (self.books, BatchesOf(self.books), self.bank, self.core)
        )
        self.settling = Settling(books, core, self.clock)
        self.payout = Payout(books, by_number, bank, self.settling, self.books, keyed, self.clock)
        self.results = Results(books, self.payout, self.books, self.clock)
        self.by_hand = ByHand(books, by_number, self.settling)
        self.preparing = Preparing(
            books, core, self.household, self.household,
            lambda id_number: f"id:{id_number.value}", lambda card: f"card:{card.value}", self.payout.pay, self.clock,
        )  # fmt: skip
        self.batches = Batches(by_number, books, keyed, self.clock)
        self.sending_back = SendingBack(books, by_number, bank, self.clock)
        self.reconciliation = Reconciliation(books, bank, core, self.books, self.payout, self.clock)
        self.reviewer, self.confirmer = a_staff_member(Role.REVIEWER), a_staff_member(Role.CONFIRMER)
        self.maker, self.checker = a_staff_member(Role.PAYER), a_staff_member(Role.PAYER)

    def _is_given_up(self, payment_no: str) -> bool:
        payment = self.books.by_number(payment_no)
        return payment is not None and payment.state is PaymentState.NOT_ARRIVED

    def confirmed(self, kind: str = "good", amount: int = 840_000) -> Application:
        """A new application that has been approved and confirmed; its card behaves as ``kind`` says."""
        person = self.household.get(uuid.uuid4())
        application = an_application(
            person_id=person.id, state=State.CHECKED, amount=Money(amount), answers=answers(card=self._a_card(kind))
        )
        self.books.applications[application.id] = application
        self.books.events.append(
            Event(application.id, 0, Move.APPROVE, State.CHECKED, Actor(Role.REVIEWER, self.reviewer.id), self.clock())
        )
        return self.confirm(application)

    def confirm(self, application: Application) -> Application:
        actor = Actor(Role.CONFIRMER, self.confirmer.id)
        self.books.move(*advance(application, Move.CONFIRM, actor, self.clock()))
        return self.books.applications[application.id]

    def fix_card(self, application: Application, kind: str = "good") -> Application:
        """The citizen gives another card, which is reviewed and confirmed."""
        own = Actor(Role.CITIZEN, application.person_id)
        moved, event = advance(application, Move.FIX_CARD, own, self.clock())
        moved = replace(moved, answers={**moved.answers, "card": self._a_card(kind)})
        self.books.move(moved, event)
        self.books.move(*advance(moved, Move.APPROVE, Actor(Role.REVIEWER, self.reviewer.id), self.clock()))
        return self.confirm(self.books.applications[application.id])

    def work(self, most: int = 1000) -> None:
        """Run the jobs there are, each once; what is to be tried again stays."""
        for job in list(self.books.jobs)[:most]:
            self.run(job)

    def run(self, job: tuple[str, UUID]) -> None:
        """Run one job. Killed, it stays where it is: another worker begins it again."""
        use_case = self.payout.pay if job[0] == "pay" else self.preparing.prepare
        try:
            use_case(job[1])
        except (Unavailable, OutcomeUnknown):
            return
        if job in self.books.jobs:
            self.books.jobs.remove(job)

    def payment_of(self, application: Application) -> Payment:
        """The newest attempt."""
        return max((p for p in self.books.payments.values() if p.application_id == application.id),
                   key=lambda p: p.attempt)  # fmt: skip

    def released(self, kind: str = "good") -> Application:
        """An application whose payment two people have released."""
        application = self.confirmed(kind)
        self.work()
        batch = self.batches.make(self.maker, [self.payment_of(application).id])
        self.batches.seal(self.checker, batch.number, batch.digest)
        return application

    def state_of(self, application: Application) -> State:
        return self.books.applications[application.id].state

    def _a_card(self, kind: str) -> str:
        card = f"62170000{len(self.bank.kinds):08d}"
        self.bank.kinds[card] = kind
        return card


def a_staff_member(role: Role, mark: str = "") -> StaffMember:
    """Somebody at the desk."""
    return StaffMember(uuid.uuid4(), "staff", "李工", role, mark)


def job(office: Office, application: Application) -> tuple[str, UUID]:
    """The job of an application's newest payment."""
    return "pay", office.payment_of(application).id


def release(office: Office) -> None:
    """Two people release all that waits."""
    batch = office.batches.make(office.maker)
    office.batches.seal(office.checker, batch.number, batch.digest)


def details_of(office: Office, application: Application, move: Move) -> object:
    """What the newest such move of an application says."""
    return [e.details for e in office.books.events if e.application_id == application.id and e.move is move][-1]
