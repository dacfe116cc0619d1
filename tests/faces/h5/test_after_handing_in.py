"""What a citizen sees of each state, and the pages on which they put things right."""

import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import Tag
from werkzeug.test import TestResponse

from fund.application import Application, Move, State
from fund.decision import Because, Decision
from fund.ports import CardVerdict
from tests.desk_moves import DIFFERS, FAILED, NOT_FIRST_CLASS, PAYING, UNCLEAR, Step, a_return, desk
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_every_page_is_well_made import is_well_made
from tests.faces.h5.test_signing_in import leave
from tests.makers import CARD, DALIAN, OTHER_CARD

CLAIMED: tuple[Step, ...] = (Move.CLAIM,)
REFUSED = (
    Move.REJECT,
    Decision(
        (Because("R02", "经核查，您或配偶在核查范围内有自有住房"), Because("R03", "本年度已办理过租房提取"))
    ).details(),
)
CARD_REFUSED = (Move.RETURN, Decision((Because("R06", "收款账户户名与申请人不一致"),)).details())


class Case:
    """张伟 with one application handed in; ``citizen`` is at its page."""

    def __init__(self, *steps: Step, **given: str) -> None:
        self.front = Front()
        self.citizen = self.front.citizen().walk_to("photos" if "region" in given else "done", **given)
        if "region" in given:
            self.front.counter.upload_all()
            self.citizen.get("/h5/rent/photos").press("提交申请")
        self.number = self.citizen.path.rsplit("/", 1)[1]
        self.path = f"/h5/applications/{self.number}"
        self.by_the_desk(*steps)

    def by_the_desk(self, *steps: Step) -> None:
        counter = self.front.counter
        desk(counter.applications, counter.person.id, self.number, counter.clock(), *steps)
        self.citizen.get(self.path)

    @property
    def row(self) -> Application:
        (row,) = self.front.counter.applications.rows
        return row

    def fix_card(self) -> "Case":
        self.citizen.get(f"{self.path}/card").press("提交更正", bank="ICBC", card=OTHER_CARD)
        return self

    def upload(self, kind: str, content: bytes = b"a sharp one", *, fragment: bool = False) -> TestResponse:
        token = self.citizen.page.find("input", attrs={"name": "csrf_token"})
        assert isinstance(token, Tag)
        data: dict[str, Any] = {"csrf_token": token["value"], "photo": (io.BytesIO(content), "照片.jpg")}
        return self.citizen.client.post(
            f"{self.path}/correct/photos/{kind}", data=data, headers={"X-Fragment": "row"} if fragment else {},
            follow_redirects=not fragment,
        )  # fmt: skip


