"""Guards. A view says who may enter by its mark; no mark, no entry. A test lists every route with its mark."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup, escape

from fund.people import Person
from web.kept import keep_form
from web.services import services
from web.signin import current_person

P = ParamSpec("P")
R = TypeVar("R")
PUBLIC, SIGNED_IN, OUTSIDE = "public", "signed_in", "outside"
csrf = CSRFProtect()
FORM_BYTES = 64 * 1024
"""The largest body of a form without files."""


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone may open it. Posts still need the form's token."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def outside(view: Callable[P, R]) -> Callable[P, R]:
    """A neighbour's machine calls it and proves itself by its own signature: no session, no token."""
    view.access = OUTSIDE  # type: ignore[attr-defined]
    return view


def signed_in(view: Callable[Concatenate[Person, P], ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Only a signed-in person may open it; the guard hands the person over as the first argument."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        person = current_person()
        if person is None:
            return _to_sign_in()
        return view(person, *args, **kwargs)

    guarded.access = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def takes_files(view: Callable[P, R]) -> Callable[P, R]:
    """Its body may be as large as the app allows; all others are forms of a few fields."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def takes_files_here() -> bool:
    """Whether the view at hand is for files."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "takes_files", False)


def access_of(app: Flask, endpoint: str) -> str | None:
    """The mark of an endpoint."""
    return getattr(app.view_functions.get(endpoint), "access", None)


def csrf_field() -> Markup:
    """The hidden field every posting form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(escape(generate_csrf()))


@dataclass(frozen=True, slots=True)
class Door:
    """What a face does with a post it cannot take as it is."""

    stranger: Callable[[str], ResponseReturnValue | None]
    """Given the view's mark: where somebody is sent who may not post there; None lets them go on."""
    expired: Callable[[], ResponseReturnValue]
    """The form's token is not, or no longer, the session's."""


def register(app: Flask, door: Door | None = None) -> None:
    """Close every door that has no mark, and check the token of every form. ``door``: the citizens' unless given."""
    app.extensions["door"] = door or Door(_stranger, _expired)
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_CHECK_DEFAULT=False)
    csrf.init_app(app)
    app.before_request(_check)
    app.jinja_env.globals["csrf_field"] = csrf_field


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None or request.routing_exception is not None:
        return None
    mark = access_of(current_app, request.endpoint)
    if mark is None:
        abort(403)
    if not takes_files_here():
        request.max_content_length = FORM_BYTES
    if mark == OUTSIDE or request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    door: Door = current_app.extensions["door"]
    turned_away = door.stranger(mark)
    if turned_away is not None:
        return turned_away
    try:
        csrf.protect()
    except CSRFError:
        return door.expired()
    return None


def _stranger(mark: str) -> ResponseReturnValue | None:
    if mark == SIGNED_IN and current_person() is None:
        _keep_form_of_a_known_browser()
        return _to_sign_in()
    return None


def _expired() -> ResponseReturnValue:
    _keep_form_of_a_known_browser()
    return redirect(local_path(here()), 303)


def _keep_form_of_a_known_browser() -> None:
    """Only a browser that had a session of ours can have a form of ours. Others, a foreign page's post above all,
    are given none: it would replace the session they have. And nobody can fill the store that way."""
    cookie = current_app.session_interface.get_cookie_name(current_app)
    if cookie not in request.cookies:
        return
    if services().limiter.allow("kept-form", request.remote_addr or "-", most=60, seconds=60):
        keep_form()


def _to_sign_in() -> ResponseReturnValue:
    return redirect(url_for("login.start", next=here()), 303)


def here() -> str:
    """The page at hand with its query: a change link is still one after signing in again."""
    return request.full_path.rstrip("?")


def local_path(target: str, fallback: str = "/h5/") -> str:
    """``target`` if it is a path on this host, else ``fallback``: redirects never leave the house."""
    clean = target.strip()
    bad = not clean.startswith("/") or clean.startswith("//") or "\\" in clean or any(ord(c) < 33 for c in clean)
    return fallback if bad else clean


__all__: list[Any] = [
    "Door",
    "access_of",
    "csrf_field",
    "here",
    "local_path",
    "outside",
    "public",
    "register",
    "signed_in",
    "takes_files",
]
