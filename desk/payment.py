"""One payment: its attempts, 退回复核 while it waits, and 核心系统人工处理 when the core system refuses what has to follow."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk.guards import staff_only
from desk.payouts import common
from desk.saying import say
from desk.services import money_services
from fund.application import Role
from fund.errors import InvalidValue, NotAllowed, NotFound, Refused, Stale
from fund.staff import StaffMember

payment = Blueprint("payment", __name__, url_prefix="/payouts/payments")


@payment.get("/<number>")
@staff_only(Role.PAYER, Role.AUDITOR)
def show(staff: StaffMember, number: str) -> ResponseReturnValue:
    """One payment with the attempts before it, and 退回复核 while it waits."""
    return _payment_page(staff, number)


@payment.post("/<number>/send-back")
@staff_only(Role.PAYER)
def send_back(staff: StaffMember, number: str) -> ResponseReturnValue:
    """Take the payment back and its case back to 复核."""
    note = request.form.get("note", "")[:1000]
    newest = money_services().sending_back.attempts(number)[0]
    try:
        money_services().sending_back.send_back(staff, newest.id, note)
    except InvalidValue as invalid:
        return _payment_page(staff, number, note, invalid.message), 422
    except (NotAllowed, Refused, Stale) as no:
        return _to_payment(number, no.code)
    return _to_payment(number, "sent_back")


@payment.post("/<number>/by-hand/<act>")
@staff_only(Role.PAYER)
def by_hand(staff: StaffMember, number: str, act: str) -> ResponseReturnValue:
    """核心系统人工处理: ``say`` what was done there, ``confirm`` it, or ``take-back``."""
    uses, note = money_services().by_hand, request.form.get("note", "")[:1000]
    acts: dict[str, Callable[[], None]] = {
        "say": lambda: uses.say(staff, number, note),
        "confirm": lambda: uses.confirm(staff, number, note),
        "take-back": lambda: uses.take_back(staff, number),
    }
    if act not in acts:
        raise NotFound("no such act", code="no_such_page")
    try:
        acts[act]()
    except InvalidValue as invalid:
        return _payment_page(staff, number, said_note=note, said_problem=invalid.message), 422
    except (NotAllowed, Refused, Stale) as no:
        return _to_payment(number, no.code)
    return _to_payment(number, f"by_hand_{act}")


def _payment_page(
    staff: StaffMember, number: str, note: str = "", problem: str = "", *, said_note: str = "", said_problem: str = ""
) -> str:
    sending_back, uses = money_services().sending_back, money_services().by_hand
    shown, *before = sending_back.attempts(number)
    return render_template(
        "desk/payouts/payment.html",
        payment=shown,
        before=before,
        reference=sending_back.reference_of(shown),
        may_send_back=sending_back.may_send_back(staff, shown),
        note=note,
        problem=problem,
        may_say=uses.may_say(staff, shown),
        may_confirm=uses.may_confirm(staff, shown),
        said_by=money_services().staff.names().get(shown.by_hand_by, "—") if shown.by_hand_by else "",
        said_note=said_note,
        said_problem=said_problem,
        **common(staff),
    )


def _to_payment(number: str, said: str) -> ResponseReturnValue:
    say(said)
    return redirect(url_for("payment.show", number=number), 303)
