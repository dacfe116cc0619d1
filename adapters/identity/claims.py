"""From what an identity service says to an ``Identity``: the same questions whatever the protocol.

The order matters to the person reading the answer: somebody with an enterprise account is not told to have
their real name verified, somebody not verified is not told that data is missing.
"""

import re
from dataclasses import dataclass
from typing import Any

from adapters.identity.ciphers import Decrypt
from fund.errors import InvalidValue, Refused
from fund.numbers import IdNumber, tidy
from fund.people import Identity

_MOBILE = re.compile(r"(?:\+?86)?(1[0-9]{10})")
_PADDING = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")  # 张　伟, as columns of names are set
_LONGEST_NAME = 50


@dataclass(frozen=True, slots=True, repr=False)
class Claims:
    """What the service says, not yet decrypted and not yet believed."""

    name: Any
    id_number: Any
    mobile: Any
    natural_person: bool
    verified: bool


def identity(claims: Claims, decrypt: Decrypt, provider: str) -> Identity:
    """The person. Raises Refused: ``enterprise``, ``not_verified``, ``incomplete`` or ``undecodable``."""
    if not claims.natural_person:
        raise Refused(f"{provider}: not a natural person's account", code="enterprise")
    if not claims.verified:
        raise Refused(f"{provider}: the real name is not verified", code="not_verified")
    name, hidden_id, hidden_mobile = (plain(v) for v in (claims.name, claims.id_number, claims.mobile))
    missing = [
        word for word, value in (("name", name), ("id number", hidden_id), ("mobile", hidden_mobile)) if not value
    ]
    if missing:
        raise Refused(f"{provider}: {', '.join(missing)} missing", code="incomplete")
    name = _PADDING.sub("", name)
    if len(name) > _LONGEST_NAME or not name.isprintable() or "*" in name:
        raise Refused(f"{provider}: the name cannot be used", code="incomplete")
    id_number, mobile = _id_number(hidden_id, decrypt), _text(hidden_mobile, decrypt)
    if id_number is None or mobile is None:
        wrong = "id number" if id_number is None else "mobile"
        raise Refused(f"{provider}: the {wrong} cannot be decoded", code="undecodable")
    found = _MOBILE.fullmatch(tidy(mobile))
    if found is None:
        raise Refused(f"{provider}: no mobile number among the data", code="incomplete")
    return Identity(name=name, id_number=id_number, mobile=found[1], provider=provider)


def plain(value: Any) -> str:
    """A field as text, without blanks around it; whole numbers count as text, anything else as nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _text(hidden: str, decrypt: Decrypt) -> str | None:
    """None instead of an exception: a decoding error may carry what it failed to decode."""
    try:
        return decrypt(hidden)
    except ValueError:
        return None


def _id_number(hidden: str, decrypt: Decrypt) -> IdNumber | None:
    value = _text(hidden, decrypt)
    try:
        return None if value is None else IdNumber(value)
    except InvalidValue:
        return None
