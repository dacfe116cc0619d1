"""The housing fund's core system (核心系统), simulated: members, homes, withdrawals; names of JGJ/T 320.

Header `X-Core-Key`; money as strings in yuan with two decimals.
"""

from __future__ import annotations

import re

from flask import Blueprint, jsonify

from . import deposits, withdrawals
from .forms import ID_NUMBER, TEXT, Answer, Body, WrongFields, keyed_blueprint, money, read_body
from .world import Person, World

RESIDENT_ID_CARD = "01"
RENT = "07"
MOST_NUMBERS = 20


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
        people = _people_of(world, body)
        drawn = [
            {
                "ZJHM": person["id_number"],
                "TQYY": one.get("reason") or RENT,
                "FSE": money(one["amount"]),
                "date": one.get("date"),
            }
            for person in people
            for one in person.get("withdrawals") or ()
            if one.get("year") == year
        ]
        drawn += [one for person in people for one in withdrawals.booked_by(world, person, year)]
        return jsonify(withdrawals=drawn), 200

    deposits.register(built, world)
    withdrawals.register(built, world)
    return built


def member_of(world: World, person: Person) -> Body:
    """One member's account as the core system shows it. The spouse's name is told when the core knows it."""
    account, employer = person["account"], person.get("employer") or {}
    spouse = world.person_by_id(person.get("spouse_id_number") or "")
    balance, frozen = withdrawals.figures(world, person)
    return {
        "GRZH": account["number"],
        "XINGMING": person["name"],
        "ZJLX": RESIDENT_ID_CARD,
        "ZJHM": person["id_number"],
        "DWZH": employer.get("number"),
        "DWMC": employer.get("name"),
        "DWSZQH": employer.get("city"),
        "GRZHZT": account["status"],
        "GRZHYE": money(balance),
        "DJJE": money(frozen),
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
