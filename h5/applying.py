"""Applying for something: the pages of a journey from the first to 提交成功."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from businesses.rent.payee import payout_words
from fund.application import State
from fund.people import Person
from h5.journey_views import Extras, JourneyPages
from h5.rent import review_days
from web.guards import signed_in
from web.services import services


def journey_blueprint(name: str, url_prefix: str, *, business: str, templates: str, extras: Extras) -> Blueprint:
    """``templates`` is a folder with one page per step (``info.html`` …) and ``done.html``."""
    blueprint = Blueprint(name, __name__, url_prefix=url_prefix)
    ApplyingPages(business, templates, extras).add_all_to(blueprint)
    return blueprint


class ApplyingPages(JourneyPages):
    """The pages of a new application."""

    def add_all_to(self, blueprint: Blueprint) -> None:
        """All its addresses."""
        self.add_to(blueprint)
        self.add_helpers_to(blueprint)
        if not self.hall:  # the hall keeps its one screen as a whole
            blueprint.add_url_rule("/<step>/draft", "no_step_draft", signed_in(self.to_step))
            blueprint.add_url_rule("/<step>/draft", "keep_step", signed_in(self.keep_step), methods=["POST"])
        blueprint.add_url_rule("/done/<reference>", "done", signed_in(self.done))

    def done(self, person: Person, reference: str) -> ResponseReturnValue:
        """提交成功; once it has moved on, its page says how it stands."""
        application, _, _ = services().records.history(person, reference)
        if application.state not in (State.SUBMITTED, State.IN_REVIEW):
            return redirect(self.application(reference), 303)
        return render_template(
            f"{self.templates}/done.html",
            application=application,
            payout=payout_words(application),
            days=review_days(application),
        )

    def application(self, reference: str) -> str:
        """Where one reads how it stands."""
        return url_for("applications.show", reference=reference)
