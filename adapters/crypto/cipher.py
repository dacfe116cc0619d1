"""Encrypting one value at a time, so that each can be moved to a new key or a new algorithm by itself.

A sealed value names its algorithm and key: ``a1.<key id>.<base64url of nonce and ciphertext>``; sealed bytes
have the same head in front of raw nonce and ciphertext. ``a1`` is AES-256-GCM with a random 96-bit nonce
(NIST SP 800-38D: at most 2^32 values under one key, so a key is replaced long before that).
"""

import base64
import binascii
import re
import secrets
from collections.abc import Sequence
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fund.errors import FundError

ALGORITHM = "a1"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_KEY_BYTES = 32
_NONCE_BYTES = 12
_HEAD_AT_MOST = len(ALGORITHM) + 32 + 2


class Undecipherable(FundError):
    """A kept value cannot be opened: its key is gone, it was altered, or it belongs somewhere else.

    The message says which of these and about which field, never what was in it.
    """


class FieldCipher:
    """Seals and opens values.

    ``about`` says what a value is and whose: ``photo:<id>``, ``application:<id>:card``. It is authenticated
    but not stored, so a ciphertext copied to another row or field does not open there.

    >>> cipher = FieldCipher([("k2", bytes(32)), ("k1", bytes(range(32)))])
    >>> cipher.open(cipher.seal("138", about="person:1:mobile"), about="person:1:mobile")
    '138'
    """

    def __init__(self, data_keys: Sequence[tuple[str, bytes]]) -> None:
        """``data_keys``: (key id, 32 bytes), newest first. The first seals; all of them open."""
        if not data_keys:
            raise ValueError("field encryption needs at least one key")
        for key_id, key in data_keys:
            if not _KEY_ID.fullmatch(key_id):
                raise ValueError("a key id has 1 to 32 letters, digits, hyphens or underscores")
            if len(key) != _KEY_BYTES:
                raise ValueError(f"key {key_id} must have {_KEY_BYTES} bytes")
        self._keys = {key_id: AESGCM(key) for key_id, key in data_keys}
        if len(self._keys) != len(data_keys):
            raise ValueError("two keys have the same id")
        self._newest = data_keys[0][0]

    def __repr__(self) -> str:
        return f"FieldCipher(keys={list(self._keys)})"

    def seal(self, text: str, *, about: str) -> str:
        """The sealed form of a text, in characters that any store and header takes."""
        head, body = self._sealed(text.encode(), about)
        return head + base64.urlsafe_b64encode(body).decode().rstrip("=")

    def open(self, sealed: str, *, about: str) -> str:
        """The text back. Raises Undecipherable."""
        algorithm, key_id, body = self._parts(sealed.encode("utf-8", "replace"), about)
        try:
            raw = base64.b64decode(body + b"=" * (-len(body) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            _refuse("is not a sealed value", about)
        return self._opened(algorithm, key_id, raw, about).decode()

    def seal_bytes(self, data: bytes, *, about: str) -> bytes:
        """The sealed form of bytes, without the third that base64 adds; for files."""
        head, body = self._sealed(data, about)
        return head.encode() + body

    def open_bytes(self, sealed: bytes, *, about: str) -> bytes:
        """The bytes back. Raises Undecipherable."""
        algorithm, key_id, body = self._parts(sealed, about)
        return self._opened(algorithm, key_id, body, about)

    def is_current(self, sealed: str | bytes) -> bool:
        """Whether a value was sealed with the newest key; one that was not wants to be sealed again."""
        raw = sealed.encode("utf-8", "replace") if isinstance(sealed, str) else sealed
        algorithm, key_id, _ = self._parts(raw, "")
        return (algorithm, key_id) == (ALGORITHM, self._newest)

    def _sealed(self, data: bytes, about: str) -> tuple[str, bytes]:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        body = self._keys[self._newest].encrypt(nonce, data, _bound(self._newest, about))
        return f"{ALGORITHM}.{self._newest}.", nonce + body

    def _opened(self, algorithm: str, key_id: str, body: bytes, about: str) -> bytes:
        if algorithm != ALGORITHM:
            _refuse("was sealed with an algorithm that is not known here", about)
        if key_id not in self._keys:
            _refuse(f"was sealed with key {key_id}, which is not among the keys", about)
        try:
            return self._keys[key_id].decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _bound(key_id, about))
        except (InvalidTag, ValueError):
            pass
        _refuse("was altered or belongs somewhere else", about)

    @staticmethod
    def _parts(sealed: bytes, about: str) -> tuple[str, str, bytes]:
        head = sealed[:_HEAD_AT_MOST].split(b".", 2)
        if len(head) != 3 or not all(_KEY_ID.fullmatch(part.decode("ascii", "replace")) for part in head[:2]):
            _refuse("is not a sealed value", about)
        start = len(head[0]) + len(head[1]) + 2
        return head[0].decode(), head[1].decode(), sealed[start:]


def _bound(key_id: str, about: str) -> bytes:
    """What is authenticated with the value; the head is part of it, so it cannot be rewritten either."""
    return f"{ALGORITHM}.{key_id}.{about}".encode()


def _refuse(why: str, about: str) -> NoReturn:
    raise Undecipherable(f"{about or 'a value'} {why}", code="undecipherable")
