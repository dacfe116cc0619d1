"""The simulated bank: card checks, and payments that happen once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.neighbours import Neighbours, a_person, running

ZHANG = "210102199001010015"
ORDINARY, CLASS_2, CREDIT, CLOSED = (
    "6217000000000000012", "6217000000000000020", "6217000000000000038", "6217000000000000046",
)  # fmt: skip
RETURNING, LATER, UNKNOWN_CLASS, LATER_RETURNING = (
    "6217000000000000053", "6217000000000000061", "6217000000000000079", "6217000000000000087",
)  # fmt: skip
CARDS = [
    {"number": ORDINARY, "bank": "CCB", "class": 1},
    {"number": CLASS_2, "bank": "CCB", "class": 2},
    {"number": CREDIT, "bank": "CCB", "class": None, "kind": "credit"},
    {"number": CLOSED, "bank": "CCB", "class": 1, "status": "closed"},
    {"number": RETURNING, "bank": "CCB", "class": 1, "returns": "户名不符"},
    {"number": LATER, "bank": "CCB", "class": 1, "settles": "later"},
    {"number": UNKNOWN_CLASS, "bank": "CCB", "class": None},
    {"number": LATER_RETURNING, "bank": "CCB", "class": 2, "settles": "later"},
]


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Neighbours]:
    with running(tmp_path, a_person(cards=CARDS)) as neighbours:
        yield neighbours


def ask(bank: Neighbours, path: str, body: object, key: str = "test-bank") -> requests.Response:
    return bank.post(f"/bank{path}", body, **{"X-Bank-Key": key})


def check(bank: Neighbours, card: str, /, **differs: str) -> dict[str, Any]:
    body = {"bank": "CCB", "card": card, "name": "张伟", "id_number": ZHANG} | differs
    answer: dict[str, Any] = ask(bank, "/cards/check", body).json()
    return answer


def payment(card: str, **differs: str) -> dict[str, str]:
    return {"serial": "P1", "bank": "CCB", "card": card, "name": "张伟", "amount": "16800.00"} | differs


def outcome(response: requests.Response) -> tuple[str, str, bool]:
    answer = response.json()
    return answer["status"], answer["reason"], answer["returned"]


def course(bank: Neighbours, card: str, questions: int, /, **differs: str) -> list[tuple[str, str, bool]]:
    """What is said when the payment is sent, and each time it is asked about."""
    first = outcome(ask(bank, "/payments", payment(card, **differs)))
    asked = [outcome(ask(bank, "/payments/query", {"serial": "P1"})) for _ in range(questions)]
    return [first, *asked]


@pytest.mark.parametrize(
    ("card", "answer"),
    [
        (ORDINARY, {"match": True, "account_class": 1, "kind": "debit", "status": "normal"}),
        (CLASS_2, {"match": True, "account_class": 2, "kind": "debit", "status": "normal"}),
        (CREDIT, {"match": True, "account_class": None, "kind": "credit", "status": "normal"}),
        (CLOSED, {"match": True, "account_class": 1, "kind": "debit", "status": "closed"}),
        (UNKNOWN_CLASS, {"match": True, "account_class": None, "kind": "debit", "status": "normal"}),
    ],
)
def test_the_bank_tells_class_kind_and_status_of_the_holders_own_card(
    bank: Neighbours, card: str, answer: dict[str, Any]
) -> None:
    assert check(bank, card) == answer


@pytest.mark.parametrize(
    "differs",
    [
        {"name": "张三"},
        {"id_number": "210281199212310027"},
        {"bank": "ICBC"},
        {"card": "6217000000000000999"},
    ],
)
def test_anybody_else_learns_nothing_about_the_card(bank: Neighbours, differs: dict[str, str]) -> None:
    answer = check(bank, CLOSED, **differs)

    assert answer == {"match": False, "account_class": None, "kind": "debit", "status": "normal"}


def test_a_payment_is_done_and_can_be_asked_about(bank: Neighbours) -> None:
    assert course(bank, ORDINARY, 2) == [("done", "", False)] * 3


def test_the_same_serial_is_the_same_payment_even_for_twenty_at_once(bank: Neighbours) -> None:
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: ask(bank, "/payments", payment(ORDINARY)), range(20)))

    assert {outcome(answer) for answer in answers} == {("done", "", False)}
    assert list(bank.world.section("bank")["payments"]) == ["P1"]


def test_a_serial_cannot_be_used_for_another_payment(bank: Neighbours) -> None:
    ask(bank, "/payments", payment(ORDINARY))
    other = ask(bank, "/payments", payment(ORDINARY, amount="1.00"))

    assert (other.status_code, other.json()["code"]) == (409, "SERIAL_USED")
    assert bank.world.section("bank")["payments"]["P1"]["asked"]["amount"] == "16800.00"


def test_payments_outlive_a_restart(tmp_path: Path) -> None:
    people = a_person(cards=CARDS)
    with running(tmp_path, people) as before:
        ask(before, "/payments", payment(LATER))
    with running(tmp_path, people) as after:
        assert outcome(ask(after, "/payments", payment(LATER))) == ("accepted", "", False)
        assert outcome(ask(after, "/payments/query", {"serial": "P1"})) == ("done", "", False)


def test_an_unknown_serial_was_never_paid(bank: Neighbours) -> None:
    response = ask(bank, "/payments/query", {"serial": "P9"})

    assert (response.status_code, response.json()["code"]) == (404, "NO_PAYMENT")


def test_a_card_may_be_settled_later(bank: Neighbours) -> None:
    assert course(bank, LATER, 2) == [("accepted", "", False), ("done", "", False), ("done", "", False)]


def test_a_payment_may_come_back_after_it_was_done(bank: Neighbours) -> None:
    back = ("failed", "户名不符", True)
    assert course(bank, RETURNING, 2) == [("done", "", False), back, back]


def test_money_for_a_card_that_is_not_of_class_one_comes_back(bank: Neighbours) -> None:
    assert course(bank, CLASS_2, 1) == [("done", "", False), ("failed", "账户类别不符", True)]


def test_a_payment_may_be_accepted_then_done_then_come_back(bank: Neighbours) -> None:
    assert course(bank, LATER_RETURNING, 2) == [
        ("accepted", "", False), ("done", "", False), ("failed", "账户类别不符", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("card", "differs", "reason"),
    [
        ("6217000000000000999", {}, "收款账号不存在"),
        (ORDINARY, {"bank": "SJB"}, "收款账号不存在"),
        (ORDINARY, {"name": "张三"}, "户名不符"),
        (CLOSED, {}, "收款账户已销户"),
        (CREDIT, {}, "收款账户不是借记账户"),
    ],
)
def test_a_payment_that_cannot_be_made_fails_at_once_and_says_why(
    bank: Neighbours, card: str, differs: dict[str, str], reason: str
) -> None:
    assert course(bank, card, 1, **differs) == [("failed", reason, False)] * 2


@pytest.mark.parametrize("path", ["/cards/check", "/payments", "/payments/query"])
@pytest.mark.parametrize("key", ["", "wrong", "test-core"])
def test_without_the_key_nothing_happens(bank: Neighbours, path: str, key: str) -> None:
    response = ask(bank, path, payment(ORDINARY), key)

    assert (response.status_code, response.json()["code"]) == (401, "UNAUTHORIZED")
    assert "payments" not in bank.world.section("bank")


@pytest.mark.parametrize(
    ("differs", "field"),
    [
        ({"amount": "0.00"}, "amount"),
        ({"amount": "1"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "-1.00"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": 16800.0}, "amount"),
        ({"amount": None}, "amount"),
        ({"bank": "ABC"}, "bank"),
        ({"card": "12"}, "card"),
        ({"name": " "}, "name"),
        ({"serial": ""}, "serial"),
        ({"serial": "P 1"}, "serial"),
    ],
)
def test_wrong_fields_are_named_and_nothing_is_paid(bank: Neighbours, differs: dict[str, Any], field: str) -> None:
    response = ask(bank, "/payments", payment(ORDINARY) | differs)

    assert response.status_code == 422
    assert set(response.json()["fields"]) == {field}
    assert ORDINARY not in response.text
    assert not bank.world.section("bank").get("payments")
