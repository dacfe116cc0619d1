"""租房提取 in the hall: one form page on the phone's use cases, photos, 提交成功; nothing typed is lost."""

import io
from typing import Any

import pytest

from fund.errors import Unavailable
from fund.ports import CardVerdict
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_every_page_is_well_made import is_well_made
from tests.faces.h5.test_photos import KINDS
from tests.faces.h5.visitor import Visitor
from tests.makers import CARD, DALIAN, OTHER_CARD, a_home, answers

LABELS = [
    "租房地区", "房屋详细地址", "本年度起租月份", "本年度止租月份", "月租金", "收款银行", "银行卡号码", "提取金额（元）", "我已阅读并同意",
]  # fmt: skip


def at_the_form(**facts: Any) -> tuple[Front, Visitor]:
    front = Front(**facts)
    return front, front.citizen().get("/hall/rent")


def test_the_page_asks_all_of_the_manuals_questions_in_its_words_and_has_one_button() -> None:
    _, citizen = at_the_form()
    is_well_made(citizen)
    main = citizen.page.find("main")
    assert main is not None
    assert [label.get_text() for label in main.find_all("label")] == LABELS
    assert [b.get_text(strip=True) for b in main.find_all("button")] == ["提交申请"]
    for words in ("张伟", "210***********0015", "辽宁省某某厅", "52,340.18 元", "36个月", "承诺书"):
        assert words in citizen.text


def test_a_home_in_shenyang_is_handed_in_by_one_press() -> None:
    front, citizen = at_the_form()
    citizen.press("提交申请", **answers())
    assert citizen.heading == "提交成功" and citizen.path.startswith("/hall/rent/done/")
    is_well_made(citizen)
    (application,) = front.counter.applications.rows
    assert application.answers == answers()
    assert application.reference in citizen.text and "尾号0012的建设银行账户" in citizen.text
    assert citizen.page.find("a", href=f"/hall/applications/{application.reference}")


def test_pressing_twice_gives_the_same_receipt() -> None:
    front, citizen = at_the_form()
    action, content = citizen.form("提交申请")
    paths = [
        citizen.took(citizen.client.post(action, data={**content, **answers()}, follow_redirects=True)).path
        for _ in range(2)
    ]
    assert paths[0] == paths[1] and paths[0].startswith("/hall/rent/done/")
    assert len(front.counter.applications.rows) == 1


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_page_and_nothing_typed_is_lost() -> None:
    front, citizen = at_the_form()
    front.counter.cards.usual = CardVerdict(matches=False)
    citizen.press("提交申请", **answers(address="短", amount="99999", agreed="yes"))
    assert citizen.status == 422 and citizen.title.startswith("有误：")
    is_well_made(citizen)
    summary = citizen.page.find("section", class_="summary")
    assert summary is not None and summary.has_attr("data-focus")
    assert [a["href"] for a in summary.find_all("a")] == ["#f-address", "#f-card", "#f-amount"]
    assert citizen.value("房屋详细地址") == "短" and citizen.value("提取金额（元）") == "99999"
    assert citizen.field("我已阅读并同意").has_attr("checked")
    front.counter.cards.usual = CardVerdict(matches=True, account_class=1, kind="debit", open=True)
    citizen.press("提交申请", address="青年大街100号3单元501室", amount="8400")
    assert citizen.heading == "提交成功"


def test_what_is_wrong_is_told_in_the_halls_words() -> None:
    front, citizen = at_the_form()
    citizen.press("提交申请", region="210102")
    for words in ("请填写房屋详细地址", "请填写月租金", "请选择收款银行"):
        assert words in citizen.text
    _, content = citizen.form("提交申请")
    told = front.citizen().client.post("/hall/rent/estimate", data={**content, **answers()}).text
    for words in (citizen.text, told):
        assert not any(phones in words for phones in ("月租金额", "房屋地址", "银行类别"))


def test_all_reasons_against_the_person_are_told_and_nothing_is_asked() -> None:
    _, citizen = at_the_form(status="06", months_in_a_row=1, homes=(a_home("210100"),))
    for words in ("冻结", "还需连续缴存2个月", "自有住房", "共有3个原因", "建金〔2015〕19号第一条"):
        assert words in citizen.text
    main = citizen.page.find("main")
    assert main is not None and main.find_all("button") == [] and main.find_all("label") == []
    is_well_made(citizen)


