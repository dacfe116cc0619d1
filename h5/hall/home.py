"""The way into the hall: 提示信息 for everybody, 网厅首页 for whoever has signed in, and 提取 with what can be drawn for."""

import logging

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from fund.errors import FundError
from fund.people import Account, Person
from h5.hall.frame import framed
from h5.words import notice_of
from web.guards import public, signed_in
from web.services import services

log = logging.getLogger(__name__)
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
    records = services().records
    return render_template(
        "hall/home.html",
        latest=records.applications(person)[:1],
        unfinished=records.unfinished(person),
        unread=records.unread(person),
        account=_account_of(person),
        notice=notice_of(request.args.get("notice")),
    )


@home.get("/draw")
@signed_in
def draw(person: Person) -> ResponseReturnValue:
    """提取: what can be drawn for."""
    return render_template("hall/draw.html", unfinished=services().records.unfinished(person))


def _account_of(person: Person) -> Account | None:
    """What the core system says of their account; None while it cannot be asked, which closes nothing else."""
    try:
        return services().members.find(person).account
    except FundError as failure:
        log.warning("no account to show: %s", failure.code or type(failure).__name__)
        return None
