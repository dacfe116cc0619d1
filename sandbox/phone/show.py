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
