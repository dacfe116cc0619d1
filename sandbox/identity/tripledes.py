"""3DES as the government identity service uses it for 证件号码 and 手机号: ECB, PKCS#7, base64."""

from __future__ import annotations

import base64

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

BLOCK_BYTES = 8


def encrypt(text: str, key: bytes) -> str:
    """Encrypt one value of `data.user`. An empty value stays empty, as the real service leaves it."""
    if not text:
        return ""
    plain = text.encode("utf-8")
    missing = BLOCK_BYTES - len(plain) % BLOCK_BYTES
    encryptor = Cipher(TripleDES(key), modes.ECB()).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()).decode("ascii")
