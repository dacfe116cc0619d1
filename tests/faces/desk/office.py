"""The desk's web app over the desk played in memory, and its staff at their screens."""

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from flask import Flask, session
from flask.typing import ResponseReturnValue

import desk as desk_face
from bootstrap.static import dressed
from desk.guards import DOOR
from desk.services import DeskServices
from fund.accounts import Account
from fund.staff import StaffMember
from tests.faces.h5.visitor import Visitor
from tests.reviewing import Desk, a_desk
from tests.staff import a_staff_account
from web.guards import public
from web.metrics import Metrics


class Office:
    """A desk with its app."""

    def __init__(self, **of_the_desk: Any) -> None:
        self.desk: Desk = a_desk(**of_the_desk)
        self.app = the_app(self.desk)

    def at_the_screen_of(self, member: StaffMember) -> Visitor:
        """Somebody who has signed in."""
        visitor = Visitor(self.app)
        visitor.client.get(f"/test/sign-in/{member.id}")
        return visitor

    def case_page(self, member: StaffMember) -> Visitor:
        """The case as somebody sees it."""
        return self.at_the_screen_of(member).get(f"/cases/{self.desk.ref}")


class Doorman:
    """Lets in whoever the session names: how one gets there is tried elsewhere."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def let_in(self, staff_id: UUID, epoch: int) -> tuple[Account, bool] | None:
        member = self._desk.staff.get(staff_id)
        return member and (replace(a_staff_account(member.role), member=member), False)


def the_app(desk: Desk) -> Flask:
    """The pages of queue and case, with a door for tests."""
    app = dressed("desk", Metrics(), secure=False, form_targets=(), proxies=0, door=DOOR)
    app.secret_key = "tests"
    app.config["PROBLEM_TEMPLATE"] = "desk/problem.html"
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions["desk"] = DeskServices(
        signing_in=cast(Any, Doorman(desk)),
        keeping=cast(Any, None),
        asking=cast(Any, None),
        events=cast(Any, None),
        sessions=cast(Any, None),
        limiter=cast(Any, None),
        clock=desk.counter.clock,
        review=desk.review,
        looks=desk.looks,
    )
    for blueprint in desk_face.blueprints():
        app.register_blueprint(blueprint)
    desk_face.dress(app)

    @app.get("/test/sign-in/<staff_id>")
    @public
    def sign_in(staff_id: str) -> ResponseReturnValue:
        session["staff_id"] = staff_id
        return "signed in"

    return app
