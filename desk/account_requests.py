"""待批: what one administrator asked of an account, for another to approve or refuse; each sees one half of a password."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from desk.account_records import who_is_who
from desk.guards import staff_only
from desk.saying import heard, say
from desk.services import desk_services
from fund.account_requests import RequestState
from fund.application import Role
from fund.asking import Asking
from fund.errors import FundError, NotAllowed, Refused, Stale, WrongState
from fund.staff import StaffMember

account_requests = Blueprint("desk_account_requests", __name__)
_SAID_NO = (NotAllowed, Refused, Stale, WrongState)


@account_requests.get("/staff/requests")
@staff_only(Role.ADMIN, Role.AUDITOR)
def listing(member: StaffMember) -> ResponseReturnValue:
    """Those that wait, then the latest that do not."""
    asked = desk_services().asking.latest()
    return render_template("desk/staff_requests.html", requests=asked, staff=who_is_who(), own=member.id)


@account_requests.get("/staff/requests/<uuid:request_id>")
@staff_only(Role.ADMIN, Role.AUDITOR)
def one(member: StaffMember, request_id: UUID) -> ResponseReturnValue:
    """What was asked, and what this one may do about it."""
    return _page(member, request_id)


@account_requests.post("/staff/requests/<uuid:request_id>/approve")
@staff_only(Role.ADMIN)
def approve(member: StaffMember, request_id: UUID) -> ResponseReturnValue:
    """It is done."""
    return _decided(member, request_id, Asking.approve, "approved")


@account_requests.post("/staff/requests/<uuid:request_id>/refuse")
@staff_only(Role.ADMIN)
def refuse(member: StaffMember, request_id: UUID) -> ResponseReturnValue:
    """It is not."""
    return _decided(member, request_id, Asking.refuse, "refused")


@account_requests.post("/staff/requests/<uuid:request_id>/take-back")
@staff_only(Role.ADMIN)
def take_back(member: StaffMember, request_id: UUID) -> ResponseReturnValue:
    """Not wanted any more."""
    return _decided(member, request_id, Asking.take_back, "taken_back")


@account_requests.post("/staff/requests/<uuid:request_id>/half")
@staff_only(Role.ADMIN)
def half(member: StaffMember, request_id: UUID) -> ResponseReturnValue:
    """One's own half of the password, on this answer and on no other."""
    asking = desk_services().asking
    which = asking.find(request_id).half_for(member.id)
    try:
        shown = asking.half(request_id, by=member.id)
    except WrongState as error:
        return _page(member, request_id, error.message), 409
    return _page(member, request_id, half=shown, which=which)


def _decided(member: StaffMember, request_id: UUID, what: Callable[..., None], done: str) -> ResponseReturnValue:
    try:
        what(desk_services().asking, request_id, by=member.id)
    except _SAID_NO as error:
        return _refused(member, request_id, error)
    say(done)
    return redirect(url_for("desk_account_requests.one", request_id=request_id), 303)


def _refused(member: StaffMember, request_id: UUID, error: FundError) -> ResponseReturnValue:
    return _page(member, request_id, error.message), 409


def _page(member: StaffMember, request_id: UUID, problem: str = "", *, half: str = "", which: str = "") -> str:
    asking = desk_services().asking
    asked, staff = asking.find(request_id), who_is_who()
    is_open = asked.state is RequestState.OPEN and member.role is Role.ADMIN
    asker = staff[asked.asked_by]
    return render_template(
        "desk/staff_request.html",
        asked=asked,
        staff=staff,
        may_take_back=is_open and asker.id == member.id,
        may_decide=is_open and not member.is_same_person(asker),
        others=asking.can_approve(asker, asked.subject),
        waiting=asked.half_for(member.id),
        half=half,
        which=which or asked.half_for(member.id),
        problem=problem,
        done=heard()[0],
    )
