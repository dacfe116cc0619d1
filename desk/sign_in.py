"""Signing in: login and password, then the code; at the first time with the second factor's QR code."""

import logging

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk import session
from desk.guards import staff_only
from desk.services import desk_services
from fund.errors import Refused
from fund.signing_in import Knows
from fund.staff import StaffMember
from web.guards import local_path, public
from web.limits import within

log = logging.getLogger(__name__)
sign_in = Blueprint("desk_sign_in", __name__)
_MOST, _SECONDS = 60, 60
"""Tries from one address: a whole office may stand behind one, while an account of its own locks after five."""


@sign_in.get("/sign-in")
@public
def ask() -> ResponseReturnValue:
    """Login and password."""
    if session.who() is not None:
        return redirect("/", 303)
    page = _password_page("")
    session.keep()
    return page


@sign_in.post("/sign-in")
@public
def password() -> ResponseReturnValue:
    """The first step."""
    services = desk_services()
    within(services.limiter, "desk-password", most=_MOST, seconds=_SECONDS)
    login, typed = request.form.get("login", "")[:64], request.form.get("password", "")[:256]
    try:
        knows = services.signing_in.password(login, typed)
    except Refused as refused:
        return _password_page(refused.message, login), 422
    session.remember(knows, "" if knows.enrolled else services.signing_in.new_secret())
    return redirect(url_for("desk_sign_in.ask_code", next=_next() or None), 303)


@sign_in.get("/sign-in/code")
@public
def ask_code() -> ResponseReturnValue:
    """The code; at the first sign-in with what the authenticator has to scan."""
    found = session.half_way()
    if found is None:
        return redirect(url_for("desk_sign_in.ask"), 303)
    return _code_page(*found, "")


@sign_in.post("/sign-in/code")
@public
def code() -> ResponseReturnValue:
    """The second step, after which one is in."""
    services = desk_services()
    within(services.limiter, "desk-code", most=_MOST, seconds=_SECONDS)
    found = session.half_way()
    if found is None:
        return _password_page("登录等待时间已过，请重新输入登录名和密码。"), 422
    knows, secret = found
    typed = request.form.get("code", "")[:16]
    try:
        if secret:
            services.signing_in.enrol(knows, secret, typed)
        else:
            services.signing_in.code(knows, typed)
    except Refused as refused:
        if refused.code == "wrong_code":
            return _code_page(knows, secret, refused.message), 422
        session.forget_half_way()
        said = refused.message if refused.code == "locked" else "账号信息刚刚有变化，请重新登录。"
        return _password_page(said, knows.login), 422
    session.begin(knows.staff_id, knows.epoch)
    return redirect(_next() or "/", 303)


@sign_in.post("/sign-out")
@staff_only(before_password=True)
def out(member: StaffMember) -> ResponseReturnValue:
    """Ends this session and no other."""
    session.end()
    log.info("staff %s signed out", member.id)
    return redirect(url_for("desk_sign_in.ask"), 303)


def _next() -> str:
    return local_path(request.values.get("next", ""), "")[:512]


def _password_page(problem: str, login: str = "") -> str:
    return render_template("desk/sign_in.html", problem=problem, login=login, next=_next())


def _code_page(knows: Knows, secret: str, problem: str) -> str:
    picture, groups = "", []
    if secret:
        address = desk_services().signing_in.address(secret, knows.login)
        picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2, light="#fff")
        groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    return render_template(
        "desk/code.html", problem=problem, next=_next(), picture=picture, groups=groups, login=knows.login
    )
