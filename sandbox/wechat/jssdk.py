"""A small stand-in for jweixin.js that checks `wx.config` as the real client does, and draws wx-open-subscribe.

The script is served with the present ticket inside and checks in the page itself, so that a page's content policy
need not allow a request to the sandbox. The tag is a frame of the sandbox's own, as it is one of the client's on a
phone: https://developers.weixin.qq.com/doc/service/guide/h5/opentag.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Response, render_template, request

from .oauth import PHONE_COOKIE
from .permissions import ACCEPT, PROBLEMS, REJECT, popup_event
from .platform import Platform

STATIC = Path(__file__).resolve().parents[1] / "static"


class JsSdk:
    """The script's address, and the frame of the subscribe tag."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def script(self) -> Response:
        """`/jssdk/jweixin.js`, never kept by the browser, because the ticket inside changes."""
        account = self._platform.account
        known = {
            "appId": account.app_id,
            "ticket": self._platform.jsapi_ticket()[0],
            "domain": urlsplit(account.public_url).hostname,
            "origin": request.host_url.rstrip("/"),
        }
        body = (STATIC / "jweixin.js").read_text(encoding="utf-8")
        body = body.replace("__OPEN_TAGS__", (STATIC / "opentags.js").read_text(encoding="utf-8"))
        response = Response(body.replace("__SANDBOX__", json.dumps(known)), mimetype="text/javascript")
        response.headers["Cache-Control"] = "no-store"
        return response

    def frame(self) -> Response:
        """`/jssdk/subscribe`: the button and the sheet that asks. Without a sheet when there is nothing to ask."""
        asked = request.args.get("template", "")
        wanted, openid = _names(asked), self._openid()
        shown = [] if self._platform.permissions.problem(openid, wanted) else self._platform.permissions.titles(wanted)
        page = self._platform.account.public_url
        html = render_template("phone/subscribe.html", template=asked, titles=shown, page=page)
        response = Response(html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = f"frame-ancestors {page}"
        response.headers["Cache-Control"] = "no-store"
        return response

    def answer(self) -> dict[str, Any]:
        """The follower pressed 允许 or 取消: it is remembered, pushed in the background, and told to the page."""
        wanted, openid = _names(request.form.get("template", "")), self._openid()
        problem = self._platform.permissions.problem(openid, wanted)
        if problem:
            return {"errMsg": f"subscribe:fail, {PROBLEMS[problem]}", "errCode": str(problem)}
        answer = ACCEPT if request.form.get("answer") == ACCEPT else REJECT
        for name in wanted:
            self._platform.permissions.answer(openid, name, answer)
        event = popup_event([(name, answer) for name in wanted])
        self._platform.tell_later(openid, "subscribe_msg_popup_event", event)
        status = "accept" if answer == ACCEPT else "cancel"
        details = {name: json.dumps({"status": status}) for name in wanted}
        return {"errMsg": "subscribe:ok", "subscribeDetails": json.dumps(details)}

    def _openid(self) -> str:
        """The follower whose phone this browser is; nothing for a stranger to the platform."""
        openid = request.cookies.get(PHONE_COOKIE, "")
        return openid if self._platform.followers.known(openid) else ""


def _names(given: str) -> list[str]:
    return [name for name in (part.strip() for part in given.split(",")) if name]
