"""An id for each request: quoted on problem pages, written in every log line, sent on to neighbours."""

import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g

_ALPHABET = "34679ACDEFGHJKMNPRTUVWXY"


def register(app: Flask, begin: Callable[[str], Any], end: Callable[[Any], None]) -> None:
    """``begin`` and ``end`` tell the neighbours' adapter which request is being served."""

    @app.before_request
    def start() -> None:
        g.request_id = "".join(secrets.choice(_ALPHABET) for _ in range(10))
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
