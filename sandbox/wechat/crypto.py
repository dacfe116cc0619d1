"""Signatures and the message encryption of the platform, written from its description.

On purpose a second implementation, independent of the library the service uses: an error in either shows.
Source: https://developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import string

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BYTES = 32  # of the padding; AES itself works in 16
RANDOM_BYTES = 16
LENGTH_BYTES = 4


class WrongEnvelope(ValueError):
    """An answer that is not what the platform could decrypt; the words say why, never what was inside."""


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts: `signature` has three of them, `msg_signature` four."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(one.encode("utf-8"), other.encode("utf-8"))


def jssdk_signature(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """The signature of `wx.config`. `url` is the page's address without its fragment."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode("utf-8")).hexdigest()


def encrypt(key: bytes, app_id: str, message: str, random: bytes | None = None) -> str:
    """Encrypt one message; `random` (16 bytes) is only ever given by a test vector."""
    body = message.encode("utf-8")
    plain = (random or random_text().encode("ascii")) + len(body).to_bytes(LENGTH_BYTES, "big") + body
    plain += app_id.encode("utf-8")
    missing = BLOCK_BYTES - len(plain) % BLOCK_BYTES
    encryptor = _cipher(key).encryptor()
    sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
    return base64.b64encode(sealed).decode("ascii")


def decrypt(key: bytes, app_id: str, sealed: str) -> str:
    """Decrypt one message. Raises WrongEnvelope."""
    try:
        data = base64.b64decode(sealed, validate=True)
    except binascii.Error:
        raise WrongEnvelope("Encrypt is not base64") from None
    if not data or len(data) % RANDOM_BYTES:
        raise WrongEnvelope("Encrypt is not a whole number of blocks")
    decryptor = _cipher(key).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    missing = padded[-1]
    if not 1 <= missing <= BLOCK_BYTES or padded[-missing:] != bytes([missing]) * missing:
        raise WrongEnvelope("the padding is wrong: another key, or no PKCS#7 with blocks of 32")
    plain = padded[RANDOM_BYTES:-missing]
    length = int.from_bytes(plain[:LENGTH_BYTES], "big")
    body, owner = plain[LENGTH_BYTES : LENGTH_BYTES + length], plain[LENGTH_BYTES + length :]
    if len(body) != length or owner != app_id.encode("utf-8"):
        raise WrongEnvelope("the appid at the end is another one")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise WrongEnvelope("the message is not UTF-8") from None


def random_text(length: int = RANDOM_BYTES) -> str:
    """Letters and digits nobody can guess."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
