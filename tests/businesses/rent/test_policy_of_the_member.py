"""The rules about the member, each alone at its edges: account, months paid in, homes, once a year, balance."""

from datetime import date

import pytest

from businesses.rent.policy import reasons
from fund.application import Application, State
from fund.money import Money
from fund.months import Month
from fund.people import AccountStatus, Home
from tests.makers import (
    ANSHAN,
    DALIAN,
    SHENYANG,
    a_case,
    a_home,
    a_withdrawal,
    an_application,
    answers,
    codes,
    months_before,
    the_terms,
)


def test_a_case_in_good_order_has_no_reason_against_it() -> None:
    assert reasons(a_case(), answers()) == ()


# ---- 账户状态


@pytest.mark.parametrize("status", [s for s in AccountStatus if s is not AccountStatus.NORMAL])
def test_only_a_normal_account_can_be_drawn_from(status: AccountStatus) -> None:
    [reason] = reasons(a_case(status=status), answers())
    assert reason.code == "account_status"
    assert f"“{status.words}”" in reason.text
    assert ("12329" in reason.text) is (status is AccountStatus.FROZEN)
    assert ("单位经办人" in reason.text) is (status is not AccountStatus.FROZEN)


def test_the_statuses_allowed_are_a_matter_of_terms() -> None:
    assert codes(a_case(status="02", terms=the_terms(account_status_allowed=("01", "02")))) == set()


# ---- 连续足额缴存


@pytest.mark.parametrize("months", [3, 4, 36, 400])
def test_three_months_in_a_row_are_enough(months: int) -> None:
    assert codes(a_case(months_in_a_row=months)) == set()


@pytest.mark.parametrize(("months", "missing"), [(2, 1), (1, 2), (0, 3)])
def test_fewer_than_three_months_in_a_row_are_not_enough_and_it_says_how_many_are_missing(
    months: int, missing: int
) -> None:
    [reason] = reasons(a_case(months_in_a_row=months), answers())
    assert reason.code == "paid_in_too_short"
    assert f"已连续缴存{months}个月" in reason.text and f"还需连续缴存{missing}个月" in reason.text


def test_how_many_months_are_needed_is_a_matter_of_terms() -> None:
    assert codes(a_case(months_in_a_row=11, terms=the_terms(months_required=12))) == {"paid_in_too_short"}
    assert codes(a_case(months_in_a_row=12, terms=the_terms(months_required=12))) == set()


@pytest.mark.parametrize("today", [date(2026, 7, 1), date(2026, 7, 31), date(2026, 1, 1), date(2026, 12, 31)])
@pytest.mark.parametrize("ago", [-1, 0, 1])
def test_paid_until_last_month_or_later_is_still_paying(ago: int, today: date) -> None:
    assert codes(a_case(today=today, paid_until=months_before(today, ago)), {}) == set()


@pytest.mark.parametrize("today", [date(2026, 7, 1), date(2026, 7, 31), date(2026, 1, 1), date(2026, 12, 31)])
@pytest.mark.parametrize("ago", [4, 5, 12, 60])
def test_whoever_has_not_paid_for_three_whole_months_or_longer_has_stopped(ago: int, today: date) -> None:
    """R01 近三个月未连续足额缴存: nothing at all in the last three months (the current one is not yet due)."""
    last = months_before(today, ago)
    [reason] = reasons(a_case(today=today, paid_until=last), {})
    assert reason.code == "payments_stopped"
    assert last.words in reason.text


@pytest.mark.parametrize("lag", [1, 2, 3, 6])
def test_how_late_a_deposit_may_be_booked_is_a_matter_of_terms(lag: int) -> None:
    terms = the_terms(deposit_lag_months=lag)
    today = date(2026, 7, 15)
    assert codes(a_case(paid_until=months_before(today, lag), terms=terms)) == set()
    assert codes(a_case(paid_until=months_before(today, lag + 1), terms=terms)) == {"payments_stopped"}


def test_asking_for_more_months_in_a_row_does_not_allow_a_longer_break() -> None:
    long_ago = months_before(date(2026, 7, 15), 6)
    assert codes(a_case(paid_until=long_ago, months_in_a_row=24, terms=the_terms(months_required=12))) == {
        "payments_stopped"
    }


def test_nothing_ever_paid_in_is_said_in_a_sentence_that_reads() -> None:
    told = {reason.code: reason.text for reason in reasons(a_case(paid_until=None), answers())}
    assert set(told) == {"payments_stopped"}
    assert "缴至尚无" not in told["payments_stopped"]


