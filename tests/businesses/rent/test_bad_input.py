"""Every field of 租房提取: bad values with the very sentence beside the field, odd values that are good."""

import pytest

from fund.errors import InvalidValue
from fund.fields import Field
from fund.journey import Journey, read_step
from tests.fakes import a_counter
from tests.makers import CARD, answers

FORMAT = "请填写数字，最多两位小数，例如 1400 或 1400.50"
UNREADABLE = "含有无法识别的字符，请删除后重新填写"
SHORT = "请把地址写完整，写到门牌号，例如“青年大街100号3单元501”"
BANK = "请选择建设银行、工商银行或盛京银行"
DIGITS = "银行卡号码只能是数字，请核对"
TICK = "请阅读承诺书并勾选“我已阅读并同意”"
NOTHING = ["", " ", "   ", "\t", "\n", "\r\n", "\u3000", "\u00a0", " \u3000 "]

NO_MONEY = [
    "abc", "+1400", "1400.505", "1e3", ".5", "1,40", "1400 1500", "NaN", "一千四百", "$1400", "14 00", "1400..",
    "0x10", "1400%", "1400;--", "<b>1</b>", "1400\x00", "٣٤٥",
]  # fmt: skip
NO_MONTH = [
    "2026", "2026-1", "2026-13", "2026-00", "2026/01", "202601", "01-2026", "一月", "2026-01-01", "1000-01", "9999-01", "2026-0１", "x",
]  # fmt: skip


def _length(count: int) -> str:
    return f"卡号应为16至19位数字，您填写了{count}位，请核对"


BAD: dict[str, list[tuple[str, str]]] = {
    "region": [
        *((typed, "请选择租房地区") for typed in NOTHING),
        *(
            (typed, "请从列表中选择租房地区")
            for typed in ["沈阳市", "210000", "210101", "999999", "21010", "2101020", "-1", "2101OO", "210102,210103", "../210102"]
        ),
    ],
    "address": [
        *((typed, "请填写房屋地址") for typed in NOTHING),
        *((typed, SHORT) for typed in ["沈阳", "和平区", "青年大街", "1 号楼", "a", "一\n二", "12345", "100-3-501", "！！！！！！"]),
        ("青年大街" * 20 + "1", "最多80个字，您填写了81个字，请精简"),
        ("宽" * 5000, "最多80个字，您填写了5000个字，请精简"),
        *(
            (f"青年大街100号{odd}3单元501室", UNREADABLE)
            for odd in ["\x00", "\x07", "\x1b[31m", "\x7f", "\x85\x86", "\ue000", "\U000f0000", "\ud800", "\uffff", "\U0010fffe"]
        ),
    ],
    "first_month": [
        *((typed, "请选择本年度起租月份") for typed in NOTHING),
        *((typed, "请选择月份") for typed in NO_MONTH),
    ],
    "last_month": [
        *((typed, "请选择本年度止租月份") for typed in NOTHING),
        *((typed, "请选择月份") for typed in NO_MONTH),
    ],
    "monthly_rent": [
        *((typed, "请填写月租金额") for typed in NOTHING),
        *((typed, FORMAT) for typed in NO_MONEY),
        *((typed, "金额应大于0") for typed in ["0", "0.00", "00", "０", "0元"]),
    ],
    "amount": [
        *((typed, "请填写提取金额（元）") for typed in NOTHING),
        *((typed, FORMAT) for typed in NO_MONEY),
        *((typed, "金额应大于0") for typed in ["0", "0.0", "000.00", "￥0", "０．００"]),
    ],
    "bank": [
        *((typed, "请选择银行类别") for typed in NOTHING),
        *((typed, BANK) for typed in ["ABC", "BOC", "ccb", "CCB ", "建设银行", "SJBANK", "CCB,ICBC", "1", "None", "ＣＣＢ"]),
    ],
    "card": [
        *((typed, "请填写银行卡号码") for typed in NOTHING),
        *((typed, DIGITS) for typed in ["abcdefghijklmnop", "621700000000000001X", "6217_0000_0000_0000", "----", "6217.0000.0000.0000.012"]),
        *((typed, DIGITS) for typed in ["٦٢١٧٠٠٠٠٠٠٠٠٠٠٠٠٠١٢", "六二一七", f"{CARD}'", f"+{CARD}", "62170000\x0000000000012"]),
        ("1", _length(1)),
        (CARD[:15], _length(15)),
        (CARD + "0", _length(20)),
        (f"{CARD} {CARD}", _length(38)),
        ("0" * 16, "银行卡号码有误，请核对"),
        ("8" * 19, "银行卡号码有误，请核对"),
    ],
    "agreed": [
        *((typed, TICK) for typed in NOTHING),
        *((typed, "请勾选后再继续") for typed in ["no", "on", "true", "1", "YES", "yes ", " yes", "是", "ｙｅｓ", "yes,yes", "0"]),
    ],
}  # fmt: skip

