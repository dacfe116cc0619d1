"""Any number of visits in any order, with a core system, a bank and a calendar that change meanwhile.

Whatever happens: nothing is handed in that a rule forbids at that moment, nothing twice, nothing that was not
agreed to as shown; and no value that was typed and can be read vanishes without the person seeing it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fund.application import Application, Event
from fund.business import Pledge
from fund.consent import words_mark
from fund.errors import InvalidValue, NotFound, Unavailable
from fund.journey import Step
from fund.ports import CardVerdict
from tests import oracle
from tests.fakes import a_counter
from tests.makers import CARD, DALIAN, OTHER_CARD, SHENYANG, a_home, a_withdrawal, answers

THIRD_CARD = "6231080000000018"
TOGETHER = ("info", "details", "account", "pledge")
PAGES = (*TOGETHER, "photos")
FORM = "form"
"""The screen of the hall, on which all but the photos stand together."""
GOOD = {
    "region": ["210100", "210102", "210200", "659001"],
    "address": ["青年大街100号3单元501室", "中山路200号5单元101室"],
    "first_month": ["-01", "-03", "-12"],
    "last_month": ["-03", "-06", "-12"],
    "monthly_rent": ["0.01", "1400.00", "3000.00"],
    "amount": ["0.01", "1400.00", "8400.00", "13200.00"],
    "bank": ["CCB", "ICBC", "SJB"],
    "card": [CARD, OTHER_CARD, THIRD_CARD],
    "agreed": ["yes"],
}
BAD = ["", "?", "0", "210", "2026-13"]
WINDOWS = st.sampled_from(["phone", "desktop", "old tab"])


@dataclass(frozen=True)
class Window:
    """A page as it stands on a screen, and all that had been answered when it was opened."""

    step: Step
    version: int
    key: str
    answers: Mapping[str, str]
    pledge: Pledge

    @property
    def shown(self) -> dict[str, str]:
        """What its form holds."""
        return {f.name: self.answers.get(f.name, "") for f in self.step.fields}

    @property
    def to_be_agreed_to(self) -> dict[str, str]:
        """What the pledge page shows besides the words."""
        return {name: value for name, value in self.answers.items() if name != "agreed"}

    def agrees_to(self, typed: Mapping[str, str]) -> Mapping[str, str] | None:
        """The answers a tick on this page is for, if there is one."""
        if typed.get("agreed") != "yes" or self.step.name not in ("pledge", FORM):
            return None
        if self.step.name == "pledge":
            return self.to_be_agreed_to
        read = {f.name: _read(f, typed.get(f.name, "")) for f in self.step.fields if f.name != "agreed"}
        return None if None in read.values() else {name: str(value) for name, value in read.items()}


class Visits(RuleBasedStateMachine):
    """One person, three windows."""

    def __init__(self) -> None:
        super().__init__()
        self.counter = a_counter()
        self.journey = self.counter.look().business.journey
        self.windows: dict[str, Window] = {}
        self.agreed_to: list[tuple[str, Mapping[str, str]]] = []
        self.pressing: list[object] = []
        self.handed_in_by: dict[UUID, object] = {}
        store = self.counter.applications.hand_in

        def hand_in(application: Application, event: Event, *rest: Any) -> Application:
            stored = store(application, event, *rest)
            if stored.id not in self.handed_in_by:
                self.handed_in_by[stored.id] = self.pressing[-1]
                self._judge(stored)
            return stored

        self.counter.applications.hand_in = hand_in  # type: ignore[method-assign]

    # ---- what must hold whenever something is handed in

    def _judge(self, kept: Application) -> None:
        counter = self.counter
        facts, today = counter.members.facts, counter.clock.now.date()
        verdict = counter.cards.verdicts.get(kept.answers["card"], counter.cards.usual)
        good = counter.cards.error is not None or verdict == FIRST_CLASS
        assert list(oracle.objections(kept.answers, facts, today, good)) == []
        assert set(kept.answers) == set(GOOD), "all answers, and no others"
        assert kept.amount.fen == oracle.fen(kept.answers["amount"])
        assert min(oracle.fen(line["amount"]) for line in kept.working) >= kept.amount.fen
        assert kept.year == today.year == kept.submitted_at.year
        must, may = oracle.photos_wanted(kept.answers, facts)
        photos = counter.photos.handed_in(kept)
        assert must <= set(photos) <= may, "the photos that are asked for, and no others"
        seen = {name: value for name, value in kept.answers.items() if name != "agreed"}
        assert (kept.pledge_text, seen) in self.agreed_to, "somebody agreed to these words and these answers"

    @invariant()
    def nothing_is_handed_in_twice(self) -> None:
        rows = self.counter.applications.rows
        assert len({row.submission_key for row in rows}) == len(rows)
        assert len({row.reference for row in rows}) == len(rows)
        live = [row.year for row in rows if row.state.is_live]
        assert len(set(live)) == len(live)
        for row in rows:
            events = self.counter.applications.events(row.id)
            assert [event.seq for event in events] == list(range(1, row.version + 1))
            assert events[-1].state is row.state

    @invariant()
    def what_is_next_is_a_page_that_can_be_opened(self) -> None:
        now = self.counter.look()
        assert now.can_open((now.next or now.path[-1]).name)
        assert now.next is None or now.next.name in now.problems

    # ---- what the person does

    @initialize(done=st.integers(0, 5), region=st.sampled_from(["210102", "210200"]))
    def some_pages_are_done_already(self, done: int, region: str) -> None:
        self._go_on("phone", region, done)
        self._open("phone", "photos")

    def _open(self, name: str, step: str) -> None:
        now = self.counter.look()
        page = now.business.journey.step(step) if now.can_open(step) else now.next or now.path[-1]
        if step == FORM:
            page = Step(FORM, "", tuple(f for known in now.path if known.name in TOGETHER for f in known.fields))
        draft = now.draft
        self.windows[name] = Window(page, draft.version, draft.submission_key, dict(draft.answers), now.pledge)

    @rule(window=WINDOWS, step=st.sampled_from([*PAGES, FORM, FORM]))
    def open_by_address(self, window: str, step: str) -> None:
        self._open(window, step)

    @rule(window=WINDOWS, data=st.data())
    def answer(self, window: str, data: st.DataObject) -> None:
        """Change some fields of the page that is open, well, and press the button."""
        page = self._page(window)
        names = sorted(page.shown)
        changed = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        typed = {name: self._good(name, data) for name in changed}
        self._press(window, {**page.shown, **typed})

    @rule(window=WINDOWS, data=st.data())
    def answer_badly(self, window: str, data: st.DataObject) -> None:
        page = self._page(window)
        typed = {name: data.draw(st.sampled_from([*BAD, value])) for name, value in page.shown.items()}
        self._press(window, typed)

    @rule(window=WINDOWS)
    def press_again(self, window: str) -> None:
        """The same form once more: a double click, or the back button."""
        page = self._page(window)
        self._press(window, page.shown)

    @rule(window=WINDOWS, step=st.sampled_from(PAGES), data=st.data())
    def post_to_another_address(self, window: str, step: str, data: st.DataObject) -> None:
        """Skipping a page by its address, with this window's version and key."""
        page = self._page(window)
        forged = replace(page, step=self.journey.step(step))
        self._press(window, {name: self._good(name, data) for name in forged.shown}, forged)

    @rule(window=WINDOWS, region=st.sampled_from(["210102", "210200"]), pages=st.integers(1, 5))
    def go_on(self, window: str, region: str, pages: int) -> None:
        """Page after page with answers that fit together, photos and all."""
        self._go_on(window, region, pages)

    @rule(window=WINDOWS, region=st.sampled_from(["210102", "210200"]))
    def fill_in_all_on_one_screen(self, window: str, region: str) -> None:
        self._open(window, FORM)
        if not self.counter.look().blockers:
            self._press(window, self._answers(region))

    @rule(window=WINDOWS, data=st.data())
    def leave_one_screen_half_filled(self, window: str, data: st.DataObject) -> None:
        """It is kept by itself, and goes on from what was kept."""
        if window not in self.windows or self.windows[window].step.name != FORM:
            self._open(window, FORM)
        page, counter, before = self.windows[window], self.counter, self.counter.look().draft
        typed = dict(page.shown)
        for name in data.draw(st.lists(st.sampled_from(sorted(GOOD)), unique=True)):
            typed[name] = data.draw(st.sampled_from([*BAD, self._good(name, data)]))
        kept = counter.intake.keep(
            counter.person, "rent", TOGETHER, typed, seen_version=page.version, submission_key=page.key
        )
        after = counter.look().draft
        if kept.receipt or kept.clashes:
            assert before.version == after.version, "nothing is kept by halves"
            return
        for f in page.step.fields:
            mine = _read(f, typed[f.name])
            if f.name != "agreed" and mine is not None and mine != page.shown[f.name]:
                assert after.answers[f.name] == mine
        self.windows[window] = replace(
            page, version=after.version, key=after.submission_key, answers=dict(after.answers)
        )

    def _answers(self, region: str) -> dict[str, str]:
        year = self.counter.clock.now.year
        return answers(region=region, first_month=f"{year}-01", last_month=f"{year}-06", amount="1400.00")

    def _go_on(self, window: str, region: str, pages: int) -> None:
        given = self._answers(region)
        for _ in range(pages):
            now = self.counter.look()
            if now.blockers:
                return
            self._open(window, (now.next or now.path[-1]).name)
            page = self.windows[window]
            if page.step.name == "photos":
                self.counter.upload_all()
            self._press(window, {name: given[name] for name in page.shown})

    @rule(first=WINDOWS, second=WINDOWS, data=st.data())
    def press_in_two_windows_at_once(self, first: str, second: str, data: st.DataObject) -> None:
        """The second gets in between the first one's reading and writing."""
        one, other = self._page(first), self._page(second)
        typed = {name: self._good(name, data) for name in one.shown}
        also = {name: self._good(name, data) for name in other.shown}
        self.counter.drafts.before_save = lambda: self._press(second, also, other)
        self._press(first, typed, one)
        self.counter.drafts.before_save = lambda: None

    @rule(kind=st.sampled_from(["lease", "id_front", "workplace", "marriage", "nothing"]), number=st.integers(0, 2))
    def upload(self, kind: str, number: int) -> None:
        try:
            self.counter.intake.attach(self.counter.person, "rent", kind, f"{kind} {number}".encode())
        except (NotFound, InvalidValue):
            return
        assert kind in {photo.kind for some in self.counter.look().photos.values() for photo in some}

    @rule(data=st.data())
    def delete_a_photo(self, data: st.DataObject) -> None:
        photos = [photo for some in self.counter.look().photos.values() for photo in some]
        if photos:
            self.counter.records.remove_photo(self.counter.person, data.draw(st.sampled_from(photos)).id)

    @precondition(lambda self: any(row.state.is_live for row in self.counter.applications.rows))
    @rule()
    def take_it_back(self) -> None:
        live = next(row for row in self.counter.applications.rows if row.state.is_live)
        self.counter.records.withdraw(self.counter.person, live.reference)

    # ---- what happens around them

    @rule(
        facts=st.fixed_dictionaries(
            {},
            optional={
                "balance": st.sampled_from(["52340.18", "1400.00", "0.00"]),
                "frozen": st.sampled_from(["0.00", "52000.00"]),
                "status": st.sampled_from(["01", "01", "06"]),
                "months_in_a_row": st.sampled_from([36, 3, 2]),
                "married": st.booleans(),
                "employer_city": st.sampled_from([SHENYANG, SHENYANG, DALIAN]),
                "homes": st.sampled_from([(), (), (a_home(),)]),
            },
        )
    )
    def the_core_system_learns_something(self, facts: dict[str, Any]) -> None:
        self.counter.members.facts = facts

    @rule(amount=st.sampled_from(["100.00", "13200.00"]), of_spouse=st.sampled_from([True, True, False]))
    def something_is_drawn(self, amount: str, of_spouse: bool) -> None:
        drawn = a_withdrawal(amount, of_spouse=of_spouse, on=self.counter.clock.now.date())
        self.counter.members.facts = {**self.counter.members.facts, "married": of_spouse, "withdrawals": (drawn,)}

    @rule()
    def an_old_copy_is_kept_of_what_the_core_system_said(self) -> None:
        self.counter.members.stale_copy = self.counter.members.now()

    @rule(card=st.sampled_from([CARD, OTHER_CARD]), verdict=st.integers(0, 3))
    def the_bank_learns_something(self, card: str, verdict: int) -> None:
        said = [FIRST_CLASS, CardVerdict(False), CardVerdict(True, 2, "debit"), CardVerdict(True, 1, "debit", False)]
        self.counter.cards.verdicts[card] = said[verdict]

    @rule(down=st.booleans())
    def the_bank_goes_down_or_comes_back(self, down: bool) -> None:
        self.counter.cards.error = Unavailable("down") if down else None

    @rule(fails=st.booleans())
    def the_drafts_cannot_be_dropped_or_can_again(self, fails: bool) -> None:
        self.counter.drafts.drop_fails = fails

    @rule()
    def a_month_goes_by(self) -> None:
        self.counter.drafts.expire()

    @precondition(lambda self: self.counter.clock.now.year < 2028)
    @rule()
    def the_year_turns(self) -> None:
        self.counter.clock.now = self.counter.clock.now.replace(year=self.counter.clock.now.year + 1) + timedelta(
            days=1
        )

    # ---- pressing a button, and looking what became of what was typed

    def _page(self, window: str) -> Window:
        if window not in self.windows:
            self._open(window, "info")
        return self.windows[window]

    def _good(self, name: str, data: st.DataObject) -> str:
        value = data.draw(st.sampled_from(GOOD[name]), label=name)
        return f"{self.counter.clock.now.year}{value}" if name.endswith("_month") else value

    def _press(self, window: str, typed: Mapping[str, str], page: Window | None = None) -> None:
        page = page or self.windows[window]
        counter, step = self.counter, page.step
        press = object()
        known = {row.submission_key for row in counter.applications.rows if row.state.is_live}
        agreed_to = page.agrees_to(typed)
        if agreed_to is not None:
            self.agreed_to.append((page.pledge.text, agreed_to))

        self.pressing.append(press)
        outcome = counter.intake.answer_together(
            counter.person,
            "rent",
            TOGETHER if step.name == FORM else (step.name,),
            typed,
            seen_version=page.version,
            submission_key=page.key,
            seen_pledge=words_mark(page.pledge),
        )
        self.pressing.pop()

        if page.key in known:
            assert outcome.receipt is not None
        if outcome.receipt and self.handed_in_by[outcome.receipt.id] is not press:
            assert outcome.receipt.submission_key == page.key, "the receipt of what this window belongs to"
            return
        assert (outcome.receipt is not None) + (outcome.goto is not None) + bool(
            outcome.problems or outcome.clashes
        ) == 1
        after = outcome.receipt.answers if outcome.receipt else counter.look().draft.answers
        told = {clash.field: clash for clash in outcome.clashes}
        for name, value in outcome.renewed.items():
            assert after.get(name) == value, "what is shown as the newest is what is kept"
        for f in step.fields:
            mine = _read(f, typed.get(f.name, ""))
            if mine is None:
                assert outcome.receipt is None, "handed in with a value that cannot be read"
            elif mine != page.shown.get(f.name) and f.kind.widget != "consent":
                assert after.get(f.name) == mine or (f.name in told and told[f.name].mine == mine), (
                    f"{f.name} was typed, can be read, and vanished without a word"
                )
        for clash in outcome.clashes:
            assert counter.look().draft.answers.get(clash.field) == clash.theirs


def _read(f: Any, typed: str) -> str | None:
    try:
        return str(f.read(typed))
    except InvalidValue:
        return None


FIRST_CLASS = CardVerdict(matches=True, account_class=1, kind="debit", open=True)

TestVisits = Visits.TestCase
TestVisits.settings = settings(max_examples=120, stateful_step_count=35)
