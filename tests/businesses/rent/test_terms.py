"""The dated figures: chosen by day, without gap or overlap, and complete; a slip in the file is named."""

from datetime import date

import pytest

from businesses.rent.terms import TermsError, load, parse
from fund.money import Money
from tests.makers import ANSHAN, DALIAN, SHENYANG

ONE = """
[[terms]]
version = "v1"
effective_from = 2026-01-01
effective_to = 2026-06-30
confirmed = false
paper = "文号"
months_required = 3
deposit_lag_months = 2
account_status_allowed = ["01"]
times_per_year = 1
future_months_allowed = true
balance_kept = "0.00"
local_city = "210100"
banks = ["CCB"]
card_class = 1
review_working_days = 3
restrict_years = 5
photo_most = 6
[terms.month_cap]
local_single = "1400.00"
local_couple = "2200.00"
other_single = "1000.00"
other_couple = "1600.00"
[terms.papers]
months_required = "a"
owns_home = "b"
times_per_year = "c"
account_status = "d"
amount = "e"
card = "f"
balance = "余额"
photos = "g"
"""
TWO = (
    ONE.replace('"v1"', '"v2"')
    .replace("effective_from = 2026-01-01", "effective_from = 2026-07-01")
    .replace("effective_to = 2026-06-30\n", "")
    .replace('"1400.00"', '"1500.00"')
)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2026, 1, 1), "v1"),
        (date(2026, 6, 30), "v1"),
        (date(2026, 7, 1), "v2"),
        (date(2040, 12, 31), "v2"),
    ],
)
def test_the_figures_of_a_day_are_those_in_force_on_it(day: date, version: str) -> None:
    assert parse(ONE + TWO).on(day).version == version


def test_a_new_limit_holds_from_its_first_day() -> None:
    table = parse(ONE + TWO)
    assert table.on(date(2026, 6, 30)).cap(city=SHENYANG, couple=False) == Money(140_000)
    assert table.on(date(2026, 7, 1)).cap(city=SHENYANG, couple=False) == Money(150_000)


def test_before_the_first_and_after_an_ended_last_period_there_are_no_figures() -> None:
    with pytest.raises(TermsError, match="2025-12-31"):
        parse(ONE + TWO).on(date(2025, 12, 31))
    with pytest.raises(TermsError, match="2026-07-01"):
        parse(ONE).on(date(2026, 7, 1))


@pytest.mark.parametrize("first_day", ["2026-07-02", "2026-12-01", "2026-06-30", "2026-01-01", "2025-07-01"])
def test_a_gap_or_an_overlap_of_a_single_day_is_refused(first_day: str) -> None:
    with pytest.raises(TermsError, match="v1 and v2"):
        parse(ONE + TWO.replace("2026-07-01", first_day))


def test_nothing_may_follow_a_period_without_end() -> None:
    with pytest.raises(TermsError, match="v1 and v2"):
        parse(ONE.replace("effective_to = 2026-06-30\n", "") + TWO)


def test_periods_stand_in_order() -> None:
    with pytest.raises(TermsError):
        parse(TWO + ONE)


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(TermsError, match="v1"):
        parse(ONE.replace("2026-06-30", "2025-12-31"))


def test_a_period_may_last_one_day() -> None:
    assert parse(ONE.replace("2026-06-30", "2026-01-01")).on(date(2026, 1, 1)).version == "v1"


def test_a_version_is_used_once() -> None:
    with pytest.raises(TermsError, match="twice"):
        parse(ONE + TWO.replace('"v2"', '"v1"'))


@pytest.mark.parametrize("source", ["", "# nothing\n", "terms = []\n", "[other]\nx = 1\n"])
def test_a_file_without_terms_is_refused(source: str) -> None:
    with pytest.raises(TermsError):
        parse(source)


KEYS = [line.split(" =")[0] for line in ONE.splitlines() if " = " in line and not line.startswith("effective_to")]


@pytest.mark.parametrize("key", [key for key in KEYS if KEYS.count(key) == 1])
def test_a_missing_key_is_named(key: str) -> None:
    lacking = "\n".join(line for line in ONE.splitlines() if not line.startswith(f"{key} ="))
    with pytest.raises(TermsError, match=key):
        parse(lacking)


