"""Money is whole fen: what was typed is read exactly, or refused with one sentence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.errors import InvalidValue
from fund.money import ZERO, Money, total

FORMAT = "请填写数字，最多两位小数，例如 1400 或 1400.50"
fen = st.integers(min_value=-(10**13), max_value=10**13)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1400", 140_000),
        ("1400.5", 140_050),
        ("1400.50", 140_050),
        ("0.01", 1),
        ("1,400", 140_000),
        ("12,345,678.90", 1_234_567_890),
        ("１４００", 140_000),
        ("１，４００．５０", 140_050),
        ("1400。50", 140_050),
        ("￥1400", 140_000),
        ("¥ 1400", 140_000),
        ("1400元", 140_000),
        ("1400 元", 140_000),
        ("  1400\t", 140_000),
        ("\u30001400\u3000", 140_000),
        ("01400", 140_000),
        ("9999999999.99", 999_999_999_999),
    ],
)
def test_what_a_person_means_is_understood(typed: str, meant: int) -> None:
    assert Money.parse(typed) == Money(meant)


@pytest.mark.parametrize(
    "typed",
    [
        "", "abc", "+1400", "1400.505", ".5", "1e3", "1E3", "0x10", "1,40", "1,4000", "1400,00",
        "1.4.0", "1400 1500", "14 00", "NaN", "Infinity", "∞", "一千四百", "壹仟", "1400元整", "$1400",
        "1400%", "٣٤٥", "१४००", "1４.5０0", "1400\x00", "1_400", "½", "--", "'1400'", "1400;",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money.parse(typed)
    assert (refused.value.message, refused.value.code) == (FORMAT, "money_format")


@pytest.mark.parametrize("typed", ["14²", "14⁰⁰", "①②", "14₀₀", "１⒋"])
def test_a_raised_lowered_or_circled_digit_is_no_digit_of_an_amount(typed: str) -> None:
    """14² read as 142 would be ten times what was meant."""
    with pytest.raises(InvalidValue):
        Money.parse(typed)


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_every_amount_survives_each_way_of_writing_it(amount: int) -> None:
    money = Money(amount)
    wide = money.yuan.translate({ord("0") + i: ord("０") + i for i in range(10)} | {ord("."): "．"})
    for written in (money.yuan, str(money), f"￥{money}", f"{money}元", wide, f" {money.yuan} "):
        assert Money.parse(written) == money
    assert Money.from_wire(money.yuan) == money


@given(st.text(max_size=20))
def test_reading_any_text_gives_money_or_a_sentence_and_nothing_else(typed: str) -> None:
    try:
        assert Money.parse(typed).fen >= 0
    except InvalidValue as refused:
        assert refused.code in {"money_format", "money_negative", "money_large"}


@given(fen, fen, st.integers(min_value=-100, max_value=100))
def test_sums_are_those_of_whole_numbers(one: int, other: int, times: int) -> None:
    assert (Money(one) + Money(other)).fen == one + other
    assert (Money(one) - Money(other)).fen == one - other
    assert (Money(one) * times).fen == one * times
    assert (Money(one) < Money(other)) == (one < other)
    assert (Money(one) >= Money(other)) == (one >= other)
    assert bool(Money(one)) == (one != 0)
    assert total([Money(one), Money(other)]) == Money(one + other)


@given(fen)
def test_written_amounts_are_those_of_exact_decimals(amount: int) -> None:
    assert Decimal(Money(amount).yuan) * 100 == amount
    assert str(Money(amount)).replace(",", "") == Money(amount).yuan


def test_an_amount_is_grouped_for_reading_and_plain_on_the_wire() -> None:
    assert (str(Money(5_234_018)), Money(5_234_018).yuan) == ("52,340.18", "52340.18")
    assert (str(Money(-5)), Money(-5).yuan) == ("-0.05", "-0.05")


def test_the_sum_of_nothing_is_zero() -> None:
    assert total(()) == ZERO and not ZERO


@pytest.mark.parametrize("wrong", [1.5, 14.0, "1400", None, True, Decimal(3)])
def test_money_is_made_of_whole_fen_only(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong)  # type: ignore[arg-type]


def test_money_times_a_fraction_is_refused() -> None:
    with pytest.raises(TypeError):
        Money(140_000) * 0.5  # type: ignore[operator]


def test_money_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        ZERO.fen = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("sent", "meant"), [("52340.18", 5_234_018), ("0.00", 0), ("-12.30", -1230), ("7", 700), ("7.5", 750)]
)
def test_yuan_of_a_neighbour_are_read_exactly(sent: str, meant: int) -> None:
    assert Money.from_wire(sent) == Money(meant)


@pytest.mark.parametrize(
    "sent", ["", "abc", "1.234", "NaN", "sNaN", "Infinity", "-Infinity", None, "1,400.00", 1.1, []]
)
def test_an_unreadable_amount_of_a_neighbour_is_refused_never_rounded(sent: object) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money.from_wire(sent)  # type: ignore[arg-type]
    assert refused.value.message == "金额无法识别"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-1400", "金额应大于0，请核对"), ("－1400", "金额应大于0，请核对"), ("-0.5", "金额应大于0，请核对"),
        ("12345678901", "金额太大，请核对"), ("99999999999.00", "金额太大，请核对"),
    ],
)  # fmt: skip
def test_a_number_that_is_too_small_or_too_large_is_called_that(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money.parse(typed)
    assert refused.value.message == sentence


@pytest.mark.parametrize(("typed", "fen"), [("1400.", 140_000), ("1 400", 140_000), ("12 345 678.90", 1_234_567_890)])
def test_a_full_stop_at_the_end_and_blanks_between_thousands_are_understood(typed: str, fen: int) -> None:
    assert Money.parse(typed).fen == fen
