"""Short-lived values that must not be readable in the store."""

from datetime import timedelta
from typing import cast

from redis import Redis

from adapters.crypto import BlindIndex, FieldCipher
from adapters.valkey.client import reaching


class SealedCache:
    """Text by kind and name. The kind is readable in the store, the name and the text are not."""

    def __init__(self, client: "Redis", cipher: FieldCipher, index: BlindIndex) -> None:
        self._client = client
        self._cipher = cipher
        self._index = index

    def put(self, kind: str, name: str, text: str, ttl: timedelta) -> None:
        """Keep for ``ttl``. Raises Unavailable."""
        key = self._key(kind, name)
        with reaching():
            self._client.set(key, self._cipher.seal(text, about=key), px=_milliseconds(ttl))

    def get(self, kind: str, name: str) -> str | None:
        """What is kept, or None. Raises Unavailable, Undecipherable."""
        key = self._key(kind, name)
        with reaching():
            return self._opened(key, cast("bytes | None", self._client.get(key)))

    def take(self, kind: str, name: str) -> str | None:
        """What is kept, once: of two takers one gets it. Raises Unavailable, Undecipherable."""
        key = self._key(kind, name)
        with reaching():
            return self._opened(key, cast("bytes | None", self._client.getdel(key)))

    def drop(self, kind: str, name: str) -> None:
        """Forget. Raises Unavailable."""
        with reaching():
            self._client.delete(self._key(kind, name))

    def _key(self, kind: str, name: str) -> str:
        return f"{kind}:{self._index.of(kind, name)}"

    def _opened(self, key: str, sealed: bytes | None) -> str | None:
        return None if sealed is None else self._cipher.open(sealed.decode("utf-8", "replace"), about=key)


def _milliseconds(ttl: timedelta) -> int:
    return max(int(ttl.total_seconds() * 1000), 1)
