"""Money in whole fen (分). No floats anywhere: 1 yuan = 100 fen."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering

from fund.errors import InvalidValue
from fund.typed import half_width

_YUAN = re.compile(r"(\d{1,10})(?:\.(\d{0,2}))?")
_GROUPED = re.compile(r"\d{1,3}(?:(,\d{3})+|( \d{3})+)(\.\d+)?")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in fen; may be negative inside a sum, never on a form."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError("Money is made of whole fen")

    @classmethod
    def parse(cls, text: str) -> "Money":
        """Read what a person typed in yuan: full-width digits, 元, ¥, blanks and 1,234.50 are understood.

        Raises InvalidValue, with a sentence for the person, on signs, exponents or more than two decimals.
        """
        plain = half_width(text).strip().removeprefix("¥").removesuffix("元").strip()
        plain = plain.replace("，", ",").replace("。", ".")
        if _GROUPED.fullmatch(plain):
            plain = re.sub("[, ]", "", plain)
        found = _YUAN.fullmatch(plain) if plain.isascii() else None
        if found is None and re.fullmatch(r"[-−]\d[\d.]*", plain):
            raise InvalidValue("金额应大于0，请核对", code="money_negative")
        if found is None and re.fullmatch(r"[0-9]{11,}(\.[0-9]*)?", plain):
            raise InvalidValue("金额太大，请核对", code="money_large")
        if found is None:
            raise InvalidValue("请填写数字，最多两位小数，例如 1400 或 1400.50", code="money_format")
        return cls(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")))

    @classmethod
    def from_wire(cls, text: str) -> "Money":
        """Read yuan with up to two decimals from a neighbour system. Raises InvalidValue."""
        try:
            scaled = Decimal(text) * 100
            whole = int(scaled)
        except (ArithmeticError, ValueError, TypeError):
            raise InvalidValue("金额无法识别", code="money_format") from None
        if scaled != whole:
            raise InvalidValue("金额无法识别", code="money_format")
        return cls(whole)

    @property
    def yuan(self) -> str:
        """For the wire and for form fields: ``52340.18``."""
        sign = "-" if self.fen < 0 else ""
        return f"{sign}{abs(self.fen) // 100}.{abs(self.fen) % 100:02d}"

    def __str__(self) -> str:
        """For reading: ``52,340.18``."""
        sign = "-" if self.fen < 0 else ""
        return f"{sign}{abs(self.fen) // 100:,}.{abs(self.fen) % 100:02d}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - other.fen)

    def __mul__(self, times: int) -> "Money":
        return Money(self.fen * times)

    def __lt__(self, other: "Money") -> bool:
        return self.fen < other.fen

    def __bool__(self) -> bool:
        return self.fen != 0


ZERO = Money(0)


def total(amounts: "list[Money] | tuple[Money, ...]") -> Money:
    """The sum of some amounts; nothing gives zero."""
    return Money(sum(amount.fen for amount in amounts))