@pytest.mark.parametrize("table", ["month_cap", "papers"])
def test_a_missing_table_is_named(table: str) -> None:
    with pytest.raises(TermsError, match=table):
        parse(ONE.replace(f"[terms.{table}]", f"[terms.{table}_]"))


@pytest.mark.parametrize(
    ("right", "slip"),
    [
        ("effective_from = 2026-01-01", 'effective_from = "2026-01-01"'),
        ("effective_from = 2026-01-01", "effective_from = 2026-01-01T00:00:00"),
        ("effective_to = 2026-06-30", 'effective_to = "2026-06-30"'),
        ("months_required = 3", 'months_required = "3"'),
        ("months_required = 3", "months_required = -3"),
        ("deposit_lag_months = 2", "deposit_lag_months = 0"),
        ("restrict_years = 5", "restrict_years = 5.5"),
        ("photo_most = 6", "photo_most = 0"),
        ("future_months_allowed = true", 'future_months_allowed = "no"'),
        ("confirmed = false", "confirmed = 0"),
        ('banks = ["CCB"]', 'banks = "CCB"'),
        ('account_status_allowed = ["01"]', 'account_status_allowed = "01"'),
        ('account_status_allowed = ["01"]', "account_status_allowed = [1]"),
        ('balance_kept = "0.00"', 'balance_kept = "0.001"'),
        ('balance_kept = "0.00"', 'balance_kept = "-1.00"'),
        ('local_single = "1400.00"', 'local_single = "一千四"'),
        ('local_single = "1400.00"', 'local_single = "-1400.00"'),
        ('local_city = "210100"', "local_city = 210100"),
        ('owns_home = "b"', 'owns_home = ""'),
    ],
)
def test_a_figure_of_the_wrong_kind_is_refused_when_the_file_is_read(right: str, slip: str) -> None:
    """Not at the counter, months later, when the rule first looks at it."""
    assert right in ONE
    with pytest.raises(TermsError, match="v1"):
        parse(ONE.replace(right, slip))


@pytest.mark.parametrize("slip", ["effective_til = 2026-06-30", "month_required = 6", 'papre = "x"'])
def test_a_key_nobody_reads_is_refused_because_it_is_a_slip(slip: str) -> None:
    """“effective_til” instead of “effective_to” would silently make the figures hold for ever."""
    with pytest.raises(TermsError, match=slip.split(" =")[0]):
        parse(ONE.replace("confirmed = false", f"confirmed = false\n{slip}"))


@pytest.mark.parametrize("times", [0, 2, 12])
def test_a_promise_the_house_cannot_keep_is_refused(times: int) -> None:
    """One live application per person and year is built into the record; another figure here would only mislead."""
    with pytest.raises(TermsError, match="times_per_year"):
        parse(ONE.replace("times_per_year = 1", f"times_per_year = {times}"))


def test_a_file_that_is_not_toml_is_refused_as_terms() -> None:
    with pytest.raises(TermsError):
        parse("[[terms]\nversion = ")


def test_the_limit_depends_on_the_city_and_on_being_two() -> None:
    terms = parse(ONE).periods[0]
    assert [terms.cap(city=city, couple=couple).yuan for city in (SHENYANG, DALIAN, ANSHAN) for couple in (False, True)] == [
        "1400.00", "2200.00", "1000.00", "1600.00", "1000.00", "1600.00",
    ]  # fmt: skip


def test_the_terms_of_the_house_hold_today_and_say_that_they_are_to_be_confirmed() -> None:
    terms = load().on(date(2026, 7, 15))
    assert terms.confirmed is False
    assert terms.months_required == 3 and terms.times_per_year == 1 and terms.card_class == 1
    assert terms.local_city == SHENYANG and terms.banks == ("CCB", "ICBC", "SJB")
    assert terms.account_status_allowed == ("01",) and terms.restrict_years == 5 and terms.review_working_days == 3
    assert terms.cap(city=SHENYANG, couple=False).yuan == "1400.00"
    assert terms.cap(city=SHENYANG, couple=True).yuan == "2200.00"
    assert all(terms.papers.values()) and terms.paper
    assert load().periods[-1].effective_to is None, "the terms of the house must not run out by themselves"
