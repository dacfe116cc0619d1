"""`message/custom/send`: the account writes to a follower, as often as their last interaction allows.

Source: https://developers.weixin.qq.com/doc/offiaccount/Customer_Service/Customer_Service_Messages.html
"""

from __future__ import annotations

from typing import Any

from . import answers
from .answers import WechatError
from .followers import OutsideWindow, WindowUsedUp
from .media import MediaStore
from .platform import Platform
from .wire import TEXT_BYTES

MEDIA_KINDS = ("image", "voice", "video")
ARTICLE = ("title", "description", "picurl", "url")


class CustomerApi:
    """Customer messages."""

    def __init__(self, platform: Platform, media: MediaStore) -> None:
        self._platform = platform
        self._media = media

    def send(self) -> dict[str, Any]:
        """Check, spend one message of the follower's window, deliver."""
        asked = answers.body()
        openid, followers = asked.get("touser"), self._platform.followers
        if not isinstance(openid, str) or not followers.known(openid):
            raise WechatError(40003)
        message = self._read(asked)
        try:
            followers.use_window(openid)
        except OutsideWindow:
            raise WechatError(45015) from None
        except WindowUsedUp:
            raise WechatError(45047) from None
        followers.note(openid, "custom", **message)
        return answers.ok()

    def _read(self, asked: dict[str, Any]) -> dict[str, Any]:
        kind = asked.get("msgtype")
        content = asked.get(kind) if isinstance(kind, str) else None
        if kind == "text":
            return {"type": kind, "content": _words(content, "content")}
        if kind == "news":
            return {"type": kind, "articles": _articles(content)}
        if kind in MEDIA_KINDS:
            media_id = _words(content, "media_id")
            if self._media.find(media_id) is None:
                raise WechatError(40007)
            return {"type": kind, "media_id": media_id}
        if kind == "msgmenu":
            return {"type": kind, **_menu(content)}
        if kind == "miniprogrampage":
            return {"type": kind, "title": _words(content, "title"), "pagepath": _words(content, "pagepath")}
        raise WechatError(40008)

    def routes(self) -> list[tuple[str, str, Any]]:
        """Address, method, work."""
        return [("message/custom/send", "POST", self.send)]


def _words(content: Any, name: str) -> str:
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, str) or not value:
        raise WechatError(44004)
    if len(value.encode("utf-8")) > TEXT_BYTES:
        raise WechatError(45002)
    return value


def _articles(content: Any) -> list[dict[str, str]]:
    articles = content.get("articles") if isinstance(content, dict) else None
    if not isinstance(articles, list) or not articles or not all(isinstance(a, dict) for a in articles):
        raise WechatError(44004)
    if len(articles) > 1:
        raise WechatError(45008)
    return [{name: str(article.get(name) or "") for name in ARTICLE} for article in articles]


def _menu(content: Any) -> dict[str, Any]:
    choices = content.get("list") if isinstance(content, dict) else None
    if not isinstance(choices, list) or not choices:
        raise WechatError(44004)
    kept = [{"id": _words(choice, "id"), "content": _words(choice, "content")} for choice in choices]
    return {
        "head": str(content.get("head_content") or ""),
        "choices": kept,
        "tail": str(content.get("tail_content") or ""),
    }
