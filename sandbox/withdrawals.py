"""The core system's money: freeze, book, release, reverse a withdrawal under its 业务流水号 (YWLSH).

Each call is idempotent by YWLSH: the same again answers the same. What is frozen and booked is kept beside the
people, and balance, DJJE and this year's withdrawals of a person are what the people's file says less and more that.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, jsonify

from .forms import ID_NUMBER, TEXT, Answer, Body, WrongFields, money, read_body
from .world import Person, World, timestamp

NUMBER = r"[0-9A-Za-z_\-]{1,64}"
AMOUNT = r"[0-9]{1,12}\.[0-9]{2}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
NORMAL = "01"
FROZEN, BOOKED, RELEASED, REVERSED = "frozen", "booked", "released", "reversed"
SAME = ("ZJHM", "FSE", "TQYY")

Entries = dict[str, dict[str, Any]]


def register(built: Blueprint, world: World) -> None:
    """Add the addresses below `/withdrawals` to the core system's blueprint."""

    @built.post("/withdrawals/freeze")
    def freeze() -> Answer:
        body = read_body(YWLSH=NUMBER, XINGMING=TEXT, ZJHM=ID_NUMBER, FSE=AMOUNT, TQYY=r"[0-9]{2}")
        if not Decimal(body["FSE"]) > 0:
            raise WrongFields({"FSE": "more than 0.00"})
        asked = {"ZJHM": body["ZJHM"].upper(), "FSE": body["FSE"], "TQYY": body["TQYY"]}
        with world.changing() as data:
            entries = _kept(data)
            known = entries.get(body["YWLSH"])
            if known is not None:
                if {key: known[key] for key in SAME} != asked:
                    return _no("NUMBER_USED", "业务流水号已用于另一笔业务", 409)
                return _told(body["YWLSH"], known) if known["state"] == FROZEN else _wrong_state()
            person = world.person_by_id(asked["ZJHM"])
            if person is None or not person.get("account"):
                return _no("NO_ACCOUNT", "没有查询到个人账户", 404)
            if person["name"] != body["XINGMING"]:
                return _no("NAME_MISMATCH", "姓名与证件号码不一致", 404)
            if person["account"]["status"] != NORMAL:
                return _no("ACCOUNT_NOT_NORMAL", "个人账户状态不正常", 422)
            balance, frozen = figures(world, person)
            if balance - frozen < Decimal(asked["FSE"]):
                return _no("NOT_ENOUGH", "可用余额不足", 422)
            entries[body["YWLSH"]] = entry = {**asked, "state": FROZEN, "days": [], "booked_on": ""}
            return _moved(body["YWLSH"], entry, FROZEN)

    @built.post("/withdrawals/book")
    def book() -> Answer:
        return _step(world, FROZEN, BOOKED)

    @built.post("/withdrawals/release")
    def release() -> Answer:
        return _step(world, FROZEN, RELEASED)

    @built.post("/withdrawals/reverse")
    def reverse() -> Answer:
        return _step(world, BOOKED, REVERSED)

    @built.post("/withdrawals/entries")
    def entries_of_a_day() -> Answer:
        day = read_body(day=DAY)["day"]
        found = [
            {"YWLSH": number, "FSE": entry["FSE"], "state": entry["state"]}
            for number, entry in _kept_by(world).items()
            if day in entry["days"] or entry["state"] == FROZEN
        ]
        return jsonify(entries=found), 200


def figures(world: World, person: Person) -> tuple[Decimal, Decimal]:
    """Balance and frozen amount of a person's account, with all that was booked and is frozen here."""
    mine = [entry for entry in _kept_by(world).values() if entry["ZJHM"] == person["id_number"]]
    booked = sum((Decimal(entry["FSE"]) for entry in mine if entry["state"] == BOOKED), Decimal(0))
    frozen = sum((Decimal(entry["FSE"]) for entry in mine if entry["state"] == FROZEN), Decimal(0))
    account = person["account"]
    return Decimal(str(account["balance"])) - booked, Decimal(str(account.get("frozen") or "0")) + frozen


def booked_by(world: World, person: Person, year: int) -> list[Body]:
    """The withdrawals of a person that were booked here in a year, as `/withdrawals/find` tells them."""
    return [
        {"ZJHM": entry["ZJHM"], "TQYY": entry["TQYY"], "FSE": money(entry["FSE"]), "date": entry["booked_on"]}
        for entry in _kept_by(world).values()
        if entry["ZJHM"] == person["id_number"]
        and entry["state"] == BOOKED
        and entry["booked_on"].startswith(f"{year:04d}-")
    ]


def _step(world: World, before: str, after: str) -> Answer:
    number = read_body(YWLSH=NUMBER)["YWLSH"]
    with world.changing() as data:
        entry = _kept(data).get(number)
        if entry is None:
            return _no("NO_ENTRY", "没有这笔业务", 404)
        if entry["state"] == after:
            return _told(number, entry)
        if entry["state"] != before:
            return _wrong_state()
        return _moved(number, entry, after)


def _moved(number: str, entry: dict[str, Any], state: str) -> Answer:
    today = timestamp()[:10]
    entry["state"] = state
    entry["days"] = sorted({*entry["days"], today})
    if state == BOOKED:
        entry["booked_on"] = today
    return _told(number, entry)


def _told(number: str, entry: dict[str, Any]) -> Answer:
    return jsonify(YWLSH=number, FSE=entry["FSE"], state=entry["state"]), 200


def _no(code: str, message: str, status: int) -> Answer:
    return jsonify(code=code, message=message), status


def _wrong_state() -> Answer:
    return _no("WRONG_STATE", "业务状态不允许这样办理", 409)


def _kept(data: dict[str, Any]) -> Entries:
    entries: Entries = data.setdefault("core", {}).setdefault("entries", {})
    return entries


def _kept_by(world: World) -> Entries:
    entries: Entries = world.section("core").get("entries", {})
    return dict(entries)
