"""付款: payers make batches of what waits and seal each other's; what is under way; what the books disagree on."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from businesses.rent.cards import BANK_NAMES
from desk.guards import staff_only
from desk.saying import heard, say
from desk.services import money_services
from fund.application import Role
from fund.batches import may_seal
from fund.errors import FundError, InvalidValue, NotAllowed, Refused, Stale, WrongState
from fund.money import total
from fund.payment import BatchState
from fund.reconciliation import KINDS
from fund.staff import StaffMember

payouts = Blueprint("payouts", __name__, url_prefix="/payouts")

SAID = {
    "nothing_chosen": "没有可以组批的付款，请至少勾选一笔",
    "too_many": "一批最多200笔，请减少勾选",
    "own_case": "其中有本人或配偶的申请，或您审核、复核过的申请，请由其他人办理",
    "same_person": "同一个人不能办理两步，请由另一位支付岗人员办理",
    "stale": "数据已被其他人更新，请核对最新内容后再办理",
    "changed": "批次内容与组批时不一致，已停止封存。请撤销该批次并联系系统管理员",
    "not_checked": "请逐笔核对，勾选“已逐笔核对”后再封存",
    "made": "批次已生成，请另一位支付岗人员核对后封存",
    "sealed": "已封存，正在付款",
    "dissolved": "批次已撤销，其中的付款重新等待组批",
    "settled": "已登记处理结果",
    "by_hand_say": "已登记，请另一位支付岗人员核对后确认",
    "by_hand_confirm": "已确认，付款已结清",
    "by_hand_take-back": "已撤回登记",
    "sent_back": "已退回复核，付款已作废，冻结的资金随即解冻",
    "earlier_arrived": "银行已经受理了前一次付款，不能退回。请照常组批并封存：系统会按前一次付款的结果入账，不会重复付款",
}
"""What a page says after a button was pressed, by code."""

_GOOD = ("made", "sealed", "dissolved", "settled", "sent_back", "by_hand_say", "by_hand_confirm", "by_hand_take-back")


@payouts.get("")
@staff_only(Role.PAYER, Role.AUDITOR)
def overview(staff: StaffMember) -> ResponseReturnValue:
    """What waits, what is under way, the last batches."""
    batches = money_services().batches
    waiting = batches.waiting(staff)
    under_way = batches.under_way()
    ready = [one for one in waiting if one.payment.may_be_batched]
    return render_template(
        "desk/payouts/overview.html",
        ready=ready,
        not_ready=[one.payment for one in waiting if not one.payment.may_be_batched],
        sum=total([one.payment.amount for one in ready]),
        under_way=under_way,
        batches=batches.recent(),
        references=batches.references([*(one.payment for one in waiting), *under_way]),
        open_differences=sum(one.settled_at is None for one in money_services().reconciliation.all()),
        **common(staff),
    )


@payouts.post("/batches")
@staff_only(Role.PAYER)
def make(staff: StaffMember) -> ResponseReturnValue:
    """A batch of the ticked payments, or of all."""
    try:
        chosen = None if request.form.get("which") == "all" else _ids(request.form.getlist("payment"))
        batch = money_services().batches.make(staff, chosen)
    except (NotAllowed, Refused, Stale) as no:
        return _back(no)
    return _to_batch(batch.number, "made")


@payouts.get("/batches/<number>")
@staff_only(Role.PAYER, Role.AUDITOR)
def batch(staff: StaffMember, number: str) -> ResponseReturnValue:
    """The lines of a batch, its count, sum and hash, and what may be done with it."""
    found, lines = money_services().batches.get(number)
    there = money_services().batches.digest_of(lines)
    return render_template(
        "desk/payouts/batch.html",
        batch=found,
        lines=lines,
        references=money_services().batches.references(lines),
        intact=found.state is BatchState.DISSOLVED or found.digest == there,
        there={"lines": len(lines), "total": total([line.amount for line in lines]), "digest": there},
        may_seal=may_seal(staff, found),
        may_dissolve=staff.role is Role.PAYER and found.state is BatchState.MADE,
        names=money_services().staff.names(),
        **common(staff),
    )


@payouts.post("/batches/<number>/seal")
@staff_only(Role.PAYER)
def seal(staff: StaffMember, number: str) -> ResponseReturnValue:
    """Release exactly what was shown, once somebody says that they have looked it over."""
    seen = request.form.get("digest", "")
    if request.form.get("checked") != "yes":
        return _to_batch(number, "not_checked")
    return _on_batch(number, lambda: money_services().batches.seal(staff, number, seen), "sealed")


@payouts.post("/batches/<number>/dissolve")
@staff_only(Role.PAYER)
def dissolve(staff: StaffMember, number: str) -> ResponseReturnValue:
    """Let its payments wait again."""
    return _on_batch(number, lambda: money_services().batches.dissolve(staff, number), "dissolved")


@payouts.get("/differences")
@staff_only(Role.PAYER, Role.AUDITOR)
def differences(staff: StaffMember) -> ResponseReturnValue:
    """What the daily comparison found, unsettled first."""
    return _differences(staff)


@payouts.post("/differences/<uuid:difference_id>/settle")
@staff_only(Role.PAYER)
def settle(staff: StaffMember, difference_id: UUID) -> ResponseReturnValue:
    """Say what came of a difference; a note that will not do stays in its field with what is wrong beside it."""
    note = request.form.get("note", "")
    try:
        money_services().reconciliation.settle(staff, difference_id, note)
    except InvalidValue as no:
        return _differences(staff, refused=difference_id, problem=no.message, typed=note), 422
    except Stale as no:
        say(no.code)
    else:
        say("settled")
    return redirect(url_for("payouts.differences"), 303)


def _differences(staff: StaffMember, *, refused: UUID | None = None, problem: str = "", typed: str = "") -> str:
    return render_template(
        "desk/payouts/differences.html",
        differences=money_services().reconciliation.all(),
        kinds=KINDS,
        compared=money_services().reconciliation.last_compared(),
        names=money_services().staff.names(),
        refused=refused,
        problem=problem,
        typed=typed,
        **common(staff),
    )


def _on_batch(number: str, act: Callable[[], object], done: str) -> ResponseReturnValue:
    try:
        act()
    except WrongState:  # an application of the batch is no longer approved
        return _to_batch(number, "changed")
    except (NotAllowed, Refused, Stale) as no:
        return _to_batch(number, no.code)
    return _to_batch(number, done)


def _back(no: FundError) -> ResponseReturnValue:
    say(no.code)
    return redirect(url_for("payouts.overview"), 303)


def _to_batch(number: str, said: str) -> ResponseReturnValue:
    say(said)
    return redirect(url_for("payouts.batch", number=number), 303)


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Refused("not an id", code="nothing_chosen") from None


def common(staff: StaffMember) -> dict[str, object]:
    """What every page of the payers shows: who looks, and what is said once."""
    code, _ = heard()
    return {
        "staff": staff,
        "pays": staff.role is Role.PAYER,
        "bank_names": BANK_NAMES,
        "said": SAID.get(code, ""),
        "said_good": code in _GOOD,
    }
