"""Signed configurations for the JS-SDK, by which a page inside WeChat may use the client.

Source: developers.weixin.qq.com, JS-SDK 说明文档, 附录1 (签名算法).
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime

from adapters.http.breaker import Breaker
from fund.errors import Unavailable

KEPT = 60.0
"""Seconds for which a process signs with a ticket without asking for it again; far below the margin of 300 by
which the shared store renews it before its end."""

PATIENCE = 1.0
"""Seconds to wait while another thread of this process is asking."""


def signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """What proves that the account lets the page at ``url`` (as the browser has it, without ``#…``) use the client.

    SHA-1 over the four raw values, their names in lower case and in alphabetical order.
    """
    signed = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(signed.encode("utf-8")).hexdigest()


class JsSdk:
    """Makes the configurations of one account. Safe to share between threads.

    A page does without the SDK rather than have a thread wait for the platform: one thread of a process asks for
    the ticket, the others are turned away soon, and after a failure nobody asks for five seconds.
    """

    def __init__(
        self,
        app_id: str,
        ticket: Callable[[], str],
        clock: Callable[[], datetime],
        *,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``ticket`` gives the shared jsapi_ticket; ``clock`` the time of day that is signed."""
        self._patience = patience
        self._app_id = app_id
        self._fetch = ticket
        self._clock = clock
        self._monotonic = monotonic
        self._asking = threading.Lock()
        self._breaker = Breaker(failures=1, seconds=5.0, now=monotonic)
        self._kept: tuple[str, float] = ("", 0.0)

    def configuration(self, url: str) -> dict[str, str | int]:
        """What ``wx.config`` of the page at ``url`` needs. Raises FundError, as asking for the ticket does."""
        ticket, nonce, timestamp = self._ticket(), secrets.token_hex(16), int(self._clock().timestamp())
        return {
            "appId": self._app_id,
            "timestamp": timestamp,
            "nonceStr": nonce,
            "signature": signature(ticket, nonce, timestamp, url),
        }

    def _ticket(self) -> str:
        if ticket := self._fresh():
            return ticket
        if not self._asking.acquire(timeout=self._patience):
            raise Unavailable("another thread is still asking for the ticket", code="ticket_busy")
        try:
            return self._fresh() or self._asked()
        finally:
            self._asking.release()

    def _fresh(self) -> str:
        ticket, until = self._kept
        return ticket if self._monotonic() < until else ""

    def _asked(self) -> str:
        if not self._breaker.admits():
            raise Unavailable("the ticket was not to be had a moment ago", code="ticket_unavailable")
        alive = False
        try:
            ticket = self._fetch()
            alive = True
        finally:
            self._breaker.note(alive=alive)
        self._kept = (ticket, self._monotonic() + KEPT)
        return ticket
