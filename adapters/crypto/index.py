"""Finding an encrypted value again without being able to read it."""

import hmac


class BlindIndex:
    """Turns a value into a fixed mark under a secret key: equal values give equal marks, and without the key
    the short list of all possible id numbers cannot be tried out against a stolen table.

    Each ``domain`` ("id_number", "openid", …) has a key of its own, so marks of different columns cannot be
    matched with each other. HMAC-SHA256 throughout.
    """

    def __init__(self, index_key: bytes) -> None:
        """``index_key``: at least 32 bytes, none of the encryption keys. Changing it orphans every mark."""
        if len(index_key) < 32:
            raise ValueError("the index key must have at least 32 bytes")
        self._key = index_key

    def __repr__(self) -> str:
        return "BlindIndex()"

    def of(self, domain: str, value: str) -> str:
        """The mark of a value: 64 lower-case hexadecimal digits."""
        key = hmac.digest(self._key, b"blind index\0" + domain.encode(), "sha256")
        return hmac.digest(key, value.encode(), "sha256").hex()
