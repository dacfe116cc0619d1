"""A circuit breaker: a neighbour that fails again and again is left alone for a moment."""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Opens for ``seconds`` after ``failures`` failures in a row, then lets one call through to try.

    Closed again by the first success. Safe to share between threads.
    """

    def __init__(self, failures: int = 5, seconds: float = 5.0, *, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._failed = 0
        self._no_call_before = 0.0
        self._trying = False

    def admits(self) -> bool:
        """Whether a call may be made now. After True, say how it went with ``note``."""
        with self._lock:
            if self._failed < self._limit:
                return True
            if self._trying or self._now() < self._no_call_before:
                return False
            self._trying = True
            return True

    def note(self, *, alive: bool) -> None:
        """How an admitted call went: the neighbour answered sensibly, or it did not."""
        with self._lock:
            self._trying = False
            if alive:
                self._failed = 0
                return
            self._failed += 1
            if self._failed >= self._limit:
                self._no_call_before = self._now() + self._seconds