STATES: dict[State, tuple[tuple[Step, ...], tuple[str, ...]]] = {
    State.SUBMITTED: ((), ("已提交", "3个工作日", "等待工作人员审核")),
    State.IN_REVIEW: (CLAIMED, ("审核中", "开始审核", "现在不需要您做什么")),
    State.NEEDS_FIX: ((*CLAIMED, a_return("address", note="请与合同一致")), ("需补正", DIFFERS.words, "房屋地址", "请与合同一致")),
    State.CHECKED: ((*CLAIMED, Move.APPROVE), ("审核中", "初审通过", "正在复核")),
    State.APPROVED: (PAYING[:-1], ("审核通过", "即将付款", "尾号0012的建设银行账户")),
    State.PAYING: (PAYING, ("付款中", "正在付款", "尾号0012的建设银行账户")),
    State.PAID: ((*PAYING, Move.PAY), ("已到账", "8,400.00 元", "2026年7月15日", "尾号0012的建设银行账户")),
    State.PAY_FAILED: (FAILED, ("付款失败", "收款账户不是一类账户或状态异常", "尾号0012")),
    State.REJECTED: (
        (*CLAIMED, REFUSED), ("审核未通过", "有自有住房", "已办理过租房提取", "可自收到通知之日起申请复核", "12329"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_the_page_says_how_it_stands_what_it_means_and_what_to_do(state: State) -> None:
    steps, words = STATES[state]
    case = Case(*steps)
    assert case.row.state is state
    for said in words:
        assert said in case.citizen.text, said
    is_well_made(case.citizen)
    assert CARD not in case.citizen.answer.text
    for path in ("/h5/applications", "/h5/"):
        page = case.citizen.get(path)
        assert page.page.find(class_=f"tag_{state.value}") and state.words in page.text
        is_well_made(page)


def test_money_that_the_bank_has_sent_back_is_said_to_have_come_back() -> None:
    case = Case(*PAYING, Move.PAY, (Move.FAIL, NOT_FIRST_CLASS))
    assert "资金到账后被银行退回，现在不在您的银行卡里" in case.citizen.text
    assert "资金没有划入您的银行卡" not in case.citizen.text
    case.fix_card()
    case.by_the_desk(CARD_REFUSED)
    assert (
        "更正的收款信息没有通过审核，还没有重新付款" in case.citizen.text
        and "这次付款没有成功" not in case.citizen.text
    )


def test_money_that_went_to_an_earlier_card_is_said_to_be_there() -> None:
    """A payment that the bank executed late, after another card was given."""
    case = Case(*PAYING, (Move.PAY, {"tail": "9900", "bank": "ICBC", "amount": "8400.00"}))
    assert (
        "尾号9900的工商银行账户" in case.citizen.text
        and "尾号0012" not in case.citizen.page.find("main").text.split("收款")[0]
    )  # type: ignore[union-attr]


@pytest.mark.parametrize("state", [State.CARD_REVIEW, State.CARD_CHECKED])
def test_the_page_while_another_card_is_looked_at(state: State) -> None:
    case = Case(*FAILED).fix_card()
    if state is State.CARD_CHECKED:
        case.by_the_desk(Move.APPROVE)
    assert case.row.state is state
    assert "更正审核中" in case.citizen.text and "尾号0018的工商银行账户" in case.citizen.text
    is_well_made(case.citizen)


def test_every_state_has_a_colour_of_its_kind() -> None:
    from pathlib import Path

    import h5

    styles = (Path(h5.__file__).parent.parent / "static" / "src" / "app.css").read_text("utf-8")
    plain = {State.WITHDRAWN}
    assert {state for state in State if not re.search(rf"\.tag_{state.value}\b", styles)} == plain


def test_staff_are_never_named_and_what_they_do_among_themselves_is_told_kindly() -> None:
    case = Case(*CLAIMED, Move.APPROVE, Move.SEND_BACK)
    assert "进一步核对" in case.citizen.text
    for word in ("退回初审", "reviewer", "confirmer", "初审员"):
        assert word not in case.citizen.answer.text


WAITS_FOR_ITS_PERSON = (State.SUBMITTED, State.NEEDS_FIX, State.PAY_FAILED)


@pytest.mark.parametrize("state", [s for s in STATES if s not in WAITS_FOR_ITS_PERSON])
def test_what_is_being_worked_on_cannot_be_taken_back(state: State) -> None:
    case = Case(*STATES[state][0])
    assert case.citizen.page.find("a", string="撤销申请") is None
    assert case.citizen.get(f"{case.path}/withdraw").path == case.path


@pytest.mark.parametrize("state", WAITS_FOR_ITS_PERSON)
def test_what_waits_for_a_claim_or_its_person_can_be_taken_back(state: State) -> None:
    case = Case(*STATES[state][0])
    case.citizen.get(f"{case.path}/withdraw").press("确认撤销")
    assert case.row.state is State.WITHDRAWN


# ---- 补正


def to_the_correction(*fields: str, photos: tuple[str, ...] = (), **given: str) -> Case:
    case = Case(*CLAIMED, a_return(*fields, photos=photos), **given)
    link = case.citizen.page.find("a", string="去补正")
    assert isinstance(link, Tag)
    case.citizen.get(str(link["href"]))
    return case


def test_only_what_was_marked_is_asked_with_its_reason_and_what_stands_there() -> None:
    case = to_the_correction("address")
    citizen = case.citizen
    assert citizen.heading == "租房信息"
    assert citizen.value("房屋地址") == "青年大街100号3单元501室"
    assert DIFFERS.words in citizen.said_beside("房屋地址")
    names = {str(c["name"]) for c in citizen.page.find_all(["input", "select", "textarea"])}
    assert names == {"csrf_token", "seen_version", "submission_key", "owner", "address"}
    is_well_made(citizen)


def test_an_address_is_put_right_and_the_timeline_tells_it() -> None:
    case = to_the_correction("address")
    citizen = case.citizen.press("下一步", address="中山路8号2单元301室")
    assert citizen.heading == "承诺书"
    for words in ("原来：青年大街100号3单元501室", "改为：中山路8号2单元301室"):
        assert words in citizen.text
    is_well_made(citizen)
    citizen.press("提交补正", agreed="yes")
    assert citizen.path == case.path and "补正已提交" in citizen.text
    assert case.row.state is State.IN_REVIEW and "本人提交补正" in citizen.text
    assert "查看第1次补正时的承诺书" in citizen.text
    is_well_made(citizen)


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays() -> None:
    case = to_the_correction("address", "monthly_rent")
    citizen = case.citizen.press("下一步", address="街", monthly_rent="1500")
    assert citizen.status == 422 and citizen.title.startswith("有误：")
    assert "门牌号" in citizen.said_beside("房屋地址")
    assert (citizen.value("房屋地址"), citizen.value("月租金额")) == ("街", "1500")
    is_well_made(citizen)


def test_without_the_agreement_the_page_asks_for_it() -> None:
    citizen = to_the_correction("address").citizen.press("下一步")
    assert citizen.page.find(id="f-agreed", checked=True) is None
    citizen.press("提交补正")
    assert citizen.status == 422 and "请阅读承诺书并勾选" in citizen.text
    is_well_made(citizen)


def test_a_rent_that_makes_the_amount_too_high_leads_to_the_amount_and_says_why() -> None:
    case = to_the_correction("monthly_rent")
    citizen = case.citizen
    assert "最多可提取" in citizen.text
    citizen.press("下一步", monthly_rent="1000")
    assert citizen.path.endswith("/correct/amount") and "8,400.00 元" in citizen.text
    assert "提取金额不能超过 6,000.00 元" in citizen.said_beside("提取金额（元）")
    is_well_made(citizen)
    citizen.press("下一步", amount="6000").press("提交补正", agreed="yes")
    assert case.row.amount.yuan == "6000.00" and "6,000.00 元" in citizen.text


def test_the_sum_follows_the_typing() -> None:
    citizen = to_the_correction("monthly_rent").citizen
    form = citizen.page.find("form", attrs={"data-estimate": True})
    assert isinstance(form, Tag)
    _, content = citizen.form("下一步")
    answer = citizen.client.post(str(form["data-estimate"]), data={**content, "monthly_rent": "1000"})
    assert answer.status_code == 200 and "6,000.00 元" in answer.text


def test_a_reason_that_no_open_field_can_mend_is_told_at_the_top() -> None:
    case = to_the_correction("address")
    case.front.counter.members.facts["status"] = "06"
    citizen = case.citizen.press("下一步", address="中山路8号2单元301室")
    assert citizen.status == 422 and "现在还不能提交补正" in citizen.text and "冻结" in citizen.text
    assert citizen.value("房屋地址") == "中山路8号2单元301室"
    is_well_made(citizen)


def test_a_marked_document_is_taken_anew_without_a_script() -> None:
    case = to_the_correction(photos=("lease",), region=DALIAN)
    citizen = case.citizen
    assert citizen.heading == "影像上传" and UNCLEAR.words in citizen.text
    assert [str(f["action"]) for f in citizen.page.find_all("form", attrs={"data-upload": True})] == [
        f"{case.path}/correct/photos/lease"
    ]
    is_well_made(citizen)
    citizen.press("下一步")
    assert citizen.status == 422 and "请上传房屋租赁合同" in citizen.text
    is_well_made(citizen)
    citizen.took(case.upload("lease"))
    assert citizen.path.endswith("/correct/photos") and "已上传1张" in citizen.text
    is_well_made(citizen)
    citizen.press("下一步").press("提交补正", agreed="yes")
    assert case.row.state is State.IN_REVIEW
    assert "影像资料（6张）" in citizen.text and "房屋租赁合同（新照片1张）" in citizen.text


def test_a_script_gets_the_row() -> None:
    case = to_the_correction(photos=("lease",), region=DALIAN)
    answer = case.upload("lease", fragment=True)
    assert answer.status_code == 303
    row = case.citizen.client.get(answer.headers["Location"], headers={"X-Fragment": "row"})
    assert row.headers["X-Fragment"] == "stored" and "已上传1张" in row.text
    same = case.upload("lease", b"photo of lease", fragment=True)
    assert same.status_code == 422


def test_a_new_photo_is_deleted_again_and_one_comes_back_to_the_correction() -> None:
    case = to_the_correction(photos=("lease",), region=DALIAN)
    citizen = case.citizen.took(case.upload("lease"))
    citizen.press("删除")
    assert citizen.path.endswith("/correct/photos") and "照片已删除" in citizen.text
    assert "已上传" not in citizen.page.find(id="kind-lease").get_text()  # type: ignore[union-attr]


def test_a_photo_of_a_document_that_was_not_marked_is_not_taken() -> None:
    case = to_the_correction(photos=("lease",), region=DALIAN)
    case.citizen.took(case.upload("id_front"))
    assert "现在不需要这张照片" in case.citizen.text


def test_a_forged_form_changes_nothing_but_what_was_marked() -> None:
    case = to_the_correction("address")
    before = dict(case.row.answers)
    forged = {"amount": "1.00", "card": OTHER_CARD, "bank": "ICBC", "region": "210300", "monthly_rent": "1"}
    case.citizen.press("下一步", address="中山路8号2单元301室", **forged)
    case.citizen.press("提交补正", agreed="yes", **forged)
    assert case.row.answers == {**before, "address": "中山路8号2单元301室"}


def test_handing_in_twice_gives_the_same_page() -> None:
    case = to_the_correction("address")
    citizen = case.citizen.press("下一步", address="中山路8号2单元301室")
    action, content = citizen.form("提交补正")
    for _ in range(2):
        citizen.took(citizen.client.post(action, data={**content, "agreed": "yes"}, follow_redirects=True))
        assert citizen.path == case.path and "补正已提交" in citizen.text
    assert case.row.version == 4


def test_a_window_left_open_while_it_was_taken_back_elsewhere_says_what_changed() -> None:
    case = to_the_correction("address")
    action, content = case.citizen.form("下一步")
    case.front.counter.records.withdraw(case.front.person, case.number)
    for _ in range(2):
        answer = case.citizen.client.post(action, data={**content, "address": "中山路8号"}, follow_redirects=True)
        page = case.citizen.took(answer)
        assert page.path == case.path and "状态已经变化" in page.text and "已撤销" in page.text
    assert case.citizen.get(f"{case.path}/correct/details").path == case.path


def test_a_session_that_ends_in_the_middle_loses_nothing_typed() -> None:
    case = to_the_correction("address")
    action, content = case.citizen.form("下一步")
    case.front.sessions.kept.clear()
    case.citizen.client.post(action, data={**content, "address": "中山路8号2单元301室"})
    case.citizen.get("/test/sign-in").get(action)
    assert case.citizen.value("房屋地址") == "中山路8号2单元301室"


def test_two_windows_that_say_different_things_are_shown_both() -> None:
    case = to_the_correction("address")
    action, content = case.citizen.form("下一步")
    case.citizen.press("下一步", address="中山路8号2单元301室")
    page = case.citizen.took(case.citizen.client.post(action, data={**content, "address": "北站路9号1单元101室"}))
    assert page.status == 409 and "中山路8号2单元301室" in page.text and "北站路9号1单元101室" in page.text
    is_well_made(page)


def test_a_page_that_is_none_looks_like_one() -> None:
    case = to_the_correction("address")
    assert case.citizen.get(f"{case.path}/correct/nonsense").status == 404
    assert case.citizen.get("/h5/applications/NONE-NONE-NONE/correct").status == 404


# ---- 更正收款信息


def test_after_a_failed_payment_the_card_is_changed_and_nothing_else() -> None:
    case = Case(*FAILED)
    before = dict(case.row.answers)
    link = case.citizen.page.find("a", string="更正收款信息")
    assert isinstance(link, Tag)
    citizen = case.citizen.get(str(link["href"]))
    assert citizen.heading == "更正收款信息" and citizen.value("银行类别") == "CCB"
    is_well_made(citizen)
    citizen.press("提交更正", bank="ICBC", card=OTHER_CARD, amount="1.00")
    assert citizen.path == case.path and "收款信息已更正" in citizen.text
    assert case.row.answers == {**before, "bank": "ICBC", "card": OTHER_CARD}
    assert case.row.state is State.CARD_REVIEW


def test_a_card_the_bank_refuses_is_said_beside_the_field() -> None:
    case = Case(*FAILED)
    case.front.counter.cards.verdicts[OTHER_CARD] = CardVerdict(True, 2, "debit")
    citizen = case.citizen.get(f"{case.path}/card").press("提交更正", bank="ICBC", card=OTHER_CARD)
    assert citizen.status == 422 and "不是一类账户" in citizen.said_beside("银行卡号码")
    assert citizen.value("银行卡号码") == OTHER_CARD
    is_well_made(citizen)


def test_the_card_to_which_nothing_could_be_paid_is_not_taken_again_and_the_page_says_why() -> None:
    case = Case(*FAILED)
    citizen = case.citizen.get(f"{case.path}/card")
    assert citizen.value("银行卡号码") == "" and citizen.value("银行类别") == "CCB"
    assert "收款账户不是一类账户或状态异常，请更换" in citizen.said_beside("银行卡号码")
    citizen.press("提交更正", bank="CCB", card=CARD)
    assert citizen.status == 422 and "付款没有成功的就是这张卡" in citizen.said_beside("银行卡号码")
    is_well_made(citizen)
    citizen.press("提交更正", bank="ICBC", card=OTHER_CARD)
    assert case.row.state is State.CARD_REVIEW


def test_what_was_not_the_cards_fault_may_be_tried_with_the_same_card() -> None:
    other = {"reason": {"code": "R99", "words": "银行未能付款，请核对收款账户或更换银行卡"}, "tail": "0012"}
    case = Case(*PAYING, (Move.FAIL, other))
    case.citizen.get(f"{case.path}/card").press("提交更正", bank="CCB", card=CARD)
    assert case.row.state is State.CARD_REVIEW


def test_a_card_that_the_desk_did_not_accept_can_be_changed_again() -> None:
    case = Case(*FAILED).fix_card()
    case.by_the_desk(CARD_REFUSED)
    assert case.row.state is State.PAY_FAILED and "收款账户户名与申请人不一致" in case.citizen.text
    is_well_made(case.citizen)
    case.fix_card()
    assert case.row.state is State.CARD_REVIEW


@pytest.mark.parametrize(("page", "steps"), [("card", (*CLAIMED, a_return("card"))), ("correct", FAILED)])
def test_each_kind_of_correction_has_its_own_pages(page: str, steps: tuple[Step, ...]) -> None:
    case = Case(*steps)
    assert case.citizen.get(f"{case.path}/{page}").path == case.path
    assert "状态已经变化" in case.citizen.text


def test_the_receipt_of_something_paid_leads_to_how_it_stands() -> None:
    case = Case(*PAYING, Move.PAY)
    assert case.citizen.get(f"/h5/rent/done/{case.number}").path == case.path


def test_losing_the_session_while_removing_a_corrections_photo_leads_back_to_the_correction() -> None:
    case = Case(*CLAIMED, a_return(photos=("lease",)), region=DALIAN)
    case.citizen.get(f"{case.path}/correct/photos").took(case.upload("lease"))
    action, content = case.citizen.form("删除")
    case.front.sessions.kept.clear()
    turned_away = urlsplit(case.citizen.client.post(action, data=content).headers["Location"])
    assert turned_away.path == "/login/start"
    case.citizen.get(leave(case.citizen, parse_qs(turned_away.query)["next"][0]))
    assert case.citizen.path == f"{case.path}/correct/photos"
    assert "照片已删除" not in case.citizen.text and "已上传1张" in case.citizen.text
    case.citizen.press("删除")
    assert case.citizen.path == f"{case.path}/correct/photos" and "照片已删除" in case.citizen.text


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_way_back_to_the_photos_never_leads_out_of_the_house(page: str) -> None:
    case = Case()
    address = "/h5/photos/00000000-0000-0000-0000-000000000001/delete"
    assert case.citizen.get(address, query_string={"page": page}).path.startswith("/h5/rent")
