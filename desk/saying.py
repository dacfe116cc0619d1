"""What a page says once after a button was pressed: kept in the session until the next page is shown, never in an
address, where it would be said again after the page has changed."""

from flask import session

_SAID = "said"


def say(code: str, since: int = 0) -> None:
    """For the page that comes next. ``since``: the version of a page that turned out stale. Raises Unavailable."""
    session[_SAID] = [code, since]


def heard() -> tuple[str, int]:
    """The code and the version, once; ('', 0) when nothing is to be said. Raises Unavailable."""
    code, since = session.pop(_SAID, ("", 0))
    return code, since
