"""How much at most: against an oracle that says the same sentence in plain integers, and explained line by line."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from businesses.rent.amount import allowance, monthly_limits
from businesses.rent.case import RentCase
from fund.money import Money
from fund.people import PastWithdrawal
from tests import oracle
from tests.makers import DALIAN, a_case, a_withdrawal, answers, the_terms

fen = st.integers(min_value=0, max_value=10_000_000)


@st.composite
def withdrawals(draw: st.DrawFn) -> PastWithdrawal:
    return PastWithdrawal(
        of_spouse=draw(st.booleans()),
        reason=draw(st.sampled_from(["07", "07", "06", "01", "99"])),
        amount=Money(draw(st.integers(0, 3_000_000))),
        on=draw(st.dates(date(2025, 1, 1), date(2026, 12, 31))),
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[RentCase, dict[str, str], dict[str, Any]]:
    balance, frozen = draw(fen), draw(st.one_of(st.just(0), fen))
    kept, married = draw(st.sampled_from([0, 1000, 10_000])), draw(st.booleans())
    drawn = draw(st.lists(withdrawals(), max_size=3))
    first, last = sorted((draw(st.integers(1, 12)), draw(st.integers(1, 12))))
    rent = draw(st.one_of(st.sampled_from([1, 140_000, 220_000, 140_001, 219_999]), st.integers(1, 1_000_000)))
    region = draw(st.sampled_from(["210100", "210102", "210181", "210200", "110100", "659001"]))
    caps = {name: draw(st.integers(0, 500_000)) for name in the_terms().month_cap} if draw(st.booleans()) else None
    terms = the_terms(balance_kept=Money(kept))
    if caps is not None:
        terms = the_terms(balance_kept=Money(kept), month_cap={name: Money(v) for name, v in caps.items()})
    case = a_case(
        married=married, balance=Money(balance).yuan, frozen=Money(frozen).yuan, withdrawals=tuple(drawn), terms=terms
    )
    typed = answers(
        region=region, first_month=f"2026-{first:02d}", last_month=f"2026-{last:02d}", monthly_rent=Money(rent).yuan
    )
    facts: dict[str, Any] = {
        "balance": balance, "frozen": frozen, "kept": kept, "married": married,
        "drawn": sum(w.amount.fen for w in drawn if w.reason == "07" and w.on.year == 2026),
        "cap": caps and {
            (True, False): caps["local_single"], (True, True): caps["local_couple"],
            (False, False): caps["other_single"], (False, True): caps["other_couple"],
        },
    }  # fmt: skip
    return case, typed, facts


@settings(max_examples=400)
@given(situations())
def test_the_most_is_what_the_sentence_says(situation: tuple[RentCase, dict[str, str], dict[str, Any]]) -> None:
    case, typed, facts = situation
    worked_out = allowance(case, typed)
    assert worked_out.complete
    assert worked_out.most.fen == oracle.most(typed, **facts)
    assert worked_out.most.fen >= 0


@settings(max_examples=150)
@given(situations())
def test_the_smallest_line_is_the_most_and_it_alone_is_marked(
    situation: tuple[RentCase, dict[str, str], dict[str, Any]],
) -> None:
    case, typed, _ = situation
    worked_out = allowance(case, typed)
    smallest = min(line.amount.fen for line in worked_out.lines)
    [deciding] = [line for line in worked_out.lines if line.decides]
    assert deciding.amount.fen == smallest == worked_out.most.fen
    kept = worked_out.trace()
    assert [Money.from_wire(line["amount"]) for line in kept] == [line.amount for line in worked_out.lines]
    assert [line["decides"] for line in kept].count("yes") == 1
    assert all(isinstance(value, str) for line in kept for value in line.values())


@settings(max_examples=100)
@given(situations(), st.sets(st.sampled_from(["region", "first_month", "last_month", "monthly_rent"]), min_size=1))
def test_with_answers_still_missing_the_most_is_never_told_too_low(
    situation: tuple[RentCase, dict[str, str], dict[str, Any]], missing: set[str]
) -> None:
    case, typed, _ = situation
    so_far = allowance(case, {name: value for name, value in typed.items() if name not in missing})
    assert not so_far.complete
    assert so_far.most >= allowance(case, typed).most
    assert [line.decides for line in so_far.lines].count(True) == 1


def test_the_sum_is_explained_as_a_person_would_say_it() -> None:
    case = a_case(
        married=True, balance="9000.00", frozen="500.00", terms=the_terms(balance_kept=Money(1000)),
        withdrawals=(a_withdrawal("1200.00", of_spouse=True),),
    )  # fmt: skip
    lines = allowance(case, answers(monthly_rent="2500.00")).lines
    assert [(line.label, line.working, str(line.amount)) for line in lines] == [
        ("实际房租", "月租金额 2,500.00 元 × 6 个月", "15,000.00"),
        ("提取限额", "沈阳市夫妻合计每月上限 2,200.00 元 × 6 个月 − 本年度本人及配偶已提取 1,200.00 元", "12,000.00"),
        ("账户可用余额", "账户余额 9,000.00 元 − 冻结 500.00 元 − 保留 10.00 元", "8,490.00"),
    ]
    assert [line.decides for line in lines] == [False, False, True]


def test_what_is_nothing_is_not_mentioned() -> None:
    lines = allowance(a_case(), answers()).lines
    assert [line.working for line in lines] == [
        "月租金额 1,400.00 元 × 6 个月", "沈阳市单身每月上限 1,400.00 元 × 6 个月", "账户余额 52,340.18 元",
    ]  # fmt: skip


def test_before_anything_is_typed_the_balance_is_told() -> None:
    worked_out = allowance(a_case(), {})
    assert not worked_out.complete
    assert [line.label for line in worked_out.lines] == ["账户可用余额"]
    assert str(worked_out.most) == "52,340.18"


@pytest.mark.parametrize(
    ("first", "last"), [("2025-01", "2026-12"), ("2026-07", "2027-06"), ("2027-01", "2027-03"), ("2026-06", "2026-01")]
)
def test_months_outside_the_year_or_out_of_order_promise_nothing(first: str, last: str) -> None:
    """Telling 24 months' money beside “起租月份须在本年度内” would raise hopes that the rule takes away."""
    worked_out = allowance(a_case(), answers(first_month=first, last_month=last, monthly_rent="1400.00"))
    assert not worked_out.complete
    assert [line.label for line in worked_out.lines] == ["账户可用余额"]


