"""Working days: weekends, 节假日 and 调休, from dated data."""

from datetime import date

import pytest

from fund.calendar import CalendarError, load, parse

HERE = load()


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 7, 15), True),
        (date(2026, 7, 18), False),
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2027, 10, 1), True),
        (date(2031, 1, 1), True),
    ],
)
def test_a_day_is_worked_or_not(day: date, works: bool) -> None:
    assert HERE.is_working_day(day) is works


def test_three_working_days_over_the_national_day_are_eleven_days() -> None:
    handed_in = date(2026, 9, 30)
    assert HERE.working_days_between(handed_in, date(2026, 10, 7)) == 0
    assert HERE.working_days_between(handed_in, date(2026, 10, 8)) == 1
    assert HERE.working_days_between(handed_in, date(2026, 10, 10)) == 3
    assert HERE.working_days_after(handed_in, 3) == date(2026, 10, 10)


def test_the_day_itself_and_the_past_count_nothing() -> None:
    assert HERE.working_days_between(date(2026, 7, 15), date(2026, 7, 15)) == 0
    assert HERE.working_days_between(date(2026, 7, 15), date(2026, 7, 1)) == 0


def test_it_is_known_which_years_are_published() -> None:
    assert HERE.published == {2026}


GOOD = """[[year]]
year = 2026
published = true
source = "通知"
holidays = [[2026-01-01, 2026-01-03]]
workdays = [2026-01-04]
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("[[year]]", "[[years]]"),
        ("[2026-01-04]", "[2026-01-05]"),
        ("[2026-01-04]", "[2026-01-03]"),
        ("[2026-01-04]", "[2027-01-03]"),
        ("2026-01-03]]", "2025-12-31]]"),
        ('source = "通知"', 'source = " "'),
        ("published = true\n", ""),
        ("[[year]]", "x = ["),
        (GOOD, GOOD + GOOD),
    ],
)
def test_a_slip_in_the_file_is_found_at_start(right: str, wrong: str) -> None:
    assert parse(GOOD).worked == {date(2026, 1, 4)}
    with pytest.raises(CalendarError):
        parse(GOOD.replace(right, wrong))
