"""What a citizen puts right: exactly what was marked, judged by today's rules, once."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.application import Actor, Application, Move, Role, State, advance
from fund.correction import Corrections, current, superseded
from fund.decision import Correction
from fund.errors import InvalidValue, NotFound, Unavailable, WrongState
from fund.money import Money
from fund.ports import CardVerdict
from tests.desk_moves import FAILED, Step, a_return, desk
from tests.fakes import Counter, a_counter
from tests.makers import (
    CARD,
    DALIAN,
    OTHER_CARD,
    SHANGHAI,
    SPOUSE,
    SUMMER_NOON,
    a_person,
    an_application,
    answers,
)


class Window:
    """A person at the pages of a correction of their one application."""

    def __init__(self, counter: Counter, application: Application, use: Corrections) -> None:
        self.counter, self.use, self.reference = counter, use, application.reference
        self.id = application.id

    def look(self) -> Any:
        return self.use.look(self.counter.person, self.reference)

    def answer(self, step: str, typed: Mapping[str, str] | None = None, **window: Any) -> Any:
        now = self.look().draft
        window = {"seen_version": now.version, "submission_key": now.submission_key, **window}
        return self.use.answer(self.counter.person, self.reference, step, typed or {}, **window)

    def upload(self, kind: str, content: bytes = b"a sharp one") -> Any:
        return self.use.attach(self.counter.person, self.reference, kind, content)

    @property
    def path(self) -> list[str]:
        return [step.name for step in self.look().path]

    @property
    def asked(self) -> list[str]:
        return [f.name for step in self.look().path for f in step.fields if f.name != "agreed"]

    @property
    def row(self) -> Application:
        (row,) = (row for row in self.counter.applications.rows if row.id == self.id)
        return row

    @property
    def said(self) -> Mapping[str, Any]:
        return self.counter.applications.events(self.id)[-1].details


def handed_in(counter: Counter, **different: str) -> Application:
    outcome = counter.walk(answers(**different))
    if outcome.receipt is None:
        counter.upload_all()
        outcome = counter.answer("photos")
    assert outcome.receipt is not None, outcome.problems
    return outcome.receipt


def sent_back(
    *fields: str, photos: tuple[str, ...] = (), facts: Mapping[str, Any] | None = None, **given: str
) -> Window:
    """Handed in, claimed and returned with these marks."""
    counter = a_counter(**(facts or {}))
    application = handed_in(counter, **given)
    by_the_desk(counter, application, Move.CLAIM, a_return(*fields, photos=photos))
    return Window(counter, application, counter.corrections)


def by_the_desk(counter: Counter, application: Application, *steps: Step) -> Application:
    return desk(counter.applications, application.person_id, application.reference, counter.clock(), *steps)


def not_paid(**given: str) -> Window:
    """Handed in, approved, instructed, and the money came back."""
    counter = a_counter()
    application = handed_in(counter, **given)
    by_the_desk(counter, application, *FAILED)
    return Window(counter, application, counter.card_fixes)


# ---- 只问标出的内容


def test_only_what_was_marked_is_asked_and_then_the_pledge() -> None:
    window = sent_back("address", "card", photos=("lease",), region=DALIAN)
    assert window.path == ["details", "account", "photos", "pledge"]
    assert window.asked == ["address", "card"]
    now = window.look()
    assert [kind.name for kind in now.photo_kinds(now.path[2])] == ["lease"]


def test_what_was_given_before_stands_in_the_fields_but_the_agreement_is_asked_anew() -> None:
    now = sent_back("address").look()
    assert now.business.shown({})["address"] == "青年大街100号3单元501室"
    assert "agreed" not in now.business.shown({})


def test_a_correction_is_one_move_that_keeps_before_after_and_the_words_agreed_to() -> None:
    window = sent_back("address")
    assert window.answer("details", {"address": "中山路8号2单元301室"}).goto.name == "pledge"
    assert window.row.state is State.NEEDS_FIX
    window.answer("pledge", {"agreed": "yes"})
    assert window.row.state is State.IN_REVIEW
    assert window.row.answers == answers(address="中山路8号2单元301室")
    made = Correction.of(window.said)
    assert made.before == {"address": "青年大街100号3单元501室"} and made.after == {"address": "中山路8号2单元301室"}
    assert window.said["pledge"]["version"] == window.row.pledge_version
    assert "张伟" in window.said["pledge"]["text"]


def test_without_the_agreement_nothing_is_handed_in() -> None:
    window = sent_back("address")
    window.answer("details", {"address": "中山路8号2单元301室"})
    assert [p.field for p in window.answer("pledge").problems] == ["agreed"]
    assert window.row.state is State.NEEDS_FIX


FORGED = {
    "region": "210102", "address": "另一条街9号", "first_month": "2026-02", "last_month": "2026-03",
    "monthly_rent": "9999.00", "amount": "1.00", "bank": "ICBC", "card": OTHER_CARD,
}  # fmt: skip


def test_a_forged_form_changes_nothing_but_what_was_marked() -> None:
    window = sent_back("address")
    window.answer("details", FORGED)
    window.answer("pledge", {**FORGED, "agreed": "yes"})
    assert window.row.answers == answers(address="另一条街9号")
    assert window.row.amount == Money.from_wire("8400.00")
    assert set(Correction.of(window.said).after) == {"address"}


@pytest.mark.parametrize("step", ["amount", "account", "photos"])
def test_a_page_of_nothing_marked_cannot_be_answered(step: str) -> None:
    window = sent_back("address")
    window.answer("details", {"address": "中山路8号2单元301室"})
    outcome = window.answer(step, FORGED)
    assert outcome.goto.name == "pledge"
    assert dict(window.look().draft.answers) == {"address": "中山路8号2单元301室"}


FIELDS = st.sets(st.sampled_from(sorted(FORGED)), max_size=8)


@given(
    marked=FIELDS, typed=st.dictionaries(st.sampled_from(sorted(FORGED)), st.text(max_size=12)), honest=st.booleans()
)
def test_no_correction_ever_changes_what_was_not_marked(marked: set[str], typed: dict[str, str], honest: bool) -> None:
    """Except the amount, and that only downwards, where what was put right makes it too high."""
    window = sent_back(*marked)
    given_ = {**(answers() if honest else FORGED), **typed, "agreed": "yes"}
    for _ in range(2):
        for step in ("details", "amount", "account", "photos", "pledge"):
            if window.row.state is State.NEEDS_FIX:
                window.answer(step, given_)
    row, was = window.row, answers()
    changed = {name for name in was if row.answers.get(name) != was[name]}
    assert changed <= marked | {"amount"} and row.answers.keys() == was.keys()
    if "amount" not in marked:
        assert row.amount <= Money.from_wire("8400.00")
    assert row.amount.yuan == row.answers["amount"]


# ---- 金额


def test_a_corrected_rent_that_makes_the_amount_too_high_opens_the_amount_and_says_why() -> None:
    window = sent_back("monthly_rent")
    assert window.path == ["details", "pledge"]
    assert window.answer("details", {"monthly_rent": "1000"}).goto.name == "amount"
    (problem,) = (p for p in window.look().problems["amount"] if p.code == "amount_too_high")
    assert problem.field == "amount" and "6,000.00 元" in problem.text
    assert [p.code for p in window.answer("amount", {"amount": "6000.01"}).problems] == ["amount_too_high"]
    assert window.answer("amount", {"amount": "5800"}).goto.name == "pledge"
    window.answer("pledge", {"agreed": "yes"})
    assert (window.row.amount.yuan, window.row.answers["amount"]) == ("5800.00", "5800.00")
    assert [line["amount"] for line in window.row.working if line["decides"] == "yes"] == ["6000.00"]


def test_an_amount_that_fits_again_is_closed_again_and_stays_what_it_was() -> None:
    window = sent_back("monthly_rent")
    window.answer("details", {"monthly_rent": "1000"})
    window.answer("amount", {"amount": "5800"})
    window.answer("details", {"monthly_rent": "1400"})
    assert window.path == ["details", "pledge"]
    window.answer("pledge", {"agreed": "yes"})
    assert window.row.amount.yuan == "8400.00"


def test_a_marked_amount_stands_with_the_other_questions() -> None:
    window = sent_back("monthly_rent", "amount")
    assert window.asked == ["monthly_rent", "amount"]
    outcome = window.answer("details", {"monthly_rent": "1000", "amount": "8400"})
    assert [(p.step, p.field) for p in outcome.problems] == [("details", "amount")]


def test_a_couple_shares_its_limit_in_a_correction_too() -> None:
    window = sent_back("monthly_rent", "amount", facts={"married": True, "spouse": SPOUSE})
    spouse = a_person(id=uuid.uuid4(), id_number=SPOUSE)
    window.counter.applications.numbers[spouse.id] = SPOUSE
    theirs = an_application(person_id=spouse.id, amount=Money.from_wire("10000.00"), reference="DE67-FG99-AC34")
    window.counter.applications._rows[theirs.id] = theirs
    outcome = window.answer("details", {"monthly_rent": "9000", "amount": "9000"})
    assert [p.code for p in outcome.problems] == ["amount_too_high"]
    assert any("配偶正在办理 10,000.00 元" in line.working for line in window.look().allowance.lines)


def test_a_spouse_who_hands_in_at_the_same_moment_is_counted() -> None:
    window = sent_back("monthly_rent", "amount", facts={"married": True, "spouse": SPOUSE})
    spouse = a_person(id=uuid.uuid4(), id_number=SPOUSE)
    window.counter.applications.numbers[spouse.id] = SPOUSE
    theirs = an_application(person_id=spouse.id, amount=Money.from_wire("20000.00"), reference="DE67-FG99-AC34")
    window.answer("details", {"monthly_rent": "3000", "amount": "18000"})
    window.counter.applications.before_move = lambda: window.counter.applications._rows.update({theirs.id: theirs})
    outcome = window.answer("pledge", {"agreed": "yes"})
    assert outcome.receipt is None and outcome.goto.name == "details"
    assert window.row.state is State.NEEDS_FIX


# ---- 规则


def test_all_that_is_wrong_is_told_at_once_beside_its_field() -> None:
    window = sent_back("address", "monthly_rent", "last_month", "first_month")
    typed = {"address": "街", "monthly_rent": "0", "first_month": "2026-06", "last_month": "2026-01"}
    found = {p.field for p in window.answer("details", typed).problems}
    assert found == {"address", "monthly_rent", "last_month"}


def test_a_reason_about_an_answer_that_is_not_open_is_told_of_the_whole_page() -> None:
    window = sent_back("first_month")
    (problem,) = window.answer("details", {"first_month": "2026-07"}).problems
    assert (problem.code, problem.field) == ("months_reversed", "")


def test_the_core_system_is_asked_afresh_before_it_is_handed_in() -> None:
    window = sent_back("address")
    window.answer("details", {"address": "中山路8号2单元301室"})
    window.counter.members.stale_copy = window.counter.members.now()
    window.counter.members.facts["status"] = "06"
    outcome = window.answer("pledge", {"agreed": "yes"})
    assert outcome.receipt is None and window.row.state is State.NEEDS_FIX
    assert [p.code for p in window.look().problems["details"]] == ["account_status"]


def test_ones_own_application_does_not_stand_in_the_way() -> None:
    assert "already_open" not in {p.code for some in sent_back("address").look().problems.values() for p in some}


def test_an_application_of_last_year_is_judged_by_its_own_year() -> None:
    window = sent_back("address")
    window.counter.clock.now = datetime(2027, 1, 6, 9, 0, tzinfo=SHANGHAI)
    window.answer("details", {"address": "中山路8号2单元301室"})
    assert window.answer("pledge", {"agreed": "yes"}).receipt is not None


# ---- 影像


def test_a_marked_document_has_to_be_taken_anew_and_the_old_one_stays_for_the_desk() -> None:
    window = sent_back(photos=("lease",), region=DALIAN)
    assert [p.field for p in window.answer("photos").problems] == ["lease"]
    new = window.upload("lease")
    assert window.answer("photos").goto.name == "pledge"
    window.answer("pledge", {"agreed": "yes"})
    _, events, photos = window.counter.records.history(window.counter.person, window.reference)
    leases = [photo for photo in photos if photo.kind == "lease"]
    assert len(leases) == 2
    assert [photo for photo in current(photos, events) if photo.kind == "lease"] == [new]
    assert superseded(events) == {photo.id for photo in leases} - {new.id}
    assert Correction.of(window.said).photos == {"lease": (str(new.id),)}
    assert len(current(photos, events)) == 6


def test_the_very_photo_that_was_there_is_no_new_one() -> None:
    window = sent_back(photos=("lease",), region=DALIAN)
    with pytest.raises(InvalidValue, match="和原来的相同"):
        window.upload("lease", b"photo of lease")
    assert window.look().photos == {}


@pytest.mark.parametrize("kind", ["id_front", "marriage", "passport"])
def test_a_photo_of_a_document_that_was_not_marked_is_refused(kind: str) -> None:
    window = sent_back(photos=("lease",), region=DALIAN)
    with pytest.raises(NotFound):
        window.upload(kind)


def test_a_region_elsewhere_makes_photos_necessary_that_were_not() -> None:
    window = sent_back("region")
    assert window.answer("details", {"region": DALIAN}).goto.name == "photos"
    now = window.look()
    kinds = now.photo_kinds(now.business.journey.step("photos"))
    assert [k.name for k in kinds] == ["id_front", "id_back", "lease", "rent_receipt", "no_home_proof", "workplace"]
    for kind in kinds[:5]:
        window.upload(kind.name, kind.name.encode())
    window.answer("photos")
    window.answer("pledge", {"agreed": "yes"})
    assert window.row.state is State.IN_REVIEW
    assert len(window.counter.photos.handed_in(window.row)) == 5


def test_a_region_for_which_no_photos_are_needed_takes_a_marked_one_with_it() -> None:
    window = sent_back("region", photos=("lease",), region=DALIAN)
    assert window.answer("details", {"region": "210102"}).goto.name == "pledge"


def test_a_photo_is_kept_though_no_page_was_answered_before() -> None:
    window = sent_back(photos=("lease",), region=DALIAN)
    window.upload("lease")
    assert len(window.look().photos["lease"]) == 1 and len(window.counter.drafts) == 1


# ---- 银行卡


def test_a_changed_card_is_checked_at_the_bank() -> None:
    window = sent_back("card")
    window.counter.cards.verdicts["6227000000000000011"] = CardVerdict(True, 2, "debit")
    assert [p.code for p in window.answer("account", {"card": "6227000000000000011"}).problems] == ["card_class"]
    assert window.answer("account", {"card": "6217 0000 0000 0000 020"}).goto.name == "pledge"


def test_what_the_bank_said_of_a_card_that_stays_is_kept_in_the_record() -> None:
    window = sent_back("address")
    window.answer("details", {"address": "中山路8号2单元301室"})
    window.answer("pledge", {"agreed": "yes"})
    assert window.row.figures["card_class"] == "1"


def test_after_a_failed_payment_only_bank_and_card_are_asked() -> None:
    window = not_paid()
    assert window.path == ["account"] and window.asked == ["bank", "card"]
    outcome = window.answer("account", {**FORGED})
    assert outcome.receipt is not None
    assert window.row.state is State.CARD_REVIEW
    assert window.row.answers == answers(bank="ICBC", card=OTHER_CARD)
    made = Correction.of(window.said)
    assert made.before == {"bank": "CCB", "card": CARD} and made.after == {"bank": "ICBC", "card": OTHER_CARD}


def test_a_card_is_put_right_whatever_has_become_of_the_account_since() -> None:
    """The money is on its way out of it: what was approved is not judged again."""
    window = not_paid()
    window.counter.members.facts.update(status="06", balance="0.00")
    figures = dict(window.row.figures)
    assert window.answer("account", {"bank": "ICBC", "card": OTHER_CARD}).receipt is not None
    assert window.row.figures == figures


def test_a_card_the_bank_refuses_is_not_taken() -> None:
    window = not_paid()
    window.counter.cards.verdicts[OTHER_CARD] = CardVerdict(False, 1, "debit")
    assert [p.code for p in window.answer("account", {"bank": "ICBC", "card": OTHER_CARD}).problems] == ["card_not_own"]
    assert window.row.state is State.PAY_FAILED


# ---- 一次，不多不少


def test_given_twice_it_is_made_once_and_answered_alike() -> None:
    window = sent_back("address")
    window.answer("details", {"address": "中山路8号2单元301室"})
    draft = window.look().draft
    same = {"seen_version": draft.version, "submission_key": draft.submission_key}
    person = window.counter.person
    first = window.use.answer(person, window.reference, "pledge", {"agreed": "yes"}, **same)
    again = window.use.answer(person, window.reference, "pledge", {"agreed": "yes"}, **same)
    assert first.receipt == again.receipt == window.row
    assert [e.move for e in window.counter.applications.events(window.id)].count(Move.CORRECT) == 1


def test_two_windows_at_once_make_it_once() -> None:
    window = sent_back("address")
    window.answer("details", {"address": "中山路8号2单元301室"})
    draft = window.look().draft
    same = {"seen_version": draft.version, "submission_key": draft.submission_key}
    person, outcomes = window.counter.person, []
    window.counter.applications.before_move = lambda: outcomes.append(
        window.use.answer(person, window.reference, "pledge", {"agreed": "yes"}, **same)
    )
    outcomes.append(window.use.answer(person, window.reference, "pledge", {"agreed": "yes"}, **same))
    assert [outcome.receipt for outcome in outcomes] == [window.row, window.row]
    assert [e.move for e in window.counter.applications.events(window.id)].count(Move.CORRECT) == 1


def test_a_window_of_an_application_that_was_taken_back_is_told() -> None:
    window = sent_back("address")
    draft = window.look().draft
    window.counter.records.withdraw(window.counter.person, window.reference)
    with pytest.raises(WrongState):
        window.use.answer(
            window.counter.person, window.reference, "details", {"address": "中山路8号2单元301室"},
            seen_version=draft.version, submission_key=draft.submission_key,
        )  # fmt: skip


def test_a_second_return_begins_a_correction_of_its_own() -> None:
    window = sent_back("address")
    window.answer("details", {"address": "中山路8号2单元301室"})
    window.counter.drafts.drop_fails = True
    window.answer("pledge", {"agreed": "yes"})
    by_the_desk(window.counter, window.row, a_return("monthly_rent"))
    assert window.asked == ["monthly_rent"] and dict(window.look().draft.answers) == {}


def test_what_was_typed_is_there_again_in_another_window() -> None:
    window = sent_back("address", "monthly_rent")
    window.answer("details", {"address": "中山路8号2单元301室", "monthly_rent": "x"})
    shown = window.look().business.shown(window.look().draft.answers)
    assert shown["address"] == "中山路8号2单元301室"


def test_a_draft_that_cannot_be_dropped_does_no_harm() -> None:
    window = sent_back("address")
    window.counter.drafts.drop_fails = True
    window.answer("details", {"address": "中山路8号2单元301室"})
    assert window.answer("pledge", {"agreed": "yes"}).receipt is not None


def test_when_the_core_system_is_down_nothing_is_lost() -> None:
    window = sent_back("address")
    window.answer("details", {"address": "中山路8号2单元301室"})
    window.counter.members.error = Unavailable("down")
    with pytest.raises(Unavailable):
        window.use.look(window.counter.person, window.reference)
    window.counter.members.error = None
    assert window.look().draft.answers["address"] == "中山路8号2单元301室"


def test_nobody_puts_right_what_is_anothers() -> None:
    window = sent_back("address")
    with pytest.raises(NotFound):
        window.use.look(a_person(id=uuid.uuid4()), window.reference)


@pytest.mark.parametrize("state", [s for s in State if s not in (State.NEEDS_FIX, State.PAY_FAILED)])
def test_only_what_waits_for_its_person_can_be_put_right(state: State) -> None:
    counter = a_counter()
    application = handed_in(counter)
    counter.applications._rows[application.id] = replace(application, state=state)
    for use in (counter.corrections, counter.card_fixes):
        with pytest.raises(WrongState):
            use.look(counter.person, application.reference)


@pytest.mark.parametrize("state", State)
def test_an_application_is_taken_back_before_it_is_claimed_or_while_it_waits_for_its_person(state: State) -> None:
    application = an_application(state=state)
    move = (application, Move.WITHDRAW, Actor(Role.CITIZEN, application.person_id), SUMMER_NOON + timedelta(days=1))
    if state in (State.SUBMITTED, State.NEEDS_FIX, State.PAY_FAILED):
        assert advance(*move)[0].state is State.WITHDRAWN
    else:
        with pytest.raises(WrongState):
            advance(*move)
