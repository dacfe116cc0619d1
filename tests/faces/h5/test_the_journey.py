"""The pages of 租房提取: what they ask, what they say when something is wrong, what they keep."""

import pytest

from fund.ports import CardVerdict
from tests.faces.h5.fakes import Front
from tests.faces.h5.visitor import Visitor
from tests.makers import CARD, OTHER_CARD, a_home, answers

LABELS = {
    "details": ["租房地区", "房屋地址", "本年度起租月份", "本年度止租月份", "月租金额", "提取金额（元）"],
    "account": ["银行类别", "银行卡号码"],
    "pledge": ["我已阅读并同意"],
}
HOSTILE = "\"><script>alert(1)</script>'{{7*7}}"


def at(step: str, **different: str) -> tuple[Front, Visitor]:
    front = Front()
    return front, front.citizen().walk_to(step, **different)


@pytest.mark.parametrize("step", LABELS)
def test_the_fields_have_the_manuals_words(step: str) -> None:
    _, citizen = at(step)
    assert [label.get_text() for label in citizen.page.find_all("label")] == LABELS[step]


@pytest.mark.parametrize(
    ("step", "button"),
    [("info", "下一步"), ("details", "下一步"), ("account", "下一步"), ("pledge", "提交申请")],
)
def test_the_buttons_have_the_manuals_words(step: str, button: str) -> None:
    _, citizen = at(step)
    assert [b.get_text(strip=True) for b in citizen.page.find_all("button")] == [button]


def test_the_first_page_shows_the_person_and_the_account_masked() -> None:
    front, citizen = at("info")
    for words in (
        "张伟",
        "210***********0015",
        "138****0001",
        "辽宁省某某厅",
        "*****0001",
        "正常",
        "52,340.18 元",
        "36个月",
    ):
        assert words in citizen.text
    for hidden in (front.person.id_number.value, front.person.mobile, "210000001"):
        assert hidden not in citizen.answer.text


def test_every_reason_is_told_at_once_with_its_paper_and_there_is_no_way_on() -> None:
    front = Front(status="06", months_in_a_row=1, homes=(a_home("210100"),))
    citizen = front.citizen().get("/h5/rent")
    for words in ("冻结", "还需连续缴存2个月", "自有住房", "共有3个原因", "建金〔2015〕19号第一条"):
        assert words in citizen.text
    assert citizen.page.find_all("button") == []
    assert citizen.page.find("a", href="/h5/guides/rent")


def test_regions_are_one_list_that_begins_with_shenyang() -> None:
    _, citizen = at("details")
    region = citizen.field("租房地区")
    groups = [str(group["label"]) for group in region.find_all("optgroup")]
    assert groups[0] == "辽宁省" and len(groups) == 34
    options = [(str(o["value"]), o.get_text()) for o in region.find_all("option")]
    assert options[:4] == [
        ("", "请选择"),
        ("210100", "沈阳市"),
        ("210102", "沈阳市和平区"),
        ("210103", "沈阳市沈河区"),
    ]
    assert ("210200", "大连市") in options


def test_months_are_those_of_this_year() -> None:
    _, citizen = at("details")
    options = citizen.field("本年度起租月份").find_all("option")
    assert [o["value"] for o in options] == ["", *(f"2026-{m:02d}" for m in range(1, 13))]
    assert options[1].get_text() == "2026年1月"


def test_the_limits_are_told_before_anything_is_typed() -> None:
    _, citizen = at("details")
    assert "每月 1,400.00 元" in citizen.text
    assert "账户可用余额 52,340.18 元" in citizen.text


def test_a_too_high_amount_is_answered_with_the_whole_working() -> None:
    _, citizen = at("details")
    citizen.press("下一步", **answers(amount="9000", address="青年大街1号2单元3室"))
    assert citizen.status == 422
    assert "提取金额不能超过 8,400.00 元" in citizen.said_beside("提取金额（元）")
    assert "月租金额 1,400.00 元 × 6 个月 = 8,400.00 元" in citizen.text
    assert citizen.value("提取金额（元）") == "9000"
    assert citizen.value("房屋地址") == "青年大街1号2单元3室"
    assert citizen.value("租房地区") == "210102"


def test_the_summary_leads_to_each_wrong_field_in_the_same_words() -> None:
    _, citizen = at("details")
    citizen.press("下一步", region="999999", monthly_rent="1e3", amount="-5")
    summary = citizen.page.find(class_="summary")
    assert summary is not None and summary["tabindex"] == "-1"
    links = {str(a["href"]): a.get_text() for a in summary.find_all("a")}
    assert len(links) == 6
    for target, words in links.items():
        control = citizen.page.find(id=target[1:])
        assert control is not None and control["aria-invalid"] == "true"
        beside = citizen.page.find(id=f"{target[1:]}-problem")
        assert beside is not None and beside.get_text(strip=True) == words


def test_a_fresh_page_blames_nobody() -> None:
    for step in ("details", "account", "pledge", "photos"):
        _, citizen = at(step, region="210200")
        assert citizen.page.find(class_="summary") is None
        assert not citizen.title.startswith("有误")


