"""How the platform's API answers: always HTTP 200 with a code inside, and what each code means.

Source: https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, g, jsonify, request

from .tokens import Tokens

MEANING = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by "
    "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40037: "invalid template_id",
    40052: "invalid action name",
    40053: "invalid action info",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    40201: "invalid url",
    40202: "invalid action",
    40203: "invalid check operator",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41008: "missing code",
    42001: "access_token expired",
    42003: "code expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    65301: "no such conditional menu",
    65302: "no such user",
    65303: "there is no selfmenu, please create selfmenu first",
    65304: "match rule empty",
    65308: "conditional menu contains a button without an action",
    65316: "too many domains in conditional menus",
    65320: "match rule uses private attributes that are no longer open",
    76003: "cgi_path empty or without its leading slash",
    76021: "cgi_path not found, please check",
    76022: "could not use this cgi_path, no permission",
}


class WechatError(Exception):
    """The platform refuses. `detail` replaces the usual words; it never holds personal data."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = code
        self.words = detail or MEANING[code]
        super().__init__(f"{code} {self.words}")


def endpoint(
    method: str,
    work: Callable[[], Any],
    name: str,
    tokens: Tokens | None = None,
    count: Callable[[], None] = lambda: None,
) -> Callable[[], Response]:
    """A view of one API address: right method, valid token where `tokens` is given, `count`, then `work`.

    `work` returns what goes beside `errcode` 0, a whole Response, or (without `tokens`) a bare answer.
    """

    def view() -> Response:
        try:
            if request.method != method:
                raise WechatError(43001 if method == "GET" else 43002)
            if tokens is not None:
                _check_token(tokens)
            count()
            answer = work()
        except WechatError as refusal:
            return refuse(refusal)
        return answer if isinstance(answer, Response) else jsonify(answer)

    view.__name__ = name
    return view


def refuse(refusal: WechatError) -> Response:
    """The documented form of a refusal; `rid` is what the platform's support asks for."""
    g.note = str(refusal.code)
    rid = f"{int(time.time()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
    return jsonify(errcode=refusal.code, errmsg=f"{refusal.words} rid: {rid}")


def ok(more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The documented form of success, for the addresses that have one."""
    return {"errcode": 0, "errmsg": "ok", **(more or {})}


def body() -> dict[str, Any]:
    """The JSON object that was posted. Raises WechatError."""
    raw = request.get_data()
    if not raw.strip():
        raise WechatError(44002)
    try:
        value = json.loads(raw)
    except ValueError:
        raise WechatError(47001) from None
    if not isinstance(value, dict):
        raise WechatError(47001)
    return value


def _check_token(tokens: Tokens) -> None:
    token = request.args.get("access_token", "")
    if not token:
        raise WechatError(41001)
    code = tokens.problem(token)
    if code:
        raise WechatError(code)
