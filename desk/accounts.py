"""人员: the accounts of the desk, kept by 系统管理 and open to the eyes of 审计."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk import session
from desk.guards import staff_only
from desk.services import desk_services
from fund.accounts import Account
from fund.application import Role
from fund.errors import FundError, InvalidValue, NotAllowed, Refused
from fund.numbers import IdNumber
from fund.staff import STAFF_ROLES, StaffMember

accounts = Blueprint("desk_accounts", __name__)
ROLES = tuple(role for role in Role if role in STAFF_ROLES)


@accounts.get("/staff")
@staff_only(Role.ADMIN, Role.AUDITOR)
def listing(member: StaffMember) -> ResponseReturnValue:
    """All accounts that ever were."""
    now = desk_services().clock()
    rows = [(account, state_of(account)) for account in desk_services().keeping.all()]
    return render_template("desk/staff.html", rows=rows, may_change=member.role is Role.ADMIN, now=now)


@accounts.get("/staff/add")
@staff_only(Role.ADMIN)
def new(member: StaffMember) -> ResponseReturnValue:
    """The form."""
    return _form({}, {})


@accounts.post("/staff/add")
@staff_only(Role.ADMIN)
def add(member: StaffMember) -> ResponseReturnValue:
    """A new account; the next page shows its one-time password, once."""
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
        return _form(typed, problems), 422
    try:
        made, password = desk_services().keeping.add(
            typed["login"], typed["name"], Role(typed["role"]), id_number, by=member.id
        )
    except (InvalidValue, Refused) as error:
        return _form(typed, {_FIELD_OF.get(error.code, "login"): error.message}), 422
    session.show_once(made.id, password)
    return redirect(url_for("desk_accounts.account", staff_id=made.id), 303)


_FIELD_OF = {
    "staff_name": "name",
    "staff_role": "role",
    "person_has_account": "id_number",
    "staff_id_number": "id_number",
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
    """It works again."""
    try:
        desk_services().keeping.enable(staff_id, by=member.id)
    except Refused as error:
        return _refused(member, staff_id, error)
    return _done(staff_id, "enabled")


@accounts.post("/staff/<uuid:staff_id>/reset")
@staff_only(Role.ADMIN)
def reset(member: StaffMember, staff_id: UUID) -> ResponseReturnValue:
    """A one-time password, and the second factor anew."""
    try:
        password = desk_services().keeping.reset(staff_id, by=member.id)
    except NotAllowed as error:
        return _refused(member, staff_id, error)
    session.show_once(staff_id, password)
    return _done(staff_id, "reset")


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
    keeping = desk_services().keeping
    found = keeping.find(staff_id)
    return render_template(
        "desk/account.html",
        account=found,
        state=state_of(found),
        sessions=keeping.sessions(found),
        this=session.mark(),
        may_change=member.role is Role.ADMIN,
        is_own=staff_id == member.id,
        password=session.shown_once(staff_id),
        done=request.args.get("done", ""),
        problem=problem,
    )


def _refused(member: StaffMember, staff_id: UUID, error: FundError) -> ResponseReturnValue:
    return _account_page(member, staff_id, error.message), 409


def _done(staff_id: UUID, what: str) -> ResponseReturnValue:
    return redirect(url_for("desk_accounts.account", staff_id=staff_id, done=what), 303)


def _form(typed: dict[str, str], problems: dict[str, str]) -> str:
    blank = {"login": "", "name": "", "role": "", "id_number": ""}
    return render_template("desk/staff_add.html", typed=blank | typed, problems=blank | problems, roles=ROLES)
