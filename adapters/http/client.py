"""The one way to a neighbour: JSON over HTTP, within a time, ending in an answer or one of three errors."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from adapters.http import request_id
from adapters.http.answers import Answer
from adapters.http.breaker import Breaker
from adapters.http.sending import Lost, Sender
from adapters.http.transport import new_session
from fund.errors import FundError, OutcomeUnknown, Refused, Unavailable

MIB = 1024 * 1024
_WORTH_A_SECOND_TRY = 0.05  # seconds
_LONGEST_WAIT_FOR_A_TURN = 1.0  # seconds
_NOT_BEGUN = frozenset({401, 403, 429})  # our key or our pace is wrong: whatever was asked was not done
_OUTCOMES: dict[type, str] = {
    dict: "ok", Refused: "refused", Unavailable: "unavailable", OutcomeUnknown: "unknown",
}  # fmt: skip

Observe = Callable[[str, float, str], None]
"""Called after each call with the neighbour's name, seconds, and ok, refused, unavailable or unknown."""

log = logging.getLogger(__name__)


def observe_nothing(name: str, seconds: float, outcome: str) -> None:
    """For callers without metrics."""


class Neighbour:
    """A neighbour system at one base URL. Build one for the life of the process; threads share it.

    Times are in seconds, ``max_bytes`` counts the answer's body after decompression. At most ``most_at_once``
    calls run at a time, so that a hanging neighbour never holds all threads; others wait up to a second.
    ``any_content_type`` is for neighbours that label their JSON as something else; ``code_field`` is where a
    4xx answer says why. ``session`` must build on ``new_session``, which keeps the deadline.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        *,
        connect_timeout: float = 3.0,
        read_timeout: float = 8.0,
        total_timeout: float = 12.0,
        max_bytes: int = MIB,
        most_at_once: int = 16,
        any_content_type: bool = False,
        code_field: str = "code",
        breaker: Breaker | None = None,
        observe: Observe = observe_nothing,
        session: Callable[[], requests.Session] = new_session,
    ) -> None:
        parts = urlsplit(base_url)
        sound = parts.scheme in ("http", "https") and parts.hostname
        if not sound or parts.username is not None or parts.query or parts.fragment:
            raise ValueError(f"the base URL of {name} must be http(s)://host[:port][/path] and nothing else")
        self.name = name
        self.scheme = parts.scheme
        self.host = parts.hostname or ""
        self._sender = Sender(
            base_url,
            headers or {},
            session(),
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            max_bytes=max_bytes,
        )
        self._total = total_timeout
        self._any_content_type = any_content_type
        self._code_field = code_field
        self._turns = threading.BoundedSemaphore(most_at_once)
        self._breaker = breaker or Breaker()
        self._observe = observe

    def __repr__(self) -> str:
        return f"Neighbour({self.name})"

    def close(self) -> None:
        """Close idle connections, at the end of a process or a test."""
        self._sender.close()

    def deadline(self) -> float:
        """The moment (monotonic seconds) by which several calls together should be over; hand it to each."""
        return time.monotonic() + self._total

    def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        replayable: bool = True,
        by: float | None = None,
    ) -> dict[str, Any]:
        """The JSON object at ``path``; an empty path is the base URL itself. See ``post`` for the rest."""
        return self._call("GET", path, replayable, by, params=query, headers=headers)

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        replayable: bool = False,
        by: float | None = None,
    ) -> dict[str, Any]:
        """Send ``body`` as JSON, or ``form``, and give back the JSON object of the answer.

        ``replayable`` says that asking twice does no harm: then a lost answer is asked for once more, at
        once, within the same deadline. 5xx and rubbish are answers and are not asked for again.

        Raises Refused with the neighbour's own code in lower case; Unavailable when nothing can have been
        done, or when nothing is lost by asking later; OutcomeUnknown when it may have been done.
        """
        return self._call("POST", path, replayable, by, json=body, data=form, headers=headers)

    def _call(self, method: str, path: str, replayable: bool, by: float | None, **what: Any) -> dict[str, Any]:
        began = time.monotonic()
        until = began + self._total if by is None else min(by, began + self._total)
        found = self._in_turn(method, path, replayable, until, what)
        seconds = time.monotonic() - began
        outcome = _OUTCOMES[type(found)]
        self._observe(self.name, seconds, outcome)
        if not isinstance(found, FundError):
            return found
        if outcome != "refused":
            log.warning("%s; %.2f s; request %s", found.message, seconds, request_id.current() or "-")
        raise found

    def _in_turn(
        self, method: str, path: str, replayable: bool, until: float, what: Mapping[str, Any]
    ) -> dict[str, Any] | FundError:
        where = f"{self.name} {method} {path}".rstrip()
        wait = max(0.0, min(_LONGEST_WAIT_FOR_A_TURN, until - time.monotonic()))
        if not self._turns.acquire(timeout=wait):
            return self._failure(where, "too many calls at once", harmless=True)
        try:
            if not self._breaker.admits():
                return self._failure(where, "left alone after repeated failures", harmless=True)
            alive = False
            try:
                answer = self._ask(method, path, replayable, until, what)
                found = self._understood(where, answer, replayable)
                alive = isinstance(found, dict | Refused)
                alive = alive or (isinstance(answer, Answer) and answer.status in _NOT_BEGUN)
            finally:
                self._breaker.note(alive=alive)
            return found
        finally:
            self._turns.release()

    def _ask(self, method: str, path: str, replayable: bool, until: float, what: Mapping[str, Any]) -> Answer | Lost:
        first = self._sender.once(method, path, until, what, fresh=not replayable)
        worth_it = until - time.monotonic() > _WORTH_A_SECOND_TRY
        if replayable and worth_it and isinstance(first, Lost) and first.sent:
            return self._sender.once(method, path, until, what, fresh=not replayable)
        return first

    def _understood(self, where: str, answer: Answer | Lost, replayable: bool) -> dict[str, Any] | FundError:
        if isinstance(answer, Lost):
            return self._failure(where, answer.why, harmless=replayable or not answer.sent)
        if answer.status in _NOT_BEGUN:
            return self._failure(where, f"HTTP {answer.status}", harmless=True)
        if 200 <= answer.status < 300:
            found = answer.json_object(any_content_type=self._any_content_type)
            return self._failure(where, "not a JSON object", harmless=replayable) if found is None else found
        if 400 <= answer.status < 500:
            code = answer.refusal_code(self._code_field, any_content_type=self._any_content_type)
            if code:
                return Refused(f"{where}: HTTP {answer.status} {code}", code=code)
        return self._failure(where, f"HTTP {answer.status}", harmless=replayable)

    def _failure(self, where: str, why: str, *, harmless: bool) -> FundError:
        if harmless:
            return Unavailable(f"{where}: {why}", code=f"{self.name}_unreachable")
        return OutcomeUnknown(f"{where}: {why}", code=f"{self.name}_outcome_unknown")