def test_a_reason_that_comes_up_while_filling_in_is_told_and_what_was_typed_stays() -> None:
    front, citizen = at_the_form()
    front.counter.members.facts["status"] = "06"
    citizen.press("提交申请", **answers(address="短"))
    assert citizen.status == 422 and "冻结" in citizen.text
    assert citizen.value("房屋详细地址") == "短" and citizen.value("月租金") == "1400.00"


def test_begun_on_the_phone_and_finished_in_the_hall() -> None:
    front = Front()
    citizen = front.citizen().walk_to("account")
    citizen.get("/hall/rent")
    assert citizen.value("房屋详细地址") == "青年大街100号3单元501室" and citizen.value("月租金") == "1400.00"
    citizen.press("提交申请", bank="CCB", card=CARD, agreed="yes")
    assert citizen.heading == "提交成功"


def kept(citizen: Visitor, **typed: str) -> Any:
    _, content = citizen.form("提交申请")
    return citizen.client.post("/hall/rent/draft", data={**content, **typed})


def test_begun_in_the_hall_and_finished_on_the_phone() -> None:
    _, citizen = at_the_form()
    said = kept(citizen, **answers(card="6217")).json
    assert said["said"] == "银行卡号码还没填完或填写有误，暂未保存；其他内容已自动保存。"
    assert said["version"] == 1 and said["renewed"] == {}
    citizen.get("/h5/rent").press("下一步")
    assert citizen.value("月租金额") == "1400.00"
    citizen.press("下一步")
    assert citizen.value("银行类别") == "CCB"
    citizen.press("下一步", card=CARD)
    citizen.press("提交申请", agreed="yes")
    assert citizen.heading == "提交成功"


def goes_on_from(said: dict[str, Any]) -> dict[str, str]:
    """What the script puts into the page when nothing came from another window."""
    version, key = str(said["version"]), said["key"]
    assert said["said"].startswith("已自动保存") and not said["renewed"]
    return {"seen_version": version, "submission_key": key, "agreed_at": f"{version}:{key}"}


def test_a_page_that_goes_on_from_what_was_kept_is_handed_in_and_its_old_key_leads_to_the_receipt() -> None:
    front, citizen = at_the_form()
    goes_on = goes_on_from(kept(citizen, **answers()).json)
    goes_on = goes_on_from(kept(citizen, **answers(amount="8000"), **goes_on).json)
    page = citizen.form("提交申请")
    citizen.press("提交申请", **answers(amount="8100"), **goes_on)
    assert citizen.heading == "提交成功"
    first = citizen.path
    citizen.took(citizen.client.post(page[0], data={**page[1], **answers(), **goes_on}, follow_redirects=True))
    assert citizen.path == first
    late = citizen.client.post("/hall/rent/draft", data={**page[1], **answers(), **goes_on})
    assert late.status_code == 409 and "已经提交" in late.json["said"]
    assert [a.answers["amount"] for a in front.counter.applications.rows] == ["8100.00"]


def test_what_the_phone_changed_meanwhile_comes_with_the_keeping_and_a_clash_is_left_to_the_button() -> None:
    front, citizen = at_the_form()
    kept(citizen, **answers())
    citizen.get("/hall/rent")
    front.counter.answer("info")
    front.counter.answer("details", answers(monthly_rent="1500"))
    assert kept(citizen, bank="ICBC", card=OTHER_CARD).json["renewed"] == {"monthly_rent": "1500.00"}
    clash = kept(citizen, monthly_rent="1600")
    assert clash.status_code == 409 and "另一个窗口" in clash.json["said"]
    citizen.press("提交申请", monthly_rent="1600", agreed="yes")
    assert citizen.status == 409 and citizen.title.startswith("请核对：")
    assert "1,600.00 元" in citizen.said_beside("月租金") and "1,500.00 元" in citizen.said_beside("月租金")
    is_well_made(citizen)


def test_an_answer_changed_on_the_phone_is_shown_with_a_word_and_has_to_be_agreed_to_again() -> None:
    front, citizen = at_the_form()
    kept(citizen, **answers())
    citizen.get("/hall/rent")
    front.counter.answer("info")
    front.counter.answer("details", answers(monthly_rent="1500"))
    citizen.press("提交申请", agreed="yes")
    assert citizen.status == 422 and front.counter.applications.rows == ()
    assert citizen.value("月租金") == "1500.00" and "已更新为最新内容" in citizen.said_beside("月租金")
    assert "重新勾选" in citizen.said_beside("我已阅读并同意")
    assert not citizen.field("我已阅读并同意").has_attr("checked")
    is_well_made(citizen)
    citizen.press("提交申请", agreed="yes")
    assert citizen.heading == "提交成功"


