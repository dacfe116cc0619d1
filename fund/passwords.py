"""What a password of the staff must be like, and the one-time passwords they begin with.

The rules are those that 等保 三级 (GB/T 22239-2019 §8.1.4.1, 身份鉴别) asks for in general terms, in figures.
"""

import secrets
import unicodedata
from datetime import timedelta
from typing import Protocol

from fund.errors import InvalidValue

SHORTEST, LONGEST, KINDS_WANTED = 10, 128, 3
REMEMBERED = 5
"""How many earlier passwords may not come back."""
GOOD_FOR = timedelta(days=90)
ONE_TIME_GOOD_FOR = timedelta(days=7)
"""A one-time password that nobody used by then has to be made anew."""

RULE = "至少10位，大写字母、小写字母、数字、符号中至少三种，不能包含登录名，不能与最近5次用过的密码相同"
"""The rule as it is told beside the field."""

# Nothing that looks alike: it is copied from one paper or screen to another.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"


class Passwords(Protocol):
    """Makes and checks what is kept instead of a password."""

    def hash(self, password: str) -> str:
        """What may be kept."""
        ...

    def matches(self, hashed: str, password: str) -> bool:
        """Whether it is that password. With '' for an account that does not exist it takes as long and says no."""
        ...


def kinds_of(password: str) -> int:
    """How many of the four kinds it has: upper case, lower case, digits, everything else."""
    found = set()
    for character in password:
        category = unicodedata.category(character)
        found.add(category if category in ("Lu", "Ll", "Nd") else "other")
    return len(found)


def check_rule(password: str, login: str) -> None:
    """Raises InvalidValue, with everything that is missing at once, for a password that may not be used."""
    missing = []
    if not SHORTEST <= len(password) <= LONGEST:
        missing.append(f"长度应为{SHORTEST}至{LONGEST}位")
    if kinds_of(password) < KINDS_WANTED:
        missing.append("大写字母、小写字母、数字、符号中至少要有三种")
    if login.casefold() in password.casefold():
        missing.append("不能包含登录名")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in password):
        missing.append("不能包含看不见的字符")
    if missing:
        raise InvalidValue(f"新密码不符合要求：{'；'.join(missing)}", code="password_rule")


def one_time_password() -> str:
    """Three groups of four letters and digits, about 69 bits, good for one sign-in. It keeps the rule itself."""
    while True:
        drawn = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        if kinds_of(drawn) == 4:
            return drawn


def halved_password() -> tuple[str, str]:
    """A one-time password in two halves of nine signs (eight letters and digits, about 46 bits each): whoever has one
    half knows nothing of the other. The whole is both, one after the other, and keeps the rule."""
    while True:
        first, second = (
            "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(2)) for _ in range(2)
        )
        if kinds_of(first + second) == 4:
            return first, second
