"""Two windows, ended sessions, stale tokens, a store that is down, two taps: nothing is lost or doubled."""

import pytest

from fund.application import State
from fund.errors import Unavailable
from tests.faces.h5.fakes import Front
from tests.faces.h5.visitor import Visitor
from tests.makers import answers


def at(step: str, **different: str) -> tuple[Front, Visitor]:
    front = Front()
    return front, front.citizen().walk_to(step, **different)


def test_what_two_windows_changed_is_shown_with_both_values_and_decided_by_posting_again() -> None:
    front, citizen = at("account")
    citizen.get("/h5/rent/details")
    front.counter.answer("details", answers(address="青年大街300号1单元101室", region="210103"))
    citizen.press("下一步", address="青年大街400号1单元101室", region="210104")
    assert citizen.status == 409
    assert citizen.title.startswith("请核对：")
    said = citizen.said_beside("房屋地址")
    assert "青年大街400号1单元101室" in said and "青年大街300号1单元101室" in said
    assert "辽宁省沈阳市大东区" in citizen.said_beside("租房地区")
    assert "辽宁省沈阳市沈河区" in citizen.said_beside("租房地区")
    assert citizen.value("房屋地址") == "青年大街400号1单元101室"
    citizen.press("下一步")
    assert citizen.heading == "收款账户"
    assert front.counter.look().answers["address"] == "青年大街400号1单元101室"
    assert front.counter.look().answers["region"] == "210104"


def test_what_was_typed_survives_a_session_that_ended() -> None:
    front, citizen = at("details")
    action, content = citizen.form("下一步")
    front.sessions.kept.clear()
    answer = citizen.client.post(action, data={**content, **answers(address="过期路1号2单元303室")})
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/start?next=")
    citizen.get("/test/sign-in").get("/h5/rent/details")
    assert "您填写的内容已为您保留，请核对后继续" in citizen.text
    assert citizen.value("房屋地址") == "过期路1号2单元303室"
    assert citizen.value("提取金额（元）") == "8400.00"
    citizen.press("下一步")
    assert citizen.heading == "收款账户"


def test_what_was_typed_survives_a_token_that_is_not_ours() -> None:
    _, citizen = at("details")
    citizen.press("下一步", csrf_token="stale", **answers(address="令牌路1号2单元303室"))
    assert citizen.path == "/h5/rent/details"
    assert citizen.value("房屋地址") == "令牌路1号2单元303室"


def test_what_was_typed_survives_a_store_that_is_down_for_a_moment() -> None:
    front, citizen = at("details")

    def down() -> None:
        raise Unavailable("the drafts are not reached", code="unavailable")

    front.counter.drafts.before_save = down
    citizen.press("下一步", **answers(address="断网路1号2单元303室"))
    assert citizen.path == "/h5/rent/details"
    assert "您填写的内容都在，请稍后再点一次" in citizen.text
    assert citizen.value("房屋地址") == "断网路1号2单元303室"
    citizen.press("下一步")
    assert citizen.heading == "收款账户"


def test_handing_in_twice_shows_the_same_receipt() -> None:
    front, citizen = at("pledge")
    action, content = citizen.form("提交申请")
    pages = [
        citizen.took(citizen.client.post(action, data={**content, "agreed": "yes"}, follow_redirects=True)).path
        for _ in range(2)
    ]
    assert pages[0] == pages[1] and pages[0].startswith("/h5/rent/done/")
    assert [a.state for a in front.counter.applications.rows] == [State.SUBMITTED]


def test_rules_that_turn_against_a_person_at_the_last_moment_send_them_back_to_be_told() -> None:
    front, citizen = at("pledge")
    front.counter.members.facts["status"] = "06"
    citizen.press("提交申请", agreed="yes")
    assert citizen.path == "/h5/rent/info"
    assert "冻结" in citizen.text
    assert front.counter.applications.rows == ()


@pytest.mark.parametrize("version", ["", "-1", "1e9", "9" * 400, "٣", "x"])
def test_a_page_version_that_makes_no_sense_harms_nothing(version: str) -> None:
    _, citizen = at("details")
    citizen.press("下一步", seen_version=version, **answers())
    assert citizen.heading == "收款账户"
