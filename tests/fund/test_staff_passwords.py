"""The rule for passwords of the staff."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.errors import InvalidValue
from fund.passwords import check_rule, kinds_of, one_time_password

KINDS = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "!@#$%^&*()-_=+，。甲乙丙")
text_of_kinds = st.lists(st.integers(0, 3), min_size=1, max_size=40).flatmap(
    lambda kinds: st.tuples(*(st.sampled_from(KINDS[kind]) for kind in kinds)).map("".join)
)


def allowed(password: str, login: str) -> bool:
    try:
        check_rule(password, login)
    except InvalidValue:
        return False
    return True


@given(text_of_kinds)
def test_a_password_is_taken_if_and_only_if_it_is_long_and_mixed_enough(password: str) -> None:
    by_hand = sum(any(character in kind for character in password) for kind in KINDS)
    assert allowed(password, "nobody.has.this.login") == (len(password) >= 10 and by_hand >= 3)


@given(text_of_kinds, text_of_kinds, st.sampled_from(["wang.min", "shenhe1", "abc"]), st.booleans())
def test_no_password_holds_the_login_in_whatever_case(before: str, after: str, login: str, upper: bool) -> None:
    assert not allowed(before + (login.upper() if upper else login) + after, login)


@given(text_of_kinds, st.integers(0, 60))
def test_a_password_that_is_taken_stays_so_when_it_grows(password: str, more: int) -> None:
    longer = password + "Zq8#" * more
    if allowed(password, "nobody.has.this.login"):
        assert allowed(longer, "nobody.has.this.login") == (len(longer) <= 128)


@given(text_of_kinds, st.sampled_from(["\0", "\n", "\u200b", "\u202e", "\x7f"]), text_of_kinds)
def test_nothing_that_cannot_be_seen_is_in_a_password(before: str, unseen: str, after: str) -> None:
    assert not allowed(before + unseen + after, "nobody.has.this.login")


def test_everything_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(InvalidValue) as refused:
        check_rule("wang.min", "wang.min")
    for words in ("长度应为10至128位", "至少要有三种", "不能包含登录名"):
        assert words in refused.value.message
    assert "wang" not in refused.value.message


def test_a_one_time_password_keeps_the_rule_and_has_nothing_that_looks_alike() -> None:
    drawn = {one_time_password() for _ in range(200)}
    assert len(drawn) == 200
    for password in drawn:
        assert re.fullmatch(r"[A-Za-z2-9]{4}(-[A-Za-z2-9]{4}){2}", password)
        assert not set(password) & set("0O1lI")
        assert kinds_of(password) == 4
        check_rule(password, "nobody.has.this.login")
