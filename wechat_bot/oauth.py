"""Silent web authorisation (snsapi_base): the platform tells our page which follower is looking at it.

The state is a random one-time record in the store, not a cookie, and good only in the browser session that
began. The openid is only a delivery address: who the person is comes from the government login.
Source: developers.weixin.qq.com, 网页授权 (parameter order, fragment, state of letters and digits).
"""

import hmac
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from adapters.wechat.messages import OAuthAnswer
from fund.errors import FundError
from web.guards import local_path, public
from web.limits import limited
from web.services import OneTime

STATE_SECONDS = 600
_HOME = "/h5/"
_CALLBACK = "/wechat/oauth/callback"
_STATE = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"[0-9A-Za-z_\-]{1,512}")
_SPENT_CODES = frozenset({"40029", "40163", "42003"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OAuth:
    """The collaborators of web authorisation, handed in by bootstrap.

    ``exchange`` turns a code into an openid, or raises Refused with the platform's errcode as ``code``, or
    Unavailable. ``remember`` keeps the openid in the browser's session, ``known`` tells whether one is there,
    and ``session_mark`` gives something that identifies the session, which it begins if there is none. All may raise
    Unavailable, which the app's own error page answers.
    """

    app_id: str
    open_url: str
    public_url: str
    states: OneTime
    exchange: Callable[[str], OAuthAnswer]
    remember: Callable[[str], None]
    known: Callable[[], bool]
    session_mark: Callable[[], str]


def blueprint(oauth: OAuth) -> Blueprint:
    """/wechat/oauth/start?next=/… and /wechat/oauth/callback."""
    views = Blueprint("wechat_oauth", __name__)

    @views.get("/wechat/oauth/start")
    @public
    @limited("wechat-oauth", most=600, seconds=60)
    def start() -> Response:
        return _begin(oauth, local_path(request.args.get("next", "")))

    @views.get(_CALLBACK)
    @public
    def callback() -> Response:
        return _come_back(oauth, request.args.get("state", ""), request.args.get("code", ""))

    @views.after_request
    def keep_private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return views


def _begin(oauth: OAuth, next_path: str, *, again: bool = False) -> Response:
    """Off to the platform. ``again`` marks a second try, in the address too, so that it ends there."""
    state = secrets.token_hex(16)
    record = {"next": next_path, "mark": oauth.session_mark(), "again": "1" if again else ""}
    oauth.states.put(_fresh(state), record, STATE_SECONDS)
    back = oauth.public_url.rstrip("/") + _CALLBACK + ("?again=1" if again else "")
    # The platform compares the order of these parameters, and its client needs the fragment.
    return redirect(
        f"{oauth.open_url.rstrip('/')}/connect/oauth2/authorize?appid={quote(oauth.app_id, safe='')}"
        f"&redirect_uri={quote(back, safe='')}&response_type=code&scope=snsapi_base&state={state}"
        "#wechat_redirect"
    )


def _come_back(oauth: OAuth, state: str, code: str) -> Response:
    if not _STATE.fullmatch(state):
        return _restart(oauth, _HOME, tried="again" in request.args)
    record = oauth.states.take(_fresh(state))
    if record is None:
        return _replayed(oauth, state)
    next_path, tried = str(record["next"]), bool(record["again"])
    oauth.states.put(_used(state), {"next": next_path}, STATE_SECONDS)
    if not hmac.compare_digest(str(record["mark"]), oauth.session_mark()):
        # Begun in another browser: whoever sent this link would get this person's notices.
        return _restart(oauth, next_path, tried)
    if not _CODE.fullmatch(code):
        return _restart(oauth, next_path, tried)
    try:
        answer = oauth.exchange(code)
    except FundError as failure:
        if failure.code in _SPENT_CODES:
            return _restart(oauth, next_path, tried)
        _log.warning("a code was not exchanged: %s %s", type(failure).__name__, failure.code)
        return _page("wechat/oauth_problem.html", 503, next_path)
    if answer.is_snapshot:
        return _page("wechat/snapshot.html", 403, next_path)
    oauth.remember(answer.openid)
    return redirect(next_path)


def _replayed(oauth: OAuth, state: str) -> Response:
    """A state that is used up: the back key, a reload, a shared link. The code in it is worth nothing now."""
    record = oauth.states.take(_used(state))
    if record is not None:
        oauth.states.put(_used(state), record, STATE_SECONDS)
    next_path = str(record["next"]) if record else _HOME
    if oauth.known():
        return redirect(next_path)
    return _restart(oauth, next_path, tried="again" in request.args)


def _restart(oauth: OAuth, next_path: str, tried: bool) -> Response:
    """Once more from the beginning, but only once: then a page with a button instead of a loop."""
    if tried:
        return _page("wechat/oauth_problem.html", 400, next_path)
    return _begin(oauth, next_path, again=True)


def _page(template: str, status: int, next_path: str) -> Response:
    return Response(render_template(template, next_path=next_path), status, mimetype="text/html")


def _fresh(state: str) -> str:
    return f"wechat-oauth:{state}"


def _used(state: str) -> str:
    return f"wechat-oauth-used:{state}"
