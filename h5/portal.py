"""The portal's landing: the way to each channel. The same for everybody, so it may be kept by caches: it looks at no
session, knows no person and waits for nobody."""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from web.guards import public
from web.qr import lasting_picture_of
from web.services import services

portal = Blueprint("portal", __name__)
_PHONES = ("Mobi", "Android", "iPhone")
_KEPT_SECONDS = 300


@portal.get("/")
@public
def front() -> ResponseReturnValue:
    """个人网厅, the Official Account, the app. A phone is led to its own pages, where one can begin at once."""
    agent = request.headers.get("User-Agent", "")
    if any(word in agent for word in _PHONES):
        return _kept(make_response(redirect("/h5/", 302)))
    site = services().site
    body = render_template(
        "hall/portal.html",
        account_code=lasting_picture_of(site.account_code) if site.account_code else "",
        app_code=lasting_picture_of(site.public_url.rstrip("/") + "/app/"),
    )
    response = _kept(make_response(body))
    response.add_etag()
    return response.make_conditional(request)


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
    response.vary.add("User-Agent")
    return response
