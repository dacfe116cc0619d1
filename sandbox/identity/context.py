"""What every page of the identity service is handed: the world, the application, and how to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sandbox.world import World

from . import people, visits
from .people import Person
from .settings import Account
from .store import Store
from .tries import Tries

COOKIE, COOKIE_PATH = "sandbox_ids", "/ids"
PHONE_COOKIE = "sandbox_phone"
SESSION_SECONDS = 2 * 60 * 60
SESSIONS = "sessions"
VIEW, DESKTOP = "view", "desktop"
PHONE_AGENTS = ("micromessenger", "mobile", "android", "iphone")


@dataclass(frozen=True)
class Ids:
    """One identity service over one world. Pages are methods of small classes that hold an Ids."""

    world: World
    account: Account
    store: Store

    @property
    def tries(self) -> Tries:
        """Wrong passwords so far."""
        return Tries(self.store, self.world)

    def visit(self) -> visits.Visit:
        """Why the present visitor came. Raises WrongVisit."""
        return visits.read(request.args, self.account, url_for("ids.home"))

    def signed_in(self) -> Person | None:
        """Whose global session this browser holds.

        The simulated phones of several followers share one browser and so one cookie jar; a session begun on
        one phone therefore does not count on another.
        """
        kept = self.store.get(SESSIONS, request.cookies.get(COOKIE, ""))
        if kept is None or kept["phone"] != request.cookies.get(PHONE_COOKIE, ""):
            return None
        return people.by_login(self.world, kept["login"])

    def sign_in(self, person: Person, target: str) -> AnyResponse:
        """Begin a global session and send the browser on to `target`."""
        value = {"login": person["login"], "phone": request.cookies.get(PHONE_COOKIE, "")}
        key = self.store.put(SESSIONS, value, SESSION_SECONDS)
        answer = redirect(target, 303)
        answer.set_cookie(COOKIE, key, max_age=SESSION_SECONDS, path=COOKIE_PATH, httponly=True, samesite="Lax")
        return answer

    def sign_out(self, target: str) -> AnyResponse:
        """End the global session, whoever's it was."""
        self.store.take(SESSIONS, request.cookies.get(COOKIE, ""))
        answer = redirect(target)
        answer.delete_cookie(COOKIE, path=COOKIE_PATH)
        return answer


def on_phone() -> bool:
    """True when the page should take its phone form: a phone's browser, or the sandbox's clickable phone. Whoever comes
    from the application's desktop pages is at a desktop, though the same browser may have played the phone before."""
    if is_mobile():
        return True
    return (
        PHONE_COOKIE in request.cookies and request.args.get(VIEW) != DESKTOP and not visits.from_desktop(request.args)
    )


def is_mobile() -> bool:
    """True for a phone's own browser, WeChat's among them."""
    agent = request.headers.get("User-Agent", "").lower()
    return any(word in agent for word in PHONE_AGENTS)


def carried() -> dict[str, str]:
    """The parts of the query that say why somebody came; every link of these pages hands them on."""
    keys = (*visits.TrsVisit.keys, *visits.OAuthVisit.keys, VIEW)
    return {key: request.args[key] for key in keys if key in request.args}


def link(endpoint: str, **values: str) -> str:
    """The address of one of these pages, with the visit carried along."""
    query: dict[str, Any] = carried() | values
    return url_for(f"ids.{endpoint}", **query)


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render one page."""
    return make_response(render_template(f"ids/{template}", **context), status)


def with_form(form: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """The context of a page that holds a form: what was typed, and the words beside the fields."""
    return {"values": form, "errors": errors}
