"""Reads single values from the environment and collects all that is wrong, to tell it at once."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
MISSING = "is missing"


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine."""
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def decoded_base64(text: str) -> bytes | None:
    """The bytes behind standard base64, or None when it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


class Reading:
    """A pass over the environment. An empty value counts as missing; a problem never quotes the value.

    A reader that finds a problem notes it and returns a harmless value of the right type, so that the pass
    can go on and name the others; whoever uses it must look at `problems` before using any result.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[tuple[str, str]] = []

    def note(self, name: str, what: str) -> None:
        """Remember that `name` cannot be used; the first finding about a name is the one told."""
        if name not in dict(self.problems):
            self.problems.append((name, what))

    def optional(self, name: str, default: str = "") -> str:
        """The value, or `default` when it is unset or empty."""
        return self._environ.get(name, "").strip() or default

    def text(self, name: str) -> str:
        """The value; missing is a problem."""
        value = self.optional(name)
        if not value:
            self.note(name, MISSING)
        return value

    def matching(self, name: str, pattern: str, what: str) -> str:
        """The value, which must match `pattern` in full; `what` says what was expected."""
        value = self.text(name)
        if value and not re.fullmatch(pattern, value):
            self.note(name, what)
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`."""
        value = self.text(name)
        if value and value not in allowed:
            self.note(name, f"must be one of {', '.join(allowed)}")
        return value

    def whole_number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """An integer from `lowest` to `highest`; unset gives `default`."""
        value = self.optional(name)
        if not value:
            return default
        if re.fullmatch(r"\d{1,9}", value) and lowest <= int(value) <= highest:
            return int(value)
        self.note(name, f"must be a whole number from {lowest} to {highest}")
        return default

    def url(self, name: str, schemes: tuple[str, ...]) -> str:
        """An absolute URL of one of `schemes`, without a trailing slash."""
        value = self.text(name)
        if not value:
            return ""
        try:
            parts = urlsplit(value)
            usable = parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/"))
            _ = parts.port  # raises ValueError when it is not a number a port can have
        except ValueError:
            usable, value = False, ""  # what cannot be taken apart is no harmless value
        if not usable or re.search(r"\s", value):
            self.note(name, f"must be a URL beginning with {' or '.join(s + '://' for s in schemes)}")
        return value.rstrip("/")

    def web_url(self, name: str, *, https_only: bool, loopback_may_be_plain: bool = True) -> str:
        """An http(s) URL with a host. `https_only` refuses http, but for a neighbour on this machine."""
        value = self.url(name, ("https", "http"))
        if not value:
            return value
        if not (parts := urlsplit(value)).hostname:
            self.note(name, "must be a URL with a host")
        if parts.username or parts.password:
            self.note(name, "must not carry a user or a password")
        plain_allowed = not https_only or (loopback_may_be_plain and is_loopback(value))
        if value.startswith("http://") and not plain_allowed:
            self.note(name, "must be https in production")
        return value

    def origin(self, name: str, *, https_only: bool) -> str:
        """scheme://host[:port] and nothing after it."""
        value = self.web_url(name, https_only=https_only, loopback_may_be_plain=False)
        if value:
            parts = urlsplit(value)
            if parts.path or parts.query or parts.fragment:
                self.note(name, "must be an origin: scheme and host, no path, no query")
        return value

    def base64_key(self, name: str, value: str, accepts: Callable[[int], bool], what: str) -> bytes:
        """Key bytes from base64 whose length `accepts`; a key of one repeated byte is refused as well."""
        raw = decoded_base64(value)
        if raw is None or not accepts(len(raw)):
            self.note(name, what)
            return b""
        if len(set(raw)) < 4:
            self.note(name, "is not a random key")
        return raw
