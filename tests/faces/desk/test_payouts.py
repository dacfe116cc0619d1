"""The payers' pages: what is shown, what may be pressed and by whom. No card and no name stands there whole."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from desk.payouts import SAID
from desk.services import MoneyServices
from fund.application import Application, Role, State
from fund.money import Money
from fund.payment import BatchState, PaymentState
from fund.staff import StaffMember
from tests.faces.desk.front import Desk as Front
from tests.faces.desk.front import Sitter
from tests.fund.money_fakes import Office, a_staff_member


class Colleagues:
    """Plays Staff: the names of everybody in the office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def get(self, staff_id: UUID) -> StaffMember | None:
        return None

    def names(self) -> dict[UUID, str]:
        return {self._office.maker.id: "赵一", self._office.checker.id: "钱二"}


@pytest.fixture
def office() -> Office:
    return Office()


Enter = Callable[[StaffMember], "Desk"]


@pytest.fixture
def enter(office: Office) -> Enter:
    front = Front()
    front.app.extensions["desk_money"] = MoneyServices(
        Colleagues(office), office.batches, office.reconciliation, office.sending_back, office.by_hand
    )

    seats: dict[UUID, Sitter] = {}

    def sign_in(staff: StaffMember) -> Desk:
        if staff.id not in seats:
            seats[staff.id] = Sitter(
                front, front.account(staff.role, member=replace(staff, login=staff.id.hex))
            ).sign_in()
        return Desk(seats[staff.id].client)

    return sign_in


