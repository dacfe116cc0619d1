"""Who sits at the desk, as the session remembers, and how far a sign-in has come."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from flask import g, request, session

from desk.browsers import words_of
from desk.services import desk_services
from fund.accounts import Account
from fund.signing_in import Knows
from web.guards import here
from web.session import StoredSession

IDLE = timedelta(minutes=15)
SURE = IDLE - timedelta(minutes=1)
"""What a page may count on: the idle time begins anew at most once a minute (``web.session``)."""
ABSOLUTE = timedelta(hours=10)
HALF_WAY = timedelta(minutes=5)
"""How long one may take between password and code."""


def _session() -> StoredSession:
    return cast(StoredSession, session._get_current_object())  # type: ignore[attr-defined]


def keep() -> None:
    """Store now what a page put there, so that a form whose token cannot be kept is never shown. Raises Unavailable."""
    if _session().modified:
        _session().write()


def begin(staff_id: UUID, epoch: int) -> None:
    """Sign in under a new session id, with nothing carried over. Raises Unavailable."""
    _session().rotate()
    session["staff_id"], session["epoch"] = str(staff_id), epoch
    session["address"] = (request.remote_addr or "")[:64]
    session["browser"] = words_of(request.user_agent.string)
    g.pop("desk", None)
    _session().write()


def end() -> None:
    """Sign out: the session is gone, from the account's list as well. Raises Unavailable."""
    staff_id, own = session.get("staff_id"), _session().id
    if staff_id and own:
        sessions = desk_services().sessions
        sessions.end(UUID(staff_id), sessions.mark_of(own))
    _session().rotate()
    g.pop("desk", None)


def mark() -> str:
    """What names this very session in the account's list. Raises Unavailable."""
    own = _session().id
    return desk_services().sessions.mark_of(own) if own else ""


def who() -> tuple[Account, bool] | None:
    """The account that is signed in and whether its password has to be changed first; asked once a request.
    Raises Unavailable."""
    if "desk" not in g:
        staff_id = session.get("staff_id")
        g.desk = desk_services().signing_in.let_in(UUID(staff_id), session.get("epoch", 0)) if staff_id else None
    return cast("tuple[Account, bool] | None", g.desk)


def this_page() -> str:
    """The page at hand for whoever comes back to it; after a form '/', for its address shows nothing by itself."""
    return here() if request.method == "GET" else "/"


def remember(knows: Knows, secret: str) -> None:
    """The password was right; ``secret`` is that of a second factor still to be enrolled, else ''. The session gets
    another id already here: from now on it is worth something. Raises Unavailable."""
    _session().rotate()
    session["half_way"] = {
        "staff_id": str(knows.staff_id),
        "login": knows.login,
        "epoch": knows.epoch,
        "enrolled": knows.enrolled,
        "secret": secret,
        "at": desk_services().clock().isoformat(),
    }
    _session().write()


def half_way() -> tuple[Knows, str] | None:
    """Who knew the password a few minutes ago, and the secret to enrol. Raises Unavailable."""
    kept = session.get("half_way")
    if kept is None or desk_services().clock() - datetime.fromisoformat(kept["at"]) > HALF_WAY:
        return None
    return Knows(UUID(kept["staff_id"]), kept["login"], kept["epoch"], kept["enrolled"]), kept["secret"]


def forget_half_way() -> None:
    """Back to the password. Raises Unavailable."""
    session.pop("half_way", None)
