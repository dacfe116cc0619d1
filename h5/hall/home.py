"""The way into the hall: 提示信息 for everybody, and 网厅首页 for whoever has signed in."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from fund.people import Person
from h5.hall.frame import framed
from h5.words import notice_of
from web.guards import public, signed_in
from web.services import services

home = framed(Blueprint("hall", __name__, url_prefix="/hall"))


@home.get("/")
@public
def index() -> ResponseReturnValue:
    """提示信息, then 立即登录; to be read without signing in."""
    return render_template("hall/index.html", notice=notice_of(request.args.get("notice")))


@home.get("/home")
@signed_in
def start(person: Person) -> ResponseReturnValue:
    """网厅首页."""
    return render_template("hall/home.html", latest=services().records.applications(person)[:1])
