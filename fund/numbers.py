"""Numbers that name people and cards. Each checks itself; each ``repr`` is masked.

Sources: GB 11643-1999 (resident id), ISO/IEC 7812 (Luhn), facts §3.
"""

import re
from dataclasses import dataclass
from datetime import date

from fund.errors import InvalidValue
from fund.typed import half_width, seen

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def tidy(text: str) -> str:
    """What a person meant when typing a number: half-width, no blanks, hyphens or invisible characters."""
    return re.sub(r"[\s\-\u2010-\u2015\u2212\ufe58\ufe63]", "", half_width(seen(text)))


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """A resident id number of 18 characters (公民身份号码)."""

    value: str

    def __post_init__(self) -> None:
        value = tidy(self.value).upper()
        object.__setattr__(self, "value", value)
        if re.fullmatch(r"[0-9]{15}", value):
            raise InvalidValue("这是15位旧证件号码，请填写18位身份证号码", code="id_number_old")
        if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
            raise InvalidValue("身份证号码应为18位，最后一位可以是字母X", code="id_number_format")
        try:
            born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
        except ValueError:
            raise InvalidValue("身份证号码中的出生日期不存在，请核对", code="id_number_birth") from None
        if born.year < 1850:
            raise InvalidValue("身份证号码中的出生日期不存在，请核对", code="id_number_birth")
        if _CHECKS[sum(int(d) * w for d, w in zip(value, _WEIGHTS, strict=False)) % 11] != value[17]:
            raise InvalidValue("身份证号码有误，请逐位核对", code="id_number_check")

    @property
    def born(self) -> date:
        """Date of birth as the number states it."""
        return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))

    @property
    def masked(self) -> str:
        """``210***********0015``: three in front, four behind."""
        return f"{self.value[:3]}***********{self.value[-4:]}"

    def __repr__(self) -> str:
        return f"IdNumber({self.masked})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class CardNumber:
    """A bank card number: 16 to 19 digits. Luhn only warns (facts §3.3: old cards and tables disagree)."""

    value: str

    def __post_init__(self) -> None:
        value = tidy(self.value)
        object.__setattr__(self, "value", value)
        if not re.fullmatch(r"[0-9]+", value):
            raise InvalidValue("银行卡号码只能是数字，请核对", code="card_digits")
        if not 16 <= len(value) <= 19:
            raise InvalidValue(f"卡号应为16至19位数字，您填写了{len(value)}位，请核对", code="card_length")
        if len(set(value)) == 1:
            raise InvalidValue("银行卡号码有误，请核对", code="card_repeated")

    @property
    def luhn_ok(self) -> bool:
        """Whether the check digit fits (ISO/IEC 7812-1 annex B)."""
        digits = [int(d) for d in reversed(self.value)]
        return sum(d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(digits)) % 10 == 0

    @property
    def tail(self) -> str:
        """The last four digits, the only part that may be told outside."""
        return self.value[-4:]

    @property
    def masked(self) -> str:
        """``6217 **** **** 0012``."""
        return f"{self.value[:4]} **** **** {self.tail}"

    def __repr__(self) -> str:
        return f"CardNumber({self.masked})"

    __str__ = __repr__


def masked_id_number(typed: str) -> str:
    """A masked id number as pages show it, however it was typed or copied; '' when it is none.

    >>> masked_id_number("210＊＊＊＊＊＊＊＊＊＊＊001x")
    '210***********001X'
    """
    found = re.fullmatch(r"([0-9]{3})[*×·•xX]{3,14}([0-9]{3}[0-9X])", tidy(typed).upper())
    return f"{found[1]}***********{found[2]}" if found else ""


def mask_name(name: str) -> str:
    """张* for two characters, 张** for more (facts §6)."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2)


def mask_mobile(mobile: str) -> str:
    """``138****1234``; anything that is not a mobile number is hidden whole."""
    return f"{mobile[:3]}****{mobile[-4:]}" if re.fullmatch(r"1\d{10}", mobile) else "*" * min(len(mobile), 8)
