"""The platform delivers a push up to three times; the handler runs once and all get the same answer.

One record per message in Redis/Valkey, made by whoever comes first and holding the finished answer later.
Names are keyed hashes and answers are sealed, so the store learns neither who wrote nor what was said.
"""

import hmac
import itertools
import logging
import os
import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from redis import RedisError

from adapters.valkey.line import Command, line
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


class Duplicates:
    """Duplicate records of one account's callback.

    The client needs time-outs of at most a second and no retries of its own: when the store is down or hangs,
    the push must still be answered inside the platform's five seconds. Without the store every delivery runs
    the handler; that is the price, and it is logged.
    """

    def __init__(self, store: Any, secret: bytes, *, wait: float = WAIT, pending: int = PENDING) -> None:
        """``store`` is a client of ``adapters.valkey``; ``secret`` any server-side secret, at least 16 bytes;
        ``wait`` and ``pending`` are in seconds."""
        if len(secret) < 16:
            raise ValueError("the secret for duplicate records is too short")
        self._line = line(store)
        self._names = hmac.digest(secret, b"wechat duplicates: names", "sha256")
        self._answers = AESGCM(hmac.digest(secret, b"wechat duplicates: answers", "sha256"))
        self._wait = wait
        self._pending = pending
        self._own, self._numbers = secrets.token_bytes(8), itertools.count()

    def answered(self, push: Delivery, make: Callable[[], bytes]) -> bytes:
        """The answer to this push: made now by ``make``, or the one made for an earlier delivery of it.

        Raises BadPush (403) when the delivery's signature triple came before with another message, and
        Unavailable when the first delivery is still at work after the wait: the platform then asks once
        more and finds the answer. What ``make`` raises is passed on, and the next delivery may try again.
        """
        name, stamp, digest = self._names_of(push)
        try:
            mine = self._mark()
            record = self._claim(name, mine, self._pending, stamp, digest)
            kept = None if record == mine else self._wait_for(name, record)
        except RedisError as down:
            _log.warning("duplicate records unavailable (%s); answering without", type(down).__name__)
            return make()
        return self._make(name, make) if kept is None else kept

    def settled(self, push: Delivery, answer: bytes) -> bytes:
        """The same where ``answer`` is made already, because making it did nothing else: ``answer``, kept for later
        deliveries, or the one kept for an earlier one. Claims and keeps in one command. Raises as ``answered``."""
        name, stamp, digest = self._names_of(push)
        sealed = self._sealed(name, answer)
        try:
            record = self._claim(name, sealed, KEPT, stamp, digest)
            kept = answer if record == sealed else self._wait_for(name, record)
        except RedisError as down:
            _log.warning("duplicate records unavailable (%s); answering without", type(down).__name__)
            return answer
        return self._make(name, lambda: answer) if kept is None else kept

    def _names_of(self, push: Delivery) -> tuple[str, str, bytes]:
        """The names of the message's record and of the signature triple's, and the digest kept under the latter."""
        digest = sha256(push.body).digest()
        return self._name("push", _identity(push, digest)), self._name("stamp", push.stamp.encode()), digest

    def _claim(self, name: str, mine: bytes, seconds: int, stamp: str, digest: bytes) -> bytes:
        """The message's record: ``mine`` if this delivery is the first. One round trip, on a cluster too."""
        stamped, record = self._line.ask(
            ("SET", stamp, digest, "NX", "GET", "EX", KEPT),
            ("SET", name, mine, "NX", "GET", "EX", seconds),
        )
        found = mine if record is None else cast(bytes, record)
        if stamped is not None and not hmac.compare_digest(stamped, digest):
            if found == mine:
                self._line.ask(("DEL", name))
            raise BadPush("the same signature came before with another message", 403)
        return found

    def _wait_for(self, name: str, record: bytes) -> bytes | None:
        """The first delivery's answer, or None if the message is ours now. Raises Unavailable."""
        until = time.monotonic() + self._wait
        while True:
            if record.startswith(_DONE):
                return self._opened(name, record)
            if time.monotonic() >= until:
                raise Unavailable("an earlier delivery of this push is still at work", code="push_at_work")
            time.sleep(_POLL)
            mine = self._mark()
            (found,) = self._line.ask(("SET", name, mine, "NX", "GET", "EX", self._pending))
            if found is None or found == mine:
                return None
            record = cast(bytes, found)

    def _mark(self) -> bytes:
        """A claim told from all others, so that one that had to be sent twice is not taken for another delivery's."""
        return _WAITING + self._own + b"%d.%d" % (os.getpid(), next(self._numbers))

    def _make(self, name: str, make: Callable[[], bytes]) -> bytes:
        try:
            answer = make()
        except BaseException:
            self._quietly(self._line.ask, ("DEL", name))
            raise
        # Nobody waits for this one: should it be lost, a later delivery runs the handler, as without a record.
        self._quietly(self._line.tell, ("SET", name, self._sealed(name, answer), "EX", KEPT))
        return answer

    def _sealed(self, name: str, answer: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return _DONE + nonce + self._answers.encrypt(nonce, answer, name.encode())

    def _opened(self, name: str, record: bytes) -> bytes:
        nonce, sealed = record[1 : 1 + _NONCE], record[1 + _NONCE :]
        try:
            return self._answers.decrypt(nonce, sealed, name.encode())
        except (InvalidTag, ValueError):
            _log.warning("a duplicate record could not be opened; answering success")
            return SUCCESS

    def _quietly(self, send: Callable[[Command], object], command: Command) -> None:
        """The answer is already made: a store that fails now must not take it from the follower."""
        try:
            send(command)
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
