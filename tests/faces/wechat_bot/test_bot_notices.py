"""Fields of template messages: fitted or refused before the platform refuses the whole message (47003)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from wechat_bot.notices import NoticeFieldError, ProgressFields, fitted, progress_notice

AT = datetime(2026, 7, 15, 10, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
STATES = ["已提交", "审核中", "需补正", "审核通过", "审核未通过", "付款中", "已到账", "付款失败", "已撤销"]


@pytest.mark.parametrize("state", STATES)
def test_the_progress_message_as_the_platform_wants_it(state: str) -> None:
    assert progress_notice("租房提取", state, "ZF202607150001", AT, "资金将划入尾号0012账户") == {
        "thing1": {"value": "租房提取"},
        "phrase2": {"value": state},
        "character_string3": {"value": "ZF202607150001"},
        "time4": {"value": "2026年7月15日 10:20"},
        "thing5": {"value": "资金将划入尾号0012账户"},
    }


def test_another_account_may_name_its_fields_otherwise() -> None:
    names = ProgressFields("thing2", "phrase9", "character_string1", "time3", "thing7")
    assert set(progress_notice("租房提取", "审核中", "A1", AT, "请等候", names)) == {
        "thing2", "phrase9", "character_string1", "time3", "thing7",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("二十个字以内原样发送", "二十个字以内原样发送"),
        ("汉" * 20, "汉" * 20),
        ("汉" * 21, "汉" * 19 + "…"),
        (" 两边的空白\n和换行 ", "两边的空白 和换行"),
        ("a\x00b\ud800c", "a b c"),
    ],
)
def test_a_thing_is_shortened_to_twenty_characters(value: str, sent: str) -> None:
    assert fitted("thing1", value) == sent


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("phrase1", "审核未通过"),
        ("character_string1", "ZF-2026/07 #1"),
        ("character_string1", "x" * 32),
        ("number1", "12.5"),
        ("letter1", "ABC"),
        ("amount1", "¥8400.00"),
        ("amount1", "8400.00元"),
        ("name1", "张*"[:1]),
        ("name1", "Zhang Wei"),
        ("time1", "10:20"),
        ("time1", "2026年7月15日 10:20"),
        ("date1", "2026-07-15"),
        ("date1", "2026年7月15日"),
        ("phone_number1", "024-12345"),
        ("const1", "已受理"),
    ],
)
def test_what_fits_goes_through_unchanged(name: str, good: str) -> None:
    assert fitted(name, good) == good


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("phrase1", "审核没有通过"),
        ("phrase1", "passed"),
        ("phrase1", "审核中1"),
        ("character_string1", "编号1"),
        ("character_string1", "x" * 33),
        ("number1", "一"),
        ("number1", "１２"),
        ("number1", "1" * 33),
        ("letter1", "A1"),
        ("amount1", "12345678901"),
        ("amount1", "1.234"),
        ("name1", "汉" * 11),
        ("time1", "25:00"),
        ("time1", "tomorrow"),
        ("date1", "2026-13-01"),
        ("const1", "x" * 21),
        ("thing1", ""),
        ("thing1", " \x00 "),
        ("thing", "x"),
        ("unheard1", "x"),
    ],
)
def test_what_cannot_fit_is_named_without_its_value(name: str, bad: str) -> None:
    with pytest.raises(NoticeFieldError) as caught:
        fitted(name, bad)
    assert str(caught.value).startswith(name)
    assert len(bad) < 5 or bad not in str(caught.value)
