"""The demo people: synthetic, valid where values have a check digit, and one for every case."""

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sandbox.world import DEMO_PEOPLE, World, WrongPeople

PEOPLE: list[dict[str, Any]] = json.loads(DEMO_PEOPLE.read_text(encoding="utf-8"))
BY_OPENID = {person["openid"]: person for person in PEOPLE}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def luhn(number: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def test_the_first_one_is_the_example_of_the_contract_paid_until_last_month() -> None:
    example = {
        "openid": "o-zhang-wei", "login": "zhangwei", "password": "Demo-2026", "name": "张伟",
        "id_number": "210102199001010015", "mobile": "13800000001", "verified": True, "kind": "person",
        "employer": {"number": "100001", "name": "辽宁省某某厅", "city": "210100"},
        "account": {
            "number": "210000001", "status": "01", "balance": "52340.18", "frozen": "0.00",
            "monthly_deposit": "2100.00", "paid_until": "last", "months_in_a_row": 36,
            "opened": "2019-07-01",
        },
        "marital_status": "single", "spouse_id_number": None, "homes": [],
        "cards": [{"number": "6217000000000000012", "bank": "CCB", "class": 1}],
    }  # fmt: skip
    assert {name: value for name, value in PEOPLE[0].items() if name != "about"} == example


def test_every_id_number_has_its_check_digit_and_a_day_that_exists() -> None:
    for person in PEOPLE:
        number = person["id_number"]
        if number is None:
            assert person["kind"] == "enterprise"
            continue
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
        assert "10X98765432"[total % 11] == number[17], person["openid"]
        assert date(int(number[6:10]), int(number[10:12]), int(number[12:14])) < date.today()


def test_every_card_passes_luhn_and_belongs_to_one_person_and_one_of_the_three_banks() -> None:
    cards = [card for person in PEOPLE for card in person["cards"]]
    assert all(luhn(card["number"]) for card in cards)
    assert max(Counter(card["number"] for card in cards).values()) == 1
    assert {card["bank"] for card in cards} == {"CCB", "ICBC", "SJB"}


def test_nobody_shares_an_openid_a_login_a_number_or_a_mobile() -> None:
    for name in ("openid", "login", "id_number", "mobile"):
        values = [person[name] for person in PEOPLE if person[name]]
        assert len(values) == len(set(values)), name
    numbers = [person["account"]["number"] for person in PEOPLE if person["account"]]
    assert len(numbers) == len(set(numbers))


def test_everybody_says_in_short_which_case_they_show() -> None:
    assert len(PEOPLE) >= 11
    assert all(5 <= len(person["about"]) <= 40 for person in PEOPLE)


def test_every_case_of_the_plan_is_there() -> None:
    natural = [person for person in PEOPLE if person["kind"] == "person"]
    accounts = [person for person in natural if person["account"]]
    assert any(person["employer"]["city"] == "210200" for person in accounts)
    assert any(person["account"]["months_in_a_row"] < 3 for person in accounts)
    assert any("210100" in person["homes"] for person in accounts)
    assert any(person["account"]["status"] == "06" for person in accounts)
    assert any(not person["verified"] for person in accounts)
    assert any(person["kind"] == "enterprise" for person in PEOPLE)
    assert any(person["account"] is None and person["employer"] is None for person in natural)
    assert any({card["class"] for card in person["cards"]} == {2} for person in accounts)
    assert any(person.get("snapshot") for person in natural)
    assert any("其他城市" in person["about"] for person in accounts)


def test_couples_name_each_other_and_one_of_them_drew_this_year(tmp_path: Path) -> None:
    married = {p["id_number"]: p for p in PEOPLE if p["marital_status"] == "married"}
    assert len(married) == 4
    for number, person in married.items():
        assert married[person["spouse_id_number"]]["spouse_id_number"] == number
    world = World({"VAR_DIR": str(tmp_path)})
    drawn = (world.person_by_openid("o-sun-hao") or {})["withdrawals"]
    assert [(entry["year"], entry["amount"]) for entry in drawn] == [(date.today().year, "8000.00")]
    assert re.fullmatch(rf"{date.today().year}-03-02", drawn[0]["date"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "array"),
        ("[1]", "array"),
        ("[", "Expecting"),
        ('[{"openid": "a"}, {"openid": "a"}]', "same openid"),
        ('[{"login": 5}]', "string"),
    ],
)
def test_a_people_file_that_cannot_be_used_stops_the_start_in_words(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "people.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WrongPeople, match=words):
        World({"VAR_DIR": str(tmp_path / "var"), "SANDBOX_PEOPLE": str(file)})


def test_what_a_lookup_hands_out_is_a_copy(tmp_path: Path) -> None:
    world = World({"VAR_DIR": str(tmp_path)})
    found = world.person_by_login("zhangwei") or {}
    found["account"]["balance"] = "0.00"
    assert (world.person_by_id("210102199001010015") or {})["account"]["balance"] == "52340.18"
    assert [world.person_by_login(""), world.person_by_openid("none"), world.person_by_id("")] == [None] * 3
