"""The rules about the answers, each alone at its edges; then all reasons told at once, whatever was typed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from businesses.rent.policy import RULES, reasons
from fund.months import Month
from tests.makers import (
    CARD,
    OTHER_CARD,
    a_case,
    a_home,
    a_withdrawal,
    an_application,
    answers,
    codes,
    the_terms,
)

# ---- 月份


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-01", "2026-12", set()),
        ("2026-07", "2026-07", set()),
        ("2026-12", "2026-12", set()),
        ("2025-12", "2026-01", {("month_other_year", "first_month")}),
        ("2026-12", "2027-01", {("month_other_year", "last_month")}),
        ("2025-01", "2025-12", {("month_other_year", "first_month"), ("month_other_year", "last_month")}),
        ("2026-03", "2026-02", {("months_reversed", "last_month")}),
        ("2027-01", "2026-12", {("month_other_year", "first_month"), ("months_reversed", "last_month")}),
    ],
)
def test_months_lie_in_this_year_and_in_order(first: str, last: str, expected: set[tuple[str, str]]) -> None:
    told = reasons(a_case(), answers(first_month=first, last_month=last, amount="1.00"))
    assert {(reason.code, reason.field) for reason in told} == expected


def test_months_to_come_are_allowed_or_not_by_the_terms() -> None:
    no_future = the_terms(future_months_allowed=False)
    to_come = answers(first_month="2026-08", last_month="2026-09", amount="1.00")
    assert codes(a_case(), to_come) == set()
    assert codes(a_case(terms=no_future), to_come) == {"month_in_future"}
    assert codes(a_case(terms=no_future), answers(first_month="2026-07", last_month="2026-07", amount="1.00")) == set()


# ---- 金额


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.01", set()), ("8400.00", set()), ("8400.01", {"amount_too_high"}), ("99999.00", {"amount_too_high"})],
)
def test_the_amount_is_at_most_what_is_allowed(amount: str, expected: set[str]) -> None:
    assert codes(a_case(), answers(amount=amount)) == expected


def test_when_the_spouse_used_up_the_common_limit_it_says_so_instead_of_zero_at_most() -> None:
    case = a_case(married=True, withdrawals=(a_withdrawal("13200.00", of_spouse=True),))
    [reason] = reasons(case, answers())
    assert (reason.code, reason.field) == ("nothing_left", "amount")
    assert {r.code for r in reasons(case, answers(amount=None))} == {"nothing_left"}


def test_an_amount_is_not_judged_before_all_it_rests_on_is_known() -> None:
    assert codes(a_case(), answers(amount="99999.00", monthly_rent=None)) == set()


# ---- 银行与卡


def test_a_bank_that_is_no_longer_allowed_is_a_reason_that_names_those_that_are() -> None:
    [reason] = reasons(a_case(terms=the_terms(banks=("ICBC", "SJB"))), answers())
    assert reason.code == "bank_not_allowed"
    assert "工商银行" in reason.text and "盛京银行" in reason.text and "建设银行" not in reason.text


def checked(**said: str) -> Mapping[str, str]:
    """What the bank said of the card in ``answers()``; an own debit card of class I unless told otherwise."""
    usual = {"card_matches": "yes", "card_class": "1", "card_kind": "debit", "card_open": "yes"}
    return {"card_checked": f"CCB:{CARD}", **usual, **{f"card_{name}": value for name, value in said.items()}}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, set()),
        ({"kind": "credit"}, {"card_is_credit"}),
        ({"matches": "no"}, {"card_not_own"}),
        ({"matches": "no", "class": "", "kind": "", "open": ""}, {"card_not_own"}),
        ({"open": "no"}, {"card_closed"}),
        ({"class": "2"}, {"card_class"}),
        ({"class": "3"}, {"card_class"}),
        ({"class": ""}, set()),
        ({"matches": "", "class": "", "kind": "", "open": ""}, set()),
    ],
)
def test_the_card_is_ones_own_of_class_one_as_far_as_the_bank_can_tell(
    said: dict[str, str], expected: set[str]
) -> None:
    told = reasons(a_case(observed=checked(**said)), answers())
    assert {reason.code for reason in told} == expected
    assert all((reason.step, reason.field) == ("account", "card") for reason in told)


@pytest.mark.parametrize("other", [{"card": OTHER_CARD}, {"bank": "ICBC"}, {"card": None}])
def test_what_the_bank_said_of_another_card_says_nothing_of_this_one(other: dict[str, str | None]) -> None:
    assert codes(a_case(observed=checked(matches="no")), answers(**other)) == set()


# ---- 一次性告知


def test_all_reasons_are_told_at_once() -> None:
    case = a_case(
        status="06", months_in_a_row=0, married=True, homes=(a_home(),), earlier=(an_application(),), balance="5.00",
        frozen="5.00", observed=checked(matches="no"), terms=the_terms(banks=("ICBC",)),
    )  # fmt: skip
    assert codes(case, answers(first_month="2025-03", last_month="2025-01")) == {
        "account_status", "paid_in_too_short", "owns_home", "already_open", "no_balance", "month_other_year", "months_reversed",
        "bank_not_allowed", "card_not_own",
    }  # fmt: skip


def test_the_rules_left_over_are_told_at_once_as_well() -> None:
    case = a_case(paid_until=Month(2024, 1), withdrawals=(a_withdrawal("100.00"),), observed=checked(**{"class": "2"}))
    assert codes(case, answers(amount="9000.00")) == {
        "payments_stopped",
        "already_drawn",
        "amount_too_high",
        "card_class",
    }


RUINED = [
    a_case(status="06", months_in_a_row=0, homes=(a_home(),), earlier=(an_application(),), balance="0.00"),
    a_case(paid_until=None, withdrawals=(a_withdrawal(),), observed=checked(open="no"), terms=the_terms(banks=())),
    a_case(observed=checked(kind="credit")),
    a_case(observed=checked(matches="no")),
    a_case(observed=checked(**{"class": "3"}), terms=the_terms(future_months_allowed=False)),
    a_case(married=True, withdrawals=(a_withdrawal("99999.00", of_spouse=True),)),
]


@pytest.mark.parametrize("case", RUINED)
def test_every_reason_names_its_clause_and_the_page_and_is_said_in_chinese_with_no_number_of_a_person(
    case: object,
) -> None:
    for given_answers in (
        answers(),
        answers(amount="99999.00", first_month="2025-12", last_month="2025-01"),
        answers(last_month="2026-12"),
    ):
        for reason in reasons(case, given_answers):  # type: ignore[arg-type]
            assert reason.paper and reason.paper in case.terms.papers.values()  # type: ignore[attr-defined]
            assert reason.step in ("info", "details", "account")
            assert "{" not in reason.text and "None" not in reason.text and len(reason.text) > 8
            assert CARD not in reason.text and CARD[:12] not in reason.text and "210102199001010015" not in reason.text


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(
                st.sampled_from([value, "", "2025-01", "2026-12", "999999", "0", "yes"]), st.text(max_size=8)
            )
            for name, value in answers().items()
        },
    ),
    st.sampled_from([a_case(), *RUINED]),
)
def test_no_rule_fails_on_answers_that_are_missing_or_nonsense(given_answers: dict[str, str], case: object) -> None:
    told = reasons(case, given_answers)  # type: ignore[arg-type]
    assert told == tuple(r for rule in RULES for r in rule(case, given_answers))  # type: ignore[arg-type]
    assert all(reason.code and reason.text for reason in told)


def test_a_rule_changes_nothing() -> None:
    case, typed = a_case(observed=dict(checked())), answers()
    before = (replace(case), dict(typed))
    reasons(case, typed)
    assert (case, typed) == before
