"""An id for each request: quoted on problem pages, written in every log line, sent on to neighbours."""

import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g

_ALPHABET = "34679ACDEFGHJKMNPRTUVWXY"
IS_ID = f"[{_ALPHABET}]{{10}}"
"""What every such id matches, in full."""


def new_id() -> str:
    """Ten signs that are told apart when read aloud."""
    # Drawn at once: asking the kernel for each of them would cost more than all else here.
    rest, signs = secrets.randbelow(len(_ALPHABET) ** 10), []
    for _ in range(10):
        rest, sign = divmod(rest, len(_ALPHABET))
        signs.append(_ALPHABET[sign])
    return "".join(signs)


def register(app: Flask, begin: Callable[[str], Any], end: Callable[[Any], None]) -> None:
    """``begin`` and ``end`` tell the neighbours' adapter which request is being served."""

    @app.before_request
    def start() -> None:
        g.request_id = new_id()
        g.request_token = begin(g.request_id)

    @app.after_request
    def tell(response: Response) -> Response:
        if "request_id" in g:
            response.headers["X-Request-Id"] = g.request_id
        return response

    @app.teardown_request
    def stop(error: BaseException | None) -> None:
        token = g.pop("request_token", None)
        if token is not None:
            end(token)
