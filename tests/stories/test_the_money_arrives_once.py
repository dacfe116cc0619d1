"""From 审核通过 to 已到账 with everything real: the worker is killed in the middle of it, the bank sends money back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bootstrap.clock import now
from fund.application import Application, Move, State
from fund.money import Money
from tests.citizen import Citizen, a_citizen
from tests.house import House, eventually, running_house
from tests.people import a_card
from tests.stories.payers import Payers, payers


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own, to break."""
    directory: Path = tmp_path_factory.mktemp("money")
    with running_house(directory) as house:
        yield house


@pytest.fixture
def staff(fragile: House) -> Iterator[Payers]:
    with payers(fragile) as found:
        yield found


def handed_in(house: House, **card: Any) -> Citizen:
    """Somebody who has handed in 8,400 yuan; their card behaves as said."""
    citizen = a_citizen(house)
    people = house.control("GET", "people")
    for person in people:
        if person["openid"] == citizen.person["openid"]:
            person["cards"][0].update(card)
    house.control("PUT", "people", people)
    house.push(citizen.person["openid"], event="subscribe")
    citizen.signs_in().hands_in()
    assert citizen.heading == "提交成功"
    return citizen


def account(house: House, citizen: Citizen) -> tuple[str, str, list[str]]:
    """What the core system says of balance, frozen amount and withdrawals of this year."""
    headers = {"X-Core-Key": "sandbox-core-key-2c9f61"}
    asked = {"XINGMING": citizen.person["name"], "ZJLX": "01", "ZJHM": citizen.person["id_number"]}
    found = requests.post(f"{house.sandbox_url}/core/members/find", json=asked, headers=headers, timeout=10).json()
    drawn = requests.post(
        f"{house.sandbox_url}/core/withdrawals/find",
        json={"ZJHM": [citizen.person["id_number"]], "year": now().year},
        headers=headers,
        timeout=10,
    ).json()["withdrawals"]
    return found["GRZHYE"], found["DJJE"], [one["FSE"] for one in drawn]


def becomes(staff: Payers, application: Application, state: State, seconds: float = 40) -> None:
    eventually(lambda: staff.now(application).state is state, seconds)


def test_the_worker_is_killed_while_the_bank_is_paying_and_the_money_arrives_once(
    fragile: House, staff: Payers
) -> None:
    citizen = handed_in(fragile)
    application = staff.confirms(citizen.person)
    before = staff.instructions()
    with fragile.fault("bank", "slow", path="/payments", times=1, seconds=3):
        staff.releases(application)
        eventually(lambda: [p for p in staff.payments() if p[1] == "instructed"])
        fragile.worker.kill()
        eventually(lambda: staff.instructions() == before + 1)
    assert staff.now(application).state is State.PAYING
    fragile.worker.start()
    staff.sweep()
    becomes(staff, application, State.PAID)
    assert staff.instructions() == before + 1
    assert staff.payments()[-1][1:] == ("paid", "booked")
    assert account(fragile, citizen) == ("43940.18", "0.00", ["8400.00"])
    told = eventually(lambda: [n for n in fragile.notices(citizen.person["openid"]) if "已到账" in str(n)])
    assert len(told) == 1
    (event,) = [e for e in staff.parts.applications.events(application.id) if e.move is Move.PAY]
    card = citizen.person["cards"][0]["number"]
    assert event.details["tail"] == card[-4:] and event.details["amount"] == Money(840_000).yuan


def test_the_answer_of_the_bank_is_lost_and_the_money_arrives_once(fragile: House, staff: Payers) -> None:
    citizen = handed_in(fragile, settles="later")
    application = staff.confirms(citizen.person)
    before = staff.instructions()
    with fragile.fault("bank", "unknown", path="/payments", times=1):
        staff.releases(application)
        becomes(staff, application, State.PAID)
    assert staff.instructions() == before + 1
    assert account(fragile, citizen) == ("43940.18", "0.00", ["8400.00"])


def test_money_that_comes_back_is_unbooked_and_paid_again_to_the_corrected_card(fragile: House, staff: Payers) -> None:
    citizen = handed_in(fragile, returns="账户类别不符")
    application = staff.confirms(citizen.person)
    before = staff.instructions()
    staff.releases(application)
    becomes(staff, application, State.PAID)
    number = staff.payments()[-1][0]
    _, (payment,) = staff.money.batches.get(staff.money.batches.recent()[0].number)
    assert payment.payment_no == number
    staff.money.payout.ask_again(payment.id)
    assert staff.now(application).state is State.PAY_FAILED
    assert account(fragile, citizen) == ("52340.18", "0.00", [])
    (event,) = [e for e in staff.parts.applications.events(application.id) if e.move is Move.FAIL]
    assert event.details["reason"]["code"] == "R07"
    good = a_card(int(citizen.person["cards"][0]["number"][10:18]) + 7, "621700")
    people = fragile.control("GET", "people")
    for person in people:
        if person["openid"] == citizen.person["openid"]:
            person["cards"].append({"number": good, "bank": "CCB", "class": 1})
    fragile.control("PUT", "people", people)
    staff.corrects(application, good)
    staff.releases(staff.confirms(citizen.person))
    becomes(staff, application, State.PAID)
    assert [p[1:] for p in staff.payments()[-2:]] == [("returned", "released"), ("paid", "booked")]
    assert staff.instructions() == before + 2
    assert account(fragile, citizen) == ("43940.18", "0.00", ["8400.00"])


def test_the_books_of_the_day_agree_and_a_result_file_twice_changes_nothing(
    fragile: House, staff: Payers, tmp_path: Path
) -> None:
    today = now().date()
    assert staff.money.reconciliation.compare(today) == 0
    assert staff.money.reconciliation.all() == ()
    lines = [f"{no},{'returned' if state == 'returned' else 'done'}," for no, state, _ in staff.payments()]
    file = tmp_path / "result.csv"
    file.write_text("\n".join(["payment_no,status,reason", *lines]), "utf-8")
    before = staff.payments()
    for _ in range(2):
        done = fragile.flask("payouts", "import", str(file))
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"更新 0 笔，无变化 {len(lines)} 笔" in done.stdout
    assert staff.payments() == before