def test_hostile_text_is_shown_as_text_everywhere() -> None:
    _, citizen = at("pledge", address=HOSTILE)
    assert "<script>alert" not in citizen.answer.text
    assert HOSTILE in citizen.text
    citizen.get("/h5/rent/details")
    assert citizen.value("房屋地址") == HOSTILE
    citizen.press("下一步", monthly_rent=HOSTILE)
    assert citizen.value("月租金额") == HOSTILE
    assert "<script>alert" not in citizen.answer.text


@pytest.mark.parametrize("step", ["details", "account", "pledge", "photos", "done/none"])
def test_no_page_is_reached_by_its_address_alone(step: str) -> None:
    citizen = Front().citizen().get(f"/h5/rent/{step}")
    if step == "done/none":
        assert citizen.status == 404
    else:
        assert citizen.path == "/h5/rent/info"
        assert "已为您转到当前需要办理的这一步" in citizen.text


def test_an_unknown_page_is_not_found_and_posting_it_leads_back() -> None:
    front, citizen = at("details")
    _, content = citizen.form("下一步")
    assert citizen.get("/h5/rent/nonsense").status == 404
    citizen.took(citizen.client.post("/h5/rent/nonsense", data=content, follow_redirects=True))
    assert citizen.path == "/h5/rent/details"
    assert len(front.counter.applications.rows) == 0


def test_back_leads_one_page_back() -> None:
    _, citizen = at("account")
    back = citizen.page.find("a", class_="top__back")
    assert back is not None and back["href"] == "/h5/rent/details"


def test_the_pledge_shows_what_is_handed_in_and_each_part_can_be_changed() -> None:
    _, citizen = at("pledge")
    for words in (
        "辽宁省沈阳市和平区",
        "青年大街100号3单元501室",
        "2026年1月",
        "8,400.00 元",
        "建设银行",
        "6217 **** **** 0012",
    ):
        assert words in citizen.text
    assert CARD not in citizen.answer.text
    assert "本人张伟（证件号码210***********0015）申请提取住房公积金" in citizen.text
    assert [str(a["href"]) for a in citizen.page.find_all("a", class_="change")] == [
        "/h5/rent/details?change=1",
        "/h5/rent/account?change=1",
    ]


def test_a_change_leads_back_to_the_pledge() -> None:
    _, citizen = at("pledge")
    citizen.get("/h5/rent/details?change=1")
    back = citizen.page.find("a", class_="top__back")
    assert back is not None and back.get_text(strip=True) == "不改了，返回"
    citizen.press("下一步", address="青年大街200号1单元101室")
    assert citizen.heading == "承诺书"
    assert "青年大街200号1单元101室" in citizen.text


def test_a_change_that_is_wrong_still_leads_back_to_the_pledge_once_mended() -> None:
    _, citizen = at("pledge")
    citizen.get("/h5/rent/details?change=1").press("下一步", amount="99999")
    assert citizen.status == 422
    citizen.press("下一步", amount="8000")
    assert citizen.heading == "承诺书"


def test_a_doubt_about_the_card_is_told_and_stops_nobody() -> None:
    _, citizen = at("pledge", card=OTHER_CARD)
    assert "这个卡号看起来是工商银行的卡" in citizen.text
    citizen.get("/h5/rent/account")
    assert "这个卡号看起来是工商银行的卡" in citizen.said_beside("银行卡号码")
    assert citizen.field("银行卡号码").get("aria-invalid") is None


def test_a_card_the_bank_refuses_is_told_beside_the_field_and_kept() -> None:
    front, citizen = at("account")
    front.counter.cards.verdicts[CARD] = CardVerdict(matches=True, account_class=2, kind="debit")
    citizen.press("下一步", bank="CCB", card=CARD)
    assert citizen.status == 422
    assert "该卡不是一类账户" in citizen.said_beside("银行卡号码")
    assert citizen.value("银行卡号码") == CARD


def test_handing_in_tells_the_number_the_time_and_the_account() -> None:
    front, citizen = at("done")
    (application,) = front.counter.applications.rows
    assert citizen.heading == "提交成功"
    assert application.reference in citizen.text
    for words in ("3个工作日", "尾号0012的建设银行账户", "查看进度", "返回首页"):
        assert words in citizen.text
    assert CARD not in citizen.answer.text


def test_the_pledge_has_to_be_ticked() -> None:
    _, citizen = at("pledge")
    assert not citizen.field("我已阅读并同意").has_attr("checked")
    citizen.press("提交申请")
    assert citizen.status == 422
    assert "请阅读承诺书并勾选" in citizen.said_beside("我已阅读并同意")


def test_the_amount_as_it_would_be_is_a_fragment_and_keeps_nothing() -> None:
    front, citizen = at("details")
    _, content = citizen.form("下一步")
    before = front.counter.look().draft
    answer = citizen.client.post("/h5/rent/estimate", data={**content, **answers(monthly_rent="1000")})
    assert answer.status_code == 200
    assert "6,000.00 元" in answer.text and "<html" not in answer.text
    assert front.counter.look().draft == before
    assert citizen.get("/h5/rent/estimate").path == "/h5/rent/details"
