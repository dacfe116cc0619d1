"""Tokens, JS-SDK tickets, who a follower is, QR codes with a scene, where pushes come from."""

from __future__ import annotations

import secrets
from typing import Any

from flask import request

from . import answers
from .answers import WechatError
from .platform import Platform
from .tokens import QuotaUsedUp

QR_LONGEST = 30 * 24 * 60 * 60
QR_DEFAULT = 60
QR_KINDS = {
    "QR_SCENE": "scene_id",
    "QR_LIMIT_SCENE": "scene_id",
    "QR_STR_SCENE": "scene_str",
    "QR_LIMIT_STR_SCENE": "scene_str",
}


class TokenApi:
    """The two addresses that need no token because they give one."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def classic(self) -> dict[str, Any]:
        """`token`."""
        return self._answer(request.args, "classic")

    def stable(self) -> dict[str, Any]:
        """`stable_token`."""
        return self._answer(answers.body(), "stable")

    def _answer(self, asked: Any, which: str) -> dict[str, Any]:
        check_caller(self._platform, asked.get("appid"), asked.get("secret"))
        if asked.get("grant_type") != "client_credential":
            raise WechatError(40002)
        try:
            if which == "classic":
                token, seconds = self._platform.tokens.classic()
            else:
                token, seconds = self._platform.tokens.stable(force=asked.get("force_refresh") is True)
        except QuotaUsedUp:
            raise WechatError(45009) from None
        return {"access_token": token, "expires_in": seconds}

    def routes(self) -> list[tuple[str, str, Any]]:
        """Address, method, work."""
        return [("token", "GET", self.classic), ("stable_token", "POST", self.stable)]


class LookupApi:
    """Small addresses that ask or make one thing."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def jsapi_ticket(self) -> dict[str, Any]:
        """`ticket/getticket`: the same ticket until it ends."""
        if request.args.get("type") != "jsapi":
            raise WechatError(40097)
        ticket, seconds = self._platform.jsapi_ticket()
        return answers.ok({"ticket": ticket, "expires_in": seconds})

    def user_info(self) -> dict[str, Any]:
        """`user/info`: nothing but the openid of somebody who does not follow."""
        openid, followers = request.args.get("openid", ""), self._platform.followers
        if not followers.known(openid):
            raise WechatError(40003)
        if not followers.following(openid):
            return {"subscribe": 0, "openid": openid}
        person = self._platform.world.person_by_openid(openid) or {}
        return {
            "subscribe": 1,
            "openid": openid,
            "language": "zh_CN",
            "subscribe_time": followers.followed_since(openid),
            "remark": "",
            "groupid": 0,
            "tagid_list": list(person.get("tags") or ()),
            "subscribe_scene": "ADD_SCENE_SEARCH",
            "qr_scene": 0,
            "qr_scene_str": "",
        }

    def create_qrcode(self) -> dict[str, Any]:
        """`qrcode/create`: `url` is what stands in the code; in the sandbox it opens a page that scans it."""
        asked = answers.body()
        action = asked.get("action_name")
        if not isinstance(action, str) or action not in QR_KINDS:
            raise WechatError(40052)
        info = asked.get("action_info")
        wanted = info.get("scene") if isinstance(info, dict) else None
        scene = wanted.get(QR_KINDS[action]) if isinstance(wanted, dict) else None
        if isinstance(scene, bool) or not isinstance(scene, str | int) or not 1 <= len(str(scene)) <= 64:
            raise WechatError(40053)
        seconds = asked.get("expire_seconds", QR_DEFAULT)
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= QR_LONGEST:
            raise WechatError(40097)
        ticket, code, world = secrets.token_urlsafe(60), secrets.token_urlsafe(24), self._platform.world
        lasting = action.startswith("QR_LIMIT")
        with world.changing() as data:
            until = None if lasting else world.now() + seconds
            data.setdefault("qrcodes", {})[code] = {"scene": str(scene), "until": until, "ticket": ticket}
        answer = {"ticket": ticket, "url": f"{request.host_url}scan/{code}"}
        return answer if lasting else {**answer, "expire_seconds": seconds}

    def callback_ips(self) -> dict[str, Any]:
        """`getcallbackip`: pushes come from this machine."""
        return {"ip_list": ["127.0.0.1"]}

    def routes(self) -> list[tuple[str, str, Any]]:
        """Address, method, work."""
        return [
            ("ticket/getticket", "GET", self.jsapi_ticket),
            ("user/info", "GET", self.user_info),
            ("qrcode/create", "POST", self.create_qrcode),
            ("getcallbackip", "GET", self.callback_ips),
        ]


def check_caller(platform: Platform, app_id: Any, secret: Any) -> None:
    """Raises WechatError unless these are the account's own appid and secret."""
    if not app_id:
        raise WechatError(41002)
    if app_id != platform.account.app_id:
        raise WechatError(40013)
    if not secret:
        raise WechatError(41004)
    if secret != platform.account.app_secret:
        raise WechatError(40125)
    allowed, ip = platform.world.section("whitelist").get("ips"), request.remote_addr or ""
    if allowed and ip not in allowed:
        raise WechatError(40164, f"invalid ip {ip} ipv6 ::ffff:{ip}, not in whitelist")
