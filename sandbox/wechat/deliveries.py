"""What was pushed to the service and how it went: up to three tries each, when, how long, with what result.

One line for each try in the world's log of deliveries, so that a retry can be seen while the next is still to come.
Of a message its kind is kept and not its words.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..world import World, timestamp

SHOWN = 100
LONGEST_KEY = 60
# Events whose EventKey is something the account itself gave out: a menu key, a page, a scene.
WITH_KEY = ("CLICK", "VIEW", "SCAN", "subscribe")


@dataclass(frozen=True)
class Try:
    """One try. `status` is None without an answer in time."""

    time: str
    seconds: float
    status: int | None
    outcome: str


@dataclass(frozen=True)
class Delivery:
    """One push with its tries, oldest first."""

    openid: str
    what: str
    key: str
    tries: list[Try] = field(default_factory=list)


class Push:
    """A push under way."""

    def __init__(self, world: World, openid: str, what: str, key: str) -> None:
        self._world = world
        self._entry = {"push": secrets.token_hex(8), "openid": openid, "what": what, "key": key}

    def tried(self, status: int | None, seconds: float, outcome: str) -> None:
        """Write down one try that has just ended."""
        result = {"time": timestamp(), "seconds": seconds, "status": status, "outcome": outcome}
        self._world.deliveries.add(self._entry | result)


class Deliveries:
    """The pushes of one platform."""

    def __init__(self, world: World) -> None:
        self._world = world

    def begin(self, openid: str, fields: Mapping[str, Any]) -> Push:
        """A push of a message or an event with these elements is about to be tried."""
        event = str(fields.get("Event", ""))
        key = str(fields.get("EventKey", ""))[:LONGEST_KEY] if event in WITH_KEY else ""
        return Push(self._world, openid, event or str(fields["MsgType"]), key)

    def newest(self, openid: str = "") -> list[Delivery]:
        """The newest pushes first, of one follower or of all."""
        found: dict[str, Delivery] = {}
        for entry in self._world.deliveries.entries():
            if openid and entry["openid"] != openid:
                continue
            push = found.setdefault(entry["push"], Delivery(entry["openid"], entry["what"], entry["key"]))
            push.tries.append(Try(entry["time"], entry["seconds"], entry["status"], entry["outcome"]))
        return list(found.values())[: -SHOWN - 1 : -1]
