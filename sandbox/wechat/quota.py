"""How often each address may be called in a day, how often it was, and the ten times a month to begin anew.

Source of the numbers: https://developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html and
the pages of the single addresses. Where no number is published, DEFAULT is the sandbox's own.
"""

from __future__ import annotations

import datetime
from typing import Any

from ..world import BEIJING, World
from .answers import WechatError

DEFAULT = 1_000_000
LIMITS = {
    "/cgi-bin/token": 2000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/menu/create": 1000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1000,
    "/cgi-bin/menu/addconditional": 2000,
    "/cgi-bin/menu/delconditional": 2000,
    "/cgi-bin/menu/trymatch": 20_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/info": 5_000_000,
}
CLEARED_PER_MONTH = 10


class Quota:
    """The world's section `quota`. Days and months are those of Beijing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: set[str] = set()

    def covers(self, path: str) -> None:
        """This address exists and is counted."""
        self._known.add(path)

    def count(self, path: str) -> None:
        """One call more. Raises WechatError 45009 when there is none left today."""
        with self._world.changing() as data:
            used = self._today(data)
            if used.get(path, 0) >= LIMITS.get(path, DEFAULT):
                raise WechatError(45009)
            used[path] = used.get(path, 0) + 1

    def of(self, path: str) -> tuple[int, int]:
        """A day's limit of an address, and how much of it is used. Raises WechatError 76021."""
        if path not in self._known:
            raise WechatError(76021)
        with self._world.changing() as data:
            return LIMITS.get(path, DEFAULT), int(self._today(data).get(path, 0))

    def set_used(self, path: str, used: int) -> None:
        """As if the address had been called so often today. Raises WechatError 76021."""
        self.of(path)
        with self._world.changing() as data:
            self._today(data)[path] = used

    def clear(self) -> None:
        """Begin the day anew for all addresses. Raises WechatError 48006 after ten times in a month."""
        month = f"{self._now():%Y-%m}"
        with self._world.changing() as data:
            kept = data.setdefault("quota", {})
            if kept.get("month") != month:
                kept.update(month=month, cleared=0)
            if kept["cleared"] >= CLEARED_PER_MONTH:
                raise WechatError(48006)
            kept["cleared"] += 1
            kept["used"] = {}
            data.get("tokens", {}).pop("counted", None)

    def _today(self, data: dict[str, Any]) -> dict[str, int]:
        kept, day = data.setdefault("quota", {}), f"{self._now():%Y-%m-%d}"
        if kept.get("day") != day:
            kept.update(day=day, used={})
        used: dict[str, int] = kept.setdefault("used", {})
        return used

    def _now(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._world.now(), BEIJING)
