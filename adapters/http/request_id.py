"""The id of the request being served, so that a neighbour's log and ours can be laid side by side.

The web sets it at the start of a request, the worker at the start of a job; ``Neighbour`` sends it on.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

HEADER = "X-Request-Id"
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,64}")
_CURRENT: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id, or an empty string outside of any request."""
    return _CURRENT.get()


def begin(value: str) -> Token[str]:
    """Set the id; give the result to ``end``.

    Raises ValueError unless it is 1 to 64 letters, digits or hyphens.
    """
    if not _PLAIN.fullmatch(value):
        raise ValueError("a request id is 1 to 64 letters, digits or hyphens")
    return _CURRENT.set(value)


def end(token: Token[str]) -> None:
    """Put back what was there before ``begin``."""
    _CURRENT.reset(token)


@contextmanager
def serving(value: str) -> Iterator[None]:
    """``begin`` and ``end`` around a block."""
    token = begin(value)
    try:
        yield
    finally:
        end(token)