def test_too_few_months_and_a_stop_long_ago_are_both_told() -> None:
    """Otherwise the person reads “还需2个月”, pays two months, and is refused again."""
    assert codes(a_case(months_in_a_row=1, paid_until=Month(2024, 1))) == {"paid_in_too_short", "payments_stopped"}


# ---- 无自有住房


@pytest.mark.parametrize(
    ("homes", "who"),
    [
        ((a_home(),), "您在"),
        ((a_home(of_spouse=True),), "您的配偶在"),
        ((a_home(), a_home(of_spouse=True)), "您和配偶在"),
        ((a_home(), a_home()), "您在"),
        ((a_home(DALIAN), a_home(of_spouse=True)), "您的配偶在"),
    ],
)
def test_a_home_in_the_city_of_the_account_is_a_reason_whoever_of_the_two_owns_it(
    homes: tuple[Home, ...], who: str
) -> None:
    [reason] = reasons(a_case(married=True, homes=homes), answers())
    assert reason.code == "owns_home"
    assert f"经核查，{who}缴存城市有自有住房" in reason.text


def test_a_home_in_another_city_is_no_reason() -> None:
    assert codes(a_case(married=True, homes=(a_home(DALIAN), a_home(ANSHAN, of_spouse=True)))) == set()


def test_the_city_of_the_account_is_the_employers() -> None:
    assert codes(a_case(employer_city=DALIAN, homes=(a_home(DALIAN),))) == {"owns_home"}
    assert codes(a_case(employer_city=DALIAN, homes=(a_home(SHENYANG),))) == set()


# ---- 每年一次


def test_a_live_application_of_this_year_is_a_reason_and_its_number_is_told() -> None:
    [reason] = reasons(a_case(earlier=(an_application(reference="KMNP-3467-RTUV"),)), answers())
    assert reason.code == "already_open"
    assert "KMNP-3467-RTUV" in reason.text


@pytest.mark.parametrize(
    "other",
    [
        an_application(year=2025),
        an_application(year=2027),
        an_application(state=State.WITHDRAWN),
        an_application(business="another"),
    ],
)
def test_an_application_withdrawn_or_of_another_year_or_business_is_no_reason(other: Application) -> None:
    assert codes(a_case(earlier=(other,))) == set()


def test_a_withdrawn_application_does_not_hide_a_live_one() -> None:
    assert codes(a_case(earlier=(an_application(state=State.WITHDRAWN), an_application()))) == {"already_open"}


def test_having_drawn_this_year_is_a_reason() -> None:
    assert codes(a_case(withdrawals=(a_withdrawal("100.00"),)), answers(amount="1.00")) == {"already_drawn"}


@pytest.mark.parametrize(
    "other",
    [
        a_withdrawal("100.00", of_spouse=True),
        a_withdrawal("100.00", reason="06"),
        a_withdrawal("100.00", on=date(2025, 12, 31)),
    ],
)
def test_the_spouses_or_last_years_or_another_withdrawal_does_not_use_up_ones_own_turn(other: object) -> None:
    assert "already_drawn" not in codes(a_case(married=True, withdrawals=(other,)))


@pytest.mark.parametrize(
    ("today", "drawn_on", "used_up"),
    [
        (date(2026, 12, 31), date(2026, 1, 1), True),
        (date(2026, 12, 31), date(2026, 12, 31), True),
        (date(2027, 1, 1), date(2026, 12, 31), False),
        (date(2027, 1, 1), date(2027, 1, 1), True),
    ],
)
def test_the_year_turns_at_midnight_of_the_last_day(today: date, drawn_on: date, used_up: bool) -> None:
    case = a_case(today=today, withdrawals=(a_withdrawal("100.00", on=drawn_on),))
    assert ("already_drawn" in codes(case, {})) is used_up


# ---- 余额


@pytest.mark.parametrize(
    ("balance", "frozen", "kept", "empty"),
    [
        ("0.00", "0.00", 0, True),
        ("100.00", "100.00", 0, True),
        ("100.00", "250.00", 0, True),
        ("100.00", "90.00", 1000, True),
        ("100.00", "89.99", 1000, False),
        ("0.01", "0.00", 0, False),
    ],
)
def test_an_account_with_nothing_above_what_is_frozen_and_kept_is_empty(
    balance: str, frozen: str, kept: int, empty: bool
) -> None:
    case = a_case(balance=balance, frozen=frozen, terms=the_terms(balance_kept=Money(kept)))
    assert ("no_balance" in codes(case, {})) is empty
