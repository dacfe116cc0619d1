"""Rate limits, counted over all workers."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue

from fund.errors import Refused
from web.services import Limiter, services

P = ParamSpec("P")


def within(limiter: Limiter, name: str, *, most: int, seconds: int) -> None:
    """Count a request of this address. Raises Refused (``too_many``), and what the limiter raises."""
    if not limiter.allow(name, request.remote_addr or "-", most=most, seconds=seconds):
        raise Refused(f"too many {name}", code="too_many")


def limited(
    name: str, *, most: int, seconds: int
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """At most ``most`` requests within ``seconds`` from one address; more get a page that says to wait."""

    def mark(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            within(services().limiter, name, most=most, seconds=seconds)
            return view(*args, **kwargs)

        return counted

    return mark
