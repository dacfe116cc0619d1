"""/MP_verify_<code>.txt: the files by which the platform sees that a domain is ours."""

from collections.abc import Mapping

from flask import Blueprint, Response, abort

from web.guards import public


def blueprint(files: Mapping[str, str]) -> Blueprint:
    """Serves ``files`` (code → content); any other code is not found."""
    views = Blueprint("wechat_verify", __name__)
    known = dict(files)

    @views.get("/MP_verify_<code>.txt")
    @public
    def verify(code: str) -> Response:
        if code not in known:
            abort(404)
        return Response(known[code], mimetype="text/plain")

    return views