GOOD: dict[str, list[tuple[str, str]]] = {
    "region": [("210102", "210102"), (" 210200 ", "210200"), ("659001\n", "659001")],
    "address": [
        ("  青年大街100号3单元501室 ", "青年大街100号3单元501室"),
        ("青年大街100号\r\n3单元501室", "青年大街100号 3单元501室"),
        ("青年大街\u3000100号\t\t501", "青年大街 100号 501"),
        ("五里河街5", "五里河街5"),
        ("宽" * 80, "宽" * 80),
        ("１００号楼Ｂ座５０１", "１００号楼Ｂ座５０１"),
        ("Flat 5/B, No. 100-3#", "Flat 5/B, No. 100-3#"),
        ("㐂字胡同𠮷野家旁3号", "㐂字胡同𠮷野家旁3号"),
        ("cafe\u0301 3号院501", "caf\u00e9 3号院501"),
        ("<b>青年大街</b>100号", "<b>青年大街</b>100号"),
    ],
    "first_month": [("2026-01", "2026-01"), (" 2026-12\n", "2026-12")],
    "last_month": [("2026-01", "2026-01"), ("\t2026-12 ", "2026-12")],
    "monthly_rent": [
        ("1400", "1400.00"), ("1,400", "1400.00"), ("１４００", "1400.00"), ("1，400．5", "1400.50"), ("￥1400", "1400.00"),
        ("1400元", "1400.00"), (" 1400.05 ", "1400.05"), ("01400", "1400.00"), ("0.01", "0.01"), ("9,999,999,999.99", "9999999999.99"),
    ],
    "amount": [
        ("8400", "8400.00"), ("8,400.00", "8400.00"), ("８４００", "8400.00"), ("￥8,400.5", "8400.50"), ("8400 元", "8400.00"),
    ],
    "bank": [("CCB", "CCB"), ("ICBC", "ICBC"), ("SJB", "SJB")],
    "card": [
        ("6217 0000 0000 0000 012", CARD), ("6217-0000-0000-0000-012", CARD), (f"  {CARD}\n", CARD), (f"\u200b{CARD}\ufeff", CARD),
        ("".join(chr(ord(d) + 0xFEE0) for d in CARD), CARD), ("6217－0000—0000–0000‑012", CARD),
        ("6217\u3000000000000000012", CARD), ("6231080000000018", "6231080000000018"), ("566666000000000013", "566666000000000013"),
        ("6217000000000000013", "6217000000000000013"),
    ],
    "agreed": [("yes", "yes")],
}  # fmt: skip


def the_field(name: str) -> Field:
    journey: Journey = a_counter().look().business.journey
    return next(f for step in journey.steps for f in step.fields if f.name == name)


def test_every_field_has_at_least_ten_bad_values_and_some_good_ones() -> None:
    names = {f.name for step in a_counter().look().business.journey.steps for f in step.fields}
    assert set(BAD) == set(GOOD) == names
    for name in names:
        assert len({typed for typed, _ in BAD[name]}) >= 10, name
        assert GOOD[name], name


