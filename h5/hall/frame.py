"""What every page of the hall carries: the person in its head, and the places at its left."""

from typing import Any

from flask import Blueprint

from web.signin import current_person


def framed(blueprint: Blueprint) -> Blueprint:
    """Give the pages of a blueprint what ``hall/layout.html`` shows, and those shared with the phone their frame and the
    begin of the hall's endpoints. Who is signed in is read once per request."""

    @blueprint.context_processor
    def _person() -> dict[str, Any]:
        return {"person": current_person(), "frame": "hall/layout.html", "channel": "hall_"}

    return blueprint
