"""Guards of the desk. A view names the roles that may enter; no mark, no entry (``web.guards``).

``@staff_only(Role.REVIEWER)`` marks the view ``staff:reviewer`` and hands over the StaffMember as first argument;
``@staff_only()`` lets in everybody who is signed in, as ``staff``. A list of all routes with their access stands in
tests/house_rules.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from desk import session
from fund.application import Role
from fund.staff import STAFF_ROLES, StaffMember
from web.errors import page
from web.guards import Door, here
from web.problems import Words

P = ParamSpec("P")
STAFF = "staff"
_EXPIRED = Words(
    400,
    "页面已过期",
    "这个页面打开得太久，或者您在另一个窗口重新登录过。刚才的操作没有执行，请返回后重新打开页面再操作。",
)


def staff_only(
    *roles: Role, before_password: bool = False
) -> Callable[[Callable[Concatenate[StaffMember, P], ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Only these roles; without any, everybody at the desk. ``before_password``: also for somebody who has to change
    the password before anything else."""
    assert STAFF_ROLES.issuperset(roles)

    def mark(view: Callable[Concatenate[StaffMember, P], ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            turned_away = _turned_away(frozenset(roles), before_password)
            if turned_away is not None:
                return turned_away
            found = session.who()
            assert found is not None
            return view(found[0].member, *args, **kwargs)

        guarded.access = f"{STAFF}:{','.join(role.value for role in roles)}" if roles else STAFF  # type: ignore[attr-defined]
        guarded.admits = (frozenset(roles), before_password)  # type: ignore[attr-defined]
        return guarded

    return mark


def _turned_away(roles: frozenset[Role], before_password: bool) -> ResponseReturnValue | None:
    """Where somebody is sent who may not enter; None if they may. Raises Forbidden for another role."""
    found = session.who()
    if found is None:
        return redirect(url_for("desk_sign_in.ask", next=here() if request.method == "GET" else None), 303)
    account, wants_new_password = found
    if wants_new_password and not before_password:
        return redirect(url_for("desk_own.password"), 303)
    if roles and account.member.role not in roles:
        abort(403)
    return None


def _stranger(mark: str) -> ResponseReturnValue | None:
    admits = getattr(current_app.view_functions.get(request.endpoint or ""), "admits", None)
    return None if admits is None else _turned_away(*admits)


def _expired() -> ResponseReturnValue:
    return page(_EXPIRED)


DOOR = Door(_stranger, _expired)
"""Whoever may not post is told so before the token of their form is looked at."""
