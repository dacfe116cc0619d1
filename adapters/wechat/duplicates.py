"""The platform delivers a push up to three times; the handler runs once and all get the same answer.

One record per message in Redis/Valkey, made by whoever comes first and holding the finished answer later.
Names are keyed hashes and answers are sealed, so the store learns neither who wrote nor what was said.
"""

import hmac
import logging
import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Protocol, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from redis import RedisError

from adapters.wechat.messages import BadPush, Delivery
from adapters.wechat.rendering import SUCCESS
from fund.errors import Unavailable

KEPT = 1260
"""Seconds an answer is kept: longer than the time window in which a recorded push could be sent again."""

PENDING = 12
"""Seconds a first delivery may take before another may run the handler: the third delivery, 10 s after the
first, still finds the message free when the worker that had it died."""

WAIT = 3.5
"""Seconds a second delivery waits for the first one's answer; the platform hangs up at 5."""

_POLL = 0.03
_WAITING = b"W"
_DONE = b"D"
_NONCE = 12

_log = logging.getLogger(__name__)


class Store(Protocol):
    """What is used of a redis client."""

    def pipeline(self, transaction: bool = ...) -> Any: ...
    def get(self, name: str) -> Any: ...
    def set(self, name: str, value: bytes, *, ex: int | None = ..., nx: bool = ..., get: bool = ...) -> Any: ...
    def delete(self, *names: str) -> Any: ...


class Duplicates:
    """Duplicate records of one account's callback.

    The client needs time-outs of at most a second and no retries of its own: when the store is down or hangs,
    the push must still be answered inside the platform's five seconds. Without the store every delivery runs
    the handler; that is the price, and it is logged.
    """

    def __init__(self, store: Store, secret: bytes, *, wait: float = WAIT, pending: int = PENDING) -> None:
        """``secret``: any server-side secret, at least 16 bytes. ``wait`` and ``pending`` are in seconds."""
        if len(secret) < 16:
            raise ValueError("the secret for duplicate records is too short")
        self._store = store
        self._names = hmac.digest(secret, b"wechat duplicates: names", "sha256")
        self._answers = AESGCM(hmac.digest(secret, b"wechat duplicates: answers", "sha256"))
        self._wait = wait
        self._pending = pending

    def answered(self, push: Delivery, make: Callable[[], bytes]) -> bytes:
        """The answer to this push: made now by ``make``, or the one made for an earlier delivery of it.

        Raises BadPush (403) when the delivery's signature triple came before with another message, and
        Unavailable when the first delivery is still at work after the wait: the platform then asks once
        more and finds the answer. What ``make`` raises is passed on, and the next delivery may try again.
        """
        digest = sha256(push.body).digest()
        name = self._name("push", _identity(push, digest))
        try:
            first, record = self._claim(name, self._name("stamp", push.stamp.encode()), digest)
            if not first:
                kept = self._wait_for(name, record)
                if kept is not None:
                    return kept
        except RedisError as down:
            _log.warning("duplicate records unavailable (%s); answering without", type(down).__name__)
            return make()
        return self._make(name, make)

    def _claim(self, name: str, stamp: str, digest: bytes) -> tuple[bool, bytes]:
        """Whether this delivery is the first, and the record found. One round trip, on a cluster too."""
        pipe = self._store.pipeline(transaction=False)
        pipe.set(stamp, digest, nx=True, get=True, ex=KEPT)
        pipe.set(name, _WAITING, nx=True, get=True, ex=self._pending)
        stamped, record = pipe.execute()
        if stamped is not None and not hmac.compare_digest(stamped, digest):
            if record is None:
                self._store.delete(name)
            raise BadPush("the same signature came before with another message", 403)
        return record is None, record or _WAITING

    def _wait_for(self, name: str, record: bytes) -> bytes | None:
        """The first delivery's answer, or None if the message is ours now. Raises Unavailable."""
        until = time.monotonic() + self._wait
        while True:
            if record.startswith(_DONE):
                return self._opened(name, record)
            if time.monotonic() >= until:
                raise Unavailable("an earlier delivery of this push is still at work", code="push_at_work")
            time.sleep(_POLL)
            found = self._store.set(name, _WAITING, nx=True, get=True, ex=self._pending)
            if found is None:
                return None
            record = cast(bytes, found)

    def _make(self, name: str, make: Callable[[], bytes]) -> bytes:
        try:
            answer = make()
        except BaseException:
            self._quietly(self._store.delete, name)
            raise
        nonce = secrets.token_bytes(_NONCE)
        record = _DONE + nonce + self._answers.encrypt(nonce, answer, name.encode())
        self._quietly(self._store.set, name, record, ex=KEPT)
        return answer

    def _opened(self, name: str, record: bytes) -> bytes:
        nonce, sealed = record[1 : 1 + _NONCE], record[1 + _NONCE :]
        try:
            return self._answers.decrypt(nonce, sealed, name.encode())
        except (InvalidTag, ValueError):
            _log.warning("a duplicate record could not be opened; answering success")
            return SUCCESS

    def _quietly(self, command: Callable[..., Any], *args: Any, **options: Any) -> None:
        """The answer is already made: a store that fails now must not take it from the follower."""
        try:
            command(*args, **options)
        except RedisError as down:
            _log.warning("duplicate record not kept (%s)", type(down).__name__)

    def _name(self, kind: str, identity: bytes) -> str:
        return f"wechat:{kind}:{hmac.digest(self._names, identity, 'sha256').hex()[:40]}"


def _identity(push: Delivery, digest: bytes) -> bytes:
    """Sender and second, and what else tells two messages of one second apart.

    MsgId alone collided in the field, and events have none; two different events of one second differ in
    event, key or body.
    """
    message = push.message
    own = (
        message.msg_id.encode()
        if message.msg_id
        else b"\0".join((message.event.encode(), message.key.encode(), digest))
    )
    return b"\0".join((message.sender.encode(), str(message.at).encode(), own))
