"""What stands behind the ··· of the chat: scanning a QR code, managing notices, how the deliveries went."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from ..wechat import Platform
from ..wechat.permissions import REJECT, change_event
from . import show
from .views import Phone, fresh


class More:
    """One method per address."""

    def __init__(self, platform: Platform, phone: Phone) -> None:
        self._platform = platform
        self._phone = phone

    def codes(self, openid: str) -> AnyResponse:
        """扫一扫: the account's QR codes that still work, newest first, to scan as this follower."""
        person, world = self._phone.person(openid), self._platform.world
        live: list[dict[str, Any]] = [
            {"ticket": ticket, "scene": kept["scene"], "until": show.until(kept["until"])}
            for ticket, kept in world.section("qrcodes").items()
            if kept["until"] is None or kept["until"] > world.now()
        ]
        return _page("phone/codes.html", person=person, codes=live[::-1])

    def notices(self, openid: str) -> AnyResponse:
        """通知管理: every 订阅通知 of the account with a switch. The platform pushes only that one was refused."""
        person, permissions = self._phone.person(openid), self._platform.permissions
        if request.method == "GET":
            off = permissions.switched_off(openid)
            return _page("phone/notices.html", person=person, off=off, permissions=permissions.of(openid))
        wanted, on = request.form.get("template", ""), request.form.get("on") == "yes"
        if not wanted:
            permissions.switch_all(openid, on=on)
        elif any(wanted == permission.template.id for permission in permissions.of(openid)):
            permissions.switch(openid, wanted, on=on)
            if not on:
                event = change_event([(wanted, REJECT)])
                self._platform.tell_later(openid, "subscribe_msg_change_event", event)
        return redirect(url_for("phone.notices", openid=openid), 303)

    def deliveries(self, openid: str) -> AnyResponse:
        """投递记录: what this follower's phone pushed to the service, and how each try went."""
        person = self._phone.person(openid)
        found = self._platform.deliveries.newest(openid)
        return _page("phone/deliveries.html", person=person, deliveries=found, names={}, show=show)


def _page(template: str, **values: Any) -> AnyResponse:
    return fresh(AnyResponse(render_template(template, **values), mimetype="text/html"))
