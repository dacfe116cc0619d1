"""A page of the phone keeps itself while it is being filled in; nothing is agreed to by it, nothing overwritten."""

from typing import Any

from tests.faces.h5.fakes import Front
from tests.faces.h5.visitor import Visitor
from tests.makers import CARD, answers


def at(step: str) -> tuple[Front, Visitor]:
    front = Front()
    return front, front.citizen().walk_to(step)


def keep(citizen: Visitor, step: str, **typed: str) -> Any:
    _, content = citizen.form("下一步")
    return citizen.client.post(f"/h5/rent/{step}/draft", data={**content, **typed})


def test_without_a_script_the_page_says_when_it_is_saved() -> None:
    _, citizen = at("details")
    assert "填写的内容在点“下一步”后保存。" in citizen.text and "自动保存" not in citizen.text
    form = citizen.page.find("form", {"data-autosave": "/h5/rent/details/draft"})
    assert form is not None and citizen.page.find("script", src=lambda src: bool(src and "autosave" in src))


def test_what_was_typed_so_far_is_there_when_the_page_is_opened_again() -> None:
    _, citizen = at("details")
    said = keep(citizen, "details", address="青年大街100号3单元501室", monthly_rent="1400").json
    assert said["said"].startswith("已自动保存") and said["renewed"] == {}
    citizen.get("/h5/rent/details")
    assert citizen.value("房屋地址") == "青年大街100号3单元501室" and citizen.value("月租金额") == "1400.00"


def test_what_cannot_be_read_yet_is_said_not_to_be_saved() -> None:
    front, citizen = at("account")
    said = keep(citizen, "account", bank="CCB", card="62170000").json
    assert said["said"] == "银行卡号码还没填完或填写有误，暂未保存；其他内容已自动保存。"
    assert front.counter.look().draft.answers.get("bank") == "CCB"


def test_the_page_goes_on_with_the_version_it_was_told() -> None:
    front, citizen = at("details")
    said = keep(citizen, "details", **answers(monthly_rent="1300")).json
    citizen.press("下一步", **answers(), seen_version=str(said["version"]), submission_key=said["key"])
    assert citizen.heading == "收款账户"
    assert front.counter.look().draft.answers["monthly_rent"] == "1400.00"


def test_keeping_agrees_to_nothing_and_confirms_nothing() -> None:
    front, citizen = at("account")
    keep(citizen, "account", bank="CCB", card=CARD, agreed="yes")
    draft = front.counter.look().draft
    assert draft.answers["card"] == CARD and "agreed" not in draft.answers and "account" not in draft.done


def test_a_clash_with_another_window_keeps_nothing_and_is_left_to_the_button() -> None:
    front, citizen = at("details")
    keep(citizen, "details", **answers())
    citizen.get("/h5/rent/details")
    front.counter.answer("details", answers(monthly_rent="1500"))
    clash = keep(citizen, "details", monthly_rent="1600")
    assert clash.status_code == 409 and "另一个窗口" in clash.json["said"]
    assert front.counter.look().draft.answers["monthly_rent"] == "1500.00"
    citizen.press("下一步", **answers(monthly_rent="1600"))
    assert citizen.status == 409 and "1,500.00 元" in citizen.said_beside("月租金额")


def test_the_address_of_the_draft_opened_by_itself_leads_to_its_page() -> None:
    _, citizen = at("details")
    assert citizen.get("/h5/rent/details/draft").path == "/h5/rent/details"


def test_a_stranger_keeps_nothing() -> None:
    front, citizen = at("details")
    front.sessions.kept.clear()
    answer = keep(citizen, "details", **answers())
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/start")
