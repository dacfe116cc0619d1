"""XML of a push → flat strings, or refused. Bounded in bytes, depth and elements; no DOCTYPE at all.

expat is driven directly: one pass, no tree, so nesting costs nothing and nothing is ever recursive.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from adapters.wechat.messages import BadPush, Incoming

MAX_BYTES = 64 * 1024
_MAX_DEPTH = 6
_MAX_ELEMENTS = 256
_MAX_NAME = 64
_ACCOUNT_NAME = re.compile("[!-~]{1,64}")

_OWN_FIELDS = frozenset(
    {"MsgType", "FromUserName", "ToUserName", "CreateTime", "Content", "Event", "EventKey", "MsgId"}
)


@dataclass(slots=True)
class Fields:
    """The plain fields of a push by name, and its nested groups."""

    plain: dict[str, str] = field(default_factory=dict)
    groups: list[dict[str, str]] = field(default_factory=list)


class _Reader:
    """Collects leaves while expat walks: depth 2 is a field, deeper ones belong to the group around them."""

    def __init__(self) -> None:
        self.fields = Fields()
        self._path: list[str] = []
        self._text: list[str] = []
        self._leaf = False
        self._groups: list[dict[str, str]] = []
        self._seen = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path and name != "xml":
            raise BadPush("the root element is not xml")
        self._seen += 1 + len(attributes)  # the platform sends none; they mean nothing here, and count
        if self._seen > _MAX_ELEMENTS or len(self._path) >= _MAX_DEPTH or len(name) > _MAX_NAME:
            raise BadPush("too deep or too many elements")
        self._path.append(name)
        self._text.clear()
        self._leaf = True
        self._groups.append({})

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, name: str) -> None:
        self._path.pop()
        inner = self._groups.pop()
        if inner and self._path:
            self.fields.groups.append(inner)
        if self._leaf and self._path:
            into = self.fields.plain if len(self._path) == 1 else self._groups[-1]
            if name in into:
                raise BadPush("a field appears twice")
            into[name] = "".join(self._text).strip()
        elif len(self._path) == 1 and name in _OWN_FIELDS:
            raise BadPush("a plain field is nested")
        self._text.clear()
        self._leaf = False

    def doctype(self, *_details: Any) -> None:
        raise BadPush("a document type is not allowed")


def read_fields(body: bytes) -> Fields:
    """The fields of an XML push. Raises BadPush."""
    if len(body) > MAX_BYTES:
        raise BadPush("the body is too large", 413)
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise BadPush("not well-formed XML") from None
    return reader.fields


def read_message(body: bytes) -> Incoming:
    """The message in an XML push. Raises BadPush when sender, receiver, time or kind is missing or absurd."""
    found = read_fields(body)
    plain = found.plain
    kind = plain.get("MsgType", "").lower()
    if not kind or len(kind) > _MAX_NAME:
        raise BadPush("no message type")
    return Incoming(
        kind=kind,
        sender=_account_name(plain, "FromUserName"),
        account=_account_name(plain, "ToUserName"),
        at=_seconds(plain.get("CreateTime", "")),
        text=plain.get("Content", ""),
        event=plain.get("Event", "").lower(),
        key=plain.get("EventKey", ""),
        msg_id=plain.get("MsgId", ""),
        extras=_others(plain),
        items=tuple(found.groups),
    )


def _others(plain: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in plain.items() if name not in _OWN_FIELDS}


def _account_name(plain: Mapping[str, str], name: str) -> str:
    value = plain.get(name, "")
    if not _ACCOUNT_NAME.fullmatch(value):
        raise BadPush(f"{name} is missing or absurd")
    return value


def _seconds(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise BadPush("CreateTime is not a number of seconds")
    return int(value)
