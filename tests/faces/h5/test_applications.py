"""我的申请: the list, one application with its timeline, and taking it back."""

import uuid
from dataclasses import replace

import pytest

from businesses.rent.facts import DOCUMENTS
from fund.application import Actor, Move, Role, State, advance
from tests.faces.h5.fakes import Front
from tests.faces.h5.visitor import Visitor
from tests.makers import CARD


def handed_in(**different: str) -> tuple[Front, Visitor, str]:
    front = Front()
    citizen = front.citizen().walk_to("done", **different)
    return front, citizen, citizen.path.rsplit("/", 1)[1]


def test_who_has_none_is_told_so() -> None:
    citizen = Front().citizen().get("/h5/applications")
    assert "您还没有提交过申请" in citizen.text
    assert citizen.page.find("a", string="去办理")


def test_the_list_says_state_amount_and_time() -> None:
    _, citizen, number = handed_in()
    citizen.get("/h5/applications")
    for words in ("已提交", "8,400.00 元", "2026年7月15日 12:00", number):
        assert words in citizen.text


def test_one_application_shows_everything_that_was_handed_in() -> None:
    _, citizen, number = handed_in()
    citizen.get(f"/h5/applications/{number}")
    told = (
        "提交申请",
        "2026年7月15日 12:00",
        "3个工作日",
        "辽宁省沈阳市和平区",
        "青年大街100号3单元501室",
        "2026年6月",
        "6217 **** **** 0012",
        "月租金额 1,400.00 元 × 6 个月 = 8,400.00 元",
        "取最小值",
        "租房提取住房公积金承诺书",
    )
    for words in told:
        assert words in citizen.text, words
    assert CARD not in citizen.answer.text


def test_the_photos_handed_in_are_shown_by_the_names_they_were_asked_for() -> None:
    front = Front(married=True)
    citizen = front.citizen().walk_to("photos", region="210200")
    asked = front.counter.look()
    assert {k.name: k.label for k in asked.photo_kinds(asked.path[-1])} == DOCUMENTS
    front.counter.upload_all()
    citizen.get("/h5/rent/photos").press("提交申请")
    citizen.get(f"/h5/applications/{citizen.path.rsplit('/', 1)[1]}")
    assert "影像资料（7张）" in citizen.text
    for words in DOCUMENTS.values():
        assert words in citizen.text


def test_an_application_is_taken_back_after_asking() -> None:
    front, citizen, number = handed_in()
    citizen.get(f"/h5/applications/{number}")
    link = citizen.page.find("a", string="撤销申请")
    assert link is not None
    citizen.get(str(link["href"]))
    assert citizen.heading == "确定要撤销这笔申请吗"
    assert [a.state for a in front.counter.applications.rows] == [State.SUBMITTED]
    citizen.press("确认撤销")
    assert "申请已撤销" in citizen.text and "本人撤销申请" in citizen.text
    assert [a.state for a in front.counter.applications.rows] == [State.WITHDRAWN]
    assert citizen.page.find("a", string="撤销申请") is None


def test_taking_back_twice_or_too_late_tells_the_latest_state() -> None:
    front, citizen, number = handed_in()
    citizen.get(f"/h5/applications/{number}/withdraw")
    (row,) = front.counter.applications.rows
    front.counter.applications.move(
        *advance(row, Move.WITHDRAW, Actor(Role.CITIZEN, front.person.id), row.submitted_at)
    )
    citizen.press("确认撤销")
    assert citizen.path == f"/h5/applications/{number}"
    assert "状态已经变化" in citizen.text
    assert citizen.get(f"/h5/applications/{number}/withdraw").path == f"/h5/applications/{number}"


@pytest.mark.parametrize("page", ["", "/withdraw"])
def test_somebody_elses_application_looks_as_if_there_were_none(page: str) -> None:
    front, citizen, number = handed_in()
    (row,) = front.counter.applications.rows
    stranger = uuid.uuid4()
    front.counter.applications._rows[row.id] = replace(row, person_id=stranger)
    assert citizen.get(f"/h5/applications/{number}{page}").status == 404
    assert citizen.get(f"/h5/rent/done/{number}").status == 404
    assert citizen.get(f"/h5/applications/NONE-NONE-NONE{page}").status == 404


def test_the_first_page_shows_the_latest_application() -> None:
    _, citizen, _ = handed_in()
    citizen.get("/h5/")
    assert "最近的申请" in citizen.text and "已提交" in citizen.text


def test_a_second_application_of_the_year_is_pointed_to_the_first() -> None:
    _, citizen, number = handed_in()
    citizen.get("/h5/rent")
    assert number in citizen.text and "请勿重复提交" in citizen.text
    assert citizen.page.find("a", string="查看我的申请")
