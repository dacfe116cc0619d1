"""What the calendar does to a journey: the turn of the year, new terms, another wording of the pledge."""

from datetime import datetime, timedelta

import pytest

from businesses.rent import terms as rent_terms
from fund.application import State
from tests.businesses.rent.test_terms import ONE, TWO
from tests.fakes import Counter, FakeClock, a_counter
from tests.fund.test_intake_walk import details
from tests.makers import DALIAN, SHANGHAI, a_withdrawal, answers

LAST_SECOND = datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)
MIDNIGHT = datetime(2027, 1, 1, tzinfo=SHANGHAI)


def next_year(**different: str) -> dict[str, str]:
    return answers(first_month="2027-01", last_month="2027-06", **different)


def test_the_last_second_of_the_year_counts_for_the_old_year_and_midnight_for_the_new() -> None:
    old = a_counter(clock=FakeClock(LAST_SECOND)).walk(answers()).receipt
    new = a_counter(clock=FakeClock(MIDNIGHT)).walk(next_year()).receipt
    assert (old.year, new.year) == (2026, 2027)


def test_a_draft_carried_over_midnight_is_told_that_its_months_are_of_last_year() -> None:
    counter = a_counter(clock=FakeClock(LAST_SECOND))
    counter.walk(answers(), until="pledge")
    counter.clock.now = MIDNIGHT
    outcome = counter.answer("pledge", {"agreed": "yes"})
    assert outcome.receipt is None and outcome.goto.name == "details"
    told = {(p.field, p.code) for p in counter.look().problems["details"]}
    assert told == {("first_month", "month_other_year"), ("last_month", "month_other_year")}
    assert counter.look().draft.answers["address"] == answers()["address"]


def test_an_application_of_last_year_does_not_block_this_one() -> None:
    counter = a_counter(clock=FakeClock(LAST_SECOND))
    first = counter.walk(answers()).receipt
    assert [p.code for p in counter.look().blockers] == ["already_open"]
    counter.clock.now = MIDNIGHT
    assert counter.look().blockers == ()
    second = counter.walk(next_year()).receipt
    assert [a.year for a in counter.records.applications(counter.person)] == [2027, 2026]
    assert first.state is second.state is State.SUBMITTED


def test_what_was_drawn_on_the_last_day_of_last_year_uses_up_nothing() -> None:
    drawn = (a_withdrawal("8400.00", on=LAST_SECOND.date()),)
    assert a_counter(clock=FakeClock(LAST_SECOND), withdrawals=drawn).look().blockers[0].code == "already_drawn"
    assert a_counter(clock=FakeClock(MIDNIGHT), withdrawals=drawn).look().blockers == ()


@pytest.mark.parametrize("step", range(1, 60))
def test_an_application_belongs_to_the_year_it_was_handed_in_however_the_midnight_falls(step: int) -> None:
    """The clock goes on while we work: each reading is a little later, and midnight lies between two of them."""
    counter = a_counter(clock=FakeClock(LAST_SECOND - timedelta(hours=1)))
    counter.walk(answers(), until="pledge")
    counter.clock.now = MIDNIGHT - timedelta(milliseconds=step)
    counter.clock.step = timedelta(milliseconds=2)
    outcome = counter.answer("pledge", {"agreed": "yes"})
    for kept in counter.applications.rows:
        assert kept.year == kept.submitted_at.year == 2026
        assert counter.applications.events(kept.id)[0].at == kept.submitted_at
    assert (outcome.receipt is None) == (not counter.applications.rows)


# ---- 政策变化


TWO_TERMS = rent_terms.parse(ONE + TWO.replace('local_single = "1500.00"', 'local_single = "1000.00"'))
SPRING, SUMMER = datetime(2026, 6, 30, 23, 0, tzinfo=SHANGHAI), datetime(2026, 7, 1, 1, 0, tzinfo=SHANGHAI)


def test_a_limit_that_fell_between_draft_and_hand_in_is_told_beside_the_amount() -> None:
    counter = a_counter(clock=FakeClock(SPRING), terms=TWO_TERMS)
    counter.walk(answers(), until="pledge")
    counter.clock.now = SUMMER
    outcome = counter.answer("pledge", {"agreed": "yes"})
    assert outcome.goto.name == "details" and counter.applications.rows == ()
    assert [p.text for p in counter.look().problems["details"]] == ["提取金额不能超过 6,000.00 元，请调整后继续"]


def test_an_application_keeps_the_terms_it_was_decided_on() -> None:
    counter = a_counter(clock=FakeClock(SPRING), terms=TWO_TERMS)
    kept = counter.walk(answers()).receipt
    counter.clock.now = SUMMER
    assert counter.records.history(counter.person, kept.reference)[0].terms_version == "v1"
    assert kept.working[1]["amount"] == "8400.00"


# ---- 承诺书变化


def ready(counter: Counter) -> Counter:
    """Agreed, all photos there: one press of the button is left."""
    counter.walk(answers(region=DALIAN, amount="5000.00"))
    counter.upload_all()
    assert counter.look().next is None
    return counter


def test_a_pledge_whose_wording_changed_after_it_was_agreed_to_is_shown_and_agreed_to_again() -> None:
    """The record says what the person agreed to; it must not say what they never saw."""
    longer = rent_terms.parse(ONE + TWO.replace("restrict_years = 5", "restrict_years = 8"))
    counter = ready(a_counter(clock=FakeClock(SPRING), terms=longer))
    agreed_to = counter.look().pledge.text
    counter.clock.now = SUMMER
    assert counter.look().pledge.text != agreed_to
    outcome = counter.answer("photos")
    assert outcome.receipt is None and outcome.goto.name == "pledge"
    assert counter.answer("pledge", {"agreed": "yes"}).goto.name == "photos"
    kept = counter.answer("photos").receipt
    assert "8年内" in kept.pledge_text


def test_a_pledge_that_names_another_city_is_agreed_to_again() -> None:
    counter = ready(a_counter())
    counter.members.facts["employer_city"] = DALIAN
    outcome = counter.answer("photos")
    assert outcome.receipt is None and outcome.goto.name == "pledge"


def test_terms_that_leave_the_wording_alone_leave_the_consent_alone() -> None:
    counter = ready(a_counter(clock=FakeClock(SPRING), terms=rent_terms.parse(ONE + TWO)))
    agreed_to = counter.look().pledge.text
    counter.clock.now = SUMMER
    kept = counter.answer("photos").receipt
    assert kept.pledge_text == agreed_to and kept.terms_version == "v2"


def test_a_page_of_details_given_on_the_last_day_is_judged_by_that_day() -> None:
    counter = a_counter(clock=FakeClock(LAST_SECOND))
    counter.walk(answers(), until="details")
    assert counter.answer("details", details()).goto.name == "account"