def test_what_was_handed_in_elsewhere_with_other_answers_is_not_told_as_if_it_were_this() -> None:
    front, citizen = at_the_form()
    kept(citizen, **answers())
    citizen.get("/hall/rent")
    page = citizen.form("提交申请")
    citizen.press("提交申请", agreed="yes")
    citizen.took(citizen.client.post(page[0], data={**page[1], "agreed": "yes"}, follow_redirects=True))
    assert citizen.heading == "提交成功" and "另一窗口" not in citizen.text
    other = {**page[1], **answers(monthly_rent="1300", amount="7800")}
    citizen.took(citizen.client.post(page[0], data=other, follow_redirects=True))
    assert citizen.heading == "已在另一窗口提交" and "内容以提交时为准" in citizen.text
    (application,) = front.counter.applications.rows
    assert application.reference in citizen.text and application.answers["monthly_rent"] == "1400.00"
    is_well_made(citizen)


def test_the_form_of_an_application_that_was_taken_back_is_shown_again_and_not_handed_in() -> None:
    front, citizen = at_the_form()
    page = citizen.form("提交申请")
    citizen.press("提交申请", **answers())
    (application,) = front.counter.applications.rows
    front.counter.records.withdraw(front.person, application.reference)
    typed = {**page[1], **answers(address="撤销路1号2单元303室")}
    citizen.took(citizen.client.post(page[0], data=typed, follow_redirects=True))
    assert citizen.status == 422 and len(front.counter.applications.rows) == 1
    assert citizen.value("房屋详细地址") == "撤销路1号2单元303室"
    assert "已撤销" in citizen.said_beside("我已阅读并同意")
    assert not citizen.field("我已阅读并同意").has_attr("checked")
    citizen.press("提交申请", agreed="yes")
    assert citizen.heading == "提交成功" and len(front.counter.applications.rows) == 2


def test_what_was_typed_on_a_page_never_kept_before_survives_a_session_that_ended() -> None:
    front, citizen = at_the_form()
    action, content = citizen.form("提交申请")
    front.sessions.kept.clear()
    answer = citizen.client.post(action, data={**content, **answers(address="过期路1号2单元303室", card="6217")})
    assert answer.headers["Location"].startswith("/login/start?next=/hall/rent")
    citizen.get("/test/sign-in").get("/hall/rent")
    assert "您填写的内容已为您保留" in citizen.text
    assert citizen.value("房屋详细地址") == "过期路1号2单元303室" and citizen.value("银行卡号码") == "6217"
    citizen.press("提交申请", card=CARD)
    assert citizen.heading == "提交成功"


def test_a_form_that_comes_back_after_signing_in_again_is_asked_for_its_tick_if_the_phone_changed_something() -> None:
    front, citizen = at_the_form()
    kept(citizen, **answers())
    citizen.get("/hall/rent")
    action, content = citizen.form("提交申请")
    front.sessions.kept.clear()
    citizen.client.post(action, data={**content, "agreed": "yes"})
    front.counter.answer("info")
    front.counter.answer("details", answers(monthly_rent="1300", amount="7800"))
    citizen.get("/test/sign-in").get("/hall/rent")
    assert "您填写的内容已为您保留" in citizen.text
    citizen.press("提交申请")
    assert citizen.status == 422 and front.counter.applications.rows == ()
    assert citizen.value("月租金") == "1300.00" and "已更新为最新内容" in citizen.said_beside("月租金")
    assert not citizen.field("我已阅读并同意").has_attr("checked")
    citizen.press("提交申请", agreed="yes")
    assert [a.answers["monthly_rent"] for a in front.counter.applications.rows] == ["1300.00"]


def test_what_was_typed_is_not_shown_to_another_person_who_signs_in_next() -> None:
    front, citizen = at_the_form()
    action, content = citizen.form("提交申请")
    front.sessions.kept.clear()
    forged = {**content, **answers(address="过期路1号2单元303室"), "owner": "0" * 32}
    citizen.client.post(action, data=forged)
    citizen.get("/test/sign-in").get("/hall/rent")
    assert "过期路" not in citizen.answer.text