@pytest.mark.parametrize(
    ("balance", "frozen", "most"),
    [
        ("100.00", "100.00", 0),
        ("100.00", "100.01", 0),
        ("100.00", "99.99", 1),
        ("0.00", "0.00", 0),
        ("0.01", "0.00", 1),
    ],
)
def test_what_is_frozen_is_not_there(balance: str, frozen: str, most: int) -> None:
    assert allowance(a_case(balance=balance, frozen=frozen), answers()).most == Money(most)


def test_what_the_spouse_drew_this_year_uses_up_the_common_limit() -> None:
    spent = (a_withdrawal("13200.00", of_spouse=True),)
    assert allowance(a_case(married=True, withdrawals=spent), answers(monthly_rent="2200.00")).most == Money(0)


@pytest.mark.parametrize(
    "other",
    [
        a_withdrawal(on=date(2025, 12, 31)),
        a_withdrawal(on=date(2025, 12, 31), of_spouse=True),
        a_withdrawal(reason="06"),
        a_withdrawal(reason="01", of_spouse=True),
    ],
)
def test_withdrawals_of_another_year_or_for_another_reason_use_nothing_up(other: PastWithdrawal) -> None:
    assert allowance(a_case(withdrawals=(other,)), answers()).most == Money(840_000)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 12, 31)])
def test_a_withdrawal_on_the_first_or_last_day_of_the_year_counts(day: date) -> None:
    spent = (a_withdrawal("1400.00", of_spouse=True, on=day),)
    assert allowance(a_case(married=True, withdrawals=spent), answers(monthly_rent="2200.00")).most == Money(1_180_000)


def test_the_limits_told_beforehand_are_those_that_decide_later() -> None:
    for married in (False, True):
        case = a_case(married=married)
        (here, local), (away, other) = monthly_limits(case)
        assert (here, away) == ("沈阳市", "沈阳市以外")
        one_month = {"first_month": "2026-03", "last_month": "2026-03", "monthly_rent": "9999.00"}
        assert allowance(case, answers(**one_month)).most == local
        assert allowance(case, answers(**one_month, region=DALIAN)).most == other
