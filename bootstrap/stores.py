"""What may expire, in the words of the faces that use it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.valkey.limits import RateLimiter
from adapters.valkey.once import OneTime


class States:
    """Plays ``web.services.OneTime``: one-time states of redirects to WeChat and the identity service."""

    def __init__(self, once: OneTime) -> None:
        self._once = once

    def put(self, key: str, value: Mapping[str, Any], seconds: int) -> None:
        """Raises Unavailable."""
        texts = {name: "" if item is False else "yes" if item is True else str(item) for name, item in value.items()}
        self._once.put("state", key, texts, timedelta(seconds=seconds))

    def take(self, key: str) -> Mapping[str, Any] | None:
        """Raises Unavailable."""
        return self._once.take("state", key)


class Limits:
    """Plays ``web.services.Limiter``."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter

    def allow(self, name: str, key: str, *, most: int, seconds: int) -> bool:
        """Raises Unavailable where the limiter does not fail open."""
        return self._limiter.hit(name, key, most=most, seconds=seconds).ok
