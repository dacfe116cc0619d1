"""The callback's wire: what the platform pushed → a verified message; our reply → what the platform reads.

The order is fixed: size, mode (by configuration only, never by the request), signature, time window,
decryption, parsing. Every failure is one ``BadPush`` with a 4xx status, so bad input can never be a 5xx.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from adapters.wechat import rendering
from adapters.wechat.crypto import MessageCipher, signature, signature_matches
from adapters.wechat.messages import BadPush, Delivery, Incoming, Reply
from adapters.wechat.parsing import MAX_BYTES, read_fields, read_message

WINDOW = 600
"""Seconds a timestamp may be away from our clock; wider than the platform's three tries of five seconds."""

MODES = ("encrypted", "compatible", "plain")
_MAX_PART = 256

Query = Mapping[str, Sequence[str]]
"""A query string: name → every value given for it."""


class Wire:
    """The callback of one account, in one of the three modes."""

    def __init__(
        self,
        *,
        app_id: str,
        token: str,
        aes_key: str,
        mode: str,
        clock: Callable[[], datetime],
        previous_aes_key: str | None = None,
        account: str = "",
    ) -> None:
        """``account``: its original id (gh_…), if a push for another one shall be refused.

        Raises ValueError on settings that would leave the door open: no token, unknown mode, bad key."""
        if not token or not app_id:
            raise ValueError("the account needs an app id and a callback token")
        if mode not in MODES:
            raise ValueError(f"the mode is one of {', '.join(MODES)}")
        self._token = token
        self._mode = mode
        self._account = account
        self._clock = clock
        keys = () if mode == "plain" else (aes_key, previous_aes_key) if previous_aes_key else (aes_key,)
        self._ciphers = tuple(MessageCipher(app_id, key) for key in keys)

    def check_url(self, query: Query) -> str:
        """The echo for the platform's address check, signed plainly in all three modes. Raises BadPush."""
        echo = _only(query, "echostr")
        if not echo:
            raise BadPush("no echostr")
        self._stamp(query, "signature")
        return echo

    def receive(self, query: Query, body: bytes) -> Delivery:
        """The push as a verified, decrypted, parsed message. Raises BadPush."""
        received = self._received(query, body)
        if self._account and received.message.account != self._account:
            raise BadPush("the push is for another account", 403)
        return received

    def _received(self, query: Query, body: bytes) -> Delivery:
        if len(body) > MAX_BYTES:
            raise BadPush("the body is too large", 413)
        if not self._ciphers:
            return Delivery(read_message(body), self._stamp(query, "signature"), body)
        if self._mode == "compatible" and not _only(query, "msg_signature"):
            stamp = self._stamp(query, "signature")
            if "Encrypt" in read_fields(body).plain:
                raise BadPush("an encrypted push without its signature", 403)
            return Delivery(read_message(body), stamp, body)
        sealed = read_fields(body).plain.get("Encrypt", "")
        if not sealed:
            raise BadPush("a plain push to an account in encrypted mode", 403)
        stamp = self._stamp(query, "msg_signature", sealed)
        plain, key = self._opened(sealed)
        return Delivery(read_message(plain), stamp, plain, encrypted=True, key=key)

    def render(self, reply: Reply, to: Delivery) -> bytes:
        """The HTTP body that answers a delivery: XML, sealed if the push was, or the bare ``success``."""
        now = int(self._clock().timestamp())
        answer = rendering.render(reply, to.message, now)
        if not to.encrypted or answer == rendering.SUCCESS:
            return answer
        # With the key that opened the push: during a rotation the platform knows no other for this message.
        sealed = self._ciphers[to.key].encrypt(answer)
        # Our own nonce: the request's could carry markup into the envelope.
        nonce = secrets.token_hex(8)
        signed = signature(self._token, str(now), nonce, sealed)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signed}]]></MsgSignature>"
            f"<TimeStamp>{now}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        ).encode("ascii")

    def _opened(self, sealed: str) -> tuple[bytes, int]:
        """The message and the number of the key that opened it: the current one, or the one before while it is being
        changed. Source: the platform's questions and answers on 消息加解密."""
        refusal = BadPush("no AES key reads the ciphertext")
        for number, cipher in enumerate(self._ciphers):
            try:
                return cipher.decrypt(sealed), number
            except BadPush as bad:
                refusal = bad
        raise refusal

    def _stamp(self, query: Query, name: str, *signed: str) -> str:
        """Timestamp and nonce, once ``name`` signs them (and ``signed``) and the time is near."""
        timestamp, nonce = _only(query, "timestamp"), _only(query, "nonce")
        if not (len(timestamp) == 10 and timestamp.isascii() and timestamp.isdigit()):
            raise BadPush("the timestamp is not ten digits")
        if not signature_matches(_only(query, name), self._token, timestamp, nonce, *signed):
            raise BadPush("the signature does not match", 403)
        if abs(self._clock().timestamp() - int(timestamp)) > WINDOW:
            raise BadPush("the timestamp is too far from now", 403)
        return f"{timestamp}.{nonce}"


def _only(query: Query, name: str) -> str:
    """The single value of a parameter, '' if absent. Two values would let two readers see two requests."""
    values = query.get(name, ())
    if len(values) > 1 or any(len(value) > _MAX_PART for value in values):
        raise BadPush("a parameter is repeated or too long")
    return values[0] if values else ""


__all__ = ["MAX_BYTES", "MODES", "WINDOW", "BadPush", "Delivery", "Incoming", "Query", "Wire"]
