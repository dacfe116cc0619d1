"""The desk's front door. Until staff sign-in is built it lets nobody in and says so."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.guards import public

front = Blueprint("desk", __name__)


@front.get("/")
@public
def closed() -> ResponseReturnValue:
    """Says that the desk is not open and shows no data at all."""
    return render_template("desk/closed.html")
