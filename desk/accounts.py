"""人员: the accounts of the desk, kept by 系统管理 and open to the eyes of 审计. What opens a door becomes a request."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk import session
from desk.account_records import who_is_who
from desk.guards import staff_only
from desk.saying import heard, say
from desk.services import desk_services
from fund.account_requests import AccountRequest, RequestState
from fund.accounts import Account
from fund.application import Role
from fund.errors import FundError, InvalidValue, NotAllowed, Refused, WrongState
from fund.numbers import IdNumber
from fund.staff import STAFF_ROLES, StaffMember

accounts = Blueprint("desk_accounts", __name__)
SHOWN = 10
"""Lines of the record on an account's page; the whole record has a page of its own."""
ROLES = tuple(role for role in Role if role in STAFF_ROLES)


@accounts.get("/staff")
@staff_only(Role.ADMIN, Role.AUDITOR)
def listing(member: StaffMember) -> ResponseReturnValue:
    """All accounts that ever were."""
    rows = [(account, state_of(account)) for account in desk_services().keeping.all()]
    asking = desk_services().asking
    return render_template(
        "desk/staff.html",
        rows=rows,
        may_change=member.role is Role.ADMIN,
        waiting=sum(each.state is RequestState.OPEN for each in asking.latest()),
        others=asking.can_approve(member, None),
    )


@accounts.get("/staff/add")
@staff_only(Role.ADMIN)
def new(member: StaffMember) -> ResponseReturnValue:
    """The form."""
    return _form(member, {}, {})


@accounts.post("/staff/add")
@staff_only(Role.ADMIN)
def add(member: StaffMember) -> ResponseReturnValue:
    """Ask for a new account."""
    typed = {name: request.form.get(name, "")[:64] for name in ("login", "name", "role", "id_number")}
    problems: dict[str, str] = {}
    id_number = None
    try:
        id_number = IdNumber(typed["id_number"]) if typed["id_number"].strip() else None
    except InvalidValue as invalid:
        problems["id_number"] = invalid.message
    if typed["role"] not in ROLES:
        problems["role"] = "请选择岗位"
    if problems:
        return _form(member, typed, problems), 422
    try:
        request_ = desk_services().asking.add(member, typed["login"], typed["name"], Role(typed["role"]), id_number)
    except (InvalidValue, Refused, NotAllowed) as error:
        return _form(member, typed, {_FIELD_OF.get(error.code, "login"): error.message}), 422
    return _asked(request_)


_FIELD_OF = {
    "staff_name": "name",
    "staff_role": "role",
    "person_has_account": "id_number",
    "staff_id_number": "id_number",
    "own_account": "id_number",
    "unknown_person": "all",
}


@accounts.get("/staff/<uuid:staff_id>")
@staff_only(Role.ADMIN, Role.AUDITOR)
def account(member: StaffMember, staff_id: UUID) -> ResponseReturnValue:
    """One account: its state, its sessions, and what can be done with it."""
    return _account_page(member, staff_id)


@accounts.post("/staff/<uuid:staff_id>/disable")
@staff_only(Role.ADMIN)
def disable(member: StaffMember, staff_id: UUID) -> ResponseReturnValue:
    """Nobody gets in with it any more."""
    try:
        desk_services().keeping.disable(staff_id, by=member.id)
    except (NotAllowed, Refused) as error:
        return _refused(member, staff_id, error)
    return _done(staff_id, "disabled")


@accounts.post("/staff/<uuid:staff_id>/enable")
@staff_only(Role.ADMIN)
def enable(member: StaffMember, staff_id: UUID) -> ResponseReturnValue:
    """Ask that it works again."""
    try:
        return _asked(desk_services().asking.enable(member, staff_id))
    except (NotAllowed, Refused, WrongState) as error:
        return _refused(member, staff_id, error)


@accounts.post("/staff/<uuid:staff_id>/reset")
@staff_only(Role.ADMIN)
def reset(member: StaffMember, staff_id: UUID) -> ResponseReturnValue:
    """Ask for a one-time password, and the second factor anew."""
    try:
        return _asked(desk_services().asking.reset(member, staff_id))
    except (NotAllowed, Refused, WrongState) as error:
        return _refused(member, staff_id, error)


@accounts.post("/staff/<uuid:staff_id>/sessions/<mark>/end")
@staff_only(Role.ADMIN)
def end_session(member: StaffMember, staff_id: UUID, mark: str) -> ResponseReturnValue:
    """End a session of somebody."""
    desk_services().keeping.end_session(staff_id, mark, by=member.id)
    return _done(staff_id, "ended")


@accounts.post("/staff/<uuid:staff_id>/sessions/end")
@staff_only(Role.ADMIN)
def end_sessions(member: StaffMember, staff_id: UUID) -> ResponseReturnValue:
    """End all sessions of somebody."""
    desk_services().keeping.end_sessions(staff_id, by=member.id)
    return _done(staff_id, "ended")


def state_of(account: Account) -> str:
    """``disabled``, ``locked``, ``new`` (never signed in since it was made or reset), ``expired`` or ``active``."""
    now = desk_services().clock()
    if not account.is_active:
        return "disabled"
    if account.is_locked(now):
        return "locked"
    if account.must_change:
        return "new"
    return "expired" if account.wants_new_password(now) else "active"


def _account_page(member: StaffMember, staff_id: UUID, problem: str = "") -> str:
    keeping, asking = desk_services().keeping, desk_services().asking
    found = keeping.find(staff_id)
    open_ = [each for each in asking.latest() if each.subject.id == staff_id and each.state is RequestState.OPEN]
    return render_template(
        "desk/account.html",
        account=found,
        state=state_of(found),
        sessions=keeping.sessions(found),
        this=session.mark(),
        may_change=member.role is Role.ADMIN,
        is_own=member.is_same_person(found.member),
        others=asking.can_approve(member, found.member),
        asked=open_[0] if open_ else None,
        events=desk_services().events.latest(SHOWN, staff_id=staff_id),
        staff=who_is_who(),
        done=heard()[0],
        problem=problem,
    )


def _refused(member: StaffMember, staff_id: UUID, error: FundError) -> ResponseReturnValue:
    return _account_page(member, staff_id, error.message), 409


def _done(staff_id: UUID, what: str) -> ResponseReturnValue:
    say(what)
    return redirect(url_for("desk_accounts.account", staff_id=staff_id), 303)


def _asked(asked: AccountRequest) -> ResponseReturnValue:
    say("asked")
    return redirect(url_for("desk_account_requests.one", request_id=asked.id), 303)


def _form(member: StaffMember, typed: dict[str, str], problems: dict[str, str]) -> str:
    blank = {"login": "", "name": "", "role": "", "id_number": ""}
    others = desk_services().asking.can_approve(member, None)
    return render_template(
        "desk/staff_add.html", typed=blank | typed, problems=blank | {"all": ""} | problems, roles=ROLES, others=others
    )