def test_what_was_typed_survives_a_store_that_is_down_for_a_moment() -> None:
    front, citizen = at_the_form()

    def down() -> None:
        raise Unavailable("the drafts are not reached", code="unavailable")

    front.counter.drafts.before_save = down
    citizen.press("提交申请", **answers(address="断网路1号2单元303室"))
    assert citizen.path == "/hall/rent" and "您填写的内容都在，请稍后再点一次" in citizen.text
    assert citizen.value("房屋详细地址") == "断网路1号2单元303室"
    citizen.press("提交申请")
    assert citizen.heading == "提交成功"


def test_what_was_typed_survives_a_core_system_that_is_down_for_a_while() -> None:
    front, citizen = at_the_form()
    front.counter.members.error = Unavailable("the core system is not reached")
    citizen.press("提交申请", **answers(address="断网路1号2单元303室", card="6217"))
    assert citizen.status == 503 and citizen.page.find("a", href="/hall/rent")
    front.counter.members.error = None
    citizen.get("/hall/rent")
    assert citizen.value("房屋详细地址") == "断网路1号2单元303室" and citizen.value("银行卡号码") == "6217"


def test_other_words_of_the_pledge_than_those_shown_have_to_be_agreed_to_anew() -> None:
    front, citizen = at_the_form()
    front.counter.members.facts["employer_city"] = DALIAN
    citizen.press("提交申请", **answers())
    assert citizen.status == 422 and "承诺书的内容已有更新" in citizen.said_beside("我已阅读并同意")
    citizen.press("提交申请", agreed="yes")
    assert citizen.heading == "影像上传"


def at_the_photos() -> tuple[Front, Visitor]:
    front, citizen = at_the_form()
    return front, citizen.press("提交申请", **answers(region=DALIAN))


def test_photos_are_uploaded_one_by_one_without_a_script_and_confirmed() -> None:
    front, citizen = at_the_photos()
    assert citizen.heading == "影像上传" and citizen.path == "/hall/rent/photos"
    is_well_made(citizen)
    forms = citizen.page.find_all("form", attrs={"data-upload": True})
    assert [f["action"] for f in forms] == [f"/hall/rent/photos/{kind}" for kind in [*KINDS, "workplace"]]
    assert {f.find("button").get_text(strip=True) for f in forms} == {"本地上传"}
    citizen.press("确定")
    assert citizen.status == 422 and citizen.text.count("请上传") >= 5
    is_well_made(citizen)
    for kind in KINDS:
        token = citizen.page.find("input", attrs={"name": "csrf_token"})
        assert token is not None
        data = {"csrf_token": token["value"], "photo": (io.BytesIO(f"photo of {kind}".encode()), "1.jpg")}
        citizen.took(citizen.client.post(f"/hall/rent/photos/{kind}", data=data, follow_redirects=True))
        assert citizen.path == "/hall/rent/photos" and "照片已上传" in citizen.text
    citizen.press("确定")
    assert citizen.heading == "提交成功" and citizen.path.startswith("/hall/rent/done/")
    assert len(front.counter.applications.rows) == 1


def test_whoever_has_only_the_photos_left_is_told_so_on_the_form_page() -> None:
    _, citizen = at_the_photos()
    citizen.get("/hall/rent")
    assert citizen.page.find("a", href="/hall/rent/photos")
    assert citizen.value("租房地区") == DALIAN


@pytest.mark.parametrize("path", ["info", "details", "account", "pledge", "draft", "estimate", "photos"])
def test_addresses_that_are_no_pages_of_the_hall_lead_to_the_form(path: str) -> None:
    _, citizen = at_the_form()
    assert citizen.get(f"/hall/rent/{path}").path == "/hall/rent"
    assert citizen.get("/hall/rent/nonsense").status == 404


def test_the_explained_amount_is_the_phones_and_nothing_is_kept() -> None:
    front, citizen = at_the_form()
    _, content = citizen.form("提交申请")
    answer = citizen.client.post("/hall/rent/estimate", data={**content, **answers()})
    assert "8,400.00 元" in answer.text and front.counter.look().draft.version == 0


def test_a_narrow_window_is_led_to_the_phones_page() -> None:
    _, citizen = at_the_form()
    link = citizen.page.find("a", attrs={"data-phone-page": True})
    assert link is not None and link["href"] == "/h5/rent"
