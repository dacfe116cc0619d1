"""How a chat is shown: when a time stands between two messages, and what in a text is a link."""

from __future__ import annotations

import datetime
import re
from typing import Any

from markupsafe import Markup, escape

from ..world import BEIJING

QUIET = datetime.timedelta(minutes=5)
# The account may send <a href>; a bare address is made a link by the phone itself.
LINK = re.compile(
    r'<a\s[^<>]*?href=(?P<quote>["\'])(?P<href>https?://[^"\'<>\s]+)(?P=quote)[^<>]*>(?P<words>[^<]*)</a>'
    r"|(?P<bare>https?://[A-Za-z0-9\-._~:/?#\[\]@!$&()*+,;=%]+)"
)


def entries(chat: list[dict[str, Any]], after: int = 0) -> list[dict[str, Any]]:
    """The messages after number `after`, each with `when`: words for the time line above it, or nothing."""
    shown, before = [], None
    for entry in chat:
        moment = datetime.datetime.fromisoformat(entry["time"])
        stands = before is None or moment - before > QUIET
        before = moment
        if entry["id"] > after:
            shown.append({**entry, "when": _when(moment) if stands else ""})
    return shown


def text(content: str) -> Markup:
    """A text message as HTML: everything escaped but its links; lines stay lines."""
    parts, end = [], 0
    for found in LINK.finditer(content):
        href = found["href"] or found["bare"]
        parts += [escape(content[end : found.start()])]
        parts += [Markup('<a href="{}">{}</a>').format(href, found["words"] or href)]
        end = found.end()
    return Markup("").join([*parts, escape(content[end:])])


def _when(moment: datetime.datetime) -> str:
    now = datetime.datetime.now(BEIJING)
    clock = f"{moment:%H:%M}"
    if moment.date() == now.date():
        return clock
    if moment.date() == (now - datetime.timedelta(days=1)).date():
        return f"昨天 {clock}"
    return f"{moment.year}年{moment.month}月{moment.day}日 {clock}"


EVENTS = {
    "subscribe": "关注", "unsubscribe": "取消关注", "CLICK": "点击菜单", "VIEW": "打开菜单链接", "SCAN": "扫描二维码",
    "LOCATION": "上报位置", "TEMPLATESENDJOBFINISH": "模板消息发送结果", "view_miniprogram": "打开小程序",
    "subscribe_msg_popup_event": "订阅通知：弹窗选择", "subscribe_msg_change_event": "订阅通知：管理设置",
    "subscribe_msg_sent_event": "订阅通知：发送结果",
    "text": "文字消息", "image": "图片消息", "voice": "语音消息", "video": "视频消息", "location": "位置消息", "link": "链接消息",
}  # fmt: skip
OUTCOMES = {
    "none": "收到 success，不回复", "lost": "应答在途中丢失", "text": "回复文字", "news": "回复图文", "image": "回复图片",
    "voice": "回复语音", "video": "回复视频", "music": "回复音乐", "transfer_customer_service": "转人工客服",
    "no answer in time": "超时，没有应答", "the answer took too long": "超时，没有应答", "no connection": "无法连接",
    "the answer is not 200": "状态码不是 200", "the answer is too long": "应答过长",
}  # fmt: skip


def event_words(what: str) -> str:
    """What was pushed, in words."""
    return EVENTS.get(what, what)


def outcome_words(outcome: str) -> str:
    """What came of a try; the words for a reply that could not be used are those of the check."""
    return OUTCOMES.get(outcome, f"回复不合要求：{outcome}")


def until(moment: float | None) -> str:
    """How long a QR code works."""
    if moment is None:
        return "长期有效"
    end = datetime.datetime.fromtimestamp(moment, BEIJING)
    return f"{end.month}月{end.day}日 {end:%H:%M} 前有效"
