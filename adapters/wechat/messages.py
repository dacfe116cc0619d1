"""The platform's vocabulary as frozen values: what comes in, what may go back. Nothing here does anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_SCENE_PREFIX = "qrscene_"


class BadPush(Exception):
    """A push that is not the platform's, or not readable. ``reason`` never holds anything of the request.

    ``status`` is the HTTP answer and always 4xx: bad input is the sender's fault, never ours.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True, repr=False)
class Incoming:
    """One push of the platform.

    ``kind`` is the MsgType and ``event`` the Event, both in lower case; ``at`` is CreateTime in seconds
    since 1970; ``key`` is EventKey; ``msg_id`` is empty for events. ``extras`` holds the other plain fields
    by their wire name. ``items`` holds nested groups (subscribe_msg lists, scan results), one mapping each,
    whether the platform sent one or several. ``kept_since`` is when it came, by our clock, if it is handled late:
    what has happened since must not be undone by it.
    """

    kind: str
    sender: str
    account: str
    at: int
    text: str = ""
    event: str = ""
    key: str = ""
    msg_id: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)
    items: tuple[Mapping[str, str], ...] = ()
    kept_since: datetime | None = None

    @property
    def scene(self) -> str:
        """The scene of the QR code that brought the follower here, or ''.

        ``qrscene_`` is the only prefix that means a scene: other subscribe keys exist (last_trade_no_…).
        """
        if self.event == "scan":
            return self.key
        if self.event == "subscribe" and self.key.startswith(_SCENE_PREFIX):
            return self.key.removeprefix(_SCENE_PREFIX)
        return ""

    def __repr__(self) -> str:
        who = mask_openid(self.sender)
        return f"Incoming(kind={self.kind!r}, event={self.event!r}, sender='{who}', at={self.at})"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified push with what identifies this delivery of it.

    ``stamp`` is timestamp and nonce: the platform's retries carry the same. ``body`` is the decrypted
    message, the same bytes for every delivery of one message. ``encrypted`` and ``key``, the number of the account's
    AES key that opened it, say how to answer.
    """

    message: Incoming
    stamp: str
    body: bytes = field(repr=False)
    encrypted: bool = False
    key: int = 0


@dataclass(frozen=True, slots=True)
class TextReply:
    """Plain text, with ``<a href="…">`` where a link helps. At most 2048 bytes reach the follower."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Article:
    """One card. ``picture`` is the address of an image, or ''."""

    title: str
    description: str
    url: str = field(repr=False)
    picture: str = ""


@dataclass(frozen=True, slots=True)
class NewsReply:
    """Cards. The platform shows one to a follower who sent a message, up to eight after an event."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class ImageReply:
    """A picture uploaded before."""

    media_id: str


@dataclass(frozen=True, slots=True)
class TransferReply:
    """Hand the conversation to customer service; ``staff`` is one of its accounts, or '' for any."""

    staff: str = ""


@dataclass(frozen=True, slots=True)
class NoReply:
    """The bare ``success`` that stops the platform's retries and shows nothing."""


NO_REPLY = NoReply()

Reply = TextReply | NewsReply | ImageReply | TransferReply | NoReply


@dataclass(frozen=True, slots=True, repr=False)
class OAuthAnswer:
    """What a web-authorisation code stood for. A snapshot openid is virtual: never keep it."""

    openid: str
    is_snapshot: bool = False

    def __repr__(self) -> str:
        return f"OAuthAnswer(openid='{mask_openid(self.openid)}', is_snapshot={self.is_snapshot})"


def mask_openid(openid: str) -> str:
    """The last four characters, enough to compare two log lines and too little to reach anybody."""
    return "***" + openid[-4:] if len(openid) > 8 else "***"
