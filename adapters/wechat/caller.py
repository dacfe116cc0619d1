"""How a call to the platform is made: one token, at most one renewal, stop at a used-up quota, our errors."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from redis import RedisError

from adapters.wechat.failures import BUSY, QUOTA_USED_UP, TOKEN_ERRORS, WeChatBusy, failure
from adapters.wechat.media import File
from adapters.wechat.tokens import Fetched, SharedValue
from adapters.wechat.tokens import Store as TokenStore
from adapters.wechat.transport import Transport
from fund.errors import OutcomeUnknown, Unavailable

Answer = Mapping[str, Any]


class Store(TokenStore, Protocol):
    """What is used of a redis client."""

    def exists(self, *names: str) -> Any: ...
    def scan_iter(self, match: str) -> Any: ...
    def delete(self, *names: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Request:
    """One call, replayable: body and upload are plain data, never a stream that is at its end the second time.

    ``repeatable`` says that carrying it out twice does no harm.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None
    repeatable: bool
    upload: File | None = None
    download: bool = False


class Caller:
    """Calls of one account. Safe to share between threads.

    Raises WeChatRefused (see its ``action``), Unavailable (no effect, may be repeated) and OutcomeUnknown
    (it may have been carried out).
    """

    def __init__(
        self,
        transport: Transport,
        store: Store,
        *,
        app_id: str,
        app_secret: str,
        clock: Callable[[], datetime],
        busy_waits: Sequence[float] = (),
    ) -> None:
        """``clock`` gives the time in Asia/Shanghai, where the daily quotas begin anew at midnight.

        ``busy_waits``: seconds to wait before a repeatable call is made again because the platform was busy.
        For commands only: neither a citizen nor the platform's push may be kept waiting, and jobs come back.
        """
        self.app_id = app_id
        self._app_secret = app_secret
        self._transport = transport
        self._store = store
        self._clock = clock
        self._busy_waits = tuple(busy_waits)
        self._token = SharedValue(store, f"wechat:{app_id}:access_token", self._fetch_token, clock, app_secret.encode())

    def get(self, path: str, **query: str) -> Answer:
        """The answer to a GET, which may always be repeated."""
        return self._call(Request("GET", path, query, None, True))

    def ask(self, path: str, body: Mapping[str, Any]) -> Answer:
        """The answer to a POST that may be repeated."""
        return self._call(Request("POST", path, {}, body, True))

    def do(self, path: str, body: Mapping[str, Any]) -> Answer:
        """The answer to a POST that does something each time, once the platform says that it did."""
        return confirmed(path, self._call(Request("POST", path, {}, body, False)))

    def upload(self, path: str, file: File, **query: str) -> Answer:
        """The answer to a file that is sent as the form field ``media``. Sending it twice does no harm."""
        return self._call(Request("POST", path, query, None, True, upload=file))

    def download(self, path: str, **query: str) -> File:
        """The file at an address that answers with one; JSON instead is a refusal, or nonsense."""
        file = self._call(Request("GET", path, query, None, True, download=True)).get("file")
        if not isinstance(file, File):
            raise _incomplete("file")
        return file

    def exchange(self, path: str, **query: str) -> Answer:
        """The answer to one of the calls that prove themselves by the AppSecret instead of a token."""
        secret = {"appid": self.app_id, "secret": self._app_secret}
        return self._checked(Request("GET", path, {**secret, **query}, None, True), {})

    def shared(self, name: str, fetch: Callable[[], Fetched]) -> SharedValue:
        """A value that all processes of this account share."""
        return SharedValue(self._store, f"wechat:{self.app_id}:{name}", fetch, self._clock, self._app_secret.encode())

    def token_seconds(self) -> int:
        """Asks for the token anew, whatever is stored, and tells how long it lives: a check of the secret."""
        return self._fetch_token().expires_in

    def resume(self) -> None:
        """Forget which quotas were used up: they have been reset. Raises Unavailable."""
        down = ""
        try:
            for name in list(self._store.scan_iter(match=f"{self._stop_prefix}*")):
                self._store.delete(name)
            return
        except RedisError as error:
            down = type(error).__name__
        raise Unavailable(f"token store unavailable ({down})", code="token_store")

    def _call(self, request: Request) -> Answer:
        """The answer; a platform that is busy (-1) is asked again after each of ``busy_waits``."""
        for wait in self._busy_waits if request.repeatable else ():
            try:
                return self._once(request)
            except WeChatBusy as busy:
                if busy.errcode != BUSY:
                    raise
            time.sleep(wait)
        return self._once(request)

    def _once(self, request: Request) -> Answer:
        """One call, and one more with a renewed token if the first one's was refused; never a third.

        A refused token means that nothing was done, so the second call cannot do anything twice.
        """
        self._refuse_if_stopped(request.path)
        token = self._token.get()
        answer = self._sent(request, {"access_token": token})
        if answer.get("errcode") in TOKEN_ERRORS:
            self._token.expire(token)
            token = self._token.get()
            answer = self._sent(request, {"access_token": token})
            if answer.get("errcode") in TOKEN_ERRORS:
                self._token.expire(token)
        if answer.get("errcode") == QUOTA_USED_UP:
            self._stop(request.path)
        return refuse_errors(request.path, answer)

    def _checked(self, request: Request, proof: Mapping[str, str]) -> Answer:
        return refuse_errors(request.path, self._sent(request, proof))

    def _sent(self, request: Request, proof: Mapping[str, str]) -> Answer:
        return self._transport.call(
            request.method,
            request.path,
            query={**proof, **request.query},
            body=request.body,
            upload=request.upload,
            download=request.download,
            repeatable=request.repeatable,
        )

    def _fetch_token(self) -> Fetched:
        """From stable_token: asking never invalidates another's token, and the secret stays out of the URL.

        Never with force_refresh, which the platform allows twenty times a day; but the field must be sent.
        """
        wish = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self._app_secret,
            "force_refresh": False,
        }
        answer = self._checked(Request("POST", "/cgi-bin/stable_token", {}, wish, True), {})
        return Fetched(text_of(answer, "access_token"), number_of(answer, "expires_in"))

    def _refuse_if_stopped(self, path: str) -> None:
        """Raises without a call when today's quota of this endpoint is known to be used up."""
        try:
            stopped = self._store.exists(self._stop_name(path))
        except RedisError:
            return  # the token store is the same store and will say so in its own words
        if stopped:
            raise failure(path, QUOTA_USED_UP, "")

    def _stop(self, path: str) -> None:
        now = self._clock()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            self._store.set(self._stop_name(path), b"1", ex=max(1, int((midnight - now).total_seconds())))
        except RedisError:
            return  # unmarked, the next call learns it from the platform again

    @property
    def _stop_prefix(self) -> str:
        return f"wechat:{self.app_id}:stopped:"

    def _stop_name(self, path: str) -> str:
        return f"{self._stop_prefix}{hashlib.sha256(path.encode()).hexdigest()[:16]}"


