"""Who is signed in, and which WeChat follower this browser is, as the session remembers."""

import logging
import secrets
from typing import cast
from uuid import UUID

from flask import g, session

from fund.errors import FundError, NotFound
from fund.people import Person
from web.services import services
from web.session import StoredSession

log = logging.getLogger(__name__)


def _session() -> StoredSession:
    return cast(StoredSession, session._get_current_object())  # type: ignore[attr-defined]


def sign_in(person_id: UUID) -> None:
    """Sign a person in under a new session id; the openid and kept forms come along. Raises Unavailable."""
    _session().rotate(keep=("openid", "kept"))
    session["person_id"] = str(person_id)
    g.pop("person", None)
    _session().write()


def sign_out() -> None:
    """Forget the person; this browser stays the same follower. Raises Unavailable."""
    _session().rotate(keep=("openid",))
    g.pop("person", None)
    _session().write()


def known_person_id() -> UUID | None:
    """Who is signed in, if anyone."""
    known = session.get("person_id")
    return UUID(known) if known else None


def current_person() -> Person | None:
    """The signed-in person, read once per request. Raises Unavailable."""
    if "person" not in g:
        person_id = known_person_id()
        try:
            g.person = services().people.get(person_id) if person_id else None
        except NotFound:
            g.person = None
    return cast("Person | None", g.person)


def current_openid() -> str | None:
    """The follower this browser belongs to, once WeChat has told."""
    return session.get("openid")


def remember_openid(openid: str) -> None:
    """Keep what WeChat's silent authorisation told. Raises Unavailable."""
    if session.get("openid") not in (None, openid):
        # Another follower on the same browser: the person signed in before is not theirs.
        _session().rotate()
    session["openid"] = openid
    _session().write()


def bind_again(openid: str) -> None:
    """Tie the follower to whoever is signed in already: they may have left the account and followed it anew, which
    deletes the binding. What stands against it is told at the next sign-in; nobody is kept from going on."""
    person_id = known_person_id()
    if person_id is None:
        return
    try:
        services().bindings.bind(openid, person_id)
    except FundError as failure:
        log.info("not bound again: %s", failure.code or type(failure).__name__)


def session_mark() -> str:
    """Something only this browser's session knows; made when there is none yet. Raises Unavailable."""
    return str(session.setdefault("login_mark", secrets.token_hex(16)))
