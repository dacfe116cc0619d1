"""The WeChat platform: the API under `/cgi-bin` and `/sns`, web authorisation, the JS-SDK, and the pushes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from .answers import WechatError, endpoint, refuse
from .basics import LookupApi, TokenApi
from .console import ConsoleApi
from .customer import CustomerApi
from .jssdk import JsSdk
from .media import MediaApi, MediaStore
from .menu_api import MenuApi
from .notices import NoticeApi
from .oauth import OAuthPages, SnsApi
from .platform import Platform
from .quota import Quota
from .tokens import Tokens

METHODS = ["GET", "POST", "PUT", "DELETE"]  # a wrong one is answered with the platform's own code


def blueprint(platform: Platform) -> Blueprint:
    """Everything the service reaches at the addresses of the WeChat platform."""
    found = Blueprint("wechat", __name__)
    media, quota = MediaStore(platform.world), platform.quota
    for path, method, work in TokenApi(platform).routes():
        _add(found, quota, path, method, work, None)
    guarded: list[MenuApi | CustomerApi | NoticeApi | MediaApi | LookupApi | ConsoleApi] = [
        MenuApi(platform),
        CustomerApi(platform, media),
        NoticeApi(platform),
        MediaApi(platform.world, media),
        LookupApi(platform),
        ConsoleApi(platform, quota),
    ]
    for api in guarded:
        for path, method, work in api.routes():
            _add(found, quota, path, method, work, platform.tokens)
    sns = SnsApi(platform)
    for path, work in (("oauth2/access_token", sns.access_token), ("userinfo", sns.user_info)):
        view = endpoint("GET", work, "sns_" + path.replace("/", "_"))
        found.add_url_rule(f"/sns/{path}", view_func=view, methods=METHODS)
    for part in ("cgi-bin", "sns", "wxaapi"):
        found.add_url_rule(f"/{part}/<path:_path>", view_func=_no_such_address, methods=METHODS)
    pages = OAuthPages(platform)
    found.add_url_rule("/connect/oauth2/authorize", "authorize", pages.authorize, methods=["GET", "POST"])
    jssdk = JsSdk(platform)
    found.add_url_rule("/jssdk/jweixin.js", "jssdk", jssdk.script)
    found.add_url_rule("/jssdk/subscribe", "subscribe_frame", jssdk.frame)
    found.add_url_rule("/jssdk/subscribe", "subscribe_answer", jssdk.answer, methods=["POST"])
    return found


def _add(found: Blueprint, quota: Quota, path: str, method: str, work: Any, tokens: Tokens | None) -> None:
    address = path if path.startswith("/") else f"/cgi-bin/{path}"
    quota.covers(address)
    view = endpoint(method, work, address.strip("/").replace("/", "_"), tokens, lambda: quota.count(address))
    found.add_url_rule(address, view_func=view, methods=METHODS)


def _no_such_address(_path: str) -> Response:
    return refuse(WechatError(40066))


__all__ = ["MediaStore", "Platform", "blueprint"]
