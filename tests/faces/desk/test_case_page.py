"""The case page: all there is to a case, each look written down, buttons only for what may be done now."""

import re

import pytest

from adapters.core.members import REFUSALS
from desk.words import CORE_REFUSALS
from fund.application import Actor, Move, Role, State, advance
from fund.cases import Signal
from fund.decision import Correction, Decision
from fund.errors import Refused, Unavailable
from fund.staff import StaffMember
from tests.faces.desk.office import Office
from tests.faces.h5.visitor import Visitor
from tests.makers import a_home
from tests.reviewing import a_member


def buttons(page: Visitor) -> list[str]:
    return [b.get_text(strip=True) for b in page.page.select("main button")]


DECISIONS = {"初审通过", "复核通过", "退回补正", "退回初审", "不予通过"}


def decisions(page: Visitor) -> set[str]:
    return set(buttons(page)) & DECISIONS


def test_everything_about_the_case_stands_on_its_page() -> None:
    office = Office(photos=True)
    desk = office.desk
    at = desk.counter.clock.now
    desk.cases.found = (
        Signal("card", "AC34-DE67-FG99", State.PAID, at, name="李*"),
        Signal("photo", "AC34-DE67-FG99", State.PAID, at, name="李*", document="lease", theirs="no_home_proof"),
        Signal("photo", "AC34-DE67-FG97", State.WITHDRAWN, at, True, name="张*", document="lease", theirs="lease"),
    )
    page = office.case_page(desk.reviewer)
    for words in (
        desk.ref, "待初审", "张伟", "210***********0015", "138****0001", "大连市", "青年大街100号3单元501室", "6217 **** **** 0012",
        "提取金额 8,400.00 元", "月租金额 1,400.00 元 × 6 个月", "账户余额 52,340.18 元 52,340.18 元",
        "他人（李*）：同一张影像（房屋租赁合同（对方作为无房证明））、同一张银行卡", "AC34-DE67-FG99",
        "本人（张*）：同一张影像（房屋租赁合同）",
        "房屋租赁合同", "承诺书 2026年1月版", "提交申请 · 本人", "2026年6月", "一类",
    ):  # fmt: skip
        assert words in page.text, words
    assert desk.counter.person.id_number.value not in page.answer.text
    assert desk.case.answers["card"] not in page.answer.text
    assert "账户可用余额：账户余额 52,340.18 元" in page.text and "= 52" not in page.text
    assert "52340.18" not in page.text and "（元）" not in page.text
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert [what for _, _, what, _ in desk.cases.looks] == ["case"]


def test_buttons_stand_there_only_for_what_the_role_may_do_now() -> None:
    office = Office()
    desk = office.desk
    page = office.case_page(desk.reviewer)
    assert decisions(page) == set()
    assert "领取" in buttons(page)
    page.press("领取")
    assert decisions(page) == {"初审通过", "退回补正", "不予通过"}
    assert decisions(office.case_page(desk.second)) == set()
    assert decisions(office.case_page(desk.auditor)) == set()
    page.press("初审通过")
    assert page.heading == "待办队列"
    assert "初审已通过" in page.text
    assert "领取" not in buttons(office.case_page(desk.reviewer))
    other = office.case_page(desk.confirmer).press("领取")
    assert decisions(other) == {"复核通过", "退回初审", "不予通过"}
    other.press("复核通过")
    assert desk.case.state is State.APPROVED
    history = office.case_page(desk.auditor).text
    for words in ("初审通过 · 林审核（初审）", "复核通过 · 王复核（复核）"):
        assert words in history


def test_a_case_is_given_back_to_the_queue() -> None:
    office = Office()
    office.case_page(office.desk.reviewer).press("领取").press("放回队列")
    assert "无人领取" in office.case_page(office.desk.second).text


def test_a_closed_case_waits_for_nobody() -> None:
    office = Office()
    desk = office.desk
    desk.claimed()
    desk.review.reject(desk.reviewer, desk.ref, desk.case.version, {"R02": {}})
    head = office.case_page(desk.second).page.select(".case-head")[0].get_text(" ", strip=True)
    assert "已办结" in head and "无人领取" not in head and "已等待" not in head


