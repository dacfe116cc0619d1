"""One's own account: the password and the sessions."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk import session
from desk.guards import staff_only
from desk.saying import heard, say
from desk.services import desk_services
from fund.errors import InvalidValue, Refused
from fund.passwords import RULE
from fund.staff import StaffMember

own = Blueprint("desk_own", __name__)


@own.get("/password")
@staff_only(before_password=True)
def password(member: StaffMember) -> ResponseReturnValue:
    """The form."""
    return _password_page()


@own.post("/password")
@staff_only(before_password=True)
def change(member: StaffMember) -> ResponseReturnValue:
    """A new password; every other session ends and this one goes on under a new id."""
    old, new = request.form.get("old", "")[:256], request.form.get("new", "")[:256]
    if new != request.form.get("again", "")[:256]:
        return _password_page(again="两次输入的新密码不一致，请重新输入"), 422
    found = session.who()
    assert found is not None
    try:
        epoch = desk_services().signing_in.change_password(member.id, found[0].epoch, old, new)
    except InvalidValue as invalid:
        return _password_page(new=invalid.message), 422
    except Refused as refused:
        return _password_page(old=refused.message), 422
    session.begin(member.id, epoch)
    return _to_sessions("password")


@own.get("/sessions")
@staff_only()
def sessions(member: StaffMember) -> ResponseReturnValue:
    """Every session of one's own."""
    keeping = desk_services().keeping
    return render_template(
        "desk/sessions.html",
        sessions=keeping.sessions(keeping.find(member.id)),
        this=session.mark(),
        done=heard()[0],
    )


@own.post("/sessions/<mark>/end")
@staff_only()
def end_session(member: StaffMember, mark: str) -> ResponseReturnValue:
    """End one of them; one's own present session is ended by signing out."""
    desk_services().keeping.end_session(member.id, mark, by=member.id)
    return _to_sessions("ended")


@own.post("/sessions/end-others")
@staff_only()
def end_others(member: StaffMember) -> ResponseReturnValue:
    """End all but this one."""
    keeping, this = desk_services().keeping, session.mark()
    for each in keeping.sessions(keeping.find(member.id)):
        if each.mark != this:
            keeping.end_session(member.id, each.mark, by=member.id)
    return _to_sessions("ended")


@own.post("/still-here")
@staff_only(before_password=True)
def still_here(member: StaffMember) -> ResponseReturnValue:
    """The idle time begins anew, and nothing else happens."""
    return "", 204


def _to_sessions(said: str) -> ResponseReturnValue:
    say(said)
    return redirect(url_for("desk_own.sessions"), 303)


def _password_page(**problems: str) -> str:
    found = session.who()
    assert found is not None
    account, wanted = found
    why = "one_time" if account.must_change else "old" if wanted else ""
    said = {"old": "", "new": "", "again": ""} | problems
    return render_template("desk/password.html", rule=RULE, why=why, problems=said, login=account.member.login)
