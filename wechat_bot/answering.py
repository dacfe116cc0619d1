"""An answer within the platform's patience: 3.5 seconds, and what takes longer comes as a message of its own.

The platform hangs up after five seconds and shows the follower that the account is out of order. So a handler that
asks something outside runs beside the request; when its time is up, the platform is told ``success``, the push is kept,
and a job runs the handler again and sends its answer.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from threading import BoundedSemaphore
from typing import Protocol, TypeVar

from adapters.wechat.messages import NO_REPLY, Incoming, Reply
from fund.errors import Unavailable
from wechat_bot.router import Handler, Router
from wechat_bot.services import BotServices

BUDGET = 3.5
"""Seconds a handler may take, counted from when the push was read."""

KEEPING = 0.8
"""Seconds that keeping the push may take after that; together they leave room below the platform's five."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Late(Protocol):
    """Where pushes wait whose answer comes as a message."""

    def keep(self, message: Incoming) -> None:
        """Keep a push together with the job that answers it. Raises FundError."""
        ...


class Answering:
    """Message → reply, in time. One for each process."""

    def __init__(
        self,
        router: Router,
        services: BotServices,
        late: Late,
        *,
        budget: float = BUDGET,
        keeping: float = KEEPING,
        most_at_once: int = 4,
    ) -> None:
        """``most_at_once``: how many handlers may be waiting for something outside. The rest of the process's
        threads stay free for pushes that need nothing from outside, whatever hangs."""
        self._router = router
        self._services = services
        self._late = late
        self._budget = budget
        self._keeping = keeping
        self._turns = BoundedSemaphore(most_at_once)
        # As many again, so that a push can be kept while every handler hangs.
        self._pool = ThreadPoolExecutor(2 * most_at_once, thread_name_prefix="answering")

    def __call__(self, message: Incoming, began: float | None = None) -> Reply:
        """The reply; NO_REPLY for a message that is answered later. ``began`` is when the push came (monotonic
        seconds; default: now). Raises FundError where the platform shall deliver again."""
        until = (time.monotonic() if began is None else began) + self._budget
        return self._router.answer(message, self._services, lambda handler: self._in_time(handler, message, until))

    def at_once(self, message: Incoming) -> Reply | None:
        """The reply where making it asks nothing outside of this process and changes nothing; else None, and nothing
        was done."""
        outside: list[Handler] = []

        def not_now(handler: Handler) -> Reply:
            outside.append(handler)
            return NO_REPLY

        reply = self._router.answer(message, self._services, not_now)
        return None if outside else reply

    def _in_time(self, handler: Handler, message: Incoming, until: float) -> Reply:
        running = self._beside(lambda: handler(message, self._services), until)
        if running is not None:
            wait((running,), max(0.0, until - time.monotonic()))
            if running.done():
                return self._outcome(running, message)
        _log.warning("an answer comes late: %s", "no turn was free" if running is None else "over budget")
        self._keep(message)
        return NO_REPLY

    def _outcome(self, running: "Future[Reply]", message: Incoming) -> Reply:
        """What the handler says. An event it could not take now is kept and done later, for nobody waits for words;
        if it cannot be kept either, the platform delivers it again."""
        try:
            return running.result()
        except Unavailable:
            if message.kind != "event" or message.event == "click":
                raise
            self._keep(message)
            return NO_REPLY

    def _beside(self, work: Callable[[], T], until: float) -> "Future[T] | None":
        """``work`` in a thread of the pool, or None when no turn comes free in time."""
        if not self._turns.acquire(timeout=max(0.0, until - time.monotonic()) / 4):
            return None
        # In the request's own context, so that log lines and calls to neighbours carry its number.
        running = self._pool.submit(copy_context().run, work)
        running.add_done_callback(lambda _done: self._turns.release())
        return running

    def _keep(self, message: Incoming) -> None:
        """Raises Unavailable when it cannot be done in time: then nothing is promised."""
        keeping = self._pool.submit(copy_context().run, self._late.keep, message)
        wait((keeping,), self._keeping)
        if not keeping.done():
            keeping.cancel()
            raise Unavailable("a push could not be kept in time", code="late_not_kept")
        keeping.result()
