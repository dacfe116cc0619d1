"""Guards of the desk: a view names the roles that may open it, and is handed the staff member."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import abort, g, redirect
from flask.typing import ResponseReturnValue

from fund.application import Role
from fund.staff import StaffMember

P = ParamSpec("P")


def current_staff() -> StaffMember | None:
    """Who is signed in."""
    found = g.get("staff")
    return found if isinstance(found, StaffMember) else None


def staff_only(
    *roles: Role,
) -> Callable[[Callable[Concatenate[StaffMember, P], ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Only staff of these roles may open it."""

    def mark(view: Callable[Concatenate[StaffMember, P], ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            staff = current_staff()
            if staff is None:
                return redirect("/sign-in", 303)
            if staff.role not in roles:
                abort(403)
            return view(staff, *args, **kwargs)

        guarded.access = "staff:" + ",".join(role.value for role in roles)  # type: ignore[attr-defined]
        return guarded

    return mark
