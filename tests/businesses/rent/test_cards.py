"""The table of card prefixes suggests and warns; it never refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from businesses.rent.business import RentBusiness
from businesses.rent.cards import _BANK_OF, _CREDIT_OF, BANK_NAMES, likely_bank, looks_like_credit, warning
from businesses.rent.terms import load
from fund.errors import OutcomeUnknown, Refused, Unavailable
from fund.numbers import CardNumber
from fund.ports import CardVerdict
from tests.fakes import FakeCards
from tests.makers import CARD, a_case, a_person, answers, codes

BUSINESS = RentBusiness(load())


@pytest.mark.parametrize(
    ("number", "bank"),
    [
        ("6217000000000000012", "CCB"), ("6227000000000000011", "CCB"), ("4367420000000000019", "CCB"),
        ("6222020000000000018", "ICBC"), ("6222080000000000015", "ICBC"), ("6212260000000000018", "ICBC"),
        ("6231080000000018", "SJB"), ("6230810000000019", "SJB"), ("9558800000000000010", "ICBC"),
        ("6013820000000000012", None),
    ],
)  # fmt: skip
def test_the_bank_of_a_known_prefix_is_suggested(number: str, bank: str | None) -> None:
    assert likely_bank(CardNumber(number)) == bank


def test_no_prefix_speaks_for_two_banks_or_for_debit_and_credit() -> None:
    listed = {**_BANK_OF, **_CREDIT_OF}
    assert len(listed) == len(_BANK_OF) + len(_CREDIT_OF)
    for prefix in listed:
        assert prefix.isdecimal() and len(prefix) in (4, 6)
        assert [other for other in listed if other != prefix and other.startswith(prefix)] == []
    assert set(listed.values()) == set(BANK_NAMES)


def test_a_card_that_fits_raises_no_doubt() -> None:
    assert warning("CCB", CardNumber(CARD)) == ""
    assert warning("ICBC", CardNumber("6013820000000000012")) in ("", warning("CCB", CardNumber("6013820000000000012")))


@pytest.mark.parametrize(
    ("bank", "number", "words"),
    [
        ("CCB", "6222020000000000018", "看起来是工商银行的卡"),
        ("SJB", CARD, "看起来是建设银行的卡"),
        ("CCB", "6231080000000018", "看起来是盛京银行的卡"),
        ("SJB", "6224660000000018", "该卡可能是信用卡"),
        ("CCB", "6224660000000018", "该卡可能是信用卡"),
        ("CCB", "6217000000000000013", "校验位不符"),
    ],
)
def test_a_doubt_is_friendly_and_stops_nobody(bank: str, number: str, words: str) -> None:
    doubt = BUSINESS.warnings(a_case(), answers(bank=bank, card=number))["card"]
    assert words in doubt and number not in doubt
    assert codes(a_case(), answers(bank=bank, card=number)) == set()


@given(st.text("0123456789", min_size=16, max_size=19), st.sampled_from(["CCB", "ICBC", "SJB", ""]))
def test_any_card_may_be_doubted_but_never_breaks_the_page(number: str, bank: str) -> None:
    doubts = BUSINESS.warnings(a_case(), answers(bank=bank, card=number))
    assert set(doubts) <= {"card"}
    if len(set(number)) > 1:
        assert looks_like_credit(CardNumber(number)) <= ("信用卡" in doubts.get("card", ""))


@pytest.mark.parametrize("card", [None, "", "123", "not a card"])
def test_an_unreadable_card_is_neither_doubted_nor_asked_about(card: str | None) -> None:
    bank = FakeCards()
    assert BUSINESS.warnings(a_case(), answers(card=card)) == {}
    BUSINESS.observe("account", a_person(), answers(card=card), bank)
    assert bank.asked == 0


@pytest.mark.parametrize("step", ["info", "details", "pledge", "photos"])
def test_the_bank_is_asked_on_the_account_page_only(step: str) -> None:
    bank = FakeCards()
    assert BUSINESS.observe(step, a_person(), answers(), bank) == {}
    assert bank.asked == 0


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (CardVerdict(True, 1, "debit", True), set()),
        (CardVerdict(True, None, "", True), set()),
        (CardVerdict(None, None, "", True), set()),
        (CardVerdict(False, None, "", True), {"card_not_own"}),
        (CardVerdict(True, 2, "debit", True), {"card_class"}),
        (CardVerdict(True, 3, "debit", True), {"card_class"}),
        (CardVerdict(True, 1, "debit", False), {"card_closed"}),
        (CardVerdict(True, None, "credit", True), {"card_is_credit"}),
    ],
)
def test_what_the_bank_says_reaches_the_rules(verdict: CardVerdict, expected: set[str]) -> None:
    bank = FakeCards()
    bank.usual = verdict
    observed = BUSINESS.observe("account", a_person(), answers(), bank)
    assert codes(a_case(observed=observed)) == expected
    assert all(isinstance(value, str) for value in observed.values())


@pytest.mark.parametrize("error", [Unavailable("down"), OutcomeUnknown("cut"), Refused("no", code="REFUSED")])
def test_a_bank_that_is_not_reached_stops_nobody(error: Exception) -> None:
    bank = FakeCards()
    bank.error = error
    assert codes(a_case(observed=BUSINESS.observe("account", a_person(), answers(), bank))) == set()


def test_the_figures_kept_for_the_auditor_hold_no_number_of_a_person_or_card() -> None:
    observed = BUSINESS.observe("account", a_person(), answers(), FakeCards())
    case = a_case(married=True, observed=observed)
    kept = " ".join(BUSINESS.figures(case).values())
    for secret in (CARD, case.person.id_number.value, case.member.spouse.value, case.person.name, case.person.mobile):  # type: ignore[union-attr]
        assert secret not in kept
    assert BUSINESS.figures(case)["card_class"] == "1"
    assert BUSINESS.figures(case)["balance"] == "52340.18"
