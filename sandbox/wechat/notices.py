"""Template messages (`message/template/send`) and 订阅通知 (`message/subscribe/bizsend`).

Sources: https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage
https://developers.weixin.qq.com/doc/service/Subscription_Messages/intro.html
"""

from __future__ import annotations

import secrets
from typing import Any

from . import answers, template_rules
from .account import Template
from .answers import WechatError
from .platform import Platform

SAME_ID_SECONDS = 600  # a client_msg_id counts for ten minutes


class NoticeApi:
    """Messages made from a template, outside any window."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def send_template(self) -> dict[str, Any]:
        """Once per follower and `client_msg_id`; what became of it is pushed as TEMPLATESENDJOBFINISH."""
        asked = answers.body()
        openid, template = self._receiver(asked), self._template(asked, "template")
        if not self._platform.followers.following(openid):
            raise WechatError(43004)
        values = template_rules.check(template, asked.get("data"))
        msgid, is_new = self._once(openid, asked.get("client_msg_id"))
        if is_new:
            blocked = bool((self._platform.world.person_by_openid(openid) or {}).get("blocks_templates"))
            if not blocked:
                self._deliver(openid, template, values, asked, msgid)
            status = "failed:user block" if blocked else "success"
            self._platform.tell_later(openid, "TEMPLATESENDJOBFINISH", {"MsgID": msgid, "Status": status})
        return answers.ok({"msgid": msgid})

    def send_subscribed(self) -> dict[str, Any]:
        """Only to somebody who pressed 允许 and whose permission is not spent."""
        asked = answers.body()
        openid, template = self._receiver(asked), self._template(asked, "subscribe")
        values = template_rules.check(template, asked.get("data"))
        if not self._platform.permissions.use(openid, template.id):
            raise WechatError(43101)
        msgid = _number()
        self._deliver(openid, template, values, asked, msgid)
        sent = {"TemplateId": template.id, "MsgID": msgid, "ErrorCode": 0, "ErrorStatus": "success"}
        self._platform.tell_later(openid, "subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": sent}})
        return answers.ok()

    def _receiver(self, asked: dict[str, Any]) -> str:
        openid = asked.get("touser")
        if not isinstance(openid, str) or not self._platform.followers.known(openid):
            raise WechatError(40003)
        return openid

    def _template(self, asked: dict[str, Any], kind: str) -> Template:
        template = self._platform.account.templates.get(str(asked.get("template_id")))
        if template is None or template.kind != kind:
            raise WechatError(40037)
        return template

    def _once(self, openid: str, client_msg_id: Any) -> tuple[int, bool]:
        """The number of this message, and whether it is a new one."""
        if client_msg_id is None:
            return _number(), True
        if not isinstance(client_msg_id, str) or not 1 <= len(client_msg_id) <= 64:
            raise WechatError(40097)
        world = self._platform.world
        with world.changing() as data:
            sent = data.setdefault("client_msg_ids", {})
            for old in [key for key, kept in sent.items() if kept["until"] <= world.now()]:
                del sent[old]
            key = f"{openid} {client_msg_id}"
            is_new = key not in sent
            if is_new:
                sent[key] = {"msgid": _number(), "until": world.now() + SAME_ID_SECONDS}
            return int(sent[key]["msgid"]), is_new

    def _deliver(
        self, openid: str, template: Template, values: dict[str, str], asked: dict[str, Any], msgid: int
    ) -> None:
        url = asked.get("url") or asked.get("page") or ""
        self._platform.followers.note(
            openid,
            template.kind,
            template_id=template.id,
            title=template.title,
            url=str(url),
            data=values,
            lines=[{"label": label, "value": values[name]} for name, label in template.fields.items()],
            msgid=msgid,
            client_msg_id=asked.get("client_msg_id"),
        )

    def routes(self) -> list[tuple[str, str, Any]]:
        """Address, method, work."""
        return [
            ("message/template/send", "POST", self.send_template),
            ("message/subscribe/bizsend", "POST", self.send_subscribed),
        ]


def _number() -> int:
    return 3_000_000_000_000_000_000 + secrets.randbelow(10**18)
