"""Rate limits, counted over all workers."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue

from fund.errors import Refused
from fund.people import Person
from web.services import Limiter, services
from web.signin import current_person

_CROWD = 10
P = ParamSpec("P")


def within(limiter: Limiter, name: str, *, most: int, seconds: int) -> None:
    """Count a request of this address. Raises Refused (``too_many``), and what the limiter raises."""
    if not limiter.allow(name, request.remote_addr or "-", most=most, seconds=seconds):
        raise Refused(f"too many {name}", code="too_many")


def within_own(limiter: Limiter, name: str, person: Person | None, *, most: int, seconds: int) -> None:
    """Count a request of a person, of an address where nobody has signed in. Many people share an address: what others
    do there does not lock out somebody who is known, short of ``_CROWD`` times as much. Raises as ``within``."""
    if person is None:
        return within(limiter, name, most=most, seconds=seconds)
    if not limiter.allow(f"{name}-person", str(person.id), most=most, seconds=seconds):
        raise Refused(f"too many {name}", code="too_many")
    return within(limiter, name, most=most * _CROWD, seconds=seconds)


def limited(
    name: str, *, most: int, seconds: int, by_person: bool = False
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """At most ``most`` requests within ``seconds`` from one address; more get a page that says to wait. ``by_person``: of
    one person, wherever they have signed in."""

    def mark(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if by_person:
                within_own(services().limiter, name, current_person(), most=most, seconds=seconds)
            else:
                within(services().limiter, name, most=most, seconds=seconds)
            return view(*args, **kwargs)

        return counted

    return mark
