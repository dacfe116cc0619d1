"""What one field of a page accepts. A kind turns typed text into its canonical text, or says why not.

Answers are kept as canonical text (``dict[str, str]``): one shape from the draft to the application,
re-read by the same kinds whenever a value is needed.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from fund import regions
from fund.errors import InvalidValue
from fund.money import Money
from fund.months import Month
from fund.numbers import CardNumber
from fund.typed import seen


@dataclass(frozen=True, slots=True)
class Kind:
    """How a field is read. ``widget`` tells a face which control to draw; ``read`` returns canonical text
    or raises InvalidValue with a sentence to stand beside the field."""

    widget: str
    read: Callable[[str], str]
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One question. ``name`` is also the form field's name; ``label`` is the manual's word.

    ``personal`` values are encrypted one by one wherever they are kept. ``hall_label`` is the word the
    manual uses for the same question in the desktop hall.
    """

    name: str
    label: str
    kind: Kind
    hint: str = ""
    hall_label: str = ""
    personal: bool = False
    missing: str = ""
    autocomplete: str = field(default="off")

    def read(self, typed: str) -> str:
        """Canonical text of what was typed. Raises InvalidValue."""
        if not typed.strip():
            raise InvalidValue(self.missing or f"请填写{self.label}", code="missing")
        return self.kind.read(typed)


def _region(typed: str) -> str:
    return regions.find(typed.strip()).code


def _money(typed: str) -> str:
    amount = Money.parse(typed)
    if not amount:
        raise InvalidValue("金额应大于0", code="money_zero")
    return amount.yuan


def _month(typed: str) -> str:
    return str(Month.parse(typed))


def _card(typed: str) -> str:
    return CardNumber(typed).value


def _consent(typed: str) -> str:
    if typed != "yes":
        raise InvalidValue("请勾选后再继续", code="consent")
    return typed


def text(least: int, most: int, too_short: str, *, letters: int = 0) -> Kind:
    """Free text of ``least`` to ``most`` characters on one line, ``letters`` of them 汉字 or letters; control characters are refused, those that
    cannot be seen are dropped."""

    def read(typed: str) -> str:
        plain = re.sub(r"\s+", " ", unicodedata.normalize("NFC", seen(typed))).strip()
        if any(unicodedata.category(char) in ("Cc", "Co", "Cs", "Cn") for char in plain):
            raise InvalidValue("含有无法识别的字符，请删除后重新填写", code="text_characters")
        if len(plain) < least or sum(char.isalpha() for char in plain) < letters:
            raise InvalidValue(too_short, code="text_short")
        if len(plain) > most:
            raise InvalidValue(f"最多{most}个字，您填写了{len(plain)}个字，请精简", code="text_long")
        return plain

    return Kind("textarea", read)


def choice(options: tuple[tuple[str, str], ...], wrong: str) -> Kind:
    """One of some fixed options, given as (value, label)."""

    def read(typed: str) -> str:
        if typed not in dict(options):
            raise InvalidValue(wrong, code="choice")
        return typed

    return Kind("select", read, options)


REGION = Kind("region", _region)
MONEY = Kind("money", _money)
MONTH = Kind("month", _month)
CARD = Kind("card", _card)
CONSENT = Kind("consent", _consent)
