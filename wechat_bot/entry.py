"""The short way for pushes, in front of Flask (docs/adr/0006): a good push is answered here, whatever else comes goes on
to Flask as it came and is answered or refused there.

The checks are the callback's own, made by the same parts in the same order. What is spared is the work around them
that a push has no use for: routing, session, form tokens, request and response objects. And a reply that asks nothing
outside is made before it is claimed, so that claiming and keeping it is one command.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import parse_qs

from adapters.wechat.messages import BadPush, Delivery
from fund.errors import FundError
from web.requests import new_id
from wechat_bot.answering import Answering
from wechat_bot.callback import MAX_BODY, Wire

PATH, ENDPOINT = "/wechat/callback", "wechat_callback.push"
_SUCCESS = b"success"

_log = logging.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Duplicates(Protocol):
    """The record of earlier deliveries. Both raise BadPush and FundError."""

    def answered(self, push: Delivery, make: Callable[[], bytes]) -> bytes: ...
    def settled(self, push: Delivery, answer: bytes) -> bytes: ...


class PushEntry:
    """A WSGI app in front of another."""

    def __init__(
        self,
        app: Wsgi,
        wire: Wire,
        duplicates: Duplicates,
        answering: Answering,
        *,
        hosts: Collection[str],
        headers: Mapping[str, str],
        serving: Callable[[str], AbstractContextManager[None]],
        measure: Callable[[str, str, int, float], None],
    ) -> None:
        """``hosts`` are those we are asked by, none means any; ``headers`` are those of every answer. ``serving`` tells
        logs and neighbours the request's id while it lasts. ``measure`` is told endpoint, method, status and seconds.
        """
        self._app = app
        self._wire = wire
        self._duplicates = duplicates
        self._answering = answering
        self._hosts = frozenset(hosts)
        self._headers = tuple(headers.items())
        self._serving = serving
        self._measure = measure

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a good push, hand on whatever else."""
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start_response)
        began, request_id = time.perf_counter(), new_id()
        with self._serving(request_id):
            try:
                push = self._received(environ)
                status, body = self._answer(push)
            except BadPush:
                return self._app(environ, start_response)
        kind = "application/xml" if body.startswith(b"<") else "text/plain"
        own = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response(status, [*own, ("X-Request-Id", request_id), *self._headers])
        self._measure(ENDPOINT, "POST", int(status[:3]), time.perf_counter() - began)
        return (body,)

    def _received(self, environ: dict[str, Any]) -> Delivery:
        """The push. The body can be read once more afterwards. Raises BadPush."""
        if self._hosts and environ.get("HTTP_HOST") not in self._hosts:
            raise BadPush("for another host")
        size = environ.get("CONTENT_LENGTH", "")
        if not (size.isascii() and size.isdigit() and int(size) <= MAX_BODY):
            raise BadPush("no length that can be read at once")
        body = environ["wsgi.input"].read(int(size))
        environ["wsgi.input"] = BytesIO(body)
        return self._wire.receive(parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True), body)

    def _answer(self, push: Delivery) -> tuple[str, bytes]:
        """Status and body. Raises BadPush."""
        try:
            reply = self._answering.at_once(push.message)
            if reply is not None:
                return "200 OK", self._duplicates.settled(push, self._wire.render(reply, push))
            began = time.monotonic()
            return "200 OK", self._duplicates.answered(push, lambda: self._rendered(push, began))
        except FundError as failure:
            # Anything but 200 makes the platform deliver the push again, five seconds later.
            _log.warning("push not handled: %s %s", type(failure).__name__, failure.code)
            return "503 SERVICE UNAVAILABLE", b"try again"
        except BadPush:
            raise
        except Exception:  # the last wall, as Flask's own: the platform tries again
            _log.exception("unforeseen error in %s", ENDPOINT)
            return "500 INTERNAL SERVER ERROR", b"try again"

    def _rendered(self, push: Delivery, began: float) -> bytes:
        return self._wire.render(self._answering(push.message, began), push)
