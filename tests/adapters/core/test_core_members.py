"""What the core system says of a member, read strictly."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from adapters.core.members import CoreMembers
from adapters.http.client import Neighbour
from fund.errors import Refused, Unavailable
from fund.money import Money
from fund.months import Month
from fund.numbers import IdNumber
from fund.people import AccountStatus, Home, MaritalStatus, PastWithdrawal, Person
from tests.adapters.http.scripted import Scripted, answer, hang_up, late, scripted, silence

OWN, SPOUSE, STRANGER = "210102199001010015", "210281199212310027", "11010519491231002X"
MEMBER: dict[str, Any] = {
    "GRZH": "210000001",
    "XINGMING": "张伟",
    "ZJLX": "01",
    "ZJHM": OWN,
    "DWZH": "100001",
    "DWMC": "辽宁省某某厅",
    "DWSZQH": "210100",
    "GRZHZT": "01",
    "GRZHYE": "52340.18",
    "DJJE": "120.50",
    "GRYJCE": "2100.00",
    "GRJZNY": "2026-10",
    "LXJCYS": 36,
    "KHRQ": "2019-07-01",
    "HYZK": "single",
    "POZJHM": None,
    "POXINGMING": None,
}
COUPLE = {"HYZK": "married", "POZJHM": SPOUSE, "POXINGMING": "李娜"}
HOME = {"ZJHM": OWN, "QH": "210100"}
DRAWN = {"ZJHM": OWN, "TQYY": "07", "FSE": "8000.00", "date": "2026-03-02"}
NOT_TEXT: list[Any] = [None, "", "  ", 5, True, [], {}, "x" * 201, "a\nb"]
NOT_MONEY: list[Any] = [None, "", 5, 5.18, "-1.00", "1.005", "1e3", "1,000.00", "１.00", "NaN", " 1.00", []]
NOT_A_DAY: list[Any] = ["", 20190701, "2019-7-1", "2019-02-30", "20190701", "2019-07-01T00:00:00", []]
WRONG: dict[str, list[Any]] = {
    "GRZH": [None, "", 210000001, "21 000", "x" * 21, "二一"],
    "XINGMING": NOT_TEXT,
    "ZJLX": [None, "02", 1],
    "ZJHM": [None, "", STRANGER, 210102199001010015],
    "DWZH": [None, "", 100001, "1-1"],
    "DWMC": NOT_TEXT,
    "DWSZQH": [None, "", "沈阳", "2101", 210100, "2101000", "010100"],
    "GRZHZT": [None, "", 1, "1", "77", []],
    "GRZHYE": NOT_MONEY,
    "DJJE": NOT_MONEY,
    "GRYJCE": NOT_MONEY,
    "GRJZNY": ["", 202610, "2026-13", "2026-1", "202610", []],
    "LXJCYS": [None, "36", -1, 36.0, True, 99999],
    "KHRQ": NOT_A_DAY,
    "HYZK": ["", "engaged", 1, []],
    "POZJHM": ["", OWN, "210102199001010016", 5, []],
    "POXINGMING": ["", 5],
}


def a_person(name: str = "张伟", id_number: str = OWN) -> Person:
    return Person(UUID(int=1), name, IdNumber(id_number), "13800000001")


def a_clock() -> datetime:
    return datetime(2026, 11, 5, 10, 0)


@pytest.fixture
def core() -> Iterator[Scripted]:
    with scripted() as running:
        running.on("/members/find", answer(MEMBER))
        running.on("/homes/find", answer({"homes": []}))
        running.on("/withdrawals/find", answer({"withdrawals": []}))
        yield running


@pytest.fixture
def members(core: Scripted) -> Iterator[CoreMembers]:
    neighbour = Neighbour("core", core.url)
    yield CoreMembers(neighbour, a_clock)
    neighbour.close()


@pytest.fixture
def hasty(core: Scripted) -> Iterator[CoreMembers]:
    """Does not wait long for the core system."""
    neighbour = Neighbour("core", core.url, read_timeout=0.2, total_timeout=0.5)
    yield CoreMembers(neighbour, a_clock)
    neighbour.close()


def test_a_member_is_told_in_the_funds_own_words(core: Scripted, members: CoreMembers) -> None:
    core.on("/members/find", answer(MEMBER | COUPLE))
    core.on("/homes/find", answer({"homes": [HOME, {"ZJHM": SPOUSE, "QH": "210202"}]}))
    core.on("/withdrawals/find", answer({"withdrawals": [DRAWN | {"ZJHM": SPOUSE}]}))
    member = members.find(a_person())
    assert (member.account.number, member.account.status) == ("210000001", AccountStatus.NORMAL)
    assert (member.account.balance, member.account.frozen) == (Money(5234018), Money(12050))
    assert (member.account.monthly_deposit, member.account.paid_until) == (Money(210000), Month(2026, 10))
    assert (member.account.months_in_a_row, member.account.opened) == (36, date(2019, 7, 1))
    assert (member.employer.number, member.employer.name, member.employer.city) == (
        "100001", "辽宁省某某厅", "210100",
    )  # fmt: skip
    assert (member.marital_status, member.spouse) == (MaritalStatus.MARRIED, IdNumber(SPOUSE))
    assert member.homes == (Home(False, "210100"), Home(True, "210200"))
    assert member.withdrawals == (PastWithdrawal(True, "07", Money(800000), date(2026, 3, 2)),)


def test_both_of_a_couple_are_asked_about_in_the_present_year_and_nothing_personal_is_in_an_address(
    core: Scripted, members: CoreMembers
) -> None:
    core.on("/members/find", answer(MEMBER | COUPLE))
    members.find(a_person(), fresh=True)
    assert [request.target for request in core.received] == [
        "/members/find", "/homes/find", "/withdrawals/find",
    ]  # fmt: skip
    assert [request.json() for request in core.received] == [
        {"XINGMING": "张伟", "ZJLX": "01", "ZJHM": OWN},
        {"ZJHM": [OWN, SPOUSE]},
        {"ZJHM": [OWN, SPOUSE], "year": 2026},
    ]


@pytest.mark.parametrize("status", ["single", "divorced", "widowed"])
def test_somebody_no_longer_married_is_not_asked_about(core: Scripted, members: CoreMembers, status: str) -> None:
    core.on("/members/find", answer(MEMBER | COUPLE | {"HYZK": status}))
    assert members.find(a_person()).spouse is None
    assert core.received[1].json() == {"ZJHM": [OWN]}


def test_what_may_be_unknown_may_be_null(core: Scripted, members: CoreMembers) -> None:
    core.on("/members/find", answer(MEMBER | {"GRJZNY": None, "KHRQ": None, "HYZK": None}))
    core.on("/withdrawals/find", answer({"withdrawals": [DRAWN | {"date": None}]}))
    member = members.find(a_person())
    assert (member.account.paid_until, member.account.opened) == (None, None)
    assert member.marital_status is MaritalStatus.UNKNOWN
    assert member.withdrawals[0].on == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("code", "city"),
    [
        ("210102", "210100"),
        ("210283", "210200"),
        ("419001", "419001"),
        ("429099", "429099"),
        ("110101", "110100"),
    ],
)
def test_a_place_is_taken_as_the_city_it_belongs_to(core: Scripted, members: CoreMembers, code: str, city: str) -> None:
    core.on("/members/find", answer(MEMBER | {"DWSZQH": code}))
    core.on("/homes/find", answer({"homes": [HOME | {"QH": code}]}))
    member = members.find(a_person())
    assert (member.employer.city, member.homes[0].city) == (city, city)


@pytest.mark.parametrize("status", list(AccountStatus))
def test_every_account_status_is_known(core: Scripted, members: CoreMembers, status: AccountStatus) -> None:
    core.on("/members/find", answer(MEMBER | {"GRZHZT": status.value}))
    assert members.find(a_person()).account.status is status


@pytest.mark.parametrize("name", MEMBER)
def test_a_missing_field_is_named(core: Scripted, members: CoreMembers, name: str) -> None:
    core.on("/members/find", answer({key: value for key, value in MEMBER.items() if key != name}))
    with pytest.raises(Unavailable, match=f"^core: missing or invalid: {name}$"):
        members.find(a_person())


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values], ids=repr
)
def test_a_wrong_field_is_named_but_its_value_is_not(
    core: Scripted, members: CoreMembers, name: str, value: Any
) -> None:
    core.on("/members/find", answer(MEMBER | {name: value}))
    with pytest.raises(Unavailable) as caught:
        members.find(a_person())
    assert str(caught.value) == f"core: missing or invalid: {name}"
    assert core.paths() == ["/members/find"]


def test_all_wrong_fields_are_named_at_once(core: Scripted, members: CoreMembers) -> None:
    core.on("/members/find", answer({"XINGMING": "张伟"}))
    with pytest.raises(Unavailable) as caught:
        members.find(a_person())
    assert set(re.findall("[A-Z]{4,}", str(caught.value))) == set(MEMBER) - {"XINGMING"}


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/homes/find", {}, "homes"),
        ("/homes/find", {"homes": None}, "homes"),
        ("/homes/find", {"homes": {"0": HOME}}, "homes"),
        ("/homes/find", {"homes": [HOME, "210100"]}, "homes[1].ZJHM, homes[1].QH"),
        ("/homes/find", {"homes": [{"ZJHM": OWN}]}, "homes[0].QH"),
        ("/homes/find", {"homes": [HOME | {"ZJHM": STRANGER}]}, "homes[0].ZJHM"),
        ("/homes/find", {"homes": [HOME | {"QH": "沈阳"}]}, "homes[0].QH"),
        ("/withdrawals/find", {"homes": []}, "withdrawals"),
        ("/withdrawals/find", {"withdrawals": [DRAWN | {"ZJHM": SPOUSE}]}, "withdrawals[0].ZJHM"),
        ("/withdrawals/find", {"withdrawals": [DRAWN | {"TQYY": "7"}]}, "withdrawals[0].TQYY"),
        ("/withdrawals/find", {"withdrawals": [DRAWN | {"FSE": 8000}]}, "withdrawals[0].FSE"),
        ("/withdrawals/find", {"withdrawals": [DRAWN | {"FSE": "-8000.00"}]}, "withdrawals[0].FSE"),
        ("/withdrawals/find", {"withdrawals": [DRAWN | {"date": "March"}]}, "withdrawals[0].date"),
        ("/withdrawals/find", {"withdrawals": [None]}, "withdrawals[0].ZJHM, withdrawals[0].TQYY, "),
    ],
)
def test_a_wrong_list_is_no_list(core: Scripted, members: CoreMembers, path: str, body: Any, named: str) -> None:
    core.on(path, answer(body))
    with pytest.raises(Unavailable, match=re.escape(f"missing or invalid: {named}")):
        members.find(a_person())


@pytest.mark.parametrize("name", ["张 伟", " 张伟 ", "张\u3000伟"])
def test_blanks_in_a_name_do_not_make_it_another(core: Scripted, members: CoreMembers, name: str) -> None:
    core.on("/members/find", answer(MEMBER | {"XINGMING": name}))
    assert members.find(a_person()).account.number == "210000001"


def test_the_dot_in_a_name_may_be_any_dot(core: Scripted, members: CoreMembers) -> None:
    core.on("/members/find", answer(MEMBER | {"XINGMING": "买买提·艾力"}))
    assert members.find(a_person("买买提•艾力")).account.number == "210000001"


def test_an_account_in_another_name_is_a_mismatch_even_if_the_core_did_not_say_so(
    core: Scripted, members: CoreMembers
) -> None:
    core.on("/members/find", answer(MEMBER | {"XINGMING": "张炜"}))
    with pytest.raises(Refused) as caught:
        members.find(a_person())
    assert caught.value.code == "name_mismatch"
    assert "张" not in str(caught.value)


@pytest.mark.parametrize("code", ["NO_ACCOUNT", "NAME_MISMATCH"])
def test_the_cores_two_noes_are_passed_on(core: Scripted, members: CoreMembers, code: str) -> None:
    core.on("/members/find", answer({"code": code}, 404))
    with pytest.raises(Refused) as caught:
        members.find(a_person())
    assert caught.value.code == code.lower()


@pytest.mark.parametrize("path", ["/members/find", "/homes/find", "/withdrawals/find"])
@pytest.mark.parametrize(("body", "status"), [({"code": "INVALID"}, 422), ({"code": "X"}, 401), ({}, 500)])
def test_any_other_no_is_our_trouble_not_the_persons(
    core: Scripted, members: CoreMembers, path: str, body: Any, status: int
) -> None:
    core.on(path, answer(body, status))
    with pytest.raises(Unavailable) as caught:
        members.find(a_person())
    assert caught.value.__context__ is None


@pytest.mark.parametrize("path", ["/members/find", "/homes/find", "/withdrawals/find"])
def test_silence_at_any_of_the_three_questions_is_unavailable_within_one_calls_time(
    core: Scripted, hasty: CoreMembers, path: str
) -> None:
    core.on(path, silence)
    with pytest.raises(Unavailable):
        hasty.find(a_person())


def test_the_three_questions_share_one_calls_time(core: Scripted) -> None:
    for path, body in (("members", MEMBER), ("homes", {"homes": []}), ("withdrawals", {"withdrawals": []})):
        core.on(f"/{path}/find", late(0.15, answer(body)))
    neighbour = Neighbour("core", core.url, read_timeout=0.6, total_timeout=0.35)
    with pytest.raises(Unavailable):
        CoreMembers(neighbour, a_clock).find(a_person())
    neighbour.close()


def test_a_question_lost_once_is_asked_again(core: Scripted, members: CoreMembers) -> None:
    core.on("/members/find", hang_up, answer(MEMBER))
    assert members.find(a_person()).account.number == "210000001"
