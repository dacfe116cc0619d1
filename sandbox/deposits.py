"""The core system's list of what was paid in: 汇缴 month by month.

A person may bring a list of their own (``deposits``: month, amount, and, if need be, kind and date); without one it
follows from the account: the last ``months_in_a_row`` months up to ``paid_until``, each ``monthly_deposit``.
"""

from __future__ import annotations

from flask import Blueprint, jsonify

from .forms import ID_NUMBER, Answer, Body, WrongFields, money, read_body
from .world import Person, World

REGULAR = "01"
BOOKED_ON = 15
"""The day of the month on which employers of the sandbox pay."""


def register(built: Blueprint, world: World) -> None:
    """Add the address below `/deposits` to the core system's blueprint."""

    @built.post("/deposits/find")
    def find_deposits() -> Answer:
        body = read_body(ZJHM=ID_NUMBER)
        year = body.get("year")
        if isinstance(year, bool) or not isinstance(year, int) or not 1990 <= year <= 2100:
            raise WrongFields({"year": "a whole number, 1990 to 2100"})
        person = world.person_by_id(body["ZJHM"].upper())
        if person is None or not person.get("account"):
            return jsonify(code="NO_ACCOUNT", message="没有查询到个人账户"), 404
        rows = [row for row in deposits_of(person) if row["date"].startswith(f"{year:04d}-")]
        return jsonify(deposits=rows), 200


def deposits_of(person: Person) -> list[Body]:
    """All that was paid in, oldest first, in the core system's names."""
    given = person.get("deposits")
    return [
        {
            "ZJHM": person["id_number"],
            "HBJNY": one["month"],
            "GJHTQYWLX": one.get("kind") or REGULAR,
            "FSE": money(one["amount"]),
            "date": one.get("date") or f"{one['month']}-{BOOKED_ON:02d}",
            "DWMC": (person.get("employer") or {}).get("name"),
        }
        for one in (_from_the_account(person) if given is None else given)
    ]


def _from_the_account(person: Person) -> list[Body]:
    account = person["account"]
    paid_until, amount = account.get("paid_until"), account.get("monthly_deposit") or "0"
    if not paid_until:
        return []
    year, month = (int(part) for part in paid_until.split("-"))
    last = year * 12 + month - 1
    first = last - int(account.get("months_in_a_row") or 0) + 1
    return [{"month": f"{at // 12:04d}-{at % 12 + 1:02d}", "amount": amount} for at in range(first, last + 1)]
