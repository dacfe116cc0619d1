"""我的消息: what the person was told, whether or not WeChat could carry it to their phone."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund.people import Person
from h5.words import SHANGHAI
from web.guards import signed_in
from web.services import services

inbox = Blueprint("inbox", __name__, url_prefix="/h5/inbox")


@inbox.get("", strict_slashes=False)
@signed_in
def index(person: Person) -> ResponseReturnValue:
    """All of it, newest first. Opening the page changes nothing; its form says what was seen."""
    messages = services().records.messages(person)
    until = max((message.at for message in messages), default=None)
    unread = any(not message.is_read for message in messages)
    return render_template("h5/inbox.html", messages=messages, until=until, unread=unread)


@inbox.post("/read")
@signed_in
def read(person: Person) -> ResponseReturnValue:
    """全部标为已读: what the page showed, and nothing that came since."""
    until = _moment(request.form.get("until", ""))
    if until is not None:
        services().records.read_messages(person, until)
    return redirect(url_for(".index"), 303)


@inbox.get("/read")
@signed_in
def not_read(person: Person) -> ResponseReturnValue:
    """Where one lands after signing in again in the middle of it."""
    return redirect(url_for(".index"), 303)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
