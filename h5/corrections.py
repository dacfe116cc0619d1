"""补正 and 更正收款信息: the pages of a journey over what was handed in. They hang below the application they belong to."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, g, redirect, url_for
from flask.typing import ResponseReturnValue

from businesses.rent.amount import monthly_limits
from fund.application import Application
from fund.correcting import Correcting
from fund.correction import Corrections
from fund.errors import WrongState
from fund.journey import Step
from fund.progress import Progress
from h5.journey_views import JourneyPages
from h5.rent import spoken
from web.forms import words_of
from web.services import Services, services

_OF_THE_SUM = {"region", "first_month", "last_month", "monthly_rent", "amount"}
"""Answers on which the most that can be drawn depends."""


def correction_blueprints(channel: str = "", prefix: str = "/h5/applications") -> tuple[Blueprint, Blueprint]:
    """补正 with its photos, and the one page of 更正收款信息, below the applications of a channel: ``channel`` begins
    the names of their endpoints and of the channel's own page of an application."""
    home = f"{channel}applications.show"
    correct = _below(f"{channel}correct", f"{prefix}/<reference>/correct", home)
    pages = CorrectionPages(lambda found: found.corrections, "corrected", home, hall=bool(channel))
    pages.add_to(correct)
    pages.add_helpers_to(correct)
    card = _below(f"{channel}card", f"{prefix}/<reference>/card", home)
    CorrectionPages(lambda found: found.card_fixes, "card_fixed", home, hall=bool(channel)).add_to(card)
    return correct, card


class CorrectionPages(JourneyPages):
    """``use`` picks the use cases; ``notice`` is what the application's page, ``home``, says once it was handed in."""

    def __init__(self, use: Callable[[Services], Corrections], notice: str, home: str, *, hall: bool = False) -> None:
        super().__init__("", "h5/correct", correction_extras)
        self.hall = hall
        self._use = use
        self._notice = notice
        self._home = home

    @property
    def intake(self) -> Corrections:
        """The use cases of this kind of correction."""
        return self._use(services())

    @property
    def business(self) -> str:
        """The application's number."""
        return str(g.reference)

    def received(self, receipt: Application, elsewhere: bool) -> ResponseReturnValue:
        """To the application, which tells how it goes on."""
        return redirect(url_for(self._home, reference=receipt.reference, notice=self._notice), 303)

    def shown(self, progress: Progress) -> Mapping[str, str]:
        """What is in the application, until something else was given."""
        return correcting(progress).shown(progress.draft.answers)


def correction_extras(progress: Progress, step: Step) -> Mapping[str, Any]:
    """What the pages show besides: the sum, what stands against it, what was changed."""
    business = correcting(progress)
    return {
        "application": business.application,
        "limits": monthly_limits(progress.case),
        "tells_sum": bool(_OF_THE_SUM & {f.name for f in step.fields}),
        "blockers": tuple(spoken(p.text) for p in progress.problems.get(step.name, ()) if not p.field),
        "changes": tuple(
            (
                spoken(f.label),
                words_of(f, business.application.answers.get(f.name, "")),
                words_of(f, progress.answers[f.name]),
            )
            for page in progress.path
            for f in page.fields
            if f.name in progress.answers and f.kind.widget != "consent"
        ),
        "renewed": tuple(
            (kind.label, len(progress.photos.get(kind.name, ())))
            for page in progress.path
            for kind in progress.photo_kinds(page)
            if progress.photos.get(kind.name)
        ),
    }


def correcting(progress: Progress) -> Correcting:
    """What these pages are about."""
    assert isinstance(progress.business, Correcting)
    return progress.business


def _below(name: str, prefix: str, home: str) -> Blueprint:
    """A blueprint below an application, whose number is in every address of it."""
    blueprint = Blueprint(name, __name__, url_prefix=prefix)

    @blueprint.context_processor
    def _application_page() -> dict[str, Any]:
        return {"way_back": url_for(home, reference=g.get("reference", ""))}

    @blueprint.url_value_preprocessor
    def _take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.reference = (values or {}).pop("reference", "")

    @blueprint.url_defaults
    def _give(endpoint: str, values: dict[str, Any]) -> None:
        values.setdefault("reference", g.get("reference", ""))

    @blueprint.errorhandler(WrongState)
    def _moved_on(error: WrongState) -> ResponseReturnValue:
        return redirect(url_for(home, reference=g.reference, notice="moved_on"), 303)

    return blueprint
