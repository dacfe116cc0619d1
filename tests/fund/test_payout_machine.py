"""The money under every trouble there is, in any order: killed workers, two at once, lost jobs, a bank and a core
system that refuse, stay silent, answer rubbish or carry out what they never answer.

Whatever happens: no application is paid twice (money that came back aside), nothing is paid that was not confirmed
and released by two other people to the very card, no payment is lost, and once it is quiet all three books agree.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fund.application import Actor, Move, Role, State, advance
from fund.errors import NotAllowed, OutcomeUnknown, Refused, Stale, Unavailable
from fund.money_ports import FILE, LATE, Outcome, Status
from fund.payment import BatchState, CoreState, PaymentState
from tests.fund.money_fakes import COURSES, FAULTS, Crash, Office, a_staff_member

KINDS = st.sampled_from(sorted(COURSES))
STEPS = st.none() | st.integers(0, 14)
TROUBLES = st.lists(st.sampled_from(("", *FAULTS)), max_size=3)
LATER = (Unavailable, OutcomeUnknown)


class Money(RuleBasedStateMachine):
    """One office; its people do what they may, its workers are killed."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.changed: set[str] = set()
        """Numbers of payments that somebody has changed: the only ones on which the books may disagree."""
        self.books, self.bank, self.core = self.office.books, self.office.bank, self.office.core

    # people
    @precondition(lambda self: len(self.books.applications) < 5)
    @rule(kind=KINDS)
    def an_application_is_confirmed(self, kind: str) -> None:
        self.office.confirmed(kind)

    @precondition(lambda self: len(self.books.applications) < 5)
    @rule(kind=KINDS)
    def an_application_is_confirmed_and_its_payment_released(self, kind: str) -> None:
        self.office.released(kind)

    @rule(data=st.data(), step=STEPS)
    def a_batch_is_made(self, data: st.DataObject, step: int | None) -> None:
        ready = [p for p in self.books.waiting() if p.may_be_batched]
        if not ready:
            return
        chosen = data.draw(st.sets(st.sampled_from([p.id for p in ready]), min_size=1))
        self._killed_at(step, self.office.batches.make, self.office.maker, chosen)

    @rule(data=st.data(), step=STEPS)
    def a_batch_is_sealed(self, data: st.DataObject, step: int | None) -> None:
        if batch := self._one_of(data, BatchState.MADE):
            self._killed_at(step, self.office.batches.seal, self.office.checker, batch.number, batch.digest)

    @rule(data=st.data(), step=STEPS)
    def a_batch_is_dissolved(self, data: st.DataObject, step: int | None) -> None:
        if batch := self._one_of(data, BatchState.MADE):
            self._killed_at(step, self.office.batches.dissolve, self.office.checker, batch.number)

    @rule(data=st.data())
    def nobody_seals_who_must_not(self, data: st.DataObject) -> None:
        batch = self._one_of(data, BatchState.MADE)
        if batch is None:
            return
        _, lines = self.books.lookup(batch.number)
        decided = [self.office.reviewer, self.office.confirmer]
        now_payers = [a_staff_member(Role.PAYER, one.person_mark) for one in lines[:1]]
        now_payers += [type(one)(one.id, one.login, one.name, Role.PAYER) for one in decided]
        for staff in (self.office.maker, *decided, a_staff_member(Role.ADMIN), *now_payers):
            with pytest.raises(NotAllowed):
                self.office.batches.seal(staff, batch.number, batch.digest)

    @rule(data=st.data())
    def a_line_that_was_changed_cannot_be_sealed(self, data: st.DataObject) -> None:
        batch = self._one_of(data, BatchState.MADE)
        if batch is None:
            return
        line = self.books.lookup(batch.number)[1][0]
        changed: dict[str, Any] = data.draw(
            st.sampled_from(({"card_mark": "another"}, {"amount": type(line.amount)(line.amount.fen + 1)}))
        )
        object_changed = line.but(**changed)
        self.books.payments[line.id] = object_changed
        with pytest.raises(Refused):
            self.office.batches.seal(self.office.checker, batch.number, batch.digest)
        self.books.payments[line.id] = line

    @rule(data=st.data(), step=STEPS, faults=TROUBLES)
    def a_payment_is_sent_back(self, data: st.DataObject, step: int | None, faults: list[str]) -> None:
        if waiting := self.books.waiting():
            payment = data.draw(st.sampled_from(list(waiting)))
            self._killed_at(step, self._send_back, payment.id, faults=faults)

    def _send_back(self, payment_id: Any) -> None:
        try:
            self.office.sending_back.send_back(self.office.maker, payment_id, "收款信息存疑")
        except Refused as refused:
            assert refused.code == "earlier_arrived"

    @rule(data=st.data())
    def what_was_sent_back_is_confirmed_again(self, data: st.DataObject) -> None:
        if back := [a for a in self.books.applications.values() if a.state is State.CHECKED]:
            self.office.confirm(data.draw(st.sampled_from(back)))

    @rule(data=st.data())
    def a_released_payment_is_changed_behind_our_back(self, data: st.DataObject) -> None:
        sealed = {b.id for b in self.books.batches.values() if b.state is BatchState.SEALED}
        lines = [p for p in self.books.payments.values() if p.batch_id in sealed and p.state is PaymentState.BATCHED]
        if lines:
            line = data.draw(st.sampled_from(lines))
            self.books.payments[line.id] = replace(line, amount=type(line.amount)(line.amount.fen + 1))
            self.changed.add(line.payment_no)

    @rule(data=st.data())
    def an_application_is_withdrawn_after_its_payment_failed(self, data: st.DataObject) -> None:
        if failed := [a for a in self.books.applications.values() if a.state is State.PAY_FAILED]:
            application = data.draw(st.sampled_from(failed))
            own = Actor(Role.CITIZEN, application.person_id)
            self.books.move(*advance(application, Move.WITHDRAW, own, self.office.clock()))

    @rule(data=st.data(), kind=KINDS)
    def another_card_is_given(self, data: st.DataObject, kind: str) -> None:
        failed = [a for a in self.books.applications.values() if a.state is State.PAY_FAILED]
        if failed:
            self.office.fix_card(data.draw(st.sampled_from(failed)), kind)

    # machines
    @rule(data=st.data(), step=STEPS, faults=TROUBLES)
    def a_job_runs(self, data: st.DataObject, step: int | None, faults: list[str]) -> None:
        if self.books.jobs:
            job = data.draw(st.sampled_from(self.books.jobs))
            self._killed_at(step, self.office.run, job, faults=faults)

    @rule(data=st.data(), step=STEPS, faults=TROUBLES)
    def two_workers_run_the_same_job(self, data: st.DataObject, step: int | None, faults: list[str]) -> None:
        jobs = [job for job in self.books.jobs if job[0] == "pay"]
        if jobs:
            job = data.draw(st.sampled_from(jobs))
            self.bank.meanwhile = lambda: self.office.run(job)
            self._killed_at(step, self.office.run, job, faults=faults)
            self.bank.meanwhile = lambda: None

    @rule(data=st.data())
    def a_job_is_lost_and_the_sweeping_finds_what_has_none(self, data: st.DataObject) -> None:
        if self.books.jobs:
            self.books.jobs.remove(data.draw(st.sampled_from(self.books.jobs)))
        self.books.jobs += self.books.without_job()

    @rule(minutes=st.sampled_from((1, 4, 16, 24 * 60)))
    def time_goes_by(self, minutes: int) -> None:
        self.office.clock.now += timedelta(minutes=minutes)
        self.bank.let_arrive()

    @rule(step=STEPS, faults=TROUBLES)
    def the_bank_is_asked_for_returns(self, step: int | None, faults: list[str]) -> None:
        self._killed_at(step, self.office.payout.ask_about_returns, faults=faults)

    @rule(step=STEPS, faults=TROUBLES)
    def a_result_file_is_imported_twice(self, step: int | None, faults: list[str]) -> None:
        lines = {number: taken.now for number, taken in self.bank.taken.items()}
        for number, outcome in lines.items():
            self._killed_at(step, self._learn, number, outcome, faults=faults)
        for number, outcome in lines.items():
            self._learn(number, outcome)
        before = dict(self.books.payments)
        for number, outcome in lines.items():
            self._learn(number, outcome)
        assert self.books.payments == before

    # what always holds
    @invariant()
    def nobody_is_paid_twice(self) -> None:
        held: dict[Any, int] = {}
        for number, taken in self.bank.taken.items():
            payment = self.books.by_number(number)
            assert payment is not None
            held[payment.application_id] = held.get(payment.application_id, 0) + taken.has_paid
        assert all(count <= 1 for count in held.values())
        assert all(count == 1 for count in self.bank.arrived.values())

    @invariant()
    def nothing_is_paid_but_what_was_confirmed_and_released_by_two(self) -> None:
        for number, taken in self.bank.taken.items():
            payment = self.books.by_number(number)
            assert payment is not None and payment.batch_id is not None
            batch = next(b for b in self.books.batches.values() if b.id == payment.batch_id)
            assert batch.state is BatchState.SEALED and batch.checker_id not in (None, batch.maker_id)
            application = self.books.applications[payment.application_id]
            assert (taken.amount, taken.payee) == (application.amount, payment.payee)
            done = [event.move for event in self.books.events if event.application_id == application.id]
            assert done.count(Move.CONFIRM) >= 1 and Move.INSTRUCT in done

    @invariant()
    def whatever_was_not_yet_paid_is_frozen_and_never_booked_twice(self) -> None:
        for application in self.books.applications.values():
            attempts = [p for p in self.books.payments.values() if p.application_id == application.id]
            numbers = {p.core_no for p in attempts}
            standing = [self.core.kept[number][2] for number in numbers if number in self.core.kept]
            assert sum(state in ("frozen", "booked") for state in standing) <= 1
            if application.state is State.PAID:
                # Reversed: a worker was killed before it could write down that the bank had sent the money back.
                assert {"booked", "reversed"} & set(standing)

    def teardown(self) -> None:
        """Quiet returns: what is under way comes to its end, and the books agree."""
        self.office.trouble.over()
        self._goes_on(rounds=12)
        assert self.books.without_job() == []
        waiting = {State.APPROVED, State.PAID, State.PAY_FAILED, State.CHECKED, State.WITHDRAWN}
        assert {a.state for a in self.books.applications.values()} <= waiting
        self._agrees(but_for_what_came_late=True)
        for _ in range(3):
            if any(p.may_be_batched for p in self.books.waiting()):
                batch = self.office.batches.make(self.office.maker)
                self.office.batches.seal(self.office.checker, batch.number, batch.digest)
            for batch in [b for b in self.books.batches.values() if b.state is BatchState.MADE]:
                self.office.batches.dissolve(self.office.checker, batch.number)
            self._goes_on(rounds=6)
        assert {a.state for a in self.books.applications.values()} <= waiting - {State.APPROVED}
        self._agrees()
        for day in self._days():
            self.office.reconciliation.compare(day)
        for _, number, kind in self.books.differences:
            late = kind == LATE and number in self.bank.taken
            assert number in self.changed or late or kind == FILE, (number, kind)

    def _goes_on(self, rounds: int) -> None:
        """The jobs run, the bank is asked, time goes by."""
        for _ in range(rounds):
            self.books.jobs += self.books.without_job()
            self.office.work()
            self.office.payout.ask_about_returns()
            self.office.clock.now += timedelta(minutes=8)

    def _agrees(self, *, but_for_what_came_late: bool = False) -> None:
        """The three books say the same of every application."""
        self.nobody_is_paid_twice()
        for application in self.books.applications.values():
            attempts = [p for p in self.books.payments.values() if p.application_id == application.id]
            paid = [p for p in attempts if p.payment_no in self.bank.taken and self.bank.taken[p.payment_no].has_paid]
            if but_for_what_came_late and any(p.state is PaymentState.NOT_ARRIVED for p in paid):
                continue
            assert len(paid) == (application.state is State.PAID)
            stand = {p.core_no: self.core.kept[p.core_no][2] for p in attempts if p.core_no in self.core.kept}
            assert paid == [p for p in attempts if p.state is PaymentState.PAID]
            assert [number for number, state in stand.items() if state == "booked"] == [p.core_no for p in paid]
            frozen = [number for number, state in stand.items() if state == "frozen"]
            assert len(frozen) == (application.state is State.APPROVED)
            opened = [p for p in attempts if p.state in (PaymentState.WAITING, PaymentState.BATCHED)]
            assert len(opened) == (application.state is State.APPROVED)
            assert all(p.core_state is CoreState.FROZEN for p in opened)

    def _days(self) -> list[date]:
        first, last = self.office.clock.now.date(), self.office.clock.now.date()
        first = min((p.made_at.date() for p in self.books.payments.values()), default=first)
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def _one_of(self, data: st.DataObject, state: BatchState) -> Any:
        found = [b for b in self.books.batches.values() if b.state is state]
        return data.draw(st.sampled_from(found)) if found else None

    def _learn(self, number: str, outcome: Outcome) -> None:
        try:
            self.office.results.learn(number, outcome)
        except LATER:
            return
        except Refused as refused:
            # A file that is older than what we know, or that comes before the money is back.
            assert refused.code == "contradicts", refused.code
            assert outcome.status is not Status.ACCEPTED

    def _killed_at(self, step: int | None, act: Any, *given: Any, faults: list[str] | None = None) -> None:
        self.office.trouble.crash_in, self.office.trouble.faults = step, list(faults or [])
        try:
            act(*given)
        except (Crash, Stale, *LATER):
            pass
        finally:
            self.office.trouble.over()


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
