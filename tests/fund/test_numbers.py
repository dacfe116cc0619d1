"""Numbers of people and cards check themselves and never show themselves whole."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.errors import InvalidValue
from fund.numbers import CardNumber, IdNumber, mask_mobile, mask_name, tidy
from tests.makers import CARD, ID_NUMBERS, OTHER_CARD

LUHN_VALID = (
    "6217000000000000012", "6227000000000000011", "4367420000000000019", "6222020000000000018", "6222080000000000015",
    "6212260000000000018", "6231080000000018", "6230810000000019", "566666000000000013", "6224550000000000012",
    "9400390000000000019",
)  # fmt: skip


def id_with_check(body: str) -> str:
    """The eighteenth character, worked out by the other form of GB 11643: Σ a·2^(17-i) ≡ 1 (mod 11)."""
    weighed = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "0123456789X"[(1 - weighed) % 11]


# ---- 身份证


@pytest.mark.parametrize("number", ID_NUMBERS)
def test_the_example_numbers_of_the_standard_are_valid(number: str) -> None:
    assert IdNumber(number).value == number


@given(
    st.dates(date(1900, 1, 1), date(2026, 7, 15)), st.integers(0, 999), st.sampled_from(["210102", "110105", "999999"])
)
def test_every_well_formed_number_is_accepted_and_tells_the_birthday(born: date, sequence: int, place: str) -> None:
    number = id_with_check(f"{place}{born:%Y%m%d}{sequence:03d}")
    assert IdNumber(number).born == born


@given(st.sampled_from(ID_NUMBERS), st.integers(0, 16), st.integers(1, 9))
def test_one_digit_mistyped_is_always_noticed(number: str, place: int, by: int) -> None:
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(InvalidValue):
        IdNumber(wrong)


@given(st.sampled_from(ID_NUMBERS), st.integers(0, 15))
def test_two_neighbouring_digits_swapped_are_always_noticed(number: str, place: int) -> None:
    a, b = number[place], number[place + 1]
    if a != b:
        with pytest.raises(InvalidValue):
            IdNumber(number[:place] + b + a + number[place + 2 :])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("11010519491231002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("110105 19491231 002X", "11010519491231002X"),
        ("110105-19491231-002x", "11010519491231002X"),
        ("\u200b210102199001010015\ufeff", "210102199001010015"),
        ("\u202d210102199001010015\u202c", "210102199001010015"),
        ("210102\u3000199001010015", "210102199001010015"),
    ],
)
def test_a_number_is_understood_however_it_was_copied(typed: str, meant: str) -> None:
    assert IdNumber(typed).value == meant
    assert IdNumber(typed) == IdNumber(meant)


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("210102900101001", "id_number_old", "这是15位旧证件号码，请填写18位身份证号码"),
        ("", "id_number_format", "身份证号码应为18位，最后一位可以是字母X"),
        ("21010219900101001", "id_number_format", "身份证号码应为18位，最后一位可以是字母X"),
        ("2101021990010100150", "id_number_format", "身份证号码应为18位，最后一位可以是字母X"),
        ("21010219900101001Y", "id_number_format", "身份证号码应为18位，最后一位可以是字母X"),
        ("2101X2199001010015", "id_number_format", "身份证号码应为18位，最后一位可以是字母X"),
        ("11010519491231002×", "id_number_format", "身份证号码应为18位，最后一位可以是字母X"),
        ("11010519491231002Х", "id_number_format", "身份证号码应为18位，最后一位可以是字母X"),  # Cyrillic
        ("٢١٠١٠٢١٩٩٠٠١٠١٠٠١٥", "id_number_format", "身份证号码应为18位，最后一位可以是字母X"),
        ("210102199002290012", "id_number_birth", "身份证号码中的出生日期不存在，请核对"),
        ("210102199013010012", "id_number_birth", "身份证号码中的出生日期不存在，请核对"),
        ("210102199000010012", "id_number_birth", "身份证号码中的出生日期不存在，请核对"),
        ("210102000001010012", "id_number_birth", "身份证号码中的出生日期不存在，请核对"),
        ("210102184912310012", "id_number_birth", "身份证号码中的出生日期不存在，请核对"),
        ("210102199001010016", "id_number_check", "身份证号码有误，请逐位核对"),
        ("210102199001010051", "id_number_check", "身份证号码有误，请逐位核对"),
    ],
)
def test_a_wrong_number_is_refused_with_what_is_wrong(typed: str, code: str, message: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        IdNumber(typed)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_a_leap_day_is_a_birthday_in_leap_years_only() -> None:
    assert IdNumber(id_with_check("21010220000229001")).born == date(2000, 2, 29)
    with pytest.raises(InvalidValue):
        IdNumber(id_with_check("21010219000229001"))


@pytest.mark.parametrize("number", ID_NUMBERS)
def test_an_id_number_shows_three_and_four_characters(number: str) -> None:
    made = IdNumber(number)
    assert made.masked == number[:3] + "*" * 11 + number[-4:]
    for shown in (repr(made), str(made), f"{made}", f"{made!r}", repr([made]), repr({"id": made})):
        assert number not in shown and number[6:14] not in shown


# ---- 银行卡


@pytest.mark.parametrize("number", LUHN_VALID)
def test_the_fictitious_cards_are_accepted_and_their_check_digit_fits(number: str) -> None:
    assert CardNumber(number).value == number
    assert CardNumber(number).luhn_ok


@given(st.text("0123456789", min_size=15, max_size=18).filter(lambda body: len(set(body)) > 1))
def test_exactly_one_check_digit_fits_any_card(body: str) -> None:
    assert sum(CardNumber(body + digit).luhn_ok for digit in "0123456789") == 1


@given(st.sampled_from(LUHN_VALID), st.integers(0, 15), st.integers(1, 9))
def test_one_digit_mistyped_no_longer_fits_the_check_digit(number: str, place: int, by: int) -> None:
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert not CardNumber(wrong).luhn_ok


@given(st.sampled_from(LUHN_VALID), st.data())
def test_blanks_hyphens_and_width_never_change_a_card(number: str, data: st.DataObject) -> None:
    between = st.sampled_from(["", " ", "  ", "-", "－", "—", "\u3000", "\u00a0", "\u200b", "\t", "\ufeff"])
    wide = data.draw(st.booleans())
    typed = "".join(data.draw(between) + (chr(ord(d) + 0xFEE0) if wide else d) for d in number)
    assert CardNumber(typed) == CardNumber(number)


@pytest.mark.parametrize("wrong", [CARD[:16], CARD[:17], CARD[:18], CARD])
def test_cards_have_sixteen_to_nineteen_digits(wrong: str) -> None:
    assert CardNumber(wrong).tail == wrong[-4:]


def test_a_card_shows_four_and_four_digits() -> None:
    card = CardNumber(CARD)
    assert (card.masked, card.tail) == ("6217 **** **** 0012", "0012")
    for shown in (repr(card), str(card), f"{card}", repr((card,))):
        assert CARD not in shown and CARD[4:15] not in shown


def test_two_different_cards_are_different() -> None:
    assert CardNumber(CARD) != CardNumber(OTHER_CARD)


@pytest.mark.parametrize("number", [ID_NUMBERS[0], "210102900101001", "621700000000000", CARD + "0"])
def test_a_refusal_never_repeats_the_number(number: str) -> None:
    for kind in (IdNumber, CardNumber):
        try:
            kind(number[:-1] + "7")
        except InvalidValue as refused:
            assert not re.search(r"\d{6}", f"{refused!r} {refused.message}")


# ---- 其他遮盖


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张伟", "张*"), ("张三丰", "张**"), ("欧阳娜娜", "欧**"), ("张", "张*"), ("阿凡提·买买提", "阿**"), ("", "*")],
)
def test_only_the_first_character_of_a_name_is_shown(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("mobile", "masked"),
    [
        ("13800000001", "138****0001"),
        ("", ""),
        ("0241234", "*******"),
        ("+8613800000001", "********"),
        ("23800000001", "********"),
    ],
)
def test_a_mobile_number_is_masked_and_anything_else_hidden(mobile: str, masked: str) -> None:
    assert mask_mobile(mobile) == masked


@given(st.text(alphabet="0123456789０１２３x-－ \u3000\u200bＸ", max_size=40))
def test_a_number_once_understood_is_read_again_as_itself(typed: str) -> None:
    assert tidy(tidy(typed)) == tidy(typed)
    try:
        card = CardNumber(typed)
    except InvalidValue:
        return
    assert CardNumber(card.value) == card and card.value.isascii()
