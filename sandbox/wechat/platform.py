"""What happens between a follower and the account: said, tapped, pushed, answered, shown."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from ..world import World
from . import account as accounts
from .deliveries import Deliveries
from .followers import Followers
from .menu_store import MenuStore
from .permissions import Permissions
from .push import Attempt, How, Pusher
from .quota import Quota
from .tokens import Tokens

TICKET_SECONDS = 7200
OUT_OF_ORDER = "该公众号暂时无法提供服务，请稍后再试"
# Events after which the account may write: only taps of these kinds count, view does not.
MENU_WINDOW = ("CLICK", "scancode_push", "scancode_waitmsg")
# Events nobody sits in front of a screen for: a bad answer to them is not shown in the chat.
NOTICE_EVENTS = ("subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event")
SILENT = ("unsubscribe", "VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", *NOTICE_EVENTS)


class Platform:
    """The platform of one Official Account over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.account = accounts.load(world.environ)
        self.followers = Followers(world)
        self.permissions = Permissions(world, self.account)
        self.tokens = Tokens(world, self.account)
        self.menu = MenuStore(world)
        self.quota = Quota(world)
        self.deliveries = Deliveries(world)
        self.pusher = Pusher(self.account, self.deliveries)

    def message(self, openid: str, kind: str, fields: Mapping[str, Any], how: How | None = None) -> list[Attempt]:
        """A follower says something of this `kind` (text, image …); whoever did not follow does so now."""
        self.followers.set_following(openid, True)
        self.followers.open_window(openid, "message")
        self.followers.note(openid, "own", type=kind, content=str(fields.get("Content") or f"[{kind}]"))
        message = {**self._head(openid, kind), **fields}
        message.setdefault("MsgId", secrets.randbelow(2**62) + 2**61)
        return self._push(openid, message, how or How(), most_articles=1)

    def event(
        self, openid: str, event: str, fields: Mapping[str, Any] | None = None, how: How | None = None
    ) -> list[Attempt]:
        """Something happens to a follower. Every event makes them follow, but `unsubscribe`, and those about
        notices, which a person may allow without following."""
        if event not in NOTICE_EVENTS:
            self.followers.set_following(openid, event != "unsubscribe")
        window = {"subscribe": "follow", "SCAN": "scan"}.get(event) or (event in MENU_WINDOW and "menu")
        if window:
            self.followers.open_window(openid, window)
        more = dict(fields or {})
        if event == "VIEW":
            more.setdefault("MenuId", self.menu.id_for(openid))
        push = {**self._head(openid, "event"), "Event": event, **more}
        return self._push(openid, push, how or How(), most_articles=8)

    def tell_later(self, openid: str, event: str, fields: Mapping[str, Any]) -> None:
        """Report to the service, in the background, what became of something it sent."""
        push = {**self._head(openid, "event"), "Event": event, **fields}
        self.pusher.later(lambda: self._push(openid, push, How(), most_articles=8))

    def jsapi_ticket(self) -> tuple[str, int]:
        """What JS-SDK configurations are signed with: the same until it ends, and how many seconds it has left."""
        with self.world.changing() as data:
            kept = data.setdefault("tickets", {})
            if kept.get("until", 0) <= self.world.now():
                kept.update(ticket=secrets.token_urlsafe(64), until=self.world.now() + TICKET_SECONDS)
            return str(kept["ticket"]), int(kept["until"] - self.world.now())

    def scanned(self, openid: str, scene: str, code: str) -> tuple[str, dict[str, str]]:
        """What scanning a QR code with a scene is: strangers follow by it, followers report a SCAN.

        `code` is what stands in the picture's address, which is not the code's ticket.
        """
        ticket = str(self.world.section("qrcodes").get(code, {}).get("ticket", code))
        if self.followers.following(openid):
            return "SCAN", {"EventKey": scene, "Ticket": ticket}
        return "subscribe", {"EventKey": f"qrscene_{scene}", "Ticket": ticket}

    def _head(self, openid: str, kind: str) -> dict[str, Any]:
        return {
            "ToUserName": self.account.account,
            "FromUserName": openid,
            "CreateTime": int(time.time()),
            "MsgType": kind,
        }

    def _push(self, openid: str, push: Mapping[str, Any], how: How, most_articles: int) -> list[Attempt]:
        attempts = self.pusher.deliver(openid, push, how, most_articles)
        last = attempts[-1]
        if last.reply is not None:
            shown = {name: value for name, value in last.reply.items() if name != "xml"}
            self.followers.note(openid, "reply", **shown)
        elif (last.error or not last.answered) and push.get("Event") not in SILENT:
            self.followers.note(openid, "notice", content=OUT_OF_ORDER)
        return attempts
