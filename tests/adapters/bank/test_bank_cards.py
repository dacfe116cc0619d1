"""What the bank says of a card, read strictly."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.bank.cards import BankCards
from adapters.http.client import Neighbour
from fund.errors import Refused, Unavailable
from fund.numbers import CardNumber, IdNumber
from fund.people import Person
from fund.ports import CardVerdict
from tests.adapters.http.sandboxed import SETTINGS, Sandbox, running_sandbox
from tests.adapters.http.scripted import Scripted, answer, hang_up, scripted, silence

CARD = CardNumber("6217000000000000012")
ZHANG_WEI = Person(UUID(int=1), "张伟", IdNumber("210102199001010015"), "13800000001")
VERDICT: dict[str, Any] = {"match": True, "account_class": 1, "kind": "debit", "status": "normal"}
WRONG: dict[str, list[Any]] = {
    "match": ["true", 1, 0, "", []],
    "account_class": ["1", 0, 4, True, 1.0, []],
    "kind": ["", "DEBIT", 1, []],
    "status": ["", "open", True, []],
}


@pytest.fixture
def bank() -> Iterator[Scripted]:
    with scripted() as running:
        yield running


@pytest.fixture
def cards(bank: Scripted) -> Iterator[BankCards]:
    neighbour = Neighbour("bank", bank.url, read_timeout=0.3, total_timeout=5)
    yield BankCards(neighbour)
    neighbour.close()


def test_the_bank_is_asked_whose_card_it_is(bank: Scripted, cards: BankCards) -> None:
    bank.on("/cards/check", answer(VERDICT))
    assert cards.check("CCB", CARD, ZHANG_WEI) == CardVerdict(True, 1, "debit", True)
    assert bank.received[0].target == "/cards/check"
    assert bank.received[0].json() == {
        "bank": "CCB", "card": "6217000000000000012", "name": "张伟", "id_number": "210102199001010015",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"account_class": 2}, CardVerdict(True, 2, "debit", True)),
        ({"kind": "credit", "account_class": None}, CardVerdict(True, None, "credit", True)),
        ({"status": "closed"}, CardVerdict(True, 1, "debit", False)),
        ({"match": False, "account_class": None}, CardVerdict(False, None, "debit", True)),
        ({"match": None, "account_class": None, "kind": None, "status": None}, CardVerdict()),
    ],
)
def test_what_the_bank_cannot_tell_stays_unknown(
    bank: Scripted, cards: BankCards, said: dict[str, Any], verdict: CardVerdict
) -> None:
    bank.on("/cards/check", answer(VERDICT | said))
    assert cards.check("CCB", CARD, ZHANG_WEI) == verdict


@pytest.mark.parametrize("name", VERDICT)
def test_a_missing_field_is_named(bank: Scripted, cards: BankCards, name: str) -> None:
    bank.on("/cards/check", answer({key: value for key, value in VERDICT.items() if key != name}))
    with pytest.raises(Unavailable, match=f"^bank: missing or invalid: {name}$"):
        cards.check("CCB", CARD, ZHANG_WEI)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values], ids=repr
)
def test_a_wrong_field_is_named(bank: Scripted, cards: BankCards, name: str, value: Any) -> None:
    bank.on("/cards/check", answer(VERDICT | {name: value}))
    with pytest.raises(Unavailable, match=f"^bank: missing or invalid: {name}$"):
        cards.check("CCB", CARD, ZHANG_WEI)


def test_a_check_lost_on_the_way_is_asked_again(bank: Scripted, cards: BankCards) -> None:
    bank.on("/cards/check", hang_up, answer(VERDICT))
    assert cards.check("CCB", CARD, ZHANG_WEI).matches
    bank.on("/cards/check", silence)
    with pytest.raises(Unavailable):
        cards.check("CCB", CARD, ZHANG_WEI)


def test_the_banks_no_is_refused(bank: Scripted, cards: BankCards) -> None:
    bank.on("/cards/check", answer({"code": "REFUSED", "message": "业务系统拒绝了本次请求"}, 422))
    with pytest.raises(Refused) as caught:
        cards.check("CCB", CARD, ZHANG_WEI)
    assert caught.value.code == "refused"


# against the sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(directory) as running:
        yield running


@pytest.fixture
def real(sandbox: Sandbox) -> Iterator[BankCards]:
    sandbox.world.reset()
    key = {"X-Bank-Key": SETTINGS["BANK_KEY"]}
    neighbour = Neighbour("bank", f"{sandbox.url}/bank", key, read_timeout=0.4)
    yield BankCards(neighbour)
    neighbour.close()


def test_the_sandboxs_bank_knows_its_cards(real: BankCards) -> None:
    assert real.check("CCB", CARD, ZHANG_WEI) == CardVerdict(True, 1, "debit", True)
    assert real.check("ICBC", CARD, ZHANG_WEI).matches is False
    assert real.check("CCB", CardNumber("6227000000000000011"), ZHANG_WEI).matches is False


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("slow", Unavailable),
        ("error", Unavailable),
        ("drop", Unavailable),
        ("unknown", Unavailable),
        ("garbage", Unavailable),
        ("refuse", Refused),
    ],
)
def test_whatever_goes_wrong_there_has_its_error_here_and_shows_no_card(
    sandbox: Sandbox, real: BankCards, caplog: pytest.LogCaptureFixture, mode: str, error: type[Exception]
) -> None:
    sandbox.fault("bank", mode, "/bank/cards", times=2, seconds=0.5)
    with caplog.at_level(logging.DEBUG), pytest.raises(error) as caught:
        real.check("CCB", CARD, ZHANG_WEI)
    assert CARD.value not in caplog.text + str(caught.value)
