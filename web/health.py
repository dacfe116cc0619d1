"""Alive, ready, measured. Answered to our own network only in production."""

import ipaddress
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from fund.errors import FundError
from web.guards import public

Check = Callable[[], None]
"""Returns when the thing answers; raises Unavailable when it does not."""


def blueprint(checks: Mapping[str, Check], metrics: Callable[[], bytes], *, inside_only: bool) -> Blueprint:
    """``checks``: what must answer before we can serve, by name."""
    health = Blueprint("health", __name__)

    @health.before_request
    def only_inside() -> None:
        if inside_only and not _is_inside(request.remote_addr or ""):
            abort(404)

    @health.get("/healthz")
    @public
    def alive() -> ResponseReturnValue:
        return jsonify(status="ok")

    @health.get("/readyz")
    @public
    def ready() -> ResponseReturnValue:
        down = [name for name, check in checks.items() if not _answers(check)]
        return jsonify(status="down" if down else "ok", down=down), 503 if down else 200

    @health.get("/metrics")
    @public
    def measures() -> ResponseReturnValue:
        return Response(metrics(), mimetype="text/plain; version=0.0.4; charset=utf-8")

    return health


def _answers(check: Check) -> bool:

    try:
        check()
    except FundError:
        return False
    return True


def _is_inside(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # whatever a proxy wrote there
        return False
    return found.is_private or found.is_loopback
