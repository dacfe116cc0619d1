"""The WeChat platform: the API under `/cgi-bin` and `/sns`, web authorisation, the JS-SDK, and the pushes."""

from __future__ import annotations

from flask import Blueprint, Response

from .answers import WechatError, endpoint, refuse
from .basics import LookupApi, TokenApi
from .customer import CustomerApi
from .jssdk import JsSdk
from .media import MediaApi, MediaStore
from .menu_api import MenuApi
from .notices import NoticeApi
from .oauth import OAuthPages, SnsApi
from .platform import Platform

METHODS = ["GET", "POST", "PUT", "DELETE"]  # a wrong one is answered with the platform's own code


def blueprint(platform: Platform) -> Blueprint:
    """Everything the service reaches at the addresses of the WeChat platform."""
    found = Blueprint("wechat", __name__)
    media = MediaStore(platform.world)
    for path, method, work in TokenApi(platform).routes():
        name = path.replace("/", "_")
        found.add_url_rule(f"/cgi-bin/{path}", view_func=endpoint(method, work, name), methods=METHODS)
    guarded: list[MenuApi | CustomerApi | NoticeApi | MediaApi | LookupApi] = [
        MenuApi(platform),
        CustomerApi(platform, media),
        NoticeApi(platform),
        MediaApi(platform.world, media),
        LookupApi(platform),
    ]
    for api in guarded:
        for path, method, work in api.routes():
            view = endpoint(method, work, path.replace("/", "_"), platform.tokens)
            found.add_url_rule(f"/cgi-bin/{path}", view_func=view, methods=METHODS)
    sns = SnsApi(platform)
    for path, work in (("oauth2/access_token", sns.access_token), ("userinfo", sns.user_info)):
        view = endpoint("GET", work, "sns_" + path.replace("/", "_"))
        found.add_url_rule(f"/sns/{path}", view_func=view, methods=METHODS)
    found.add_url_rule("/cgi-bin/<path:_path>", view_func=_no_such_address, methods=METHODS)
    found.add_url_rule("/sns/<path:_path>", view_func=_no_such_address, methods=METHODS)
    pages = OAuthPages(platform)
    found.add_url_rule("/connect/oauth2/authorize", "authorize", pages.authorize, methods=["GET", "POST"])
    found.add_url_rule("/jssdk/jweixin.js", "jssdk", JsSdk(platform).script)
    return found


def _no_such_address(_path: str) -> Response:
    return refuse(WechatError(40066))


__all__ = ["MediaStore", "Platform", "blueprint"]