def refuse_errors(path: str, answer: Answer) -> Answer:
    """The answer, if it is not an error. Raises WeChatRefused, WeChatBusy, or Unavailable for nonsense."""
    errcode = answer.get("errcode") or 0
    if not isinstance(errcode, int):
        raise _incomplete("errcode")
    if errcode:
        raise failure(path, errcode, str(answer.get("errmsg", "")))
    return answer


def confirmed(path: str, answer: Answer) -> Answer:
    """An answer that says ``errcode: 0`` aloud. Raises OutcomeUnknown for one that says nothing."""
    if "errcode" not in answer:
        raise OutcomeUnknown(f"{path}: the answer does not say how it went", code="wechat_outcome_unknown")
    return answer


def text_of(answer: Answer, name: str) -> str:
    """A field that must be there and say something. Raises Unavailable."""
    value = answer.get(name)
    if not isinstance(value, str | int) or not str(value):
        raise _incomplete(name)
    return str(value)


def number_of(answer: Answer, name: str, default: int | None = None) -> int:
    """A whole number that must be there, unless it has a default. Raises Unavailable."""
    value = answer.get(name, default)
    if not isinstance(value, int) or value < 0:
        raise _incomplete(name)
    return value


def texts_of(answer: Answer, name: str) -> list[str]:
    """A list that must be there, as text. Raises Unavailable."""
    value = answer.get(name)
    if not isinstance(value, list):
        raise _incomplete(name)
    return [str(item) for item in value]


def _incomplete(name: str) -> Unavailable:
    return Unavailable(f"the platform's answer lacks {name}", code="wechat_incomplete")
