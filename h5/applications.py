"""我的申请: what was handed in, how it stands, and taking it back."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from businesses.rent.facts import DOCUMENTS
from businesses.rent.payee import paid_words
from fund.application import MOVES, Move
from fund.correction import current
from fund.errors import Stale, WrongState
from fund.people import Person
from fund.ports import Photo
from h5.rent import answers_of, review_days
from h5.timeline import timeline
from h5.words import notice_of
from web.guards import signed_in
from web.services import services


def applications_blueprint(name: str, url_prefix: str, templates: str) -> Blueprint:
    """The pages in one channel; ``templates`` is the folder with ``applications.html``, ``application.html`` and
    ``withdraw.html``."""
    applications = Blueprint(name, __name__, url_prefix=url_prefix)

    @applications.get("", strict_slashes=False)
    @signed_in
    def index(person: Person) -> ResponseReturnValue:
        """All of them, newest first."""
        return render_template(f"{templates}/applications.html", applications=services().records.applications(person))

    @applications.get("/<reference>")
    @signed_in
    def show(person: Person, reference: str) -> ResponseReturnValue:
        """One of them: what happened, what comes next, all that was handed in."""
        return render_template(f"{templates}/application.html", **told(person, reference))

    @applications.get("/<reference>/withdraw")
    @signed_in
    def ask(person: Person, reference: str) -> ResponseReturnValue:
        """Whether it shall really be taken back."""
        application, _, _ = services().records.history(person, reference)
        if (application.state, Move.WITHDRAW) not in MOVES:
            return redirect(url_for(".show", reference=reference, notice="moved_on"), 303)
        return render_template(f"{templates}/withdraw.html", application=application)

    @applications.post("/<reference>/withdraw")
    @signed_in
    def withdraw(person: Person, reference: str) -> ResponseReturnValue:
        """Take it back. If it has moved on meanwhile, the page says so."""
        try:
            services().records.withdraw(person, reference)
        except (WrongState, Stale):
            return redirect(url_for(".show", reference=reference, notice="moved_on"), 303)
        return redirect(url_for(".show", reference=reference, notice="withdrawn"), 303)

    return applications


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
        "can_withdraw": (application.state, Move.WITHDRAW) in MOVES,
        "notice": notice_of(request.args.get("notice")),
    }


def _place(photo: Photo) -> int:
    """In the order in which the documents are asked for; photos of one document stay as they were taken."""
    kinds = list(DOCUMENTS)
    return kinds.index(photo.kind) if photo.kind in kinds else len(kinds)