@pytest.mark.parametrize(("name", "typed", "message"), [(n, t, m) for n, rows in BAD.items() for t, m in rows])
def test_a_bad_value_is_refused_with_its_sentence(name: str, typed: str, message: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        the_field(name).read(typed)
    assert refused.value.message == message


@pytest.mark.parametrize(("name", "typed", "kept"), [(n, t, k) for n, rows in GOOD.items() for t, k in rows])
def test_a_good_odd_value_is_taken_and_read_again_as_itself(name: str, typed: str, kept: str) -> None:
    field = the_field(name)
    assert field.read(typed) == kept
    assert field.read(kept) == kept


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u200d", "\ufeff", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u00ad", "\u200e"]
)
def test_signs_nobody_can_see_do_not_stop_an_address(unseen: str) -> None:
    """They come along when an address is copied from a chat; asking to delete them asks the impossible."""
    assert the_field("address").read(f"青年大街100号{unseen}3单元501室{unseen}") == "青年大街100号3单元501室"
    with pytest.raises(InvalidValue) as refused:
        the_field("address").read(unseen * 30)
    assert refused.value.message in ("请填写房屋地址", SHORT)


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [(n, *rows[-1]) for n, rows in BAD.items()] + [(n, *rows[0]) for n, rows in BAD.items()],
)
def test_the_page_stays_says_why_and_keeps_what_was_right(name: str, typed: str, message: str) -> None:
    counter = a_counter()
    step = next(s for s in counter.look().business.journey.steps if any(f.name == name for f in s.fields))
    counter.walk(answers(), until=step.name)
    given = {f.name: answers()[f.name] for f in step.fields} | {name: typed}

    outcome = counter.answer(step.name, given)

    assert outcome.receipt is None and outcome.goto is None
    [problem] = [p for p in outcome.problems if p.field == name]
    assert (problem.step, problem.text, problem.typed) == (step.name, message, typed)
    assert {p.field for p in outcome.problems} == {name}
    stored = counter.look().draft.answers
    assert {n: stored.get(n) for n in given if n != name} == {n: v for n, v in given.items() if n != name}
    assert not stored.get(name)
    assert counter.look().next.name == step.name
    assert counter.applications.rows == ()


def test_all_that_is_wrong_on_a_page_is_told_at_once() -> None:
    details = a_counter().look().business.journey.step("details")
    right, wrong = read_step(details, {})
    assert right == {}
    assert [p.field for p in wrong] == [f.name for f in details.fields]
    assert [p.text for p in wrong] == [
        "请选择租房地区", "请填写房屋地址", "请选择本年度起租月份", "请选择本年度止租月份", "请填写月租金额", "请填写提取金额（元）",
    ]  # fmt: skip


def test_what_is_typed_beyond_the_fields_of_the_page_is_not_taken() -> None:
    counter = a_counter()
    counter.walk(answers(), until="details")
    counter.answer("details", {**answers(), "state": "withdrawn", "card": CARD})
    assert set(counter.look().draft.answers) == {f.name for f in counter.look().business.journey.step("details").fields}


@pytest.mark.parametrize(
    ("different", "field", "message"),
    [
        ({"first_month": "2025-12"}, "first_month", "起租月份须在本年度（2026年）内，请重新选择"),
        ({"last_month": "2027-01"}, "last_month", "止租月份须在本年度（2026年）内，请重新选择"),
        ({"first_month": "2026-07"}, "last_month", "止租月份不能早于起租月份，请重新选择"),
        ({"amount": "8400.01"}, "amount", "提取金额不能超过 8,400.00 元，请调整后继续"),
        ({"amount": "9999999999.99"}, "amount", "提取金额不能超过 8,400.00 元，请调整后继续"),
        ({"monthly_rent": "1000"}, "amount", "提取金额不能超过 6,000.00 元，请调整后继续"),
    ],
)
def test_answers_that_do_not_fit_together_are_refused_beside_the_field_that_mends_it(
    different: dict[str, str], field: str, message: str
) -> None:
    counter = a_counter()
    counter.walk(answers(), until="details")
    outcome = counter.answer("details", answers(**different))
    assert [(p.field, p.text) for p in outcome.problems] == [(field, message)]
    assert counter.look().draft.answers["address"] == answers()["address"]
