"""The platform's callback: verify, look for an earlier delivery, answer. Bad input is always a 4xx.

The answer to anything understood is 200; an answer the platform need not show is ``success``. Query strings
are never logged: in plain mode one valid signature triple lets whoever has it forge messages.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Response, request

from adapters.wechat.messages import BadPush, Delivery, Reply
from fund.errors import FundError
from web.guards import outside
from web.services import Limiter
from wechat_bot.answering import Answering

MAX_BODY = 64 * 1024
MOST_REFUSED = 120
"""Refused pushes a minute from one address; those beyond are answered 429 and not logged. Good pushes are
never counted, so nobody can lock the platform out."""

_SUCCESS = b"success"

_log = logging.getLogger(__name__)


class Wire(Protocol):
    """The wire format of one account; raises BadPush."""

    def check_url(self, query: Mapping[str, Sequence[str]]) -> str: ...
    def receive(self, query: Mapping[str, Sequence[str]], body: bytes) -> Delivery: ...
    def render(self, reply: Reply, to: Delivery) -> bytes: ...


class Duplicates(Protocol):
    """The record of earlier deliveries."""

    def answered(self, push: Delivery, make: Callable[[], bytes]) -> bytes:
        """What ``make`` gives, made once per message. Raises BadPush, FundError, and what ``make`` raises."""
        ...


@dataclass(frozen=True, slots=True)
class Bot:
    """One account's callback, put together by bootstrap."""

    wire: Wire
    duplicates: Duplicates
    answering: Answering
    limiter: Limiter


def blueprint(bot: Bot) -> Blueprint:
    """GET (address check) and POST (pushes) of /wechat/callback."""
    views = Blueprint("wechat_callback", __name__)

    @views.get("/wechat/callback")
    @outside
    def check() -> Response:
        return _plain(bot.wire.check_url(_query()).encode())

    @views.post("/wechat/callback")
    @outside
    def push() -> Response:
        began = time.monotonic()
        request.max_content_length = MAX_BODY
        delivery = bot.wire.receive(_query(), request.get_data(cache=False))
        answer = bot.duplicates.answered(
            delivery,
            lambda: bot.wire.render(bot.answering(delivery.message, began), delivery),
        )
        return _plain(answer) if answer == _SUCCESS else Response(answer, mimetype="application/xml")

    @views.errorhandler(BadPush)
    def refused(bad: BadPush) -> Response:
        if not bot.limiter.allow("bad_push", request.remote_addr or "-", most=MOST_REFUSED, seconds=60):
            return _plain(b"too many", 429)
        _log.info("push refused: %s", bad.reason)
        return _plain(b"refused", bad.status)

    @views.errorhandler(FundError)
    def not_now(failure: FundError) -> Response:
        # Anything but 200 makes the platform deliver the push again, five seconds later.
        _log.warning("push not handled: %s %s", type(failure).__name__, failure.code)
        return _plain(b"try again", 503)

    return views


def _query() -> dict[str, list[str]]:
    return request.args.to_dict(flat=False)


def _plain(body: bytes, status: int = 200) -> Response:
    """As text/plain that no browser may take for anything else: the echo is chosen by the request."""
    answer = Response(body, status, mimetype="text/plain")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
