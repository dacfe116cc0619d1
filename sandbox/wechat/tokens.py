"""Access tokens: the classic ones, of which the newest counts, and the stable one, which everybody shares.

Source: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken
"""

from __future__ import annotations

import secrets
from typing import Any

from ..world import World
from .account import Account

LIFETIME = 7200
OVERLAP = 300  # an older classic token lives on; a stable token is renewed so long before its end
FORCED_APART = 30
FORCED_PER_DAY = 20
CLASSIC_PER_DAY = 2000
DAY = 24 * 60 * 60
INVALID, EXPIRED = 40001, 42001


class QuotaUsedUp(Exception):
    """Too many tokens were fetched today."""


class Tokens:
    """Tokens in the world's section `tokens`; times are of the platform's clock."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._account = account

    def classic(self) -> tuple[str, int]:
        """A new token; the one before it stays valid for five minutes. Raises QuotaUsedUp."""
        with self._world.changing() as data:
            kept = self._kept(data)
            self._count(kept, "classic", CLASSIC_PER_DAY)
            before = kept["issued"].get(kept.get("classic"))
            if before is not None:
                kept["issued"][kept["classic"]] = min(before, self._world.now() + OVERLAP)
            kept["classic"] = self._issue(kept)
            return kept["classic"], LIFETIME

    def stable(self, force: bool) -> tuple[str, int]:
        """The shared token and the seconds it has left; `force` replaces it and ends the old one at once.

        A second forced renewal within half a minute changes nothing. Raises QuotaUsedUp.
        """
        with self._world.changing() as data:
            kept, now = self._kept(data), self._world.now()
            token, end = kept.get("stable"), kept["issued"].get(kept.get("stable"), 0)
            if force and now - kept.get("forced_at", 0) >= FORCED_APART:
                self._count(kept, "forced", FORCED_PER_DAY)
                kept["forced_at"] = now
                kept["issued"].pop(token, None)
                end = 0
            if end - now <= OVERLAP:
                token, end = self._issue(kept), now + LIFETIME
                kept["stable"] = token
            return str(token), int(end - now)

    def problem(self, token: str) -> int:
        """0 for a valid token, else the code that says what is wrong with it."""
        end = self._world.section("tokens").get("issued", {}).get(token)
        if end is None:
            return INVALID
        return 0 if end > self._world.now() else EXPIRED

    def _kept(self, data: dict[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = data.setdefault("tokens", {})
        issued = kept.setdefault("issued", {})
        for token in [token for token, end in issued.items() if end < self._world.now() - DAY]:
            del issued[token]
        return kept

    def _issue(self, kept: dict[str, Any]) -> str:
        token = f"95_{secrets.token_urlsafe(99)}"
        kept["issued"][token] = self._world.now() + LIFETIME
        return token

    def _count(self, kept: dict[str, Any], what: str, most: int) -> None:
        today = int(self._world.now() // DAY)
        counted = kept.setdefault("counted", {})
        if counted.get("day") != today:
            counted.clear()
            counted["day"] = today
        if counted.get(what, 0) >= most:
            raise QuotaUsedUp
        counted[what] = counted.get(what, 0) + 1
