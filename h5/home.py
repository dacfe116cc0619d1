"""The three places of the bottom bar."""

import logging

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from fund.errors import FundError
from fund.people import Account, Person
from h5 import queue, unread
from h5.rent import spoken
from h5.words import notice_of, register
from web.devices import in_app, in_wechat
from web.guards import public
from web.guides import titles
from web.services import services
from web.signin import current_person

log = logging.getLogger(__name__)
home = Blueprint("h5", __name__, url_prefix="/h5")
register(home)
home.add_app_template_filter(spoken)
queue.register(home)
unread.register(home)


@home.get("/")
@public
def index() -> ResponseReturnValue:
    """首页: sign in, or go on."""
    person = current_person()
    records = services().records
    return render_template(
        "h5/home.html",
        person=person,
        latest=records.applications(person)[:1] if person else (),
        unfinished=records.unfinished(person) if person else (),
        notice=notice_of(request.args.get("notice")),
        can_install=not in_wechat() and not in_app(),
    )


@home.get("/business")
@public
def business() -> ResponseReturnValue:
    """业务办理: 租房提取 first, then all that helps with it."""
    person = current_person()
    unfinished = services().records.unfinished(person) if person else ()
    return render_template("h5/business.html", person=person, guides=titles(), unfinished=unfinished)


@home.get("/me")
@public
def me() -> ResponseReturnValue:
    """我的: who is signed in, their applications and messages, the way out."""
    person = current_person()
    unread = services().records.unread(person) if person else 0
    account = _account_of(person) if person else None
    return render_template("h5/me.html", person=person, account=account, unread=unread, guides=titles())


def _account_of(person: Person) -> Account | None:
    """What the core system says of their account; None while it cannot be asked."""
    try:
        return services().members.find(person).account
    except FundError as failure:
        log.warning("no account to show: %s", failure.code or type(failure).__name__)
        return None
