"""Wrong passwords are counted; after the fifth the account is closed for a quarter of an hour."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sandbox.world import World

from .store import Store

MOST_TRIES = 5
LOCK_SECONDS = 15 * 60
SHELF = "tries"


@dataclass(frozen=True)
class Tries:
    """Counts by login name, not by visitor: somebody who guesses gains nothing by a new browser."""

    store: Store
    world: World

    def locked_minutes(self, login: str) -> int:
        """Whole minutes until the account opens again; 0 when it is open."""
        kept = self.store.get(SHELF, login)
        if kept is None or kept["wrong"] < MOST_TRIES:
            return 0
        seconds: float = kept["opens"] - self.world.now()
        return max(1, math.ceil(seconds / 60))

    def wrong(self, login: str) -> int:
        """Note one wrong password. Returns how many tries remain; 0 means locked from now on."""
        with self.world.changing():
            kept = self.store.get(SHELF, login) or {"wrong": 0}
            count: int = kept["wrong"] + 1
            value = {"wrong": count, "opens": self.world.now() + LOCK_SECONDS}
            self.store.put(SHELF, value, LOCK_SECONDS, key=login)
        return max(0, MOST_TRIES - count)

    def forget(self, login: str) -> None:
        """Start counting anew: after the right password, and after a password was reset."""
        self.store.take(SHELF, login)
