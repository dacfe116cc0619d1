"""What only administrators ask of the platform: about the account, never about a citizen."""

from dataclasses import dataclass

from adapters.wechat.api import WeChatApi
from adapters.wechat.caller import Answer, number_of, text_of
from fund.errors import Unavailable

BUSY_WAITS = (0.5, 1.0)
"""Seconds a command waits before it asks a busy platform (-1) again."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message template of the account. ``content`` has a ``{{name.DATA}}`` for each field; ``long_term`` is for
    订阅通知 alone: whether one consent lasts."""

    id: str
    title: str
    content: str
    long_term: bool = False


@dataclass(frozen=True, slots=True)
class Ping:
    """One address of the callback's host as the platform sees it; ``reached`` is None when it did not try."""

    ip: str
    operator: str
    reached: bool | None
    time: str


@dataclass(frozen=True, slots=True)
class Quota:
    """Today's calls of one address; ``limit`` is 0 where the platform sets none."""

    limit: int
    used: int


class WeChatAccount(WeChatApi):
    """The client of the account's administrators. Raises what WeChatApi raises."""

    def token_seconds(self) -> int:
        """Fetches the token anew, past the shared one: whether id, secret and whitelist are right."""
        return self._caller.token_seconds()

    def ticket_seconds(self) -> int:
        """Fetches the JS-SDK ticket anew, past the shared one."""
        return self._fetch_ticket().expires_in

    def tags(self) -> dict[int, str]:
        """The account's tags, id → name."""
        found = self._objects(self._caller.get("/cgi-bin/tags/get"), "tags")
        return {number_of(tag, "id"): text_of(tag, "name") for tag in found}

    def callback_check(self) -> list[Ping]:
        """How the platform reaches the server address of its console: every address its name resolves to."""
        wish = {"action": "all", "check_operator": "DEFAULT"}
        answer = self._caller.ask("/cgi-bin/callback/check", wish)
        pings = {text_of(ping, "ip"): ping for ping in self._objects(answer, "ping", ())}
        return [
            Ping(
                ip=text_of(entry, "ip"),
                operator=str(entry.get("real_operator", "")),
                reached=_reached(pings.get(text_of(entry, "ip"))),
                time=str(pings.get(text_of(entry, "ip"), {}).get("time", "")),
            )
            for entry in self._objects(answer, "dns", ())
        ]

    def templates(self) -> list[Template]:
        """The templates of template messages (模板消息)."""
        answer = self._caller.get("/cgi-bin/template/get_all_private_template")
        return [
            Template(text_of(entry, "template_id"), str(entry.get("title", "")), str(entry.get("content", "")))
            for entry in self._objects(answer, "template_list")
        ]

    def subscribe_templates(self) -> list[Template]:
        """The templates of 订阅通知."""
        answer = self._caller.get("/wxaapi/newtmpl/gettemplate")
        return [
            Template(
                text_of(entry, "priTmplId"),
                str(entry.get("title", "")),
                str(entry.get("content", "")),
                long_term=entry.get("type") == 3,
            )
            for entry in self._objects(answer, "data")
        ]

    def quota(self, path: str) -> Quota:
        """Today's calls of one address, such as ``/cgi-bin/menu/create``."""
        found = self._caller.ask("/cgi-bin/openapi/quota/get", {"cgi_path": path}).get("quota")
        if not isinstance(found, dict):
            raise Unavailable("the platform's answer lacks quota", code="wechat_incomplete")
        return Quota(number_of(found, "daily_limit"), number_of(found, "used"))

    def clear_quota(self) -> None:
        """Today's counts of all addresses back to nothing. The platform allows it ten times a month (48006)."""
        self._caller.do("/cgi-bin/clear_quota", {"appid": self._caller.app_id})
        self._caller.resume()

    def _objects(self, answer: Answer, name: str, default: tuple[()] | None = None) -> list[Answer]:
        value = answer.get(name, default)
        if not isinstance(value, list | tuple) or not all(isinstance(item, dict) for item in value):
            raise Unavailable(f"the platform's answer lacks {name}", code="wechat_incomplete")
        return list(value)


def _reached(ping: Answer | None) -> bool | None:
    return None if ping is None else str(ping.get("package_loss", "")).strip() != "100%"
