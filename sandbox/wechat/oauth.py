"""Web authorisation: the page at `/connect/oauth2/authorize` and the exchange of its code.

Source: https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from .answers import WechatError
from .basics import check_caller
from .platform import Platform

ORDER = ("appid", "redirect_uri", "response_type", "scope", "state")
OPTIONAL = ("forcePopup", "forceSnapShot")
SCOPES = ("snsapi_base", "snsapi_userinfo")
STATE = re.compile(r"[a-zA-Z0-9]{0,128}")
CODE_SECONDS = 300
TOKEN_SECONDS = 7200
USED_CODES_KEPT = 3600
PHONE_COOKIE = "sandbox_phone"


class WrongLink(Exception):
    """The authorisation page cannot be opened; `words` are what the real page says."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class OAuthPages:
    """What the follower's phone sees on its way through."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def authorize(self) -> AnyResponse:
        """Silent for `snsapi_base` on a known phone; else asks whose phone this is, or for consent."""
        try:
            asked = self._read()
        except WrongLink as problem:
            return make_response(render_template("phone/wrong_link.html", words=problem.words), 400)
        if request.method == "POST" and "openid" in request.form:
            response: AnyResponse = redirect(request.full_path, 303)
            take_phone(response, request.form["openid"])
            return response
        openid = request.cookies.get(PHONE_COOKIE, "")
        if not self._platform.followers.known(openid):
            people = [person for person in self._platform.world.people() if person.get("openid")]
            return make_response(render_template("phone/whose.html", people=people, action=request.full_path))
        if asked["scope"] == "snsapi_userinfo" and request.method != "POST":
            return make_response(render_template("phone/consent.html", action=request.full_path))
        code = self._grant(openid, asked["scope"])
        return redirect(_with_query(asked["redirect_uri"], {"code": code, "state": asked.get("state", "")}))

    def _read(self) -> dict[str, str]:
        """The parameters, in the order the platform insists on. Raises WrongLink."""
        pairs = parse_qsl(request.query_string.decode("ascii", "replace"), keep_blank_values=True)
        names = [name for name, _ in pairs if name not in OPTIONAL]
        if names not in (list(ORDER), list(ORDER[:-1])):
            raise WrongLink("该链接无法访问：参数须依次为 " + "、".join(ORDER))
        asked = dict(pairs)
        if asked["appid"] != self._platform.account.app_id:
            raise WrongLink("AppID 参数错误（10013）")
        if not self._platform.account.owns(asked["redirect_uri"]):
            raise WrongLink("redirect_uri 域名与后台配置不一致，错误码：10003")
        if asked["response_type"] != "code":
            raise WrongLink("response_type 参数错误，须为 code")
        if asked["scope"] not in SCOPES:
            raise WrongLink("Scope 参数错误或没有 Scope 权限，错误码：10005")
        if not STATE.fullmatch(asked.get("state", "")):
            raise WrongLink("state 参数错误：只能是字母和数字，最多128个")
        return asked

    def _grant(self, openid: str, scope: str) -> str:
        world, code = self._platform.world, secrets.token_urlsafe(24)
        with world.changing() as data:
            codes = data.setdefault("oauth_codes", {})
            for old in [key for key, kept in codes.items() if kept["until"] < world.now() - USED_CODES_KEPT]:
                del codes[old]
            until = world.now() + CODE_SECONDS
            codes[code] = {"openid": openid, "scope": scope, "until": until, "used": False}
        return code


class SnsApi:
    """The server's side: a code becomes an openid, once."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def access_token(self) -> dict[str, Any]:
        """`/sns/oauth2/access_token`. A person with `snapshot` is shown a snapshot page: a virtual openid."""
        check_caller(self._platform, request.args.get("appid"), request.args.get("secret"))
        if request.args.get("grant_type") != "authorization_code":
            raise WechatError(40002)
        grant = self._use(request.args.get("code", ""))
        person = self._platform.world.person_by_openid(grant["openid"]) or {}
        openid, token = grant["openid"], secrets.token_urlsafe(80)
        answer = {
            "access_token": token,
            "expires_in": TOKEN_SECONDS,
            "refresh_token": secrets.token_urlsafe(80),
            "openid": openid,
            "scope": grant["scope"],
        }
        if person.get("snapshot"):
            virtual = hashlib.sha256(f"snapshot {openid}".encode()).hexdigest()[:24]
            answer |= {"openid": f"oSnap{virtual}", "is_snapshotuser": 1}
        world = self._platform.world
        with world.changing() as data:
            until = world.now() + TOKEN_SECONDS
            data.setdefault("sns_tokens", {})[token] = {"scope": grant["scope"], "until": until}
        return answer

    def user_info(self) -> dict[str, Any]:
        """`/sns/userinfo`: only after consent; a name the platform gives everybody."""
        token = request.args.get("access_token", "")
        if not token:
            raise WechatError(41001)
        kept, world = self._platform.world.section("sns_tokens").get(token), self._platform.world
        if kept is None:
            raise WechatError(40001)
        if kept["until"] <= world.now():
            raise WechatError(42001)
        if kept["scope"] != "snsapi_userinfo":
            raise WechatError(48001)
        openid = request.args.get("openid", "")
        if not self._platform.followers.known(openid):
            raise WechatError(40003)
        return {"openid": openid, "nickname": "微信用户", "sex": 0, "headimgurl": "", "privilege": []}

    def _use(self, code: str) -> dict[str, Any]:
        if not code:
            raise WechatError(41008)
        world = self._platform.world
        with world.changing() as data:
            kept = data.get("oauth_codes", {}).get(code)
            if kept is None:
                raise WechatError(40029)
            if kept["used"]:
                raise WechatError(40163)
            if kept["until"] <= world.now():
                raise WechatError(42003)
            kept["used"] = True
            return dict(kept)


def take_phone(response: AnyResponse | Response, openid: str) -> None:
    """From now on this browser is the phone of `openid`. Ports of one host share cookies, hence the name."""
    response.set_cookie(PHONE_COOKIE, openid, httponly=True, samesite="Lax")


def _with_query(url: str, values: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(values)) if part)
    return urlunsplit(parts._replace(query=query, fragment=""))
