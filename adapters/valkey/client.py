"""Reaching Valkey or Redis: one server, one behind Sentinel, or a cluster, by the form of ``REDIS_URL``.

Nothing connects before the first command. Every wait has an end; a command that was lost with its connection
is sent again, so scripts used through this client must bear being run twice.
"""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from redis import Redis, RedisError
from redis.backoff import ExponentialWithJitterBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException
from redis.retry import Retry
from redis.sentinel import Sentinel

from fund.errors import Unavailable

_FORMS = (
    "redis://…, rediss://…, unix://…, redis+sentinel://user:password@host:port,host:port/service/db, "
    "redis+cluster://host:port,host:port (rediss+… with TLS)"
)


def connect(redis_url: str, *, timeout: float = 1.5, retries: int = 2) -> "Redis":
    """A client for the server that ``REDIS_URL`` means; answers are bytes.

    ``timeout`` is for connecting and for each answer, in seconds; a lost command is sent up to ``retries``
    times again. For what must be answered quickly or not at all, pass 0. Raises ValueError for a URL of
    another form; the URL, which may hold a password, is not repeated.
    """
    scheme = urlsplit(redis_url).scheme
    base, _, kind = scheme.partition("+")
    options: dict[str, Any] = {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "socket_keepalive": True,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), retries),
    }
    if scheme == "unix":
        of_tcp = ("socket_connect_timeout", "socket_keepalive")
        return Redis.from_url(redis_url, **{name: v for name, v in options.items() if name not in of_tcp})
    if scheme in ("redis", "rediss"):
        return Redis.from_url(redis_url, health_check_interval=30, **options)
    if base in ("redis", "rediss") and kind == "sentinel":
        return _behind_sentinel(redis_url, base == "rediss", options)
    if base in ("redis", "rediss") and kind == "cluster":
        return _cluster(redis_url, base == "rediss", options)
    raise ValueError(f"REDIS_URL must have one of these forms: {_FORMS}")


@contextmanager
def reaching() -> Iterator[None]:
    """Turn the client's errors into Unavailable. No key and no value is in the message."""
    try:
        yield
    except RedisError as error:
        raise Unavailable(f"valkey: {type(error).__name__}", code="valkey") from None


def is_up(client: "Redis") -> bool:
    """Whether it answers now; for readiness."""
    try:
        return bool(client.ping())
    except RedisError:
        return False


def _behind_sentinel(redis_url: str, tls: bool, options: dict[str, Any]) -> "Redis":
    """``/service/db`` names the master. ``?sentinel_username=…&sentinel_password=…`` is for the sentinels."""
    user, hosts, path, query = _parts(redis_url, 26379)
    service, _, number = path.partition("/")
    if not service or not (number or "0").isdigit():
        raise ValueError("REDIS_URL: redis+sentinel://host:port,…/service/db needs the name of the service")
    own = {"username": query.get("sentinel_username"), "password": query.get("sentinel_password")}
    waits: dict[str, Any] = {name: value for name, value in options.items() if name.startswith("socket_")}
    untyped: Any = Sentinel
    sentinel = untyped(hosts, sentinel_kwargs={**waits, **own, "ssl": tls}, ssl=tls, **user, **options)
    return cast(Redis, sentinel.master_for(service, db=int(number or 0), health_check_interval=30))


def _cluster(redis_url: str, tls: bool, options: dict[str, Any]) -> "Redis":
    user, hosts, path, _ = _parts(redis_url, 6379)
    if path not in ("", "0"):
        raise ValueError("REDIS_URL: a cluster has database 0 only")
    untyped: Any = ClusterNode
    nodes = [untyped(host, port) for host, port in hosts]
    return cast(Redis, _WhenNeeded(lambda: RedisCluster(startup_nodes=nodes, ssl=tls, **user, **options)))


def _parts(redis_url: str, default_port: int) -> tuple[dict[str, Any], list[tuple[str, int]], str, dict[str, str]]:
    parts = urlsplit(redis_url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    name, _, password = credentials.partition(":")
    found = []
    for host in hosts.split(","):
        bare, colon, port = host.rpartition(":")
        if not colon or port.endswith("]"):
            bare, port = host, str(default_port)
        if not bare or not port.isdigit():
            raise ValueError("REDIS_URL: the hosts must be host:port,host:port,…")
        found.append((bare.strip("[]"), int(port)))
    user: dict[str, Any] = {"username": unquote(name) or None, "password": unquote(password) or None}
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return user, found, parts.path.strip("/"), query


class _WhenNeeded:
    """A cluster client asks the network as soon as it is made; this makes it on the first command. It also
    makes a cluster that cannot be reached a connection error like any other, which the client does not."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        with self._lock, _as_connection_error():
            if self._made is None:
                self._made = self._make()
        found = getattr(self._made, name)
        if not callable(found):
            return found

        @functools.wraps(found)
        def asked(*args: Any, **kwargs: Any) -> Any:
            with _as_connection_error():
                return found(*args, **kwargs)

        return asked

    def close(self) -> None:
        """Close what was made, if anything was."""
        if self._made is not None:
            self._made.close()


@contextmanager
def _as_connection_error() -> Iterator[None]:
    try:
        yield
    except RedisClusterException as error:
        raise RedisConnectionError(str(error)) from None
