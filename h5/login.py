"""立即登录: to 辽宁政务服务网 and back. Who a person is comes from there; the openid is only an address."""

import hmac
import logging
import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from fund.errors import FundError, OutcomeUnknown, Refused, Unavailable
from fund.people import Person
from web.errors import page
from web.guards import local_path, public, signed_in
from web.limits import limited
from web.problems import AGAIN, HOME, Words, words_for
from web.services import services
from web.signin import current_openid, current_person, session_mark, sign_in, sign_out

login = Blueprint("login", __name__, url_prefix="/login")
log = logging.getLogger(__name__)
STATE_SECONDS = 15 * 60
"""How long signing in over there may take."""
_ASKED_WECHAT = "wechat"
_WRONG_ACCOUNT = {"not_verified", "enterprise", "incomplete", "no_account", "name_mismatch"}
_HALL = "/hall/"
_DOORS = {_HALL: "hall.index"}
"""Where one comes out again, besides the phone's first page."""
_FROM_HALL = "hall-"
"""Begins a state of the hall: should what belongs to the state be gone, one still ends in the right place."""
_CONFLICTS = {"person_bound_elsewhere", "openid_bound_elsewhere"}


@login.get("/start")
@public
@limited("login", most=300, seconds=60)
def start() -> ResponseReturnValue:
    """Off to the identity service, with a state that counts once and only in this browser."""
    next_path = local_path(request.args.get("next", ""))
    if current_person() is not None:
        return redirect(next_path, 303)
    if "other" in request.args and (end := services().identity.end(_ours("login.start", next=next_path))):
        return redirect(end, 303)
    in_wechat = "MicroMessenger" in request.headers.get("User-Agent", "")
    if in_wechat and current_openid() is None and "via" not in request.args:
        here = url_for("login.start", next=next_path, via=_ASKED_WECHAT)
        return redirect(f"/wechat/oauth/start?{urlencode({'next': here})}", 303)
    state = (_FROM_HALL if next_path.startswith(_HALL) else "") + secrets.token_hex(16)
    services().login_states.put(f"login:{state}", {"next": next_path, "mark": session_mark()}, STATE_SECONDS)
    return redirect(services().identity.begin(state, _ours("login.come_back", state=state)), 303)


@login.get("/return")
@public
@limited("login-return", most=300, seconds=60)
def come_back() -> ResponseReturnValue:
    """Back from the identity service: who is it, do we know their account, which follower is this."""
    state = request.args.get("state", "")
    record = services().login_states.take(f"login:{state}") if state else None
    if record is None or not hmac.compare_digest(str(record["mark"]), session_mark()):
        # A used or foreign address: the back key, a shared link. Nobody is signed in by it.
        front = "/hall/home" if state.startswith(_FROM_HALL) else "/h5/"
        return redirect(front, 303) if current_person() else _again(words_for("expired", "expired"), front)
    next_path = str(record["next"])
    try:
        identity = services().identity.complete(state, request.args)
        person = services().people.remember(identity)
        services().members.find(person, fresh=True)
    except Refused as error:
        log.info("sign-in refused: %s", error.code)
        return _again(words_for(error.code, "refused"), next_path, other=error.code in _WRONG_ACCOUNT)
    except (Unavailable, OutcomeUnknown) as error:
        log.warning("sign-in failed: %s", error.code or type(error).__name__)
        return _again(replace(words_for("unavailable", "unavailable"), actions=(AGAIN, HOME)), next_path)
    sign_in(person.id)
    return _bound(person, next_path)


@login.post("/bind")
@signed_in
def bind(person: Person) -> ResponseReturnValue:
    """改为绑定本微信: the notices come to this follower from now on."""
    openid = current_openid()
    if openid is not None:
        services().bindings.bind(openid, person.id, replace=True)
    return redirect(local_path(request.form.get("next", "")), 303)


@login.get("/bind")
@signed_in
def not_bound(person: Person) -> ResponseReturnValue:
    """Where one lands after signing in again in the middle of binding: signing in has asked once more."""
    return redirect("/h5/", 303)


@login.get("/out")
@public
def ask_out() -> ResponseReturnValue:
    """Whether to sign out; the deed itself is a POST."""
    if current_person() is None:
        return redirect(url_for(_door()), 303)
    to = request.args.get("to", "") if _door() != "h5.index" else ""
    if not to:
        return render_template("h5/sign_out.html", to="", stay="/h5/me")
    hall = {"frame": "hall/layout.html", "person": current_person()}
    return render_template("h5/sign_out.html", to=to, stay="/hall/home", **hall)


@login.post("/out")
@public
def out() -> ResponseReturnValue:
    """退出登录, here and at the identity service: the next to sit down must not be let in as this one."""
    sign_out()
    to = _door()
    end = services().identity.end(_ours(to, notice="signed_out"))
    return redirect(end or url_for(to, notice="signed_out"), 303)


def _door() -> str:
    """The endpoint where somebody who signs out comes out, one of ours in any case."""
    return _DOORS.get(request.args.get("to", ""), "h5.index")


def _bound(person: Person, next_path: str) -> ResponseReturnValue:
    """Tie the follower to the person. That it cannot be done stops nobody from going on."""
    openid = current_openid()
    if openid is None:
        return redirect(next_path, 303)
    try:
        services().bindings.bind(openid, person.id)
    except Refused as error:
        if error.code not in _CONFLICTS:
            raise
        return render_template("h5/bind.html", code=error.code, person=person, next_path=next_path), 409
    except FundError as error:
        log.warning("binding failed and is tried again later: %s", error.code or type(error).__name__)
        session["bind_later"] = True
    return redirect(next_path, 303)


def bind_if_due(person: Person) -> None:
    """Make up for a binding that failed at sign-in, before a hand-in whose notice needs it."""
    openid = current_openid()
    if not session.get("bind_later") or openid is None:
        return
    try:
        services().bindings.bind(openid, person.id)
    except Refused as error:
        log.info("not bound: %s", error.code)
    except FundError as error:
        log.warning("binding failed again: %s", error.code or type(error).__name__)
        return
    del session["bind_later"]


def _again(words: Words, next_path: str, *, other: bool = False) -> ResponseReturnValue:
    """A problem page whose 重新登录 leads back to where the person wanted to go; with ``other``, by way of
    signing out over there, since the service would otherwise send the same account back at once."""
    label = "换一个账号登录" if other else AGAIN[0]
    here = (label, url_for("login.start", next=next_path, other="1" if other else None))
    actions = tuple(here if action == AGAIN else action for action in words.actions)
    if other and here not in actions:
        actions = (*actions, here)
    return page(replace(words, actions=actions, retry=False), of=next_path)


def _ours(endpoint: str, **values: Any) -> str:
    """The absolute address of one of our pages."""
    return services().site.public_url.rstrip("/") + url_for(endpoint, **values)
