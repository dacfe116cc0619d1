"""Requests to the platform: one base URL for all, UTF-8 JSON out, a JSON object in, our own errors only.

Tokens and secrets travel in query strings because the platform wants it so, and in no other way: errors name
the path alone, and the sender below gives back values, so that no exception of a library, whose text holds
the whole URL, hangs on one of ours.
"""

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from adapters.http import request_id
from adapters.http.answers import Answer
from adapters.http.breaker import Breaker
from adapters.http.client import Observe, observe_nothing
from adapters.http.sending import Lost, Sender
from adapters.http.transport import new_session
from adapters.wechat.media import MOST_BYTES, File
from fund.errors import FundError, OutcomeUnknown, Unavailable

CONNECT_TIMEOUT = 3.0
READ_TIMEOUT = 5.0
TOTAL_TIMEOUT = 10.0
MAX_ANSWER = 1024 * 1024
_NAME = "wechat"
_POOL = 32
_OK = 200

_log = logging.getLogger(__name__)


class Transport:
    """Sends one request, once, and gives back the JSON object of the answer, whatever its errcode.

    Build one for the life of the process; threads share it. A platform that fails five times in a row is left
    alone for five seconds, so that a hanging one does not hold every thread of the web.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connect: float = CONNECT_TIMEOUT,
        read: float = READ_TIMEOUT,
        total: float = TOTAL_TIMEOUT,
        breaker: Breaker | None = None,
        observe: Observe = observe_nothing,
    ) -> None:
        """``base_url`` is api.weixin.qq.com, a proxy, or the sandbox. Times are in seconds.

        ``observe`` is told of every call: name, seconds, and ok, refused, unavailable or unknown.
        """
        self._sender = Sender(
            base_url, {}, new_session(_POOL), connect_timeout=connect, read_timeout=read, max_bytes=MAX_ANSWER
        )
        self._total = total
        self._breaker = breaker or Breaker()
        self._observe = observe

    def close(self) -> None:
        """Close idle connections."""
        self._sender.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        upload: File | None = None,
        download: bool = False,
        repeatable: bool,
    ) -> dict[str, Any]:
        """The answer's JSON object. With ``download``, an answer that is none comes back as ``{"file": File}``.

        Raises Unavailable when the request had no effect or may simply be repeated (``repeatable``), and
        OutcomeUnknown when it may have been carried out.
        """
        if not self._breaker.admits():
            raise Unavailable(f"{path}: left alone after repeated failures", code="wechat_unreachable")
        found: dict[str, Any] | FundError | None = None
        began = time.monotonic()
        try:
            what = _what(query, body, upload)
            answer = self._sender.once(
                method,
                path,
                began + self._total,
                what,
                fresh=not repeatable,
                max_bytes=MOST_BYTES if download else None,
            )
            found = _understood(path, answer, repeatable, download)
        finally:
            self._breaker.note(alive=isinstance(found, dict))
        seconds = time.monotonic() - began
        self._observe(_NAME, seconds, _outcome(found))
        if isinstance(found, FundError):
            _log.warning("wechat %s; %.2f s; request %s", found.message, seconds, request_id.current() or "-")
            raise found
        return found


def _what(query: Mapping[str, str], body: Mapping[str, Any] | None, upload: File | None) -> dict[str, Any]:
    what: dict[str, Any] = {"params": dict(query)}
    if body is not None:
        # As UTF-8: followers would see \u escapes in menus and messages literally.
        what["data"] = json.dumps(body, ensure_ascii=False).encode()
        what["headers"] = {"Content-Type": "application/json; charset=utf-8"}
    if upload is not None:
        what["files"] = {"media": (upload.name, upload.content, upload.content_type)}
    return what


def _understood(path: str, answer: Answer | Lost, repeatable: bool, download: bool) -> dict[str, Any] | FundError:
    if isinstance(answer, Lost):
        return _lost(path, answer.why, harmless=repeatable or not answer.sent)
    if answer.status != _OK:
        return _lost(path, f"HTTP {answer.status}", harmless=repeatable)
    found = answer.json_object(any_content_type=True)
    if found is None and download and answer.body:
        return {"file": File("", answer.content_type, answer.body)}
    return _lost(path, "not a JSON object", harmless=repeatable) if found is None else found


def _outcome(found: dict[str, Any] | FundError) -> str:
    if isinstance(found, dict):
        return "refused" if found.get("errcode") else "ok"
    return "unavailable" if isinstance(found, Unavailable) else "unknown"


def _lost(path: str, why: str, *, harmless: bool) -> FundError:
    if harmless:
        return Unavailable(f"{path}: {why}", code="wechat_unreachable")
    return OutcomeUnknown(f"{path}: {why}", code="wechat_outcome_unknown")
