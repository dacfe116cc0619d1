"""The list of reasons: data that is looked over at start, and gaps that must be filled before it is said."""

import pytest

from businesses.rent import facts
from businesses.rent.journey import JOURNEY, photo_kinds
from fund.errors import InvalidValue
from fund.reason_list import ReasonListError, parse
from tests.makers import a_case, answers

LISTED = facts.reasons()


def test_the_centres_codes_are_there_and_the_citizens_own_withdrawal_is_not_among_them() -> None:
    codes = [reason.code for reason in LISTED.reasons]
    assert codes == [f"R{n:02d}" for n in range(1, 11)] + ["R99"]


def test_each_reason_is_for_what_it_can_do() -> None:
    returns = {reason.code for reason in LISTED.for_("return")}
    rejects = {reason.code for reason in LISTED.for_("reject")}
    assert {"R08", "R09", "R99"} <= returns
    assert {"R01", "R02", "R99"} <= rejects
    assert returns & {"R01", "R02", "R03", "R04", "R10"} == set()
    with pytest.raises(InvalidValue):
        LISTED.find("R01", "return")


def test_what_asks_for_something_better_is_no_reason_to_reject() -> None:
    rejects = {reason.code for reason in LISTED.for_("reject")}
    assert rejects & {"R07", "R08"} == set()


def test_beside_a_field_or_a_photo_stand_only_reasons_that_suit_it() -> None:
    fitting = {
        "address": {"R09", "R99"},
        "amount": {"R05", "R99"},
        "card": {"R06", "R07", "R99"},
    }
    for name, codes in fitting.items():
        assert {reason.code for reason in LISTED.for_mark("field", name)} == codes, name
    assert {reason.code for reason in LISTED.for_mark("photo", "lease")} == {"R08", "R99"}
    assert [reason.choice("房屋租赁合同") for reason in LISTED.for_mark("photo", "lease")] == [
        "影像材料不清晰、不完整，请重新拍摄：房屋租赁合同",
        "其他（请写说明）",
    ]


def test_what_a_reason_is_for_is_there_in_the_journey() -> None:
    fields = {f.name for step in JOURNEY.steps for f in step.fields}
    named = {name for reason in LISTED.reasons for name in reason.marks}
    assert named <= fields | set(facts.DOCUMENTS) | {"field", "photo"}
    assert all(LISTED.for_mark("field", name) for name in fields)


def test_gaps_are_filled_before_a_reason_is_said() -> None:
    said = LISTED.find("R08", "return").because({"材料": " 房屋租赁\n合同\u200b "})
    assert said.words == "影像材料不清晰、不完整，请重新拍摄：房屋租赁 合同"
    for typed in ({}, {"材料": " "}, {"材料": "长" * 101}):
        with pytest.raises(InvalidValue):
            LISTED.find("R08", "return").because(typed)


def test_braces_that_were_typed_stay_what_they_are() -> None:
    assert LISTED.find("R99", "reject").because({"说明": "{说明}{材料}"}).words == "其他：{说明}{材料}"


def test_the_documents_have_the_names_the_citizen_was_shown() -> None:
    shown = {kind.name: kind.label for kind in photo_kinds(a_case(married=True), answers())}
    assert dict(facts.DOCUMENTS) == shown


GOOD = """version = "v1"
confirmed = false
paper = "列表"
appeal = "可申请复核。"
[[reasons]]
code = "R01"
words = "说：{说明}"
use = "both"
marks = ["field"]
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('version = "v1"\n', ""),
        ('"R01"', '"1"'),
        ('"both"', '"sometimes"'),
        ('"both"', '"return"'),
        ('"both"\nmarks = ["field"]', '"reject"\nmarks = ["field"]'),
        ('"both"', '"reject"'),
        ("{说明}", "{}"),
        ("{说明}", "{说明"),
        ("可申请复核。", ""),
        ('use = "both"', ""),
        ('marks = ["field"]', ""),
        ('marks = ["field"]', 'marks = "field"'),
        ("[[reasons]]", "[reasons"),
        (GOOD, GOOD + GOOD[GOOD.index("[[") :]),
    ],
)
def test_a_slip_in_the_file_is_found_at_start(right: str, wrong: str) -> None:
    assert parse(GOOD).version == "v1"
    with pytest.raises(ReasonListError):
        parse(GOOD.replace(right, wrong))
