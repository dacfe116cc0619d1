"""The pages of 租房提取 are the manual's, in its order and words; photos only where it asks for them."""

import pytest

from businesses.rent.journey import JOURNEY, photo_kinds
from businesses.rent.policy import photos_needed
from fund.people import MaritalStatus
from tests.makers import ANSHAN, DALIAN, SHENYANG, SPOUSE, a_case, answers

HEPING_DISTRICT, BEIJING = "210102", "110100"


def test_the_pages_stand_in_the_manuals_order() -> None:
    assert [step.title for step in JOURNEY.steps] == ["核实个人基本信息", "租房信息", "收款账户", "承诺书", "影像上传"]
    assert [step.button for step in JOURNEY.steps] == ["下一步", "下一步", "下一步", "提交申请", "提交申请"]


def test_the_fields_bear_the_manuals_words_on_the_phone_and_in_the_hall() -> None:
    fields = [f for step in JOURNEY.steps for f in step.fields]
    assert [f.label for f in fields] == [
        "租房地区", "房屋地址", "本年度起租月份", "本年度止租月份", "月租金额", "提取金额（元）", "银行类别", "银行卡号码", "我已阅读并同意",
    ]  # fmt: skip
    assert [f.hall_label or f.label for f in fields] == [
        "租房地区", "房屋详细地址", "本年度起租月份", "本年度止租月份", "月租金", "提取金额（元）", "收款银行", "银行卡号码", "我已阅读并同意",
    ]  # fmt: skip


def test_address_and_card_are_kept_as_personal() -> None:
    assert {f.name for step in JOURNEY.steps for f in step.fields if f.personal} == {"address", "card"}


def test_the_banks_are_the_three_of_the_manual() -> None:
    bank = next(f for f in JOURNEY.step("account").fields if f.name == "bank")
    assert bank.kind.choices == (("CCB", "建设银行"), ("ICBC", "工商银行"), ("SJB", "盛京银行"))


def test_an_unknown_page_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        JOURNEY.step("nowhere")


@pytest.mark.parametrize(
    ("employer_city", "region", "needed"),
    [
        (SHENYANG, SHENYANG, False),
        (SHENYANG, HEPING_DISTRICT, False),
        (SHENYANG, "210181", False),  # 新民市 is part of 沈阳市
        (SHENYANG, DALIAN, True),
        (SHENYANG, ANSHAN, True),
        (SHENYANG, BEIJING, True),
        (DALIAN, DALIAN, True),  # with the employer, but not 沈阳市
        (DALIAN, SHENYANG, True),  # 沈阳市, but not with the employer
        (DALIAN, HEPING_DISTRICT, True),
        (DALIAN, ANSHAN, True),
        ("", SHENYANG, True),
    ],
)
def test_photos_are_asked_for_outside_shenyang_or_away_from_the_employer(
    employer_city: str, region: str, needed: bool
) -> None:
    case = a_case(employer_city=employer_city)
    assert photos_needed(case, answers(region=region)) is needed
    assert ("photos" in {step.name for step in JOURNEY.path(case, answers(region=region))}) is needed


@pytest.mark.parametrize("region", [None, "", "999999"])
def test_no_photos_are_asked_for_before_the_place_is_known(region: str | None) -> None:
    assert not photos_needed(a_case(employer_city=DALIAN), answers(region=region))


WANTED = ["id_front", "id_back", "lease", "rent_receipt", "no_home_proof"]


def test_the_photos_are_those_of_the_list_and_only_the_workplace_is_optional() -> None:
    kinds = photo_kinds(a_case(), answers())
    assert [k.name for k in kinds if k.required] == WANTED
    assert [k.name for k in kinds if not k.required] == ["workplace"]
    assert all(k.label and k.hint and k.most >= 1 for k in kinds)


@pytest.mark.parametrize("status", MaritalStatus)
def test_the_marriage_certificate_is_wanted_from_the_married_only(status: MaritalStatus) -> None:
    spouse = SPOUSE if status is MaritalStatus.MARRIED else None
    kinds = photo_kinds(a_case(marital_status=status, spouse=spouse), answers())
    assert ("marriage" in {k.name for k in kinds if k.required}) is (status is MaritalStatus.MARRIED)
