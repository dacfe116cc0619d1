"""What the platform accepts as a menu; every limit is in bytes of UTF-8, not in characters.

Source: https://developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .answers import WechatError

MOST_BUTTONS, MOST_SUB_BUTTONS = 3, 5
NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
MOST_DOMAINS = 3
KEY_TYPES = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
NEEDS = {
    **{kind: ("key",) for kind in KEY_TYPES},
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
# What each complaint is numbered on the first level and on the second.
CODES = {
    "type": (40017, 40024),
    "name": (40018, 40025),
    "key": (40019, 40026),
    "url": (40020, 40027),
    "domain": (40055, 40054),
    "media_id": (40007, 40007),
    "article_id": (40007, 40007),
    "appid": (40013, 40013),
    "pagepath": (40097, 40097),
}
RULES_OPEN = frozenset({"tag_id", "client_platform_type"})
RULES_CLOSED = frozenset({"sex", "country", "province", "city", "language"})


def check(menu: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a posted menu as the platform keeps them. Raises WechatError for the first fault."""
    buttons = menu.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
        raise WechatError(40016)
    return [_button(button) for button in buttons]


def check_rule(rule: Any) -> dict[str, Any]:
    """A personalised menu's conditions: only tags and the phone's system are open. Raises WechatError."""
    given = {name: value for name, value in rule.items() if value != ""} if isinstance(rule, dict) else {}
    if not given:
        raise WechatError(65304)
    if RULES_CLOSED & given.keys():
        raise WechatError(65320)
    if given.keys() - RULES_OPEN:
        raise WechatError(40097)
    return given


def domains(buttons: list[dict[str, Any]]) -> set[str]:
    """The hosts that a menu's buttons open."""
    every = [leaf for button in buttons for leaf in (button["sub_button"] or [button])]
    return {urlsplit(leaf["url"]).netloc for leaf in every if "url" in leaf}


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise WechatError(47001)
    children = button.get("sub_button") or []
    if not isinstance(children, list):
        raise WechatError(47001)
    if not children:
        return {**_leaf(button, 0), "sub_button": []}
    _text(button, "name", NAME_BYTES, 0)
    if len(children) > MOST_SUB_BUTTONS:
        raise WechatError(40023)
    kept = [{**_leaf(child, 1), "sub_button": []} for child in children]
    return {"name": button["name"], "sub_button": kept}


def _leaf(button: Any, level: int) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise WechatError(47001)
    _text(button, "name", (NAME_BYTES, SUB_NAME_BYTES)[level], level)
    kind = button.get("type")
    if not isinstance(kind, str) or kind not in NEEDS:
        raise WechatError(CODES["type"][level])
    kept = {"type": kind, "name": button["name"]}
    for name in NEEDS[kind]:
        kept[name] = _text(button, name, KEY_BYTES if name == "key" else URL_BYTES, level)
    if "url" in kept and not kept["url"].startswith(("http://", "https://")):
        raise WechatError(CODES["domain"][level])
    return kept


def _text(button: dict[str, Any], name: str, most_bytes: int, level: int) -> str:
    value = button.get(name)
    if not isinstance(value, str) or not 1 <= len(value.encode("utf-8")) <= most_bytes:
        raise WechatError(CODES[name][level])
    return value
