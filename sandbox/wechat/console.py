"""What an administrator's tools ask about the account itself: tags, templates, quota, how its server is reached.

Sources: https://developers.weixin.qq.com/doc/service/api/base/api_callbackcheck.html
https://developers.weixin.qq.com/doc/service/api/notify/template/api_getalltemplates.html
https://developers.weixin.qq.com/doc/service/api/apimanage/api_getapiquota.html and its neighbours
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from . import answers
from .account import Template
from .answers import WechatError
from .platform import Platform
from .quota import Quota

ACTIONS = ("dns", "ping", "all")
OPERATORS = ("CHINANET", "UNICOM", "CAP", "DEFAULT")
PING_SECONDS = 1.0
ONE_TIME, LONG_TERM = 2, 3  # the type of a 订阅通知


class ConsoleApi:
    """Every method is one address."""

    def __init__(self, platform: Platform, quota: Quota) -> None:
        self._platform = platform
        self._quota = quota

    def tags(self) -> dict[str, Any]:
        """`tags/get`: the account's tags and how many followers have each."""
        people, followers = self._platform.world.people(), self._platform.followers
        mine = [person for person in people if followers.following(person.get("openid") or "")]
        worn = [str(tag) for person in mine for tag in person.get("tags") or ()]
        return {
            "tags": [
                {"id": tag.id, "name": tag.name, "count": worn.count(str(tag.id))}
                for tag in self._platform.account.tags
            ]
        }

    def callback_check(self) -> dict[str, Any]:
        """`callback/check`: resolves the server's name and knocks; a simulator sends no ICMP, so it connects."""
        asked = answers.body()
        action, operator = asked.get("action"), asked.get("check_operator")
        if action not in ACTIONS:
            raise WechatError(40202)
        if operator not in OPERATORS:
            raise WechatError(40203)
        url = urlsplit(self._platform.account.callback_url)
        addresses = _addresses(url.hostname or "")
        answer: dict[str, Any] = {}
        if action != "ping":
            answer["dns"] = [{"ip": ip, "real_operator": "UNKNOWN"} for ip in addresses]
        if action != "dns":
            port = url.port or (443 if url.scheme == "https" else 80)
            answer["ping"] = [{"ip": ip, "from_operator": operator, **_knock(ip, port)} for ip in addresses]
        return answer

    def templates(self) -> dict[str, Any]:
        """`template/get_all_private_template`: the templates of template messages."""
        return {
            "template_list": [
                {
                    "template_id": template.id,
                    "title": template.title,
                    "primary_industry": "",
                    "deputy_industry": "",
                    "content": _content(template),
                    "example": "",
                }
                for template in self._of_kind("template")
            ]
        }

    def subscribe_templates(self) -> dict[str, Any]:
        """`newtmpl/gettemplate`: the templates of 订阅通知."""
        return answers.ok(
            {
                "data": [
                    {
                        "priTmplId": template.id,
                        "title": template.title,
                        "content": _content(template),
                        "example": "",
                        "type": LONG_TERM if template.lasting else ONE_TIME,
                    }
                    for template in self._of_kind("subscribe")
                ]
            }
        )

    def quota(self) -> dict[str, Any]:
        """`openapi/quota/get`: a day's calls of one address."""
        path = answers.body().get("cgi_path")
        if not isinstance(path, str) or not path.startswith("/"):
            raise WechatError(76003)
        if path.startswith("/sns/"):
            raise WechatError(76022)
        limit, used = self._quota.of(path)
        return answers.ok({"quota": {"daily_limit": limit, "used": used, "remain": limit - used}})

    def clear_quota(self) -> dict[str, Any]:
        """`clear_quota`: all counts of today back to nothing, ten times a month."""
        if answers.body().get("appid") != self._platform.account.app_id:
            raise WechatError(40013)
        self._quota.clear()
        return answers.ok()

    def routes(self) -> list[tuple[str, str, Any]]:
        """Address, method, work; addresses with a leading slash are not under `/cgi-bin/`."""
        return [
            ("tags/get", "GET", self.tags),
            ("callback/check", "POST", self.callback_check),
            ("template/get_all_private_template", "GET", self.templates),
            ("/wxaapi/newtmpl/gettemplate", "GET", self.subscribe_templates),
            ("openapi/quota/get", "POST", self.quota),
            ("clear_quota", "POST", self.clear_quota),
        ]

    def _of_kind(self, kind: str) -> Iterator[Template]:
        return (template for template in self._platform.account.templates.values() if template.kind == kind)


def _content(template: Template) -> str:
    return "".join(f"{label}:{{{{{name}.DATA}}}}\n" for name, label in template.fields.items())


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({str(entry[4][0]) for entry in found})


def _knock(ip: str, port: int) -> dict[str, str]:
    began = time.monotonic()
    try:
        socket.create_connection((ip, port), timeout=PING_SECONDS).close()
    except OSError:
        return {"package_loss": "100%", "time": ""}
    return {"package_loss": "0%", "time": f"{(time.monotonic() - began) * 1000:.3f}ms"}
