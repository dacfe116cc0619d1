"""Who follows the account, how long the account may write to them, and what stands in each chat."""

from __future__ import annotations

import threading
from typing import Any

from ..world import World, timestamp

RECEIVED = ("reply", "custom", "template", "subscribe")
# How many customer messages an interaction allows, and for how many seconds. Source:
# https://developers.weixin.qq.com/doc/offiaccount/Customer_Service/Customer_Service_Messages.html
WINDOWS = {"message": (5, 48 * 60 * 60), "menu": (3, 60), "follow": (3, 60), "scan": (3, 60)}


class OutsideWindow(Exception):
    """The follower did nothing lately that would let the account write to them."""


class WindowUsedUp(Exception):
    """The account wrote as often as the follower's last interaction allows."""


class Followers:
    """Everybody who ever met the account; kept in the world's section `followers` and in its chats."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._last = max((entry["id"] for entry in world.chats.entries()), default=0)

    def known(self, openid: str) -> bool:
        """True when this openid belongs to the account at all: one of its people, or somebody it met."""
        return openid in self._world.section("followers") or self._world.person_by_openid(openid) is not None

    def following(self, openid: str) -> bool:
        """True while the account is followed. People begin as their `following` says, else as strangers."""
        record = self._world.section("followers").get(openid)
        if record is not None:
            return bool(record["following"])
        return bool((self._world.person_by_openid(openid) or {}).get("following"))

    def followed_since(self, openid: str) -> int:
        """Seconds since 1970; 0 for somebody who follows from the beginning."""
        return int(self._world.section("followers").get(openid, {}).get("since", 0))

    def set_following(self, openid: str, following: bool) -> None:
        """Note that somebody follows, or does so no longer."""
        with self._world.changing() as data:
            record = self._record(data, openid)
            if following and not record["following"]:
                record["since"] = int(self._world.now())
            record["following"] = following

    def open_window(self, openid: str, kind: str) -> None:
        """An interaction of this kind lets the account write again. Raises KeyError for an unknown kind."""
        count, seconds = WINDOWS[kind]
        with self._world.changing() as data:
            record = self._record(data, openid)
            record["windows"][kind] = {"left": count, "until": self._world.now() + seconds}

    def use_window(self, openid: str) -> None:
        """Spend one customer message. Raises OutsideWindow or WindowUsedUp."""
        if not self.following(openid):
            raise OutsideWindow
        with self._world.changing() as data:
            windows = data.get("followers", {}).get(openid, {}).get("windows", {})
            now = self._world.now()
            still = sorted((w for w in windows.values() if w["until"] > now), key=lambda w: float(w["until"]))
            if not still:
                raise OutsideWindow
            for window in still:
                if window["left"]:
                    window["left"] -= 1
                    return
        raise WindowUsedUp

    def _record(self, data: dict[str, Any], openid: str) -> dict[str, Any]:
        fresh = {"following": self.following(openid), "windows": {}}
        record: dict[str, Any] = data.setdefault("followers", {}).setdefault(openid, fresh)
        return record

    # -- chats --------------------------------------------------------------------------------------------

    def note(self, openid: str, kind: str, **what: Any) -> None:
        """Write one line into a chat: `own` words, a `notice` of the platform, or a message received."""
        with self._lock:
            self._last += 1
            entry = {"openid": openid, "id": self._last, "kind": kind, "time": timestamp()}
            self._world.chats.add(entry | what)

    def chat(self, openid: str) -> list[dict[str, Any]]:
        """The whole chat, oldest first."""
        return [entry for entry in self._world.chats.entries() if entry["openid"] == openid]

    def inbox(self, openid: str) -> list[dict[str, Any]]:
        """What this follower received, oldest first."""
        return [entry for entry in self.chat(openid) if entry["kind"] in RECEIVED]
