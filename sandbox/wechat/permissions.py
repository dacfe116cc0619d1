"""Who lets the account send which 订阅通知, and how that is asked and reported.

Kept in the world's section `subscriptions`: openid → template → {"left": n, "lasting": bool, "refused": bool}, and
under the name "off" whether the follower has switched all of them off.
Sources: https://developers.weixin.qq.com/doc/service/guide/product/subscription_messages/intro.html and …/push.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..world import World
from .account import Account, Template

ACCEPT, REJECT = "accept", "reject"
MOST_TEMPLATES = 3
FROM_A_PAGE = 1  # PopupScene: 1 a web page, 2 an article
# What the open tag's error event says; the numbers are the platform's.
PROBLEMS = {
    10001: "the template is empty",
    10002: "the list of templates could not be fetched",
    20001: "no such template",
    20002: "one-time and long-term templates together",
    20003: "too many templates",
    20004: "the follower has switched notices off",
}
OFF = "off"


@dataclass(frozen=True)
class Permission:
    """How one follower stands to one template. `left` counts the messages still allowed, of a one-time one."""

    template: Template
    left: int = 0
    lasting: bool = False
    refused: bool = False

    @property
    def given(self) -> bool:
        """Whether a message may be sent now."""
        return not self.refused and (self.lasting or self.left > 0)


class Permissions:
    """The followers' answers. Whatever is unknown to the account raises KeyError."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        known = (template for template in account.templates.values() if template.kind == "subscribe")
        self._templates = {template.id: template for template in sorted(known, key=lambda t: not t.lasting)}

    def of(self, openid: str) -> list[Permission]:
        """Every template of the account, the long-term ones first, as this follower stands to it."""
        return [self._of(openid, template) for template in self._templates.values()]

    def switched_off(self, openid: str) -> bool:
        """True when the follower takes no notices at all."""
        return bool(self._kept(openid).get(OFF))

    def problem(self, openid: str, template_ids: Sequence[str]) -> int:
        """Why the dialog cannot be shown, or 0."""
        if not template_ids:
            return 10001
        if len(template_ids) > MOST_TEMPLATES:
            return 20003
        if any(name not in self._templates for name in template_ids):
            return 20001
        if len({self._templates[name].lasting for name in template_ids}) > 1:
            return 20002
        if not openid:
            return 10002
        return 20004 if self.switched_off(openid) else 0

    def titles(self, template_ids: Sequence[str]) -> list[str]:
        """What the dialog asks about."""
        return [self._templates[name].title for name in template_ids]

    def answer(self, openid: str, template_id: str, answer: str) -> None:
        """允许 or 取消 in the dialog: a long-term template stays as answered, a one-time one gains a message."""
        template = self._templates[template_id]
        accepted = answer == ACCEPT
        with self._world.changing() as data:
            kept = _entry(data, openid, template_id)
            kept["refused"] = not accepted
            if template.lasting:
                kept["lasting"] = accepted
            elif accepted:
                kept["left"] += 1

    def switch(self, openid: str, template_id: str, *, on: bool) -> None:
        """通知管理: take this template's messages or refuse them; a long-term one is allowed by that."""
        template = self._templates[template_id]
        with self._world.changing() as data:
            kept = _entry(data, openid, template_id)
            kept["refused"] = not on
            if template.lasting:
                kept["lasting"] = on

    def switch_all(self, openid: str, *, on: bool) -> None:
        """通知管理: take notices at all, or none."""
        with self._world.changing() as data:
            data.setdefault("subscriptions", {}).setdefault(openid, {})[OFF] = not on

    def use(self, openid: str, template_id: str) -> bool:
        """Whether a message may go out now; a one-time permission is spent by it."""
        permission = self._of(openid, self._templates[template_id])
        if self.switched_off(openid) or not permission.given:
            return False
        if not permission.lasting:
            with self._world.changing() as data:
                _entry(data, openid, template_id)["left"] -= 1
        return True

    def _kept(self, openid: str) -> dict[str, Any]:
        kept: dict[str, Any] = self._world.section("subscriptions").get(openid, {})
        return kept

    def _of(self, openid: str, template: Template) -> Permission:
        """A person's own `subscriptions` are long-term ones until they are refused."""
        kept = _read(self._kept(openid).get(template.id))
        person = self._world.person_by_openid(openid) or {}
        lasting = kept["lasting"] or template.id in (person.get("subscriptions") or ())
        return Permission(template, kept["left"], lasting, kept["refused"])


def popup_event(answers: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What is pushed after the dialog: (template, answer) pairs, a `List` element for each."""
    chosen = [{"TemplateId": name, "SubscribeStatusString": a, "PopupScene": FROM_A_PAGE} for name, a in answers]
    return {"SubscribeMsgPopupEvent": {"List": chosen}}


def change_event(answers: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What is pushed after a change in 通知管理."""
    chosen = [{"TemplateId": name, "SubscribeStatusString": answer} for name, answer in answers]
    return {"SubscribeMsgChangeEvent": {"List": chosen}}


def _entry(data: dict[str, Any], openid: str, template_id: str) -> dict[str, Any]:
    kept: dict[str, Any] = data.setdefault("subscriptions", {}).setdefault(openid, {})
    entry = kept[template_id] = _read(kept.get(template_id))
    return entry


def _read(kept: Any) -> dict[str, Any]:
    """A stored entry; worlds of an earlier version hold the bare count."""
    if isinstance(kept, int):
        return {"left": kept, "lasting": False, "refused": False}
    return dict(kept or {"left": 0, "lasting": False, "refused": False})