def test_a_return_marks_fields_and_documents_and_the_citizen_gets_the_words() -> None:
    office = Office(photos=True)
    page = office.case_page(office.desk.reviewer).press("领取")
    page.press(
        "退回补正",
        **{"mark.photo.lease": "R08", "mark.field.address": "R99", "say.field.address": "缺门牌号", "note": "谢谢"},
    )
    decision = Decision.of(office.desk.last().details)
    assert {(m.kind, m.name, m.because.words) for m in decision.marks} == {
        ("photo", "lease", "影像材料不清晰、不完整，请重新拍摄：房屋租赁合同"),
        ("field", "address", "其他：缺门牌号"),
    }
    history = office.case_page(office.desk.auditor).text
    assert "房屋地址：R99 其他：缺门牌号" in history


def test_what_was_typed_stays_when_a_return_is_not_complete() -> None:
    office = Office()
    page = office.case_page(office.desk.reviewer).press("领取")
    page.press("退回补正", **{"mark.field.card": "R99", "note": "请看"})
    assert page.status == 422
    assert "原因R99需要写明“说明”" in page.text
    _, content = page.form("退回补正")
    assert (content["mark.field.card"], content["note"]) == ("R99", "请看")
    box = page.page.find("input", attrs={"name": "say.field.card"})
    assert box is not None and box["aria-invalid"] == "true"
    beside = page.page.find(id=str(box["aria-describedby"]))
    assert beside is not None and beside.get_text() == "原因R99需要写明“说明”"
    assert len(page.page.select(".field-problem")) == 1 and "{" not in page.page.select("select")[0].get_text()
    page.press("退回补正", **{"mark.field.card": ""})
    assert (page.status, office.desk.case.state) == (422, State.IN_REVIEW)
    assert "请至少标记一项" in page.text


def test_a_rejection_needs_its_reasons() -> None:
    office = Office()
    page = office.case_page(office.desk.reviewer).press("领取")
    page.press("不予通过")
    assert page.status == 422
    assert "请选择不予通过的全部原因" in page.text
    page.press("不予通过", reason=["R02", "R99"], **{"gap.R99.说明": "合同系伪造"})
    assert office.desk.case.state is State.REJECTED
    told = office.case_page(office.desk.auditor).text
    assert "R99 其他：合同系伪造" in told
    assert "如对审核结果有异议" in told


def test_a_stale_page_is_refused_with_what_changed_meanwhile() -> None:
    office = Office()
    desk = office.desk
    page = office.case_page(desk.reviewer).press("领取")
    other = office.case_page(desk.reviewer)
    other.press("退回补正", **{"mark.field.address": "R09"})
    desk.corrected(address="青年大街100号3单元502室")
    page.press("初审通过")
    assert desk.case.state is State.IN_REVIEW
    assert "刚才的操作没有执行" in page.text
    meanwhile = page.page.find(id="meanwhile")
    assert meanwhile is not None and meanwhile.parent is not None
    told = meanwhile.parent.get_text(" ", strip=True)
    assert "退回补正 · 林审核" in told and "本人提交补正" in told and "开始审核" not in told


def test_whoever_passes_a_case_without_opening_its_photos_is_asked_once_more() -> None:
    office = Office(photos=True)
    desk = office.desk
    page = office.case_page(desk.reviewer).press("领取")
    links = [str(a["href"]) for a in page.page.select("[data-photos] a")]
    for link in links[:4]:
        page.client.get(link)
    assert "您还没有打开： 无房证明 工作地证明" in page.get(f"/cases/{desk.ref}").text
    page.press("初审通过")
    assert (page.status, desk.case.state) == (200, State.IN_REVIEW)
    assert "还有2张影像您没有打开过 无房证明、工作地证明" in page.text
    page.press("不再查看，初审通过")
    assert desk.case.state is State.CHECKED
    other = office.case_page(desk.confirmer).press("领取").press("复核通过")
    assert "还有6张影像您没有打开过" in other.text, "what the reviewer opened the confirmer has not seen"
    for link in links:
        other.client.get(link)
    other.get(f"/cases/{desk.ref}")
    assert "没有打开" not in other.text
    other.press("复核通过")
    assert desk.case.state is State.APPROVED


