"""Signature and AES of the callback, as the platform documents them.

Source: developers.weixin.qq.com, 消息加解密 (SHA-1 over the sorted parts; AES-256-CBC, IV = first 16 bytes of
the key, PKCS#7 to 32-byte blocks; 16 random bytes + big-endian length + message + app id). The AES primitive
is wechatpy's; the lengths around it are checked here, because wechatpy's own unpacking lets bare struct,
index and decode errors out and accepts inconsistent padding.
"""

import base64
import binascii
import hmac
import secrets
from hashlib import sha1

from wechatpy.crypto.base import WeChatCipher

from adapters.wechat.messages import BadPush

_BLOCK = 32
_RANDOM = 16
_LENGTH = 4


def signature(*parts: str) -> str:
    """The platform's signature: SHA-1 over the sorted parts joined, in lower-case hex."""
    return sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def signature_matches(given: str, *parts: str) -> bool:
    """Whether ``given`` signs the parts. An empty part never matches: it would make the check meaningless."""
    if not given or not all(parts):
        return False
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), signature(*parts).encode("ascii"))


class MessageCipher:
    """Encrypts and decrypts messages of one account with one AES key."""

    def __init__(self, app_id: str, aes_key: str) -> None:
        """The key is an EncodingAESKey of 43 characters. Raises ValueError for any other, without showing it."""
        self._app_id = app_id.encode("ascii")
        self._aes = WeChatCipher(_decoded_key(aes_key))

    def decrypt(self, text: str) -> bytes:
        """The message inside ``text`` (base64). Raises BadPush for anything that is not ours."""
        try:
            sealed = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise BadPush("ciphertext is not base64") from None
        if not sealed or len(sealed) % _RANDOM:
            raise BadPush("ciphertext is not whole blocks")
        return self._unpacked(self._aes.decrypt(sealed))

    def encrypt(self, message: bytes, random: bytes = b"") -> str:
        """The message sealed, in base64. ``random``: 16 bytes, for test vectors only."""
        plain = (random or secrets.token_bytes(_RANDOM)) + len(message).to_bytes(_LENGTH, "big")
        plain += message + self._app_id
        pad = _BLOCK - len(plain) % _BLOCK
        return base64.b64encode(self._aes.encrypt(plain + bytes([pad]) * pad)).decode("ascii")

    def _unpacked(self, plain: bytes) -> bytes:
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or pad > len(plain) or plain[-pad:] != bytes([pad]) * pad:
            raise BadPush("padding is wrong")
        content = plain[_RANDOM : len(plain) - pad]
        if len(content) < _LENGTH:
            raise BadPush("too short for a length")
        end = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
        if end > len(content):
            raise BadPush("the length points past the end")
        if not hmac.compare_digest(content[end:], self._app_id):
            raise BadPush("another account's app id", 403)
        return content[_LENGTH:end]


def _decoded_key(aes_key: str) -> bytes:
    try:
        key = base64.b64decode(aes_key + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(aes_key) != 43 or len(key) != 32:
        raise ValueError("an EncodingAESKey is 43 letters and digits")
    return key
