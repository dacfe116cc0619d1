"""Errors become pages. The page needs no session, no store and no database, so it cannot itself fail."""

import logging
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, current_app, g, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from fund.errors import (
    FundError,
    InvalidValue,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Refused,
    Stale,
    Unavailable,
    WrongState,
)
from web.guards import here, takes_files_here
from web.problems import HELD, STILL_THERE, UNSAVED, WORDS, Words, in_channel, words_for

log = logging.getLogger(__name__)
_BY_STATUS = {
    400: "bad_request",
    403: "forbidden",
    404: "no_such_page",
    405: "method",
    413: "too_large",
    429: "too_many",
}
_BY_ERROR: tuple[tuple[type[FundError], str], ...] = (
    (NotFound, "no_such_page"),
    (Unavailable, "unavailable"),
    (OutcomeUnknown, "unknown_outcome"),
    (Stale, "stale"),
    (WrongState, "wrong_state"),
    (NotAllowed, "forbidden"),
    (Refused, "refused"),
    (InvalidValue, "bad_request"),
)


_OURS = ("/h5/", "/hall/", "/to", "/login/out")
Again = tuple[str, tuple[tuple[str, str], ...]]
"""An address, and what is posted to it."""
_MOST_FIELDS = 20
_NOT_TYPED = {
    "csrf_token", "seen_version", "submission_key", "seen_pledge", "owner", "replaces", "back", "next", "place", "page",
}  # fmt: skip
"""What forms carry besides what a person typed or chose."""


def reference() -> str:
    """The number to quote on a problem page: the request's id."""
    return str(g.get("request_id", "-"))


def page(words: Words, of: str | None = None) -> Response:
    """A problem page, in the frame of the channel to which the path ``of`` (this request's unless given) belongs."""
    frame, actions = in_channel(of or request.path, words.actions)
    retry = request.path if words.retry and request.method == "GET" else _page_before()
    again = _again(words)
    text = words.text + _of_what_was_typed(words, again)
    try:
        body = render_template(
            current_app.config["PROBLEM_TEMPLATE"], title=words.title, text=text, actions=actions, frame=frame, status=words.status,
            reference=reference(), retry=retry, again=again,
        )  # fmt: skip
    except Exception:  # the last wall: a fault in the template must still leave a readable page
        log.exception("the problem page failed")
        body = (
            f"<!doctype html><html lang=zh-CN><meta charset=utf-8><title>{words.title}</title>"
            f"<h1>{words.title}</h1><p>{text}</p><p>编号 {reference()}</p>"
        )
    response = Response(body, words.status, mimetype="text/html")
    if words.status == 503:
        response.headers["Retry-After"] = "10"
    return response


def _page_before() -> str:
    """Where a refused form was: the way back that loses nothing."""
    if request.method != "POST":
        return ""
    before = urlsplit(request.referrer or "")
    if before.netloc == request.host and before.path.startswith(_OURS):
        return before.path
    # Without a word from the browser: most forms are sent to the address of their own page.
    adapter = current_app.create_url_adapter(request)
    can_be_opened = request.path.startswith(_OURS) and adapter is not None and adapter.test(method="GET")
    return request.path if can_be_opened else ""


def _of_what_was_typed(words: Words, again: Again | None) -> str:
    """What became of it, if anything was: a form that was not taken, or one that a redirect carried over (``h5``)."""
    if not words.unsaved:
        return ""
    if request.method == "GET":
        return STILL_THERE if request.args.get("notice") == "not_saved" else ""
    return UNSAVED + (HELD if again else "") if _typed() else ""


def _typed() -> tuple[tuple[str, str], ...]:
    """What the form at hand carries, if a person typed any of it."""
    if request.method != "POST":
        return ()
    try:
        content = tuple(request.form.items())
    except Exception:  # whatever keeps the form from being read is told already
        return ()
    return content if any(value.strip() and name not in _NOT_TYPED for name, value in content) else ()


def _again(words: Words) -> Again | None:
    """The form that was not taken, to be sent once more from the problem's page: going back would ask for a page that
    may not be had either. Its token is its own: a foreign page's form does not become ours by it."""
    content = _typed() if words.unsaved and request.path.startswith(_OURS) else ()
    return (here(), content) if content and len(content) <= _MOST_FIELDS else None


def register(app: Flask) -> None:
    """Handlers for our own errors, for HTTP errors, and for whatever else."""
    app.config.setdefault("PROBLEM_TEMPLATE", "problem.html")
    app.before_request(_stay_here)
    app.register_error_handler(FundError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _stay_here() -> Response | None:
    """The redirect to the address with a slash at its end, without the host: that is whatever the request names."""
    found = request.routing_exception
    if not isinstance(found, RequestRedirect):
        return None
    parts = urlsplit(found.new_url)
    target = urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))
    return redirect(target, found.code)  # type: ignore[return-value]


def _ours(error: FundError) -> Response:
    fallback = next((code for kind, code in _BY_ERROR if isinstance(error, kind)), "internal")
    level = logging.INFO if isinstance(error, NotFound | Refused | Stale | WrongState) else logging.WARNING
    log.log(level, "%s: %s (%s)", type(error).__name__, error.code or "-", request.endpoint)
    return page(words_for(error.code, fallback))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    fallback = _BY_STATUS.get(status, "bad_request" if status < 500 else "internal")
    if status == 413 and not takes_files_here():
        fallback = "bad_request"
    words = WORDS[fallback]
    response = page(replace(words, status=status))
    if status == 405 and error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _unforeseen(error: Exception) -> Response:
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    if type(error).__module__.startswith("gunicorn.http."):  # a body that is no HTTP, met while it was read
        return page(WORDS["bad_request"])
    log.exception("unforeseen error in %s", request.endpoint)
    return page(WORDS["internal"])