def test_the_auditor_reads_who_looked_at_what_and_when_and_nobody_else_does() -> None:
    office = Office(photos=True)
    desk = office.desk
    page = office.case_page(desk.reviewer)
    lease = page.page.find("a", string="房屋租赁合同")
    assert lease is not None and "查看记录" not in page.text
    page.client.get(str(lease["href"]))
    page.press("显示完整证件号码（会被记录）")
    read = office.case_page(desk.auditor)
    looks = [row.get_text(" ", strip=True) for row in read.page.select("section[aria-labelledby=looks] tbody tr")]
    assert looks == [
        "2026-07-15 12:00 赵审计 打开案件",
        "2026-07-15 12:00 林审核 打开案件",
        "2026-07-15 12:00 林审核 显示完整证件号码",
        "2026-07-15 12:00 林审核 房屋租赁合同",
        "2026-07-15 12:00 林审核 打开案件",
    ]
    for _ in range(60):
        desk.review.look(desk.reviewer, desk.ref)
    read.get(f"/cases/{desk.ref}")
    assert "全部查看记录（66条）" in read.text
    read.get(f"/cases/{desk.ref}/looks?page=2")
    assert "第2页，共2页" in read.text and len(read.page.select("tbody tr")) == 16
    assert "房屋租赁合同" in read.text
    assert office.at_the_screen_of(desk.reviewer).get(f"/cases/{desk.ref}/looks").status == 403


def test_what_cannot_be_passed_is_refused_without_a_question_about_photos() -> None:
    office = Office(photos=True)
    desk = office.desk
    page = office.case_page(desk.reviewer).press("领取")
    desk.review.release(desk.reviewer, desk.ref)
    page.press("初审通过")
    assert "您没有持有这个案件" in page.text and "不再查看" not in page.text


def test_what_was_said_is_said_once_and_a_refusal_is_never_green() -> None:
    office = Office()
    desk = office.desk
    office.case_page(desk.second).press("领取")
    page = office.at_the_screen_of(desk.reviewer)
    desk.review.release(desk.second, desk.ref)
    page.get(f"/cases/{desk.ref}")
    desk.claimed(desk.second)
    page.press("领取")
    assert page.answer.request.query_string == b""
    assert page.text.count("这个案件正由其他人办理") == 1
    assert [p["class"] for p in page.page.select("p.said")] == [["said", "said-bad"]]
    desk.review.release(desk.second, desk.ref)
    assert "这个案件正由其他人办理" not in page.get(f"/cases/{desk.ref}").text
    page.press("领取")
    assert "已领取" in page.text and page.page.select(".said-good")
    assert "已领取" not in page.get(f"/cases/{desk.ref}").text
    assert "已放回队列" not in page.get("/queue?notice=released").text


def test_a_lease_that_ended_is_told_and_nothing_is_decided() -> None:
    office = Office()
    desk = office.desk
    page = office.case_page(desk.reviewer).press("领取")
    desk.counter.clock.now = desk.counter.clock.now.replace(hour=13)
    page.press("初审通过")
    assert "请重新领取" in page.text
    assert desk.case.state is State.IN_REVIEW


def test_two_who_press_claim_are_told_who_has_it() -> None:
    office = Office()
    slow = office.case_page(office.desk.second)
    office.case_page(office.desk.reviewer).press("领取")
    slow.press("领取")
    assert "正由其他人办理" in slow.text
    assert "林审核" in slow.text


def test_own_cases_show_no_button() -> None:
    office = Office()
    own = a_member(number=office.desk.counter.person.id_number)
    office.desk.staff.add(own)
    page = office.case_page(own)
    assert "这是您本人的申请" in page.text
    assert "领取" not in buttons(page)


