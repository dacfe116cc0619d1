"""Our replies → the platform's XML, well-formed and of the same structure whatever text goes in."""

import re

from adapters.wechat.messages import (
    Article,
    ImageReply,
    Incoming,
    NewsReply,
    NoReply,
    Reply,
    TextReply,
    TransferReply,
)

SUCCESS = b"success"
MAX_TEXT_BYTES = 2048
_MAX_ARTICLES_AFTER_EVENT = 8
_ELLIPSIS = "…"

# XML 1.0 cannot carry these; with one of them the follower sees "该公众号提供的服务出现故障".
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINK = re.compile(r"<a\b[^>]*>.*?</a>", re.DOTALL)


def render(reply: Reply, to: Incoming, now: int) -> bytes:
    """The answer to ``to`` as UTF-8 XML, or the bare ``success``. ``now`` is in seconds since 1970."""
    match reply:
        case NoReply():
            return SUCCESS
        case TextReply(text):
            kind, body = "text", _leaf("Content", shortened(text, MAX_TEXT_BYTES))
        case NewsReply(articles):
            shown = articles[: _MAX_ARTICLES_AFTER_EVENT if to.kind == "event" else 1]
            items = "".join(_article(article) for article in shown)
            kind, body = "news", f"<ArticleCount>{len(shown)}</ArticleCount><Articles>{items}</Articles>"
        case ImageReply(media_id):
            kind, body = "image", f"<Image>{_leaf('MediaId', media_id)}</Image>"
        case TransferReply(staff):
            kind = "transfer_customer_service"
            body = f"<TransInfo>{_leaf('KfAccount', staff)}</TransInfo>" if staff else ""
    if kind in {"text", "news"} and not _says_anything(reply):
        return SUCCESS
    return (
        f"<xml>{_leaf('ToUserName', to.sender)}{_leaf('FromUserName', to.account)}"
        f"<CreateTime>{now}</CreateTime>{_leaf('MsgType', kind)}{body}</xml>"
    ).encode()


def custom_message(reply: Reply) -> dict[str, object] | None:
    """A reply as the body of a customer message, without its receiver; None for one that says nothing.

    Raises ValueError for a handing over to customer service, which only a passive answer can be.
    Source: developers.weixin.qq.com, 客服消息 (one card, text as in passive replies).
    """
    if not _says_anything(reply):
        return None
    match reply:
        case TextReply(text):
            return {"msgtype": "text", "text": {"content": shortened(text, MAX_TEXT_BYTES)}}
        case NewsReply(articles):
            first = articles[0]
            card = {"title": first.title, "description": first.description, "url": first.url, "picurl": first.picture}
            return {"msgtype": "news", "news": {"articles": [card]}}
        case ImageReply(media_id):
            return {"msgtype": "image", "image": {"media_id": media_id}}
        case _:
            raise ValueError("only a passive answer hands a conversation over")


def shortened(text: str, most: int) -> str:
    """``text`` in at most ``most`` bytes of UTF-8, cut between characters and never inside a link."""
    clean = _FORBIDDEN.sub("", text)
    if len(clean.encode()) <= most:
        return clean
    room = most - len(_ELLIPSIS.encode())
    kept = clean.encode()[:room].decode("utf-8", "ignore")
    for link in _LINK.finditer(clean):
        if link.start() < len(kept) < link.end():
            kept = clean[: link.start()]
    return kept.rstrip() + _ELLIPSIS


def cdata(text: str) -> str:
    """``text`` as CDATA that it cannot leave, without the characters XML forbids."""
    safe = _FORBIDDEN.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{safe}]]>"


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{cdata(text)}</{name}>"


def _article(article: Article) -> str:
    return (
        f"<item>{_leaf('Title', article.title)}{_leaf('Description', article.description)}"
        f"{_leaf('PicUrl', article.picture)}{_leaf('Url', article.url)}</item>"
    )


def _says_anything(reply: Reply) -> bool:
    """The platform takes an empty text or card list for a fault; ``success`` is the honest nothing."""
    match reply:
        case TextReply(text):
            return bool(_FORBIDDEN.sub("", text).strip())
        case NewsReply(articles):
            return bool(articles)
        case NoReply():
            return False
        case _:
            return True
