"""我的消息: what the person was told, whether or not WeChat could carry it to their phone."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund.people import Person
from h5.words import SHANGHAI
from web.guards import signed_in
from web.services import services


def inbox_blueprint(name: str, url_prefix: str, template: str) -> Blueprint:
    """我的消息 of a channel."""
    blueprint = Blueprint(name, __name__, url_prefix=url_prefix)

    @blueprint.get("", strict_slashes=False)
    @signed_in
    def index(person: Person) -> ResponseReturnValue:
        """All of it, newest first. Opening the page changes nothing; its form says what was seen."""
        messages = services().records.messages(person)
        until = max((message.at for message in messages), default=None)
        unread = any(not message.is_read for message in messages)
        return render_template(template, messages=messages, until=until, unread=unread)

    blueprint.add_url_rule("/read", "read", signed_in(_read), methods=["POST"])
    blueprint.add_url_rule("/read", "not_read", signed_in(_not_read))
    return blueprint


def _read(person: Person) -> ResponseReturnValue:
    """全部标为已读: what the page showed, and nothing that came since."""
    until = _moment(request.form.get("until", ""))
    if until is not None:
        services().records.read_messages(person, until)
    return redirect(url_for(".index"), 303)


def _not_read(person: Person) -> ResponseReturnValue:
    """Where one lands after signing in again in the middle of it."""
    return redirect(url_for(".index"), 303)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
