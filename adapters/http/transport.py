"""A ``requests`` session that keeps a deadline for the whole exchange and knows whether anything was sent.

``requests`` has time-outs for single socket operations only: a neighbour that sends one byte every few
seconds holds a thread for hours. And its exceptions do not always tell a request that never left from one
that may have been carried out. Both are settled here, at the socket.
"""

import http.client
import io
import logging
import socket
import time
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_LOGGERS = ("urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry")


@dataclass(slots=True)
class Exchange:
    """One request on its way. ``until`` is in seconds of the monotonic clock.

    ``sent`` is what matters for money: it is False only when surely no byte of the request left. ``fresh``
    asks for a new connection: a kept one may have been closed by the other side at this very moment, and then
    nobody can say whether the request still arrived.
    """

    until: float
    fresh: bool = False
    sent: bool = True

    @property
    def left(self) -> float:
        """Seconds left; never quite zero, which a socket would take for "do not wait at all"."""
        return max(self.until - time.monotonic(), 0.001)


CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


class _TimedReader(io.RawIOBase):
    """Reads a socket with whatever time the exchange has left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, exchange: Exchange) -> None:
        self._raw = raw
        self._sock = sock
        self._exchange = exchange
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        if time.monotonic() >= self._exchange.until:
            raise TimeoutError("the exchange took too long")
        left = self._exchange.left
        self._sock.settimeout(left if self._patience is None else min(left, self._patience))
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer whose head and body are both read against the deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        exchange = CURRENT.get()
        if exchange is not None:
            self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock, exchange))


class _Connection(urllib3.connection.HTTPConnection):
    """A connection that notes when the request itself begins to leave."""

    response_class = _Response
    _connecting = False

    def connect(self) -> None:
        exchange = CURRENT.get()
        if exchange is not None:
            exchange.sent = False
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        exchange = CURRENT.get()
        if exchange is not None and not self._connecting:  # while connecting it is a proxy that is spoken to
            exchange.sent = True
            self.sock.settimeout(exchange.left)  # a reused socket still has the last answer's time-out
        super().send(data)


class _TlsConnection(_Connection, urllib3.connection.HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    """Hands out connections, reconnected first where the exchange wants it fresh."""

    ConnectionCls = _Connection

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)
        exchange = CURRENT.get()
        if exchange is not None and exchange.fresh:
            connection.close()  # it connects again by itself, through a proxy's tunnel if need be
        return connection


class _TlsPool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _Pool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    """Hands out our connections, through a proxy as well."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Session(requests.Session):
    """Never looks where a redirect points: ``requests`` would read its body whole, however large."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _Discreet(logging.Filter):
    """Cuts query strings and exception texts out of urllib3's records: both may hold tickets and secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_discreet, record.args))
        record.exc_info = None
        return True


_DISCREET = _Discreet()


def _discreet(part: object) -> object:
    if isinstance(part, BaseException):
        return type(part).__name__
    return part.split("?", 1)[0] + "?…" if isinstance(part, str) and "?" in part else part


def new_session(pool_size: int = 16) -> requests.Session:
    """A session that many threads may share: no cookies, no ``.netrc``, no proxy unless it is given one."""
    session = _Session()
    session.trust_env = False
    # One person's cookie must not travel with another person's question.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_connections=2, pool_maxsize=pool_size, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_DISCREET)
    return session
