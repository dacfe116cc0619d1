"""The simulated core system answers as the service's adapter expects."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.neighbours import Neighbours, a_person, running

ZHANG, SUN = "210102199001010015", "210103198201302129"
NOBODY = "210281199212310027"
SPOUSE = a_person(
    login="sunhao", name="孙浩", id_number=SUN, mobile="13800000008", homes=["210100", {"city": "210200"}],
    withdrawals=[
        {"year": "this", "amount": "8000", "reason": "07", "date": "03-02"},
        {"year": 2020, "amount": "600.5", "date": "2020-05-01"},
    ],
)  # fmt: skip
WITHOUT = a_person(login="wulei", name="吴磊", id_number="210106199009259101", mobile="2", account=None)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Neighbours]:
    married = a_person(marital_status="married", spouse_id_number=SUN)
    with running(tmp_path, married, SPOUSE, WITHOUT) as neighbours:
        yield neighbours


def ask(core: Neighbours, path: str, body: object, key: str = "test-core") -> requests.Response:
    return core.post(f"/core{path}", body, **{"X-Core-Key": key})


def member(name: str, number: str, kind: str = "01") -> dict[str, str]:
    return {"XINGMING": name, "ZJLX": kind, "ZJHM": number}


def test_a_member_is_found_with_account_employer_and_spouse(core: Neighbours) -> None:
    response = ask(core, "/members/find", member("张伟", ZHANG))

    assert response.status_code == 200
    assert response.json() == {
        "GRZH": "210000001", "XINGMING": "张伟", "ZJLX": "01", "ZJHM": ZHANG,
        "DWZH": "100001", "DWMC": "辽宁省某某厅", "DWSZQH": "210100",
        "GRZHZT": "01", "GRZHYE": "52340.18", "DJJE": "120.50", "GRYJCE": "2100.00",
        "GRJZNY": "2026-10", "LXJCYS": 36, "KHRQ": "2019-07-01",
        "HYZK": "married", "POZJHM": SUN, "POXINGMING": "孙浩",
    }  # fmt: skip


def test_a_name_that_does_not_belong_to_the_number_is_told_apart_from_no_account(core: Neighbours) -> None:
    answers = [
        ask(core, "/members/find", member("张三", ZHANG)),
        ask(core, "/members/find", member("吴磊", "210106199009259101")),
        ask(core, "/members/find", member("李小明", NOBODY)),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert [answer.json()["code"] for answer in answers] == ["NAME_MISMATCH", "NO_ACCOUNT", "NO_ACCOUNT"]


def test_a_member_without_spouse_or_employer_has_nulls(tmp_path: Path) -> None:
    with running(tmp_path, a_person(employer=None)) as core:
        found = ask(core, "/members/find", member("张伟", ZHANG)).json()

    assert [found[key] for key in ("DWZH", "DWMC", "DWSZQH", "POZJHM", "POXINGMING")] == [None] * 5


def test_homes_of_a_couple_are_found_however_they_are_written(core: Neighbours) -> None:
    response = ask(core, "/homes/find", {"ZJHM": [ZHANG, SUN, NOBODY]})

    assert response.json() == {"homes": [{"ZJHM": SUN, "QH": "210100"}, {"ZJHM": SUN, "QH": "210200"}]}


def test_withdrawals_of_a_year_are_found_and_this_year_is_this_year(core: Neighbours) -> None:
    beijing = datetime.timezone(datetime.timedelta(hours=8))
    year = datetime.datetime.now(beijing).year

    this_year = ask(core, "/withdrawals/find", {"ZJHM": [ZHANG, SUN], "year": year})
    long_ago = ask(core, "/withdrawals/find", {"ZJHM": [SUN, SUN], "year": 2020})
    assert this_year.json() == {"withdrawals": [{"ZJHM": SUN, "TQYY": "07", "FSE": "8000.00", "date": f"{year}-03-02"}]}
    assert long_ago.json() == {"withdrawals": [{"ZJHM": SUN, "TQYY": "07", "FSE": "600.50", "date": "2020-05-01"}]}


@pytest.mark.parametrize("path", ["/members/find", "/homes/find", "/withdrawals/find"])
@pytest.mark.parametrize("key", ["", "wrong", "test-bank"])
def test_without_the_key_nothing_is_told(core: Neighbours, path: str, key: str) -> None:
    response = ask(core, path, {}, key)

    assert (response.status_code, response.json()["code"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/members/find", member("", "21010219900101001"), {"XINGMING", "ZJHM"}),
        ("/members/find", member("张伟", ZHANG, "02"), {"ZJLX"}),
        ("/members/find", {}, {"XINGMING", "ZJLX", "ZJHM"}),
        ("/members/find", {"XINGMING": 1, "ZJLX": "01", "ZJHM": None}, {"XINGMING", "ZJHM"}),
        ("/members/find", ["not an object"], {""}),
        ("/homes/find", {"ZJHM": ZHANG}, {"ZJHM"}),
        ("/homes/find", {"ZJHM": []}, {"ZJHM"}),
        ("/homes/find", {"ZJHM": [1]}, {"ZJHM"}),
        ("/withdrawals/find", {"ZJHM": [ZHANG]}, {"year"}),
        ("/withdrawals/find", {"ZJHM": [ZHANG], "year": "2026"}, {"year"}),
        ("/withdrawals/find", {"ZJHM": [ZHANG], "year": True}, {"year"}),
        ("/withdrawals/find", {"ZJHM": ["x"], "year": 2026}, {"ZJHM"}),
    ],
)
def test_wrong_fields_are_named_and_their_values_are_not_repeated(
    core: Neighbours, path: str, body: Any, fields: set[str]
) -> None:
    response = ask(core, path, body)

    assert response.status_code == 422
    assert set(response.json()["fields"]) == fields
    assert ZHANG not in response.text and "张伟" not in response.text


def test_deposits_follow_from_the_account_unless_a_person_brings_their_own(core: Neighbours) -> None:
    rows = ask(core, "/deposits/find", {"ZJHM": ZHANG, "year": 2026}).json()["deposits"]
    assert [row["HBJNY"] for row in rows] == [f"2026-{month:02d}" for month in range(1, 11)]
    assert rows[0] == {
        "ZJHM": ZHANG, "HBJNY": "2026-01", "GJHTQYWLX": "01", "FSE": "2100.00", "date": "2026-01-15",
        "DWMC": "辽宁省某某厅",
    }  # fmt: skip
    years = {
        year: len(ask(core, "/deposits/find", {"ZJHM": ZHANG, "year": year}).json()["deposits"])
        for year in (2023, 2024, 2025)
    }
    assert years == {2023: 2, 2024: 12, 2025: 12}, "36 months in a row up to October 2026"
    own = a_person(deposits=[{"month": "2025-12", "amount": "500.5", "kind": "02", "date": "2026-02-03"}])
    core.world.replace_people([own])
    (row,) = ask(core, "/deposits/find", {"ZJHM": ZHANG, "year": 2026}).json()["deposits"]
    assert (row["HBJNY"], row["GJHTQYWLX"], row["FSE"], row["date"]) == ("2025-12", "02", "500.50", "2026-02-03")


def test_deposits_of_nobody_or_of_no_year_are_refused(core: Neighbours) -> None:
    assert ask(core, "/deposits/find", {"ZJHM": NOBODY, "year": 2026}).status_code == 404
    for body in (
        {"ZJHM": ZHANG},
        {"ZJHM": ZHANG, "year": "2026"},
        {"ZJHM": "x", "year": 2026},
        {"ZJHM": ZHANG, "year": True},
    ):
        assert ask(core, "/deposits/find", body).status_code == 422
    assert ask(core, "/deposits/find", {"ZJHM": ZHANG, "year": 2026}, key="wrong").status_code == 401
