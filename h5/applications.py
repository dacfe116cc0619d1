"""我的申请: what was handed in, how it stands, and taking it back."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from businesses.rent.facts import DOCUMENTS
from fund.application import MOVES, Application, Move
from fund.correction import current
from fund.errors import Stale, WrongState
from fund.people import Person
from fund.ports import Photo
from h5.rent import answers_of, paid_words, review_days
from h5.timeline import timeline
from h5.words import notice_of
from web.guards import signed_in
from web.services import services

applications = Blueprint("applications", __name__, url_prefix="/h5/applications")


@applications.get("", strict_slashes=False)
@signed_in
def index(person: Person) -> ResponseReturnValue:
    """All of them, newest first."""
    return render_template("h5/applications.html", applications=services().records.applications(person))


@applications.get("/<reference>")
@signed_in
def show(person: Person, reference: str) -> ResponseReturnValue:
    """One of them: what happened, what comes next, all that was handed in."""
    return render_template("h5/application.html", **told(person, reference))


@applications.get("/<reference>/withdraw")
@signed_in
def ask(person: Person, reference: str) -> ResponseReturnValue:
    """Whether it shall really be taken back."""
    application, _, _ = services().records.history(person, reference)
    if not can_withdraw(application):
        return redirect(url_for(".show", reference=reference, notice="moved_on"), 303)
    return render_template("h5/withdraw.html", application=application)


@applications.post("/<reference>/withdraw")
@signed_in
def withdraw(person: Person, reference: str) -> ResponseReturnValue:
    """Take it back. If it has moved on meanwhile, the page says so."""
    try:
        services().records.withdraw(person, reference)
    except (WrongState, Stale):
        return redirect(url_for(".show", reference=reference, notice="moved_on"), 303)
    return redirect(url_for(".show", reference=reference, notice="withdrawn"), 303)


def told(person: Person, reference: str) -> dict[str, Any]:
    """What the page of an application shows, in every channel. Raises NotFound, also for somebody else's."""
    application, events, photos = services().records.history(person, reference)
    return {
        "application": application,
        "entries": timeline(events),
        "pledges": [e.details["pledge"]["text"] for e in events if "pledge" in e.details],
        "photos": [(DOCUMENTS.get(p.kind, "影像"), p) for p in sorted(current(photos, events), key=_place)],
        "answers": answers_of(application),
        "payout": paid_words(application, events),
        "days": review_days(application),
        "can_withdraw": can_withdraw(application),
        "notice": notice_of(request.args.get("notice")),
    }


def can_withdraw(application: Application) -> bool:
    """Whether its person may take it back as it stands."""
    return (application.state, Move.WITHDRAW) in MOVES


def _place(photo: Photo) -> int:
    """In the order in which the documents are asked for; photos of one document stay as they were taken."""
    kinds = list(DOCUMENTS)
    return kinds.index(photo.kind) if photo.kind in kinds else len(kinds)
