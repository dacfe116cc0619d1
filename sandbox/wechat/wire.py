"""The XML of pushes and of the replies to them.

Source: https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from . import crypto
from .account import Account

TEXT_BYTES = 2048
MOST_ARTICLES = 8
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class WrongReply(ValueError):
    """A reply the platform cannot use; the follower is told that the account is out of order."""


def build(fields: Mapping[str, Any]) -> str:
    """One `<xml>` document. Numbers stand bare, text in CDATA, a mapping becomes a nested element, a list one
    element of that name for each of its items."""
    return f"<xml>{_elements(fields)}</xml>"


def seal(account: Account, fields: Mapping[str, Any], timestamp: str, nonce: str) -> tuple[str, dict[str, str]]:
    """The body of a push in the account's mode, and what the mode adds to the query."""
    plain = build(fields)
    if account.mode == "plain":
        return plain, {}
    sealed = crypto.encrypt(account.aes_key, account.app_id, plain)
    query = {
        "encrypt_type": "aes",
        "msg_signature": crypto.signature(account.token, timestamp, nonce, sealed),
    }
    if account.mode == "compatible":
        return build({**fields, "Encrypt": sealed}), query
    return build({"ToUserName": fields["ToUserName"], "Encrypt": sealed}), query


def open_reply(account: Account, body: str) -> str:
    """The reply's own XML, out of its envelope where the mode has one. Raises WrongReply.

    The compatible mode takes either form, as the real one does.
    """
    root = _parse(body)
    sealed = root.findtext("Encrypt")
    if sealed is None and account.mode != "encrypted":
        return body
    if account.mode == "plain":
        raise WrongReply("an encrypted reply in plain mode")
    if sealed is None:
        raise WrongReply("a plain reply in encrypted mode")
    stamp, nonce = root.findtext("TimeStamp") or "", root.findtext("Nonce") or ""
    if not stamp or not nonce:
        raise WrongReply("TimeStamp or Nonce is missing")
    expected = crypto.signature(account.token, stamp, nonce, sealed)
    if not crypto.same(expected, root.findtext("MsgSignature") or ""):
        raise WrongReply("MsgSignature is wrong")
    try:
        return crypto.decrypt(account.aes_key, account.app_id, sealed)
    except crypto.WrongEnvelope as problem:
        raise WrongReply(str(problem)) from None


def read_reply(account: Account, openid: str, xml: str, most_articles: int = MOST_ARTICLES) -> dict[str, Any]:
    """What a reply says: `type` and what belongs to it. Raises WrongReply."""
    root = _parse(xml)
    if root.findtext("ToUserName") != openid or root.findtext("FromUserName") != account.account:
        raise WrongReply("ToUserName or FromUserName is not the sender's or the account's")
    if not (root.findtext("CreateTime") or "").isdigit():
        raise WrongReply("CreateTime is not a number")
    kind = root.findtext("MsgType") or ""
    reply: dict[str, Any] = {"type": kind}
    if kind == "text":
        reply["content"] = _text(root)
    elif kind == "news":
        reply["articles"] = _articles(root)[:most_articles]
    elif kind in ("image", "voice", "video"):
        reply["media_id"] = _needed(root, f"{kind.capitalize()}/MediaId")
    elif kind == "music":
        reply |= {"title": root.findtext("Music/Title") or "", "url": root.findtext("Music/MusicUrl") or ""}
    elif kind != "transfer_customer_service":
        raise WrongReply("MsgType is unknown")
    return reply


def _text(root: ElementTree.Element) -> str:
    content = _needed(root, "Content")
    if len(content.encode("utf-8")) > TEXT_BYTES:
        raise WrongReply(f"Content is longer than {TEXT_BYTES} bytes")
    return content


def _articles(root: ElementTree.Element) -> list[dict[str, str]]:
    items = root.findall("Articles/item")
    if not items or root.findtext("ArticleCount") != str(len(items)):
        raise WrongReply("ArticleCount does not fit the articles")
    tags = ("Title", "Description", "PicUrl", "Url")
    return [{tag.lower(): item.findtext(tag) or "" for tag in tags} for item in items]


def _needed(root: ElementTree.Element, path: str) -> str:
    value = root.findtext(path)
    if not value:
        raise WrongReply(f"{path} is missing")
    return value


def _parse(text: str) -> ElementTree.Element:
    if "<!DOCTYPE" in text:
        raise WrongReply("a document type has no place here")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        raise WrongReply("no well-formed XML") from None
    if root.tag != "xml":
        raise WrongReply("the root element is not xml")
    return root


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_value(item)}</{name}>"
        for name, value in fields.items()
        for item in (value if isinstance(value, list) else [value])
    )


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _elements(value)
    if isinstance(value, int | float):
        return str(value)
    text = UNPRINTABLE.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>"
