"""The platform's side of the callback, written from its documentation: nothing of the adapter is used."""

import base64
import hashlib
import os
import struct
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

NOW = 1_750_000_000
OPENID = "o-follower-0001"


def sha(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


@dataclass(frozen=True)
class PlatformDouble:
    """Signs and seals pushes, opens replies."""

    token: str = "a-callback-token"
    app_id: str = "wx0123456789abcdef"
    aes_key: str = base64.b64encode(bytes(range(32))).decode().rstrip("=")
    account: str = "gh_0123456789ab"
    mode: str = "encrypted"

    def with_(self, **changes: Any) -> "PlatformDouble":
        return replace(self, **changes)

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def seal_blocks(self, plain: bytes) -> str:
        """Encrypt exactly these bytes, already padded."""
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    def seal(self, message: bytes) -> str:
        plain = os.urandom(16) + struct.pack(">I", len(message)) + message + self.app_id.encode()
        pad = 32 - len(plain) % 32
        return self.seal_blocks(plain + bytes([pad]) * pad)

    def unseal(self, text: str) -> bytes:
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
        plain = plain[: -plain[-1]]
        (length,) = struct.unpack(">I", plain[16:20])
        assert plain[20 + length :] == self.app_id.encode()
        return plain[20 : 20 + length]

    def xml(self, **fields: str) -> bytes:
        """A push's XML; values go in as they are, so that a test may put markup into them."""
        known = {
            "ToUserName": self.account,
            "FromUserName": OPENID,
            "CreateTime": str(NOW),
            "MsgType": "text",
        } | fields
        return ("<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in known.items()) + "</xml>").encode()

    def query(self, at: int = NOW, nonce: str = "586461", sealed: str | None = None) -> dict[str, str]:
        query = {"timestamp": str(at), "nonce": nonce, "signature": sha(self.token, str(at), nonce)}
        if sealed is not None:
            query |= {"encrypt_type": "aes", "msg_signature": sha(self.token, str(at), nonce, sealed)}
        return query

    def push(self, message: bytes, at: int = NOW, nonce: str = "586461") -> tuple[dict[str, str], bytes]:
        """Query and body of one push in this account's mode."""
        if self.mode == "plain":
            return self.query(at, nonce), message
        sealed = self.seal(message)
        inner = message[len(b"<xml>") : -len(b"</xml>")] if self.mode == "compatible" else b""
        return self.query(at, nonce, sealed), b"<xml>" + inner + f"<Encrypt>{sealed}</Encrypt></xml>".encode()

    def opened(self, answer: bytes) -> dict[str, str]:
        """The reply's top fields, its envelope's signature checked."""
        root = ElementTree.fromstring(answer)
        sealed = root.findtext("Encrypt")
        if sealed is not None:
            stamp, nonce = root.findtext("TimeStamp") or "", root.findtext("Nonce") or ""
            assert root.findtext("MsgSignature") == sha(self.token, stamp, nonce, sealed)
            root = ElementTree.fromstring(self.unseal(sealed))
        return {child.tag: child.text or "" for child in root} | {
            f"Article.{child.tag}": child.text or "" for child in root.findall("Articles/item/*")
        }


def lists(query: dict[str, str]) -> dict[str, list[str]]:
    """A query the way a web framework hands it over."""
    return {name: [value] for name, value in query.items()}


def url_of(query: dict[str, str]) -> str:
    return "/wechat/callback?" + urlencode(query)
