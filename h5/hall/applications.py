"""我的申请 on the desktop: the list, one application whole, its print, and taking it back."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fund.errors import Stale, WrongState
from fund.people import Person
from h5.applications import can_withdraw, told
from h5.hall.frame import framed
from web.guards import signed_in
from web.services import services

applications = framed(Blueprint("hall_applications", __name__, url_prefix="/hall/applications"))


@applications.get("", strict_slashes=False)
@signed_in
def index(person: Person) -> ResponseReturnValue:
    """All of them, newest first."""
    return render_template("hall/applications.html", applications=services().records.applications(person))


@applications.get("/<reference>")
@signed_in
def show(person: Person, reference: str) -> ResponseReturnValue:
    """One of them: how it stands, what to do, what happened, all that was handed in."""
    return render_template("hall/application.html", **told(person, reference))


@applications.get("/<reference>/print")
@signed_in
def on_paper(person: Person, reference: str) -> ResponseReturnValue:
    """The same for paper: the card masked, without photos."""
    printed_at = services().clock()
    return render_template("hall/print.html", printed_at=printed_at, **told(person, reference))


@applications.get("/<reference>/withdraw")
@signed_in
def ask(person: Person, reference: str) -> ResponseReturnValue:
    """Whether it shall really be taken back."""
    application, _, _ = services().records.history(person, reference)
    if not can_withdraw(application):
        return redirect(url_for(".show", reference=reference, notice="moved_on"), 303)
    return render_template("hall/withdraw.html", application=application)


@applications.post("/<reference>/withdraw")
@signed_in
def withdraw(person: Person, reference: str) -> ResponseReturnValue:
    """Take it back. If it has moved on meanwhile, the page says so."""
    try:
        services().records.withdraw(person, reference)
    except (WrongState, Stale):
        return redirect(url_for(".show", reference=reference, notice="moved_on"), 303)
    return redirect(url_for(".show", reference=reference, notice="withdrawn"), 303)
