"""我的申请 on the desktop: the pages of every channel, and a print."""

from flask import render_template
from flask.typing import ResponseReturnValue

from businesses.rent.payee import payee
from fund.people import Person
from h5.applications import applications_blueprint, told
from h5.hall.frame import framed
from web.guards import signed_in
from web.services import services

applications = framed(applications_blueprint("hall_applications", "/hall/applications", "hall"))


@applications.get("/<reference>/print")
@signed_in
def on_paper(person: Person, reference: str) -> ResponseReturnValue:
    """One of them for paper, for the person themselves: their name whole, the card masked, without photos."""
    printed_at = services().clock()
    application, events, _ = services().records.history(person, reference)
    bank, tail = payee(application, events)
    return render_template("hall/print.html", printed_at=printed_at, bank=bank, tail=tail, **told(person, reference))
