"""Temporary media: what the platform takes, checked before a byte is sent, and what comes back, checked too.

Source of kinds and sizes: developers.weixin.qq.com, 新增临时素材.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fund.errors import Unavailable

KEPT_SECONDS = 3 * 24 * 60 * 60
"""How long the platform keeps what was uploaded."""

MOST_BYTES = 10 * 1024 * 1024
"""The largest file of any kind, uploaded or fetched."""

_LIMITS: Mapping[str, tuple[int, tuple[str, ...]]] = MappingProxyType(
    {
        "image": (MOST_BYTES, ("image/png", "image/jpeg", "image/gif")),
        "voice": (2 * 1024 * 1024, ("audio/amr", "audio/mpeg")),
        "video": (MOST_BYTES, ("video/mp4",)),
        "thumb": (64 * 1024, ("image/jpeg",)),
    }
)
_SUFFIXES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "amr": "audio/amr",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}
_MAGIC = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"#!AMR"), "audio/amr"),
    (re.compile(rb"ID3|\xff[\xf2\xf3\xfb]"), "audio/mpeg"),
    (re.compile(rb"....ftyp", re.DOTALL), "video/mp4"),
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it goes over the wire: whole, in bytes, so that a call can be made again with all of it."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


def uploadable(kind: str, name: str, content: bytes) -> File:
    """A file the platform will take as ``image``, ``voice``, ``video`` or ``thumb``.

    Raises ValueError: such a file is our own mistake. The name must be ASCII: the platform's form parser loses
    a part with a Chinese one and answers that the data is missing (41005).
    """
    if kind not in _LIMITS:
        raise ValueError(f"the kind is one of {', '.join(_LIMITS)}")
    most, types = _LIMITS[kind]
    if not _NAME.fullmatch(name):
        raise ValueError("the file name must be plain ASCII")
    content_type = _SUFFIXES.get(name.rpartition(".")[2].lower(), "")
    if content_type not in types:
        raise ValueError(f"a {kind} is one of {', '.join(types)} by its name")
    if not content or len(content) > most:
        raise ValueError(f"a {kind} has 1 to {most} bytes, not {len(content)}")
    if recognised(content) != content_type:
        raise ValueError("the content is not what the name says")
    return File(name, content_type, content)


def recognised(content: bytes) -> str:
    """The content type by the first bytes; '' for anything that is not a picture, a sound or a film."""
    return next((kind for magic, kind in _MAGIC if magic.match(content)), "")


def fetched(file: File) -> File:
    """A file from the platform, once header and first bytes agree. Raises Unavailable."""
    told = file.content_type.partition(";")[0].strip().lower()
    found = recognised(file.content)
    same = told in (found, "application/octet-stream") or (told, found) == ("image/jpg", "image/jpeg")
    if not found or not same:
        raise Unavailable("the platform's file is not what it says", code="wechat_incomplete")
    return File(file.name, found, file.content)
