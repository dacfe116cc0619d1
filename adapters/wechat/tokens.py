"""One access_token and one jsapi_ticket for all processes, kept in Redis/Valkey.

Read, and if stale: lock, read again, fetch, write, unlock. Whoever finds a value refused expires exactly that
value, never a newer one another process has fetched meanwhile. What is stored is sealed: whoever reads the store
cannot act as the account.
"""

import hmac
import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from redis import RedisError

from fund.errors import Unavailable

MARGIN = 300
"""Seconds before its end at which a value is renewed; the platform's own renewal begins then too."""

LOCK = 15
"""Seconds after which a lock is free again, in case its holder died. Longer than any fetch may take."""

_POLL = 0.03
_NONCE = 12

# Deletes a key only while it still holds what the caller saw: for the lock and for compare-then-expire.
_DELETE_IF = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

_log = logging.getLogger(__name__)


class Store(Protocol):
    """What is used of a redis client."""

    def get(self, name: str) -> Any: ...
    def set(self, name: str, value: bytes, *, ex: int | None = ..., nx: bool = ..., get: bool = ...) -> Any: ...
    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any: ...


@dataclass(frozen=True, slots=True, repr=False)
class Fetched:
    """A value just fetched and how many seconds it lives. Its repr is empty: the value is a secret."""

    value: str
    expires_in: int


class SharedValue:
    """A secret of limited life that all processes share and one of them renews."""

    def __init__(
        self,
        store: Store,
        name: str,
        fetch: Callable[[], Fetched],
        clock: Callable[[], datetime],
        secret: bytes,
        *,
        patience: float = 12.0,
    ) -> None:
        """``name``: the key, with no secret in it. ``secret``: what the sealing key is derived from.
        ``patience``: most seconds to wait for another's fetch."""
        self._store = store
        self._name = name
        self._fetch = fetch
        self._clock = clock
        self._seal = AESGCM(hmac.digest(secret, b"wechat shared values", "sha256"))
        self._patience = patience

    def get(self) -> str:
        """The value, fetched if need be by one for all. Raises Unavailable and whatever fetching raises."""
        down = ""
        try:
            return self._stored() or self._renewed()
        except RedisError as error:
            down = type(error).__name__
        raise Unavailable(f"token store unavailable ({down})", code="token_store")

    def expire(self, value: str) -> None:
        """Forget ``value`` if it is still the one stored. Raises Unavailable."""
        down = ""
        try:
            raw = self._store.get(self._name)
            if raw is not None and self._unpacked(raw)[0] == value:
                self._store.eval(_DELETE_IF, 1, self._name, raw)
            return
        except RedisError as error:
            down = type(error).__name__
        raise Unavailable(f"token store unavailable ({down})", code="token_store")

    def _stored(self) -> str:
        raw = self._store.get(self._name)
        if raw is None:
            return ""
        value, fresh_until = self._unpacked(raw)
        return value if self._now() < fresh_until else ""

    def _renewed(self) -> str:
        lock, mine = self._name + ":lock", secrets.token_hex(8).encode()
        until = time.monotonic() + self._patience
        # The holder is compared, because a client that lost the first answer sends the command again.
        while self._store.set(lock, mine, nx=True, get=True, ex=LOCK) not in (None, mine):
            time.sleep(_POLL)
            if value := self._stored():
                return value
            if time.monotonic() >= until:
                raise Unavailable("another process is still fetching the token", code="token_busy")
        try:
            return self._stored() or self._fetched()
        finally:
            self._store.eval(_DELETE_IF, 1, lock, mine)

    def _fetched(self) -> str:
        fetched = self._fetch()
        life = max(fetched.expires_in, 1)
        # Near its end the platform may give the old value once more; without a floor each call would fetch.
        fresh = max(life - MARGIN, min(30, life / 2))
        packed = json.dumps({"value": fetched.value, "fresh_until": self._now() + fresh}).encode()
        nonce = secrets.token_bytes(_NONCE)
        self._store.set(self._name, nonce + self._seal.encrypt(nonce, packed, self._name.encode()), ex=life)
        _log.info("renewed %s", self._name)
        return fetched.value

    def _now(self) -> float:
        return self._clock().timestamp()

    def _unpacked(self, raw: bytes) -> tuple[str, float]:
        """Value and fresh-until; an entry that is foreign, damaged or sealed with another secret counts as stale."""
        try:
            packed = json.loads(self._seal.decrypt(raw[:_NONCE], raw[_NONCE:], self._name.encode()))
            return str(packed["value"]), float(packed["fresh_until"])
        except (InvalidTag, ValueError, TypeError, KeyError):
            return "", 0.0
