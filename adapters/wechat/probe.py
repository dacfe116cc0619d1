"""Our own addresses as the outside reaches them: signed questions, a push that nobody answers, a forged one."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from xml.sax.saxutils import escape

from adapters.http.answers import Answer
from adapters.http.sending import Sender
from adapters.http.transport import new_session
from adapters.wechat.crypto import MessageCipher, signature

CALLBACK = "/wechat/callback"
EVENT = "service_check"
"""An event that no handler knows: the answer is the bare ``success`` and nothing else happens."""

_SENDER = "service-check"
_MOST = 64 * 1024
_TIMEOUT = 6.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: status, content type without parameters, text; or ``lost``, why nothing did."""

    status: int = 0
    content_type: str = ""
    text: str = field(default="", repr=False)
    lost: str = ""
    date: datetime | None = None


class Outside:
    """Asks one base URL like a stranger, without tokens and without following redirects. Never raises."""

    def __init__(self, base_url: str, timeout: float = _TIMEOUT) -> None:
        """``timeout``: seconds for a whole exchange."""
        self._timeout = timeout
        self._sender = Sender(
            base_url, {"Accept": "*/*"}, new_session(2), connect_timeout=timeout, read_timeout=timeout, max_bytes=_MOST
        )

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Heard:
        """GET."""
        return self._heard("GET", path, {"params": dict(query or {})})

    def post(self, path: str, query: Mapping[str, str], xml: str) -> Heard:
        """POST of XML."""
        what = {"params": dict(query), "data": xml.encode(), "headers": {"Content-Type": "text/xml"}}
        return self._heard("POST", path, what)

    def close(self) -> None:
        """Close idle connections."""
        self._sender.close()

    def _heard(self, method: str, path: str, what: Mapping[str, object]) -> Heard:
        answer = self._sender.once(method, path, time.monotonic() + self._timeout, what, fresh=False)
        if not isinstance(answer, Answer):
            return Heard(lost=answer.why)
        kind = answer.content_type.partition(";")[0].strip().lower()
        text = (answer.body or b"").decode("utf-8", "replace")
        return Heard(answer.status, kind, text, date=_date(answer.date))


class CallbackProbe:
    """Plays the platform towards our own callback, in the account's mode."""

    def __init__(
        self,
        outside: Outside,
        *,
        app_id: str,
        account: str,
        token: str,
        aes_key: str,
        mode: str,
        clock: Callable[[], datetime],
    ) -> None:
        """Raises ValueError for an AES key that is none."""
        self.mode = mode
        self._outside = outside
        self._account = account
        self._token = token
        self._clock = clock
        self._cipher = None if mode == "plain" else MessageCipher(app_id, aes_key)

    def check_url(self) -> tuple[str, Heard]:
        """The echo that was asked for, and what came back to the platform's address check."""
        echo = secrets.token_hex(8)
        return echo, self._outside.get(CALLBACK, {**self._stamped("signature"), "echostr": echo})

    def push(self) -> Heard:
        """A genuine push of an event that nobody knows."""
        message = self._event()
        if self._cipher is None:
            return self._outside.post(CALLBACK, self._stamped("signature"), message)
        sealed = self._cipher.encrypt(message.encode())
        stamp = self._stamped("msg_signature", sealed)
        stamp["signature"] = signature(self._token, stamp["timestamp"], stamp["nonce"])
        envelope = f"<xml><ToUserName>{escape(self._account)}</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
        return self._outside.post(CALLBACK, {**stamp, "encrypt_type": "aes"}, envelope)

    def forge(self) -> Heard:
        """A push that must be refused: a plain one to an account in encrypted mode, else one signed wrongly."""
        stamp = self._stamped("signature")
        if self.mode != "encrypted":
            stamp["signature"] = secrets.token_hex(20)
        return self._outside.post(CALLBACK, stamp, self._event())

    def _stamped(self, name: str, *signed: str) -> dict[str, str]:
        timestamp, nonce = str(int(self._clock().timestamp())), secrets.token_hex(8)
        return {"timestamp": timestamp, "nonce": nonce, name: signature(self._token, timestamp, nonce, *signed)}

    def _event(self) -> str:
        fields = {
            "ToUserName": self._account,
            "FromUserName": _SENDER,
            "CreateTime": str(int(self._clock().timestamp())),
            "MsgType": "event",
            "Event": EVENT,
            "EventKey": secrets.token_hex(8),
        }
        return f"<xml>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in fields.items())}</xml>"


def _date(header: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else None


__all__ = ["CALLBACK", "EVENT", "CallbackProbe", "Heard", "Outside"]
