"""The desk's front door: to the sign-in, or to one's work."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from desk import session
from desk.navigation import home_of
from web.guards import public

front = Blueprint("desk", __name__)


@front.get("/")
@public
def home() -> ResponseReturnValue:
    """Shows nothing itself."""
    found = session.who()
    if found is None:
        return redirect(url_for("desk_sign_in.ask"), 303)
    return redirect(home_of(found[0].member.role), 303)
