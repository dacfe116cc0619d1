"""The core system as the sandbox plays it, well and badly."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from adapters.core.members import CoreMembers
from adapters.core.passbook import CorePassbook
from adapters.http.client import Neighbour
from fund.errors import Refused, Unavailable
from fund.money import Money
from fund.numbers import IdNumber
from fund.people import AccountStatus, Member, Person
from tests.adapters.http.sandboxed import SETTINGS, Sandbox, running_sandbox

OWN = "210102199001010015"


def a_person(name: str = "张伟", id_number: str = OWN) -> Person:
    return Person(UUID(int=1), name, IdNumber(id_number), "13800000001")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(directory) as running:
        yield running


@pytest.fixture
def asked(sandbox: Sandbox) -> Iterator[Callable[..., Member]]:
    sandbox.world.reset()
    core = Neighbour("core", f"{sandbox.url}/core", {"X-Core-Key": SETTINGS["CORE_KEY"]})
    yield lambda name, id_number: CoreMembers(core, datetime.now).find(a_person(name, id_number))
    core.close()


@pytest.fixture
def asked_hastily(sandbox: Sandbox) -> Iterator[Callable[..., Member]]:
    """Without waiting long."""
    sandbox.world.reset()
    core = Neighbour("core", f"{sandbox.url}/core", {"X-Core-Key": SETTINGS["CORE_KEY"]}, read_timeout=0.35)
    yield lambda name, id_number: CoreMembers(core, datetime.now).find(a_person(name, id_number))
    core.close()


def test_every_demo_person_with_an_account_is_found(sandbox: Sandbox, asked: Callable[..., Member]) -> None:
    found = {
        person["name"]: asked(person["name"], person["id_number"])
        for person in sandbox.world.people()
        if person.get("account") and person["kind"] == "person"
    }
    assert len(found) >= 6
    assert found["张伟"].account.balance == Money(5234018)
    assert any(member.homes for member in found.values())
    assert any(one.of_spouse for member in found.values() for one in member.withdrawals)
    assert {member.account.status for member in found.values()} > {AccountStatus.NORMAL}


def test_the_sandbox_refuses_whom_it_does_not_know(asked: Callable[..., Member]) -> None:
    with pytest.raises(Refused) as caught:
        asked("张伟", "11010519491231002X")
    assert caught.value.code == "no_account"
    with pytest.raises(Refused) as caught:
        asked("张炜", OWN)
    assert caught.value.code == "name_mismatch"


@pytest.mark.parametrize("mode", ["slow", "error", "drop", "refuse", "unknown", "garbage"])
def test_whatever_goes_wrong_there_is_unavailable_here(
    sandbox: Sandbox, asked_hastily: Callable[..., Member], caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    sandbox.fault("core", mode, "/core/members/find", times=2, seconds=0.5)
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as caught:
        asked_hastily("张伟", OWN)
    seen = caplog.text + str(caught.value)
    assert OWN not in seen and "张伟" not in seen


def test_a_wrong_key_is_unavailable(sandbox: Sandbox) -> None:
    sandbox.world.reset()
    core = Neighbour("core", f"{sandbox.url}/core", {"X-Core-Key": "wrong"})
    with pytest.raises(Unavailable, match="HTTP 401"):
        CoreMembers(core, datetime.now).find(a_person())
    core.close()


def test_the_sandboxs_deposits_and_withdrawals_are_read_by_year(sandbox: Sandbox) -> None:
    sandbox.world.reset()
    core = Neighbour("core", f"{sandbox.url}/core", {"X-Core-Key": SETTINGS["CORE_KEY"]})
    passbook, this_year = CorePassbook(core), datetime.now().year
    for person in sandbox.world.people():
        if not person.get("account") or person["kind"] != "person":
            continue
        known = a_person(person["name"], person["id_number"])
        years = range(1992, this_year + 1)
        paid = [one for year in years for one in passbook.deposits(known, year)]
        drawn = passbook.withdrawals(known, this_year)
        assert len(paid) == person["account"]["months_in_a_row"], person["name"]
        assert not any(one.of_spouse for one in drawn)
    core.close()
