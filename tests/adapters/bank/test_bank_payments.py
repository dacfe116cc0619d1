"""Paying at the sandbox's bank, well and badly: what may have left the house is never called certain."""

import logging
import socket
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from adapters.bank.payments import BankPayments
from adapters.http.client import Neighbour
from fund.errors import OutcomeUnknown, Refused, Unavailable
from fund.money import Money
from fund.money_ports import BankLine, Outcome, Status
from fund.numbers import CardNumber, IdNumber
from fund.payment import Payee
from sandbox.world import BEIJING
from tests.adapters.http.sandboxed import SETTINGS, Sandbox, running_sandbox
from tests.adapters.http.scripted import answer, scripted

AMOUNT = Money(840_000)
CARD = "6217000000000000012"


def a_payee(card: str = CARD, name: str = "张伟", bank: str = "CCB") -> Payee:
    return Payee(name, IdNumber("210102199001010015"), bank, CardNumber(card))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(directory) as running:
        yield running


@pytest.fixture
def bank(sandbox: Sandbox) -> Iterator[BankPayments]:
    sandbox.world.reset()
    neighbour = Neighbour("bank", f"{sandbox.url}/bank", {"X-Bank-Key": SETTINGS["BANK_KEY"]}, read_timeout=0.4)
    yield BankPayments(neighbour)
    neighbour.close()


def the_cards(sandbox: Sandbox, **differs: object) -> None:
    people = sandbox.world.people()
    people[0]["cards"][0].update(differs)
    sandbox.world.replace_people(people)


def today() -> date:
    return datetime.now(BEIJING).date()


def test_an_ordinary_payment_is_done_at_once_and_stands_on_the_statement(bank: BankPayments) -> None:
    assert bank.query("P1") is None
    assert bank.pay("P1", a_payee(), AMOUNT) == Outcome(Status.DONE)
    assert bank.query("P1") == Outcome(Status.DONE)
    assert bank.statement(today()) == (BankLine("P1", AMOUNT, Status.DONE),)
    assert bank.statement(date(2020, 1, 1)) == ()


def test_accepted_is_not_done(bank: BankPayments, sandbox: Sandbox) -> None:
    the_cards(sandbox, settles="later")
    assert bank.pay("P1", a_payee(), AMOUNT) == Outcome(Status.ACCEPTED)
    assert bank.query("P1") == Outcome(Status.DONE)


def test_money_that_comes_back_is_returned_with_its_reason(bank: BankPayments, sandbox: Sandbox) -> None:
    the_cards(sandbox, **{"class": 2})
    assert bank.pay("P1", a_payee(), AMOUNT) == Outcome(Status.DONE)
    assert bank.query("P1") == Outcome(Status.RETURNED, "账户类别不符")
    assert bank.statement(today()) == (BankLine("P1", AMOUNT, Status.RETURNED),)


def test_a_payment_to_a_wrong_name_fails_with_its_reason(bank: BankPayments) -> None:
    assert bank.pay("P1", a_payee(name="李娜"), AMOUNT) == Outcome(Status.FAILED, "户名不符")


def test_the_same_number_for_another_card_is_refused(bank: BankPayments) -> None:
    bank.pay("P1", a_payee(), AMOUNT)
    with pytest.raises(Refused) as refused:
        bank.pay("P1", a_payee("6222020000000000026", bank="ICBC"), AMOUNT)
    assert refused.value.code == "serial_used"


@pytest.mark.parametrize("mode", ["drop", "unknown", "garbage", "error", "slow"])
def test_an_instruction_without_a_readable_answer_is_of_unknown_outcome(
    bank: BankPayments, sandbox: Sandbox, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.fault("bank", mode, "/payments", seconds=0.8)
    with caplog.at_level(logging.DEBUG), pytest.raises(OutcomeUnknown) as unknown:
        bank.pay("P1", a_payee(), AMOUNT)
    assert CARD not in caplog.text + str(unknown.value) and "张伟" not in caplog.text + str(unknown.value)
    calls = [one for one in sandbox.world.journal_entries() if one["path"] == "/bank/payments"]
    assert len(calls) <= 1, "never repeated by itself"


@pytest.mark.parametrize("body", [{}, {"serial": "P2", "status": "done", "reason": "", "returned": False}])
def test_an_answer_that_is_not_about_this_payment_is_of_unknown_outcome(body: dict[str, object]) -> None:
    with scripted() as server:
        server.on("/payments", answer(body))
        neighbour = Neighbour("bank", server.url)
        with pytest.raises(OutcomeUnknown):
            BankPayments(neighbour).pay("P1", a_payee(), AMOUNT)
        neighbour.close()


def test_a_bank_that_refuses_the_connection_has_certainly_got_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    neighbour = Neighbour("bank", f"http://127.0.0.1:{port}")
    with pytest.raises(Unavailable):
        BankPayments(neighbour).pay("P1", a_payee(), AMOUNT)
    neighbour.close()


@pytest.mark.parametrize("mode", ["drop", "garbage", "error", "refuse"])
def test_a_question_without_an_answer_is_never_a_no(bank: BankPayments, sandbox: Sandbox, mode: str) -> None:
    sandbox.fault("bank", mode, "/payments/query", times=2)
    with pytest.raises(Unavailable):
        bank.query("P1")
