"""With a neighbour or a store down: what is told of what was typed is so, and there is a way on."""

import pytest

from fund.errors import Unavailable
from tests.faces.h5.fakes import Front
from tests.faces.h5.visitor import Visitor
from tests.makers import answers
from web.problems import HELD, STILL_THERE, UNSAVED


def at(step: str) -> tuple[Front, Visitor]:
    front = Front()
    return front, front.citizen().walk_to(step)


def down() -> None:
    raise Unavailable("not reached", code="unavailable")


def test_a_page_that_could_not_be_taken_says_so_without_green_and_with_the_number_to_quote() -> None:
    _, citizen = at("details")
    citizen.get("/h5/rent/details?notice=not_saved&no=34679ACDEF")
    note = citizen.page.find(role="alert")
    assert note is not None and "note_warn" in note["class"] and "note_info" not in note["class"]
    assert "系统暂时连不上" in note.text and "仍不行请拨打12329，并告知咨询编号 34679ACDEF。" in note.text


@pytest.mark.parametrize("number", ["", "12329拨打95588", "<b>34679ACDE", "34679ACDEFG"])
def test_an_address_cannot_put_words_of_its_own_into_the_notice(number: str) -> None:
    _, citizen = at("details")
    citizen.get("/h5/rent/details", query_string={"notice": "not_saved", "no": number})
    note = citizen.page.find(role="alert")
    assert note is not None and note.text.endswith("仍不行请拨打12329。")


def test_handing_in_with_the_core_system_down_says_what_is_so() -> None:
    front, citizen = at("pledge")
    look = front.counter.members.find

    def only_what_is_known(person: object, *, fresh: bool = False) -> object:
        return down() if fresh else look(person)

    front.counter.members.find = only_what_is_known
    citizen.press("提交申请", agreed="yes")
    assert citizen.path == "/h5/rent/pledge" and "系统暂时连不上" in citizen.text
    assert front.counter.applications.rows == ()


def test_a_page_that_cannot_even_be_shown_again_says_that_what_was_typed_waits() -> None:
    front, citizen = at("details")
    front.counter.members.error = Unavailable("the core system is not reached")
    citizen.press("下一步", **answers(address="断网路1号2单元303室"))
    assert citizen.status == 503 and STILL_THERE in citizen.text
    front.counter.members.error = None
    assert citizen.get("/h5/rent/details").value("房屋地址") == "断网路1号2单元303室"


def test_with_the_sessions_down_a_form_is_told_not_to_be_saved_and_there_is_a_way_back() -> None:
    front, citizen = at("details")
    action, content = citizen.form("下一步")
    load, front.sessions.load = front.sessions.load, lambda session_id: down()
    citizen.took(citizen.client.post(action, data={**content, **answers()}))
    assert citizen.status == 503 and UNSAVED + HELD in citizen.text
    assert "都已保存" not in citizen.text and "不会丢失" not in citizen.text
    back = citizen.page.find("a", string="返回刚才的页面")
    assert back is not None and back["href"] == "/h5/rent/details"
    front.sessions.load = load
    citizen.press("再试一次")
    assert citizen.heading == "收款账户"
    assert front.counter.look().draft.answers["address"] == answers()["address"]


def test_a_foreign_form_does_not_become_ours_by_being_tried_again() -> None:
    front, citizen = at("details")
    load, front.sessions.load = front.sessions.load, lambda session_id: down()
    citizen.took(citizen.client.post("/h5/rent/details", data={**answers(), "csrf_token": "foreign", "x": '"><b>'}))
    assert citizen.form("再试一次")[1]["x"] == '"><b>' and citizen.page.find("b") is None
    front.sessions.load = load
    citizen.press("再试一次")
    assert "address" not in front.counter.look().draft.answers


def test_where_nothing_was_typed_nothing_is_said_about_it() -> None:
    front, citizen = at("info")
    action, content = citizen.form("下一步")
    front.sessions.load = lambda session_id: down()
    for answer in (citizen.client.post(action, data=content), citizen.client.get("/h5/")):
        citizen.took(answer)
        assert citizen.status == 503 and "填写" not in citizen.page.find("main").text
        assert citizen.page.find("a", string=lambda words: words in ("重试", "返回刚才的页面"))
