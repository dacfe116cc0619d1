"""Values of the core system that need more than a glance: names, id numbers, months, places."""

import re
import unicodedata
from typing import Any

from fund import regions
from fund.errors import InvalidValue
from fund.months import Month
from fund.numbers import IdNumber

_CODE = re.compile(r"[1-9][0-9]{5}")
_UNSEEN = re.compile(r"[\s·•‧・･﹒．.]")  # name dots are typed in many ways, or left out


def id_number(value: Any) -> IdNumber:
    """A resident id number as it is stored: 18 characters, checked. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("not an id number")
    return IdNumber(value)


def month(value: Any) -> Month:
    """``2026-10``. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("not a month")
    return Month.parse(value)


def city(value: Any) -> str:
    """The GB/T 2260 code of the city a place belongs to: 沈阳市和平区 (210102) is in 沈阳市 (210100).

    Codes that our list does not hold are read by their structure: the first four digits name the city, except
    that 省直辖县级 places (third and fourth digit 90) are cities of their own. Raises ValueError.
    """
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise ValueError("not a place")
    try:
        return regions.find(value).city_code
    except InvalidValue:
        return value if value[2:4] == "90" else f"{value[:4]}00"


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for width, blanks and the dot inside names like 阿凡提·买买提."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", name)).casefold()
