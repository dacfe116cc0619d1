"""Delivering a message or an event to the service: five seconds, three tries in all, one and the same triple.

Source: https://developers.weixin.qq.com/doc/service/Account_Management/Wechat_Accreditation_Event_Push.html
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from . import crypto, wire
from .account import Account
from .deliveries import Deliveries

TRIES = 3
ANSWER_SECONDS = 5.0
RETRY_SECONDS = 5.0
LONGEST_ANSWER = 64 * 1024
NO_REPLY = ("", "success")


@dataclass(frozen=True)
class How:
    """How patiently to deliver. Tries start `retry_seconds` apart; `lost_answers` get lost on their way."""

    retry_seconds: float = RETRY_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    lost_answers: int = 0


@dataclass(frozen=True)
class Attempt:
    """One try. `status` is None when no answer came in time; `error` says why nothing useful came of it."""

    status: int | None
    seconds: float
    reply: dict[str, Any] | None = None
    error: str = ""

    @property
    def answered(self) -> bool:
        """True when the platform does not ask again."""
        return self.status == 200

    @property
    def outcome(self) -> str:
        """What came of it: the kind of the reply, `none` for a bare success, or what was wrong."""
        return self.error or (str(self.reply["type"]) if self.reply else "none")

    def as_json(self) -> dict[str, Any]:
        """What the control interface tells."""
        told: dict[str, Any] = {"status": self.status, "seconds": self.seconds, "reply": self.reply}
        return told | ({"error": self.error} if self.error else {})


class NoAnswer(Exception):
    """The service did not answer in time, or could not be reached."""


class Pusher:
    """Delivers to the account's callback, at once or in the background."""

    def __init__(self, account: Account, deliveries: Deliveries) -> None:
        self._account = account
        self._deliveries = deliveries
        self._closing = threading.Event()
        self._background: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def deliver(self, openid: str, fields: Mapping[str, Any], how: How, most_articles: int) -> list[Attempt]:
        """Every try, in order; the last one is the one that counts."""
        stamp, nonce = str(int(time.time())), str(secrets.randbelow(9 * 10**8) + 10**8)
        body, more = wire.seal(self._account, fields, stamp, nonce)
        query = {
            "signature": crypto.signature(self._account.token, stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "openid": openid,
            **more,
        }
        attempts: list[Attempt] = []
        push = self._deliveries.begin(openid, fields)
        while len(attempts) < TRIES:
            # from one start to the next: what timed out has waited long enough
            if attempts and self._closing.wait(max(0.0, how.retry_seconds - attempts[-1].seconds)):
                break
            attempt = self._try(openid, body, query, how.answer_seconds, most_articles)
            attempts.append(attempt)
            lost = len(attempts) <= how.lost_answers
            push.tried(attempt.status, attempt.seconds, "lost" if lost and attempt.answered else attempt.outcome)
            if attempt.answered and not lost:
                break
        return attempts

    def later(self, work: Callable[[], object]) -> threading.Thread:
        """Do `work` in the background; the thread is for those who want to wait for its end."""

        def run() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._background.discard(thread)

        thread = threading.Thread(target=run, name="sandbox-push", daemon=True)
        with self._lock:
            self._background.add(thread)
        thread.start()
        return thread

    def close(self, seconds: float = ANSWER_SECONDS) -> None:
        """Give up waiting for retries and let what is under way finish."""
        self._closing.set()
        with self._lock:
            threads = list(self._background)
        for thread in threads:
            thread.join(seconds)

    def _try(
        self, openid: str, body: str, query: Mapping[str, str], answer_seconds: float, most_articles: int
    ) -> Attempt:
        begun = time.monotonic()
        try:
            status, text = self._post(body, query, begun + answer_seconds)
        except NoAnswer as problem:
            return Attempt(None, _since(begun), error=str(problem))
        seconds = _since(begun)
        if status != 200:
            return Attempt(status, seconds, error="the answer is not 200")
        if text.strip() in NO_REPLY:
            return Attempt(status, seconds)
        try:
            xml = wire.open_reply(self._account, text)
            reply = wire.read_reply(self._account, openid, xml, most_articles)
        except wire.WrongReply as problem:
            return Attempt(status, seconds, error=str(problem))
        return Attempt(status, seconds, {**reply, "xml": xml})

    def _post(self, body: str, query: Mapping[str, str], deadline: float) -> tuple[int, str]:
        """Post and read the whole answer before `deadline`. Raises NoAnswer."""
        left = max(0.01, deadline - time.monotonic())
        session = requests.Session()
        session.trust_env = False
        answer = bytearray()
        try:
            with (
                session,
                session.post(
                    self._account.callback_url,
                    params=dict(query),
                    data=body.encode("utf-8"),
                    headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"},
                    timeout=left,
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                for part in response.iter_content(4096):
                    answer += part
                    if time.monotonic() > deadline:
                        raise NoAnswer("the answer took too long")
                    if len(answer) > LONGEST_ANSWER:
                        raise NoAnswer("the answer is too long")
                return response.status_code, answer.decode("utf-8", "replace")
        except requests.Timeout:
            raise NoAnswer("no answer in time") from None
        except requests.RequestException:
            raise NoAnswer("no connection") from None


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)