def test_then_and_now_stand_beside_each_other_and_approval_waits() -> None:
    office = Office()
    desk = office.desk
    page = office.case_page(desk.reviewer).press("领取")
    desk.counter.members.facts["homes"] = (a_home(),)
    page.get(f"/cases/{desk.ref}")
    assert "自有住房 无 本人在沈阳市（有变化）" in page.text
    assert "经核查，您在缴存城市有自有住房" in page.text
    assert decisions(page) == {"退回补正", "不予通过"}
    desk.counter.members.error = Unavailable("down")
    page.get(f"/cases/{desk.ref}")
    assert "核心系统暂时无法访问" in page.text
    assert "初审通过" not in buttons(page)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("no_account", "核心系统答复：现在没有申请人的省直公积金账户"),
        ("name_mismatch", "现在登记的姓名与申请人不一致"),
    ],
)
def test_a_no_of_the_core_system_is_told_as_what_it_is_and_what_can_be_decided(code: str, said: str) -> None:
    office = Office()
    desk = office.desk
    page = office.case_page(desk.reviewer).press("领取")
    desk.counter.members.error = Refused("gone", code=code)
    page.get(f"/cases/{desk.ref}")
    assert said in page.text and "这笔申请不能通过，可以退回补正或不予通过。" in page.text
    assert "核心系统暂时" not in page.text
    assert decisions(page) == {"退回补正", "不予通过"}
    desk.counter.members.error = None
    desk.review.approve(desk.reviewer, desk.ref, desk.case.version)
    desk.counter.members.error = Refused("gone", code=code)
    assert "这笔申请不能通过，可以退回初审或不予通过。" in office.case_page(desk.confirmer).text


def test_every_no_of_the_core_system_to_a_member_has_its_words_at_the_desk() -> None:
    assert set(CORE_REFUSALS) == set(REFUSALS)


def test_a_correction_is_shown_before_and_after() -> None:
    office = Office()
    desk = office.desk
    desk.returned()
    desk.corrected(address="青年大街100号3单元502室", card="6222020000000000018")
    page = office.case_page(desk.reviewer)
    assert "房屋地址 青年大街100号3单元501室 青年大街100号3单元502室" in page.text
    assert "银行卡号码 6217 **** **** 0012 6222 **** **** 0018" in page.text
    assert "6222020000000000018" not in page.answer.text


def test_a_corrected_card_stands_under_why_the_payment_failed_and_the_same_card_is_called_so() -> None:
    office = Office()
    desk = office.desk
    desk.approved()
    desk.claimed(desk.confirmer)
    desk.review.confirm(desk.confirmer, desk.ref, desk.case.version)
    because = {"reason": {"code": "R07", "words": "收款账户已销户，请更换本人名下的一类借记卡"}, "tail": "0012"}
    card, applications = desk.case.answers["card"], desk.counter.applications
    given = Correction({"card": card, "bank": "CCB"}, {"card": card, "bank": "ICBC"}, {}).details()
    for role, move, details in (
        (Role.PAYER, Move.INSTRUCT, {}),
        (Role.SYSTEM, Move.FAIL, because),
        (Role.CITIZEN, Move.FIX_CARD, given),
    ):
        actor = Actor(role, desk.case.person_id)
        applications.move(*advance(desk.case, move, actor, desk.counter.clock(), details))
    page = office.case_page(desk.reviewer)
    told = "R07 收款账户已销户，请更换本人名下的一类借记卡（付款卡尾号0012）"
    diff = " ".join(page.page.select("section[aria-labelledby=diff]")[0].get_text(" ", strip=True).split())
    assert told in diff and "6217 **** **** 0012 6217 **** **** 0012 与原卡相同" in diff
    assert diff.count("相同") == 1
    history = page.page.select(".history")[0].get_text(" ", strip=True)
    assert told in history
    assert "银行核验：账户类别（卡尾号0012）" in page.text


def test_photos_of_a_correction_are_told_from_those_before() -> None:
    office = Office(photos=True)
    desk = office.desk
    old, new = (
        p
        for p in desk.counter.photos.of(desk.counter.person.id, desk.case.submission_key)
        if p.kind in ("lease", "id_front")
    )
    desk.returned()
    desk.corrected(photos={"lease": (str(new.id if old.kind == "lease" else old.id),)})
    text = {
        li.a.get_text(): li.get_text(" ", strip=True)
        for li in office.case_page(desk.reviewer).page.select("[data-photos] li")
        if li.a
    }
    assert text["身份证（人像面）"].endswith("新")
    assert text["房屋租赁合同"].endswith("补正前")
    assert text["无房证明"].endswith("12:00")


def test_a_whole_number_is_shown_once_and_only_by_a_post() -> None:
    office = Office()
    desk = office.desk
    number, card = desk.counter.person.id_number.value, desk.case.answers["card"]
    page = office.case_page(desk.reviewer)
    page.press("显示完整证件号码（会被记录）")
    assert number in page.text and card not in page.text
    page.press("显示完整银行卡号码（会被记录）")
    assert card in page.text and number not in page.text
    assert card in page.page.select("section[aria-labelledby=answers-2] dl")[0].get_text()
    assert [w for _, _, w, _ in desk.cases.looks] == ["case", "reveal:id_number", "case", "reveal:card", "case"]
    assert page.client.get(f"/cases/{desk.ref}/reveal?what=card").status_code == 405
    _, content = page.form("显示完整证件号码（会被记录）")
    assert page.client.post(f"/cases/{desk.ref}/reveal", data=content | {"what": "mobile"}).status_code == 404


