"""One request sent once. Whatever happens comes back as a value, never as an exception of the library."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.utils import get_environ_proxies

from adapters.http import request_id
from adapters.http.answers import Answer, read
from adapters.http.transport import CURRENT, Exchange


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer. ``why`` is the name of what happened, never its text.

    ``sent``: the request left, at least in part, and may have been carried out.
    """

    why: str
    sent: bool


class Sender:
    """Sends to one base URL. Times are in seconds; ``max_bytes`` counts the body after decompression.

    Proxies named in the environment are used, but never for loopback addresses. Redirects are not followed.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        session: requests.Session,
        *,
        connect_timeout: float,
        read_timeout: float,
        max_bytes: int,
    ) -> None:
        self._base_url = base_url
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
        self._connect = connect_timeout
        self._read = read_timeout
        self._max_bytes = max_bytes
        self._session = session
        loopback = _is_loopback(urlsplit(base_url).hostname or "")
        self._session.proxies = {} if loopback else dict(get_environ_proxies(base_url))

    def close(self) -> None:
        """Close idle connections."""
        self._session.close()

    def once(
        self,
        method: str,
        path: str,
        until: float,
        what: Mapping[str, Any],
        *,
        fresh: bool,
        max_bytes: int | None = None,
    ) -> Answer | Lost:
        """Ask once, by ``until`` (monotonic seconds). ``what``: params, json, data, files, headers of ``requests``.

        ``fresh`` uses a new connection, for what may not be asked twice. ``max_bytes``, if another than usual.

        An exception raised from here would drag along the library's own, whose text holds the whole URL.
        """
        exchange = Exchange(until, fresh)
        if until <= time.monotonic():
            return Lost("no time left", sent=False)
        headers = self._headers | dict(what.get("headers") or {})
        if request_id.current():
            headers[request_id.HEADER] = request_id.current()
        token = CURRENT.set(exchange)
        try:
            with self._session.request(
                method,
                self._base_url.rstrip("/") + path if path else self._base_url,
                **{**what, "headers": headers},
                timeout=(min(self._connect, exchange.left), min(self._read, exchange.left)),
                allow_redirects=False,
                stream=True,
            ) as response:
                return read(response, max_bytes or self._max_bytes)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return Lost(type(error).__name__, exchange.sent)
        finally:
            CURRENT.reset(token)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
