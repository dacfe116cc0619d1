"""What the identity service remembers for a while: sessions, one-time tickets, codes, tokens, wrong tries."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.world import World

SECTION = "identity"


class Store:
    """Shelves of values that expire, kept in the sandbox's world, so that a restart forgets nothing.

    Keys of `put` are random and unguessable; every lifetime is in seconds of the world's clock.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def put(self, shelf: str, value: dict[str, Any], seconds: float, key: str | None = None) -> str:
        """Keep `value` for `seconds` under `key`, or under a new random one. Returns the key."""
        name = key or secrets.token_urlsafe(24)
        with self._world.changing() as data:
            values = data.setdefault(SECTION, {}).setdefault(shelf, {})
            for old in [k for k, kept in values.items() if kept["until"] <= self._world.now()]:
                del values[old]
            values[name] = {"until": self._world.now() + seconds, "value": value}
        return name

    def get(self, shelf: str, key: str) -> dict[str, Any] | None:
        """The value under `key`, or None when there is none or its time is over."""
        kept = self._world.section(SECTION).get(shelf, {}).get(key)
        if kept is None or kept["until"] <= self._world.now():
            return None
        return dict(kept["value"])

    def take(self, shelf: str, key: str) -> dict[str, Any] | None:
        """Like `get`, but the value is gone afterwards: of two takers only one gets it."""
        with self._world.changing() as data:
            kept = data.setdefault(SECTION, {}).setdefault(shelf, {}).pop(key, None)
        if kept is None or kept["until"] <= self._world.now():
            return None
        return dict(kept["value"])
