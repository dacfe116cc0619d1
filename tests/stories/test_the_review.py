"""One application is reviewed in the running house: taken, looked at, returned or passed, by staff who sign in for real."""

import re
from urllib.parse import urlsplit

import pytest
from bs4 import Tag

from adapters.postgres.database import Database
from fund.application import Role
from fund.numbers import IdNumber
from tests.citizen import Citizen, a_citizen
from tests.house import House, eventually
from tests.pictures import a_photo
from tests.staff import Staffer, a_staffer
from tests.stories.test_rent_withdrawal import upload_photo

PHOTOS = ("身份证（人像面）", "身份证（国徽面）", "房屋租赁合同", "租金发票或支付凭证", "无房证明")


def handed_in(house: House, **answers: str) -> tuple[Citizen, str]:
    citizen = a_citizen(house).signs_in().hands_in(**answers)
    if citizen.heading == "影像上传":
        for seed, kind in enumerate(PHOTOS):
            upload_photo(citizen, kind, a_photo(seed))
        citizen.press("提交申请")
    assert citizen.heading == "提交成功"
    return citizen, urlsplit(citizen.url).path.rsplit("/", 1)[1]


def press(staffer: Staffer, path: str, **form: str) -> Staffer:
    """Post a form of the case page with the version that it shows."""
    version = staffer.page.find("input", {"name": "version"})
    given = {"version": str(version["value"])} if isinstance(version, Tag) else {}
    return staffer.post(path, **given, **form)


@pytest.fixture
def reviewer(house: House) -> Staffer:
    return a_staffer(house, Role.REVIEWER).sign_in()


@pytest.fixture
def confirmer(house: House) -> Staffer:
    return a_staffer(house, Role.CONFIRMER).sign_in()


def test_two_persons_pass_an_application_and_the_citizen_is_told_of_each_step(
    house: House, reviewer: Staffer, confirmer: Staffer
) -> None:
    citizen, reference = handed_in(house)
    case = f"/cases/{reference}"
    assert reference in reviewer.open("/queue").answer.text
    press(reviewer.open(case), f"{case}/claim")
    assert "初审通过" in reviewer.answer.text
    press(reviewer, f"{case}/approve")
    assert reference not in reviewer.open("/queue").answer.text
    press(confirmer.open(case), f"{case}/claim")
    press(confirmer, f"{case}/confirm")
    assert reference not in confirmer.open("/queue").answer.text
    assert eventually(lambda: citizen.open("/h5/inbox").sees("审核通过"))


def test_photos_carry_the_name_of_who_looks_and_every_look_is_kept(house: House, reviewer: Staffer) -> None:
    _, reference = handed_in(house, **{"租房地区": "210300"})
    reviewer.open(f"/cases/{reference}")
    links = [str(a["href"]) for a in reviewer.page.select("[data-photos] a")]
    assert links
    answer = reviewer.browser.get(house.desk_url + links[0], timeout=30)
    assert answer.content.startswith(b"\xff\xd8")
    assert answer.headers["Cache-Control"] == "no-store"
    again = reviewer.browser.get(house.desk_url + links[0], timeout=30)
    assert again.status_code == 200
    database = Database.connect(house.postgres.url, pool=1)
    with database.reading() as session:
        what = session.connection().exec_driver_sql(
            "SELECT what FROM looks WHERE staff_id = %s ORDER BY at", (reviewer.member.id,)
        )
        kept = [row[0] for row in what]
    database.close()
    assert kept == ["case", *[f"photo:{links[0].rsplit('/', 1)[1]}"] * 2]


def test_nobody_takes_their_own_case_and_a_search_by_id_number_leaves_no_number_anywhere(house: House) -> None:
    citizen, reference = handed_in(house)
    number = citizen.person["id_number"]
    own = a_staffer(house, Role.REVIEWER, id_number=IdNumber(number)).sign_in()
    own.open("/queue").post("/queue/search", q=number)
    assert reference in own.answer.text
    assert number not in own.answer.url + own.answer.text
    press(own.open(f"/cases/{reference}"), f"/cases/{reference}/claim")
    assert "这是您本人的申请" in own.answer.text
    assert not re.search(r"<button[^>]*>领取", own.answer.text)
    assert number not in house.logs()
