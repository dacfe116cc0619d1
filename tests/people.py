"""People for the sandbox, in the contract's shape. Each has numbers of their own, so stories don't meet."""

import itertools
import random
from datetime import date
from typing import Any

_count = itertools.count(random.SystemRandom().randrange(10_000, 900_000))
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def an_id_number(number: int) -> str:
    """A valid synthetic id number (GB 11643), different for each ``number``."""
    body = f"210102{1960 + number // 27000 % 40}{number // 1000 % 12 + 1:02d}{number % 27 + 1:02d}{number % 1000:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def a_card(number: int, prefix: str = "621700") -> str:
    """A Luhn-valid fictitious card of 19 digits."""
    body = f"{prefix}{number:012d}"
    for check in "0123456789":
        digits = [int(d) for d in reversed(body + check)]
        if sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0:
            return body + check
    raise AssertionError


def months_back(count: int) -> str:
    """``2026-10`` for one month ago."""
    today = date.today()
    index = today.year * 12 + today.month - 1 - count
    return f"{index // 12}-{index % 12 + 1:02d}"


def a_person(**different: Any) -> dict[str, Any]:
    """A member in good standing, working and (if they like) renting in 沈阳, with one first-class CCB card.

    ``account`` and ``employer`` given as dicts are laid over the defaults; None removes them.
    """
    n = next(_count)
    card = a_card(n)
    person: dict[str, Any] = {
        "openid": f"o-test-{n:08d}-abcdefghij",
        "login": f"citizen{n}",
        "password": "Right-2026",
        "name": f"测试{'甲乙丙丁戊己庚辛'[n % 8]}",
        "id_number": an_id_number(n),
        "mobile": f"139{n % 100_000_000:08d}",
        "verified": True,
        "kind": "person",
        "employer": {"number": "100001", "name": "辽宁省某某厅", "city": "210100"},
        "account": {
            "number": f"21{n:07d}",
            "status": "01",
            "balance": "52340.18",
            "frozen": "0.00",
            "monthly_deposit": "2100.00",
            "paid_until": months_back(1),
            "months_in_a_row": 36,
            "opened": "2019-07-01",
        },
        "marital_status": "single",
        "spouse_id_number": None,
        "homes": [],
        "cards": [{"number": card, "bank": "CCB", "class": 1}],
    }
    for name, value in different.items():
        if isinstance(value, dict) and isinstance(person.get(name), dict):
            person[name] = {**person[name], **value}
        else:
            person[name] = value
    return person


def another_card(person: dict[str, Any]) -> dict[str, Any]:
    """A first-class ICBC card that this person has as well."""
    card = {"number": a_card(int(person["cards"][0]["number"][6:18]), "622202"), "bank": "ICBC", "class": 1}
    person["cards"].append(card)
    return card