class Desk:
    """A browser at the desk."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.page, self.status = BeautifulSoup("", "html.parser"), 0

    @property
    def text(self) -> str:
        return self.page.get_text(" ", strip=True)

    def open(self, path: str) -> "Desk":
        answer = self._client.get(path, follow_redirects=True)
        self.page, self.status = BeautifulSoup(answer.text, "html.parser"), answer.status_code
        return self

    def press(self, words: str, **more: object) -> "Desk":
        button = next(b for b in self.page.find_all("button") if words in b.get_text())
        form = button.find_parent("form")
        assert form is not None
        data = {str(i["name"]): str(i.get("value", "")) for i in form.find_all("input", type="hidden")}
        if button.get("name"):
            data[str(button["name"])] = str(button["value"])
        return self.post(str(form["action"]), {**data, **more})

    def post(self, path: str, data: dict[str, object]) -> "Desk":
        answer = self._client.post(path, data=data, follow_redirects=True)
        self.page, self.status = BeautifulSoup(answer.text, "html.parser"), answer.status_code
        return self

    def has(self, words: str) -> bool:
        return any(words in button.get_text() for button in self.page.find_all("button"))


def ready(office: Office, count: int = 2) -> list[Application]:
    made = [office.confirmed() for _ in range(count)]
    office.work()
    return made


def test_one_payer_makes_a_batch_and_another_seals_it(office: Office, enter: Enter) -> None:
    applications = ready(office)
    maker = enter(office.maker).open("/payouts")
    assert "待组批（2 笔，合计 16,800.00 元）" in maker.text
    first = office.payment_of(applications[0])
    maker.press("将勾选的", payment=[str(first.id)])
    assert "批次已生成" in maker.text and "您是组批人" in maker.text and not maker.has("封存并付款")
    (batch,) = office.batches.recent()
    checker = enter(office.checker).open(f"/payouts/batches/{batch.number}")
    assert batch.digest in checker.text and "8,400.00 元" in checker.text and "赵一" in checker.text
    assert applications[0].reference in checker.text and "已逐笔核对：共 1 笔，合计 8,400.00 元" in checker.text
    checker.press("封存并付款")
    assert SAID["not_checked"] in checker.text and office.state_of(applications[0]) is State.APPROVED
    checker.press("封存并付款", checked="yes")
    assert "已封存" in checker.text and "钱二" in checker.text
    assert office.state_of(applications[0]) is State.PAYING
    assert office.state_of(applications[1]) is State.APPROVED
    checker.open("/payouts")
    assert first.payment_no in checker.text


def test_what_a_button_said_is_said_once(office: Office, enter: Enter) -> None:
    ready(office, 1)
    maker = enter(office.maker).open("/payouts").press("全部组成一批")
    assert SAID["made"] in maker.text
    (batch,) = office.batches.recent()
    assert SAID["made"] not in maker.open(f"/payouts/batches/{batch.number}").text
    assert SAID["sealed"] not in maker.open(f"/payouts/batches/{batch.number}?said=sealed").text


def test_the_maker_cannot_seal_by_a_forged_post(office: Office, enter: Enter) -> None:
    (application,) = ready(office, 1)
    maker = enter(office.maker).open("/payouts").press("全部组成一批")
    (batch,) = office.batches.recent()
    token = maker.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    maker.post(
        f"/payouts/batches/{batch.number}/seal",
        {"csrf_token": token["value"], "digest": batch.digest, "checked": "yes"},
    )
    assert SAID["same_person"] in maker.text
    assert office.state_of(application) is State.APPROVED


def test_a_batch_that_was_changed_shows_what_was_and_what_is_and_has_no_seal(office: Office, enter: Enter) -> None:
    (application,) = ready(office, 1)
    batch = office.batches.make(office.maker)
    payment = office.payment_of(application)
    office.books.payments[payment.id] = payment.but(amount=Money(1))
    checker = enter(office.checker).open(f"/payouts/batches/{batch.number}")
    assert "与组批时不一致" in checker.text and not checker.has("封存并付款")
    rows = [row.get_text(" ", strip=True) for row in checker.page.select("table tbody tr")]
    assert rows[0] == f"组批时 1 8,400.00 {batch.digest}"
    assert rows[1].startswith("现在 1 0.01") and batch.digest not in rows[1]
    assert checker.press("撤销批次").status == 200
    assert office.batches.get(batch.number)[0].state is BatchState.DISSOLVED


def test_a_dissolved_batch_says_who_dissolved_it_and_what_it_was(office: Office, enter: Enter) -> None:
    ready(office)
    batch = office.batches.make(office.maker)
    checker = enter(office.checker).open(f"/payouts/batches/{batch.number}").press("撤销批次")
    assert "撤销 钱二" in checker.text and "当时共 2 笔，合计 16,800.00 元" in checker.text


def test_a_payment_of_which_the_bank_says_nothing_is_told_as_that(office: Office, enter: Enter) -> None:
    application = office.released()
    office.trouble.faults = ["unknown", "down"]
    office.work()
    payment = office.payment_of(application)
    assert (payment.state, payment.reason) == (PaymentState.INSTRUCTED, "")
    batch, _ = office.books.of(payment)
    for path in ("/payouts", f"/payouts/batches/{batch.number}", f"/payouts/payments/{payment.payment_no}"):
        shown = enter(office.maker).open(path).text
        assert "银行结果尚不明确，正在查询；不会重复付款" in shown and application.reference in shown


def test_an_auditor_gets_from_a_payment_to_its_case_and_a_payer_reads_its_number(office: Office, enter: Enter) -> None:
    (application,) = ready(office, 1)
    case = f"/cases/{application.reference}"
    auditor, payer = (enter(who).open("/payouts") for who in (a_staff_member(Role.AUDITOR), office.maker))
    assert auditor.page.find("a", href=case) is not None
    assert payer.page.find("a", href=case) is None and application.reference in payer.text


def test_nothing_ticked_is_said(office: Office, enter: Enter) -> None:
    ready(office, 1)
    maker = enter(office.maker).open("/payouts").press("将勾选的")
    assert SAID["nothing_chosen"] in maker.text
    maker.press("将勾选的", payment=["nonsense"])
    assert SAID["nothing_chosen"] in maker.text


def test_an_auditor_reads_everything_and_can_press_nothing(office: Office, enter: Enter) -> None:
    ready(office)
    batch = office.batches.make(office.maker, [next(iter(office.books.payments))])
    auditor = enter(a_staff_member(Role.AUDITOR))
    for path in ("/payouts", f"/payouts/batches/{batch.number}", "/payouts/differences"):
        assert auditor.open(path).status == 200
        main = auditor.page.find("main")
        assert main is not None
        assert main.find_all("button") == [] and main.find_all("input", type="checkbox") == []


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.CONFIRMER, Role.ADMIN])
def test_others_have_no_business_here(office: Office, enter: Enter, role: Role) -> None:
    other = enter(a_staff_member(role))
    for path in ("/payouts", "/payouts/batches/x", "/payouts/differences"):
        assert other.open(path).status == 403


def test_neither_card_nor_name_nor_id_number_is_shown_whole(office: Office, enter: Enter) -> None:
    (application, _) = ready(office)
    batch = office.batches.make(office.maker)
    payee = office.payment_of(application).payee
    for path in ("/payouts", f"/payouts/batches/{batch.number}"):
        shown = str(enter(office.checker).open(path).page)
        assert not re.search(r"\d{12,}(?=[^\dA-Z])", re.sub(r"[0-9a-f]{64}|[0-9a-f-]{36}", "", shown))
        assert payee.name not in shown and payee.id_number.value not in shown
    assert payee.card.tail in shown


def test_what_could_not_be_frozen_is_shown_with_its_reason(office: Office, enter: Enter) -> None:
    office.confirmed(amount=office.core.START.fen + 1)
    office.work()
    assert "可用余额不足" in enter(office.maker).open("/payouts").text


def test_a_difference_is_settled_with_a_note(office: Office, enter: Enter) -> None:
    office.released()
    office.work()
    office.bank.taken.clear()
    office.reconciliation.compare(office.clock.now.date())
    payer = enter(office.maker).open("/payouts")
    assert "1 项待处理" in payer.text
    payer.open("/payouts/differences")
    assert "银行没有这笔付款" in payer.text
    payer.press("登记", note=" 好")
    assert payer.status == 422
    note = payer.page.find("input", attrs={"name": "note"})
    assert note is not None and note["value"] == " 好" and note["aria-invalid"] == "true"
    beside = payer.page.find(id=str(note["aria-describedby"]))
    assert beside is not None and beside.get_text() == "请写明核对结果和处理办法（2至500字）"
    payer.press("登记", note="已与银行核对，次日补记")
    assert "赵一" in payer.text and "次日补记" in payer.text and not payer.has("登记")


def test_the_page_of_differences_says_when_the_books_were_compared_or_that_they_were_not_yet(
    office: Office, enter: Enter
) -> None:
    payer = enter(office.maker).open("/payouts/differences")
    assert "还没有核对过" in payer.text and "没有差异" not in payer.text
    office.reconciliation.run()
    payer.open("/payouts/differences")
    at, until = office.clock.now, office.clock.now.date() - timedelta(days=1)
    assert f"最近一次核对： {at:%Y-%m-%d %H:%M} ，已核对到{until}的账" in payer.text and "没有差异" in payer.text


def test_a_note_that_will_not_do_stands_at_its_own_difference_only(office: Office, enter: Enter) -> None:
    for _ in range(2):
        office.released()
    office.work()
    office.bank.taken.clear()
    office.reconciliation.compare(office.clock.now.date())
    payer = enter(office.maker).open("/payouts/differences")
    payer.press("登记", note="好" * 501)
    notes = payer.page.find_all("input", attrs={"name": "note"})
    assert [len(note.get("value", "")) for note in notes] == [501, 0]
    assert len(payer.page.find_all(class_="field-problem")) == 1
    assert all(one.settled_at is None for one in office.reconciliation.all())


def test_two_payers_who_settle_the_same_difference_are_told_who_did(office: Office, enter: Enter) -> None:
    office.released()
    office.work()
    office.bank.taken.clear()
    office.reconciliation.compare(office.clock.now.date())
    first, second = (enter(who).open("/payouts/differences") for who in (office.maker, office.checker))
    first.press("登记", note="已与银行核对，次日补记")
    second.press("登记", note="已联系银行")
    assert SAID["stale"] in second.text and "赵一" in second.text and "次日补记" in second.text


def test_an_unknown_batch_is_not_found(enter: Enter, office: Office) -> None:
    assert enter(office.maker).open("/payouts/batches/20260101-NONE").status == 404


# ---- one payment


def test_what_cannot_be_frozen_is_sent_back_from_its_page(office: Office, enter: Enter) -> None:
    application = office.confirmed(amount=office.core.START.fen + 1)
    office.work()
    payment = office.payment_of(application)
    payer = enter(office.maker).open("/payouts")
    assert "核心系统未能冻结：可用余额不足" in payer.text
    payer.open(str(payer.page.find("a", string=payment.payment_no)["href"]))  # type: ignore[index]
    assert application.reference in payer.text and payment.payee.card.value not in str(payer.page)
    payer.press("退回复核", note="少")
    assert payer.status == 422 and "请写明退回复核的原因" in payer.text
    assert payer.page.find("input", attrs={"name": "note"})["value"] == "少", "what was typed is kept"  # type: ignore[index]
    payer.press("退回复核", note="余额不足，请重新核定")
    assert SAID["sent_back"] in payer.text and not payer.has("退回复核")
    assert office.state_of(application) is State.CHECKED


def test_a_payment_with_a_late_predecessor_is_not_sent_back_and_the_page_says_what_to_do(
    office: Office, enter: Enter
) -> None:
    application = office.released()
    office.trouble.faults = ["later"]
    for _ in range(20):
        office.work()
        office.clock.now += timedelta(minutes=1)
    first, second = sorted(office.books.payments.values(), key=lambda payment: payment.attempt)
    payer = enter(office.maker).open(f"/payouts/payments/{second.payment_no}")
    assert first.payment_no in payer.text and "银行未收到" in payer.text
    payer.press("退回复核", note="银行没有收到")
    assert SAID["earlier_arrived"] in payer.text
    assert office.state_of(application) is State.APPROVED


def test_who_may_not_release_a_payment_cannot_send_it_back_either(office: Office, enter: Enter) -> None:
    (application,) = ready(office, 1)
    payment = office.payment_of(application)
    own = enter(replace(office.confirmer, role=Role.PAYER)).open(f"/payouts/payments/{payment.payment_no}")
    assert "请由其他人办理" in own.text and not own.has("退回复核")
    auditor = enter(a_staff_member(Role.AUDITOR)).open(f"/payouts/payments/{payment.payment_no}")
    assert auditor.status == 200 and not auditor.has("退回复核")
    token = own.open("/payouts").page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    own.post(f"/payouts/payments/{payment.payment_no}/send-back", {"csrf_token": token["value"], "note": "收款存疑"})
    assert SAID["own_case"] in own.text and office.state_of(application) is State.APPROVED


def test_an_unknown_payment_is_an_ordinary_page(enter: Enter, office: Office) -> None:
    assert enter(office.maker).open("/payouts/payments/nothing-here").status == 404


def test_what_the_core_system_refuses_is_told_and_settled_by_two_payers(office: Office, enter: Enter) -> None:
    application = office.released()
    payment = office.payment_of(application)
    office.core.kept[payment.core_no] = (*office.core.kept[payment.core_no][:2], "released", set())
    office.work()
    page = f"/payouts/payments/{payment.payment_no}"
    maker = enter(office.maker).open(page)
    assert "银行已付款，核心系统拒绝记账（业务状态不允许）" in maker.text
    maker.press("登记人工处理", note="好")
    assert maker.status == 422 and "请写明在核心系统做了什么处理" in maker.text
    maker.press("登记人工处理", note="已手工记账")
    assert SAID["by_hand_say"] in maker.text and not maker.has("确认核心系统已处理")
    auditor = enter(a_staff_member(Role.AUDITOR)).open(page)
    assert "已手工记账" in auditor.text and not auditor.has("撤回登记") and not auditor.has("确认")
    checker = enter(office.checker).open(page)
    checker.press("撤回登记")
    assert SAID["by_hand_take-back"] in checker.text
    maker.open(page).press("登记人工处理", note="已手工记账，凭证12")
    checker.open(page).press("确认核心系统已处理")
    assert SAID["by_hand_confirm"] in checker.text and not checker.has("登记人工处理")
    assert office.state_of(application) is State.PAID


def test_an_address_that_is_none_of_ours_is_an_ordinary_page(enter: Enter, office: Office) -> None:
    desk = enter(office.maker).open("/payouts")
    token = desk.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    assert desk.open("/payouts/payments/%00").status == 404
    assert desk.post("/payouts/payments/X/by-hand/forget", {"csrf_token": token["value"]}).status == 404


def test_a_batch_with_a_case_that_is_no_longer_approved_says_so_on_its_page(office: Office, enter: Enter) -> None:
    (application,) = ready(office, 1)
    batch = office.batches.make(office.maker)
    office.books.applications[application.id] = replace(office.books.applications[application.id], state=State.CHECKED)
    checker = enter(office.checker).open(f"/payouts/batches/{batch.number}")
    checker.press("封存并付款", checked="yes")
    assert checker.status == 200 and SAID["changed"] in checker.text and checker.has("撤销批次")
    assert office.batches.get(batch.number)[0].state is BatchState.MADE
