"""辽宁政务服务网, the government identity service, simulated: TRS IDS with real pages, and OAuth 2.0.

The protocol is the one two public sources show for this service (LoginServlet, findUserBySSOID, 3DES fields);
what is defended here on top of it: a ticket is good once, for five minutes and for one caller's session, and
nobody is ever sent to an address that is not the registered application's.
"""

from __future__ import annotations

from flask import Blueprint, Response

from sandbox.world import World

from . import oauth2, recover, register, service, sign_in
from .context import Ids, is_mobile, link, on_phone, page
from .settings import load
from .store import Store
from .visits import WrongVisit


def blueprint(world: World) -> Blueprint:
    """Build the service over `world`; mount it at `/ids`.

    Raises ValueError when IDENTITY_KEY is not a 3DES key.
    """
    ids = Ids(world, load(world.environ), Store(world))
    built = Blueprint("ids", __name__, template_folder="../templates", static_folder="static")
    for part in (sign_in, register, recover, service, oauth2):
        part.add_to(built, ids)
    built.errorhandler(WrongVisit)(_wrong_visit)
    built.after_request(_private)
    built.context_processor(lambda: {"phone": on_phone(), "mobile": is_mobile(), "link": link})
    return built


def _wrong_visit(error: WrongVisit) -> Response:
    return page("wrong_visit.html", 400, words=error.words)


def _private(response: Response) -> Response:
    """Tickets travel in addresses and names stand in pages: neither may be kept or passed on."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