def test_a_photo_is_written_down_carries_the_lookers_name_and_is_kept_by_no_cache() -> None:
    office = Office(photos=True)
    desk = office.desk
    page = office.case_page(desk.reviewer)
    links = [str(a["href"]) for a in page.page.select("[data-photos] a")]
    assert len(links) == 6
    before = len(desk.cases.looks)
    answer = page.client.get(links[0])
    assert answer.mimetype == "image/jpeg"
    assert answer.data.endswith("林审核".encode())
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert [what for _, _, what, _ in desk.cases.looks[before:]] == [f"photo:{links[0].rsplit('/', 1)[1]}"]
    desk.cases.down = True
    assert page.client.get(links[0]).status_code == 503


def test_another_cases_photo_is_not_found_here() -> None:
    office = Office(photos=True)
    answer = office.at_the_screen_of(office.desk.reviewer).client.get(
        f"/cases/{office.desk.ref}/photos/00000000-0000-4000-8000-000000000000"
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "action", ["claim", "release", "approve", "confirm", "send-back", "return", "reject", "reveal"]
)
def test_a_post_without_the_pages_token_does_nothing(action: str) -> None:
    office = Office()
    desk = office.desk
    desk.claimed()
    screen = office.at_the_screen_of(desk.reviewer).client
    answer = screen.post(f"/cases/{desk.ref}/{action}", data={"version": desk.case.version, "reason": "R02"})
    assert answer.status_code >= 300
    assert desk.case.state is State.IN_REVIEW
    assert desk.cases.claims[desk.case.id].staff_id == desk.reviewer.id


@pytest.mark.parametrize(
    ("member", "closed"),
    [
        (a_member(), {"confirm", "send-back"}),
        (a_member(Role.CONFIRMER), {"approve", "return"}),
        (a_member(Role.AUDITOR), {"claim", "release", "approve", "confirm", "send-back", "return", "reject"}),
        (a_member(Role.PAYER), {"claim", "release", "approve", "confirm", "send-back", "return", "reject", "reveal"}),
        (a_member(Role.ADMIN), {"claim", "release", "approve", "confirm", "send-back", "return", "reject", "reveal"}),
    ],
    ids=lambda given: str(getattr(given, "role", "")),
)
def test_another_roles_addresses_are_closed(member: StaffMember, closed: set[str]) -> None:
    office = Office()
    office.desk.staff.add(member)
    page = office.at_the_screen_of(office.desk.auditor).get(f"/cases/{office.desk.ref}")
    token = page.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    page.client.get(f"/test/sign-in/{member.id}")
    for action in ("claim", "release", "approve", "confirm", "send-back", "return", "reject", "reveal"):
        answer = page.client.post(
            f"/cases/{office.desk.ref}/{action}", data={"csrf_token": token["value"], "what": "card"}
        )
        assert (answer.status_code == 403) is (action in closed), (action, answer.status_code)


def test_the_page_is_well_made() -> None:
    office = Office(photos=True)
    office.desk.returned()
    office.desk.corrected(address="青年大街100号3单元502室")
    page = office.case_page(office.desk.reviewer).press("领取")
    for path in (f"/cases/{office.desk.ref}", "/queue"):
        html = page.get(path).page
        assert len(html.find_all("h1")) == 1
        ids = [str(found["id"]) for found in html.find_all(id=True)]
        assert len(ids) == len(set(ids))
        assert {str(e["aria-labelledby"]) for e in html.find_all(attrs={"aria-labelledby": True})} <= set(ids)
        for control in html.find_all(["input", "select"]):
            named = control.get("type") == "hidden" or control.get("aria-label") or control.find_parent("label")
            assert named, control
        assert not re.search(r"\son\w+=|\sstyle=", page.answer.text)
        for form in html.find_all("form", method="post"):
            assert form.find("input", attrs={"name": "csrf_token"}), form
