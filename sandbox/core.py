"""The housing fund's core system (核心系统), simulated: members, homes, withdrawals; names of JGJ/T 320.

JSON over POST, so that no personal value is ever in an address; header `X-Core-Key`; money as strings in yuan
with two decimals. The bank next door speaks the same way and uses `keyed_blueprint` too.
"""

from __future__ import annotations

import hmac
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .world import Person, World

ACCOUNT_FILE = Path(__file__).resolve().parent / "account.toml"
RESIDENT_ID_CARD = "01"
RENT = "07"
MOST_NUMBERS = 20

Body = dict[str, Any]
Answer = tuple[Response, int]


class WrongFields(Exception):
    """A request that cannot be read: field name → what it should be. Never holds the values themselves."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = fields


def keyed_blueprint(name: str, header: str, world: World) -> Blueprint:
    """A blueprint that answers 401 without the right key and 422 with the names of wrong fields.

    The key is `[name] key` of account.toml unless the environment sets `<NAME>_KEY`.
    """
    given = tomllib.loads(ACCOUNT_FILE.read_text(encoding="utf-8"))[name]
    key = (world.environ.get(f"{name.upper()}_KEY") or given["key"]).encode()
    built = Blueprint(name, f"sandbox.{name}")

    @built.before_request
    def only_with_the_key() -> Answer | None:
        if hmac.compare_digest(request.headers.get(header, "").encode(), key):
            return None
        return jsonify(code="UNAUTHORIZED", message=f"{header} is missing or wrong"), 401

    @built.errorhandler(WrongFields)
    def name_the_fields(error: WrongFields) -> Answer:
        return jsonify(code="INVALID", message="the request cannot be used", fields=error.fields), 422

    return built


def read_body(**patterns: str) -> Body:
    """The JSON object sent; every named field is a string that matches its pattern.

    Raises WrongFields with all that do not.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise WrongFields({"": "a JSON object"})
    wrong = {
        name: pattern
        for name, pattern in patterns.items()
        if not isinstance(body.get(name), str) or not re.fullmatch(pattern, body[name])
    }
    if wrong:
        raise WrongFields(wrong)
    return body


ID_NUMBER = r"[0-9]{17}[0-9Xx]"
TEXT = r"\S(.*\S)?"


def money(value: object) -> str:
    """Yuan with two decimals, as they travel."""
    return f"{Decimal(str(value)):.2f}"


def blueprint(world: World) -> Blueprint:
    """Build the core system over `world`; mount it at `/core`."""
    built = keyed_blueprint("core", "X-Core-Key", world)

    @built.post("/members/find")
    def find_member() -> Answer:
        body = read_body(XINGMING=TEXT, ZJLX=RESIDENT_ID_CARD, ZJHM=ID_NUMBER)
        person = world.person_by_id(body["ZJHM"].upper())
        if person is None or not person.get("account"):
            return jsonify(code="NO_ACCOUNT", message="没有查询到个人账户"), 404
        if person["name"] != body["XINGMING"]:
            return jsonify(code="NAME_MISMATCH", message="姓名与证件号码不一致"), 404
        return jsonify(member_of(world, person)), 200

    @built.post("/homes/find")
    def find_homes() -> Answer:
        people = _people_of(world, read_body())
        homes = [
            {"ZJHM": person["id_number"], "QH": home["city"] if isinstance(home, dict) else home}
            for person in people
            for home in person.get("homes") or ()
        ]
        return jsonify(homes=homes), 200

    @built.post("/withdrawals/find")
    def find_withdrawals() -> Answer:
        body = read_body()
        year = body.get("year")
        if isinstance(year, bool) or not isinstance(year, int) or not 1990 <= year <= 2100:
            raise WrongFields({"year": "a whole number, 1990 to 2100"})
        drawn = [
            {
                "ZJHM": person["id_number"],
                "TQYY": one.get("reason") or RENT,
                "FSE": money(one["amount"]),
                "date": one.get("date"),
            }
            for person in _people_of(world, body)
            for one in person.get("withdrawals") or ()
            if one.get("year") == year
        ]
        return jsonify(withdrawals=drawn), 200

    return built


def member_of(world: World, person: Person) -> Body:
    """One member's account as the core system shows it. The spouse's name is told when the core knows it."""
    account, employer = person["account"], person.get("employer") or {}
    spouse = world.person_by_id(person.get("spouse_id_number") or "")
    return {
        "GRZH": account["number"],
        "XINGMING": person["name"],
        "ZJLX": RESIDENT_ID_CARD,
        "ZJHM": person["id_number"],
        "DWZH": employer.get("number"),
        "DWMC": employer.get("name"),
        "DWSZQH": employer.get("city"),
        "GRZHZT": account["status"],
        "GRZHYE": money(account["balance"]),
        "DJJE": money(account.get("frozen") or "0"),
        "GRYJCE": money(account.get("monthly_deposit") or "0"),
        "GRJZNY": account.get("paid_until"),
        "LXJCYS": int(account.get("months_in_a_row") or 0),
        "KHRQ": account.get("opened"),
        "HYZK": person.get("marital_status"),
        "POZJHM": person.get("spouse_id_number"),
        "POXINGMING": person.get("spouse_name") or (spouse["name"] if spouse else None),
    }


def _people_of(world: World, body: Body) -> list[Person]:
    """The people asked about, in the order asked, each once. Somebody unknown is simply not among them."""
    numbers = body.get("ZJHM")
    if (
        not isinstance(numbers, list)
        or not 1 <= len(numbers) <= MOST_NUMBERS
        or not all(isinstance(number, str) and re.fullmatch(ID_NUMBER, number) for number in numbers)
    ):
        raise WrongFields({"ZJHM": f"a list of 1 to {MOST_NUMBERS} numbers, each {ID_NUMBER}"})
    found = (world.person_by_id(number) for number in dict.fromkeys(number.upper() for number in numbers))
    return [person for person in found if person is not None]
