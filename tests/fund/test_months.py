"""Months are ordered like time and counted with both ends."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.errors import InvalidValue
from fund.months import Month, months_between

months = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))


@given(months)
def test_a_month_survives_being_written(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert Month.parse(f" {month}\n") == month


@given(months, months)
def test_order_is_times_order(one: Month, other: Month) -> None:
    assert (one < other) == (date(one.year, one.month, 1) < date(other.year, other.month, 1))


@given(months, st.integers(0, 600))
def test_counting_walks_month_by_month(first: Month, steps: int) -> None:
    year, month = first.year, first.month
    for _ in range(steps):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    if year <= 2200:
        assert months_between(first, Month(year, month)) == steps + 1


@given(months, months)
def test_months_out_of_order_count_zero_or_less(one: Month, other: Month) -> None:
    assert (months_between(one, other) > 0) == (one <= other)


def test_a_whole_year_has_twelve_months() -> None:
    assert months_between(Month(2026, 1), Month(2026, 12)) == 12
    assert months_between(Month(2026, 2), Month(2026, 2)) == 1
    assert months_between(Month(2025, 12), Month(2026, 1)) == 2


def test_the_month_of_a_day_and_its_words() -> None:
    assert Month.of(date(2026, 2, 28)) == Month(2026, 2)
    assert Month(2026, 2).words == "2026年2月"


@pytest.mark.parametrize(
    "typed",
    ["", "2026", "2026-1", "2026-13", "2026-00", "2026/01", "202601", "26-01", "2026-01-01", "1899-12", "2201-01", "0000-01",
     "二〇二六年一月", "2026-0１", "-2026-01", "2026-01;"],
)  # fmt: skip
def test_anything_else_is_no_month(typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Month.parse(typed)
    assert refused.value.message == "请选择月份"
