"""Why somebody came here, and where they go afterwards: back to the application, or to our own first page.

A visit travels in the query string from page to page (sign in, register, find the password again), exactly as
it arrived, so that a citizen who had to register first still ends where they began.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .settings import Account
from .store import Store

HALL = "hall-"
TICKET_SECONDS = 5 * 60
TICKETS, CODES = "tickets", "codes"


class WrongVisit(Exception):
    """The visit cannot be served and nobody may be sent back. `words` are for the citizen's eyes."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def with_query(url: str, values: Mapping[str, str]) -> str:
    """Append `values` to the query of `url`, which may have one already, and before its fragment."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *values.items()])
    return urlunsplit(parts._replace(query=query))


@dataclass(frozen=True)
class TrsVisit:
    """Sent by `LoginServlet`: answered by a one-time `trsidsssosessionid`, bound to the caller's session."""

    co_session: str
    surl: str
    carried: Mapping[str, str]
    keys: ClassVar[tuple[str, ...]] = ("coAppName", "coSessionId", "surl")

    @classmethod
    def read(cls, args: Mapping[str, str], account: Account) -> TrsVisit:
        """Read the three base64 parameters of the protocol. Raises WrongVisit."""
        carried = {key: args[key] for key in cls.keys if key in args}
        values = {key: _from_base64(carried.get(key, "")) for key in cls.keys}
        if values["coAppName"] != account.app_name:
            raise WrongVisit("应用名称未在统一身份认证平台登记，无法登录。")
        if not values["coSessionId"]:
            raise WrongVisit("登录请求缺少会话编号（coSessionId），请回到原来的页面重新登录。")
        if not account.may_return_to(values["surl"]):
            raise WrongVisit("登录后的返回地址不属于该应用，为了您的账号安全，已停止跳转。")
        return cls(values["coSessionId"], values["surl"], carried)

    def granted(self, store: Store, login: str) -> str:
        """Where to go after signing in."""
        ticket = store.put(TICKETS, {"login": login, "co_session": self.co_session}, TICKET_SECONDS)
        return with_query(self.surl, {"trsidsssosessionid": ticket})

    def cancelled(self) -> str:
        """Where to go without signing in."""
        return with_query(self.surl, {"error": "cancel"})


@dataclass(frozen=True)
class OAuthVisit:
    """Sent by `/oauth2/authorize` (RFC 6749 §4.1 with PKCE, RFC 7636): the answer is a one-time code."""

    redirect_uri: str
    state: str
    challenge: str
    carried: Mapping[str, str]
    keys: ClassVar[tuple[str, ...]] = (
        "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
        "code_challenge_method",
    )  # fmt: skip

    @classmethod
    def read(cls, args: Mapping[str, str], account: Account) -> OAuthVisit:
        """Check who asks and where the answer goes. Raises WrongVisit: such a request is never sent back."""
        carried = {key: args[key] for key in cls.keys if key in args}
        if carried.get("client_id") != account.client_id:
            raise WrongVisit("应用未在统一身份认证平台登记，无法登录。")
        if not account.may_return_to(carried.get("redirect_uri", "")):
            raise WrongVisit("登录后的返回地址不属于该应用，为了您的账号安全，已停止跳转。")
        return cls(carried["redirect_uri"], carried.get("state", ""), carried.get("code_challenge", ""), carried)

    def fault(self) -> str | None:
        """The protocol's error code when the request itself is wrong, None when it is right."""
        if self.carried.get("response_type") != "code":
            return "unsupported_response_type"
        if self.carried.get("code_challenge_method") != "S256" or not 43 <= len(self.challenge) <= 128:
            return "invalid_request"
        return None

    def granted(self, store: Store, login: str) -> str:
        """Where to go after signing in."""
        grant = {"login": login, "redirect_uri": self.redirect_uri, "challenge": self.challenge}
        return self._back({"code": store.put(CODES, grant, TICKET_SECONDS)})

    def cancelled(self) -> str:
        """Where to go without signing in."""
        return self.refused("access_denied")

    def refused(self, error: str) -> str:
        """Where to go with the protocol's `error`."""
        return self._back({"error": error})

    def _back(self, answer: dict[str, str]) -> str:
        return with_query(self.redirect_uri, answer | ({"state": self.state} if self.state else {}))


@dataclass(frozen=True)
class OwnVisit:
    """Nobody sent the citizen: after signing in they see this service's first page."""

    home: str
    carried: ClassVar[Mapping[str, str]] = {}

    def granted(self, store: Store, login: str) -> str:
        """Where to go after signing in."""
        return self.home

    def cancelled(self) -> str:
        """Where to go without signing in."""
        return self.home


Visit = TrsVisit | OAuthVisit | OwnVisit


def read(args: Mapping[str, str], account: Account, home: str) -> Visit:
    """Tell from the query why somebody came. Raises WrongVisit."""
    if "client_id" in args:
        visit = OAuthVisit.read(args, account)
        if visit.fault():
            raise WrongVisit("登录请求不完整，请回到原来的页面重新登录。")
        return visit
    if any(key in args for key in TrsVisit.keys):
        return TrsVisit.read(args, account)
    return OwnVisit(home)


def return_address(args: Mapping[str, str], account: Account) -> str | None:
    """The `surl` of a request that asks only to be sent back (LogoutServlet); None when it may not be."""
    try:
        surl = _from_base64(args.get("surl", ""))
    except WrongVisit:
        return None
    return surl if account.may_return_to(surl) else None


def from_desktop(args: Mapping[str, str]) -> bool:
    """Whether the application's own state says that somebody comes from its desktop pages (states that begin with
    ``hall-``). Only the look of our pages hangs on it."""
    state = args.get("state", "")
    try:
        returned = dict(parse_qsl(urlsplit(_from_base64(args.get("surl", ""))).query))
    except (WrongVisit, ValueError):
        returned = {}
    return (state or returned.get("state", "")).startswith(HALL)


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise WrongVisit("登录请求的参数无法识别，请回到原来的页面重新登录。") from None
