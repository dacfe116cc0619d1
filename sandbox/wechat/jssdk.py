"""A small stand-in for jweixin.js that checks the signature of `wx.config` as the real client does.

It is served with the present ticket inside and checks in the page itself, so that a page's content policy
need not allow a request to the sandbox.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Response

from .platform import Platform

SCRIPT = Path(__file__).resolve().parents[1] / "static" / "jweixin.js"


class JsSdk:
    """The script's address."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def script(self) -> Response:
        """`/jssdk/jweixin.js`, never kept by the browser, because the ticket inside changes."""
        ticket = self._platform.world.section("tickets").get("ticket", "")
        known = json.dumps({"appId": self._platform.account.app_id, "ticket": ticket})
        body = SCRIPT.read_text(encoding="utf-8").replace("__SANDBOX__", known)
        response = Response(body, mimetype="text/javascript")
        response.headers["Cache-Control"] = "no-store"
        return response
