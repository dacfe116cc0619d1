"""The bank, simulated: whose card is this and of which class; pay once per serial; how did a payment end; what
was paid on a day.

A card of `people.json` may say how payments to it go: `"settles": "later"` – accepted first, done when asked
again; `"returns": "户名不符"` – done at first, sent back when asked again. Money for a card that is not of
class I is always sent back with 账户类别不符, as real settlement does hours later. `"refuses": "ACCOUNT_CLOSED"` – not
taken at all, said at once.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, jsonify

from .forms import ID_NUMBER, TEXT, Answer, Body, WrongFields, keyed_blueprint, read_body
from .world import Person, World, timestamp

BANK = "CCB|ICBC|SJB"
CARD = r"[0-9]{12,19}"
SERIAL = r"[0-9A-Za-z_\-]{1,64}"
AMOUNT = r"[0-9]{1,12}\.[0-9]{2}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
WRONG_CLASS = "账户类别不符"
PAYMENT = ("bank", "card", "name", "amount")

Card = dict[str, Any]
Outcome = tuple[str, str]
DONE: Outcome = ("done", "")


def blueprint(world: World) -> Blueprint:
    """Build the bank over `world`; mount it at `/bank`."""
    built = keyed_blueprint("bank", "X-Bank-Key", world)

    @built.post("/cards/check")
    def check_card() -> Answer:
        body = read_body(bank=BANK, card=CARD, name=TEXT, id_number=ID_NUMBER)
        holder, card = _holder(world, body)
        if holder["name"] != body["name"] or holder["id_number"] != body["id_number"].upper():
            # a bank tells strangers nothing about an account, not even whether there is one
            return jsonify(match=False, account_class=None, kind="debit", status="normal"), 200
        return jsonify(
            match=True,
            account_class=card.get("class"),
            kind=card.get("kind", "debit"),
            status=card.get("status", "normal"),
        ), 200

    @built.post("/payments")
    def pay() -> Answer:
        body = read_body(serial=SERIAL, bank=BANK, card=CARD, name=TEXT, amount=AMOUNT)
        if not Decimal(body["amount"]) > 0:
            raise WrongFields({"amount": "more than 0.00"})
        asked = {key: body[key] for key in PAYMENT}
        with world.changing() as data:
            payments = data.setdefault("bank", {}).setdefault("payments", {})
            known = payments.get(body["serial"])
            if known is None:
                holder, card = _holder(world, body)
                if card.get("refuses"):
                    return jsonify(code=card["refuses"], message="收款账户不能收款，未受理"), 422
                now, *ahead = _course(holder, card, body["name"])
                known = {"asked": asked, "now": now, "ahead": ahead, "returned": False, "day": timestamp()[:10]}
                payments[body["serial"]] = known
            elif known["asked"] != asked:
                return jsonify(code="SERIAL_USED", message="流水号已用于另一笔付款"), 409
            return _told(body["serial"], known)

    @built.post("/payments/query")
    def query() -> Answer:
        body = read_body(serial=SERIAL)
        with world.changing() as data:
            known = data.setdefault("bank", {}).setdefault("payments", {}).get(body["serial"])
            if known is None:
                return jsonify(code="NO_PAYMENT", message="没有这笔付款"), 404
            if known["ahead"]:
                before, known["now"] = known["now"], known["ahead"].pop(0)
                known["returned"] = before[0] == "done"
            return _told(body["serial"], known)

    @built.post("/statement")
    def statement() -> Answer:
        day = read_body(day=DAY)["day"]
        lines = [
            {
                "serial": serial,
                "amount": payment["asked"]["amount"],
                "status": payment["now"][0],
                "returned": payment["returned"],
            }
            for serial, payment in world.section("bank").get("payments", {}).items()
            if payment.get("day") == day
        ]
        return jsonify(payments=lines), 200

    return built


def _holder(world: World, body: Body) -> tuple[Person, Card]:
    """Whose card this is; a nobody and an empty card when the bank does not know the number."""
    for person in world.people():
        for card in person.get("cards") or ():
            if card["number"] == body["card"] and card["bank"] == body["bank"]:
                return person, card
    return {"name": None, "id_number": None}, {}


def _course(holder: Person, card: Card, name: str) -> list[Outcome]:
    """How a payment goes: what the bank says at once, then at each later question."""
    if not card:
        return [("failed", "收款账号不存在")]
    if holder["name"] != name:
        return [("failed", "户名不符")]
    if card.get("status", "normal") != "normal":
        return [("failed", "收款账户已销户")]
    if card.get("kind", "debit") == "credit":
        return [("failed", "收款账户不是借记账户")]
    course = [("accepted", ""), DONE] if card.get("settles") == "later" else [DONE]
    reason = card.get("returns") or (WRONG_CLASS if card.get("class") not in (1, None) else "")
    return [*course, ("failed", reason)] if reason else course


def _told(serial: str, payment: Body) -> Answer:
    status, reason = payment["now"]
    return jsonify(serial=serial, status=status, reason=reason, returned=payment["returned"]), 200
