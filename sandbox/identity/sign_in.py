"""The way in and the way out: LoginServlet, the sign-in page, LogoutServlet, and the service's first page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from . import people, visits
from .context import Ids, link, on_phone, page, with_form
from .tries import MOST_TRIES
from .visits import OwnVisit

NOT_OPEN = {"register": "注册", "password": "忘记密码"}


@dataclass(frozen=True)
class SignIn:
    """Pages that begin or end a global session."""

    ids: Ids

    def home(self) -> Response:
        """The service's own first page: 注册 and 登录 at the top right, as the manual describes them."""
        person = self.ids.signed_in()
        return page("home.html", person=person)

    def login_servlet(self) -> AnyResponse:
        """Where the application sends the citizen: the sign-in page, or straight back when signed in."""
        visit = self.ids.visit()
        if isinstance(visit, OwnVisit):
            return redirect(link("login"))
        person = self.ids.signed_in()
        if person is not None:
            return redirect(visit.granted(self.ids.store, person["login"]))
        return redirect(link("login"))

    def login(self) -> AnyResponse:
        """The sign-in page."""
        visit = self.ids.visit()
        if request.method == "GET":
            return self._login_page("", {}, 200)
        typed, password = request.form.get("login", ""), request.form.get("password", "")
        errors = {}
        if not typed.strip():
            errors["login"] = "请填写账号"
        if not password:
            errors["password"] = "请填写密码"
        if errors:
            return self._login_page(typed, errors, 422)
        person = people.find(self.ids.world, typed)
        if person is None:
            return self._login_page(typed, {"login": "账号不存在，请核对后重新填写"}, 422)
        words = self._refusal(person, password)
        if words:
            return self._login_page(typed, {"password": words}, 422)
        return self.ids.sign_in(person, visit.granted(self.ids.store, person["login"]))

    def _refusal(self, person: people.Person, password: str) -> str | None:
        tries = self.ids.tries
        minutes = tries.locked_minutes(person["login"])
        if minutes:
            return f"账号已锁定，请{minutes}分钟后再试"
        if people.has_password(person, password):
            tries.forget(person["login"])
            return None
        remaining = tries.wrong(person["login"])
        if remaining:
            return f"密码错误，还可以再试{remaining}次"
        minutes = tries.locked_minutes(person["login"])
        return f"密码连续输错{MOST_TRIES}次，账号已锁定，请{minutes}分钟后再试"

    def _login_page(self, typed: str, errors: dict[str, str], status: int) -> Response:
        visit = self.ids.visit()
        # 注册 and 忘记密码 are closed where an application signs in on a phone, open on our own page
        closed = on_phone() and not isinstance(visit, OwnVisit)
        form = with_form({"login": typed.strip()}, errors)
        return page("login.html", status, cancel=visit.cancelled(), closed=closed, **form)

    def not_open(self, what: str) -> AnyResponse:
        """注册 and 忘记密码 are not open in the phone's sign-in page; say so, and say where to go instead."""
        if what not in NOT_OPEN:
            return redirect(link("login"))
        return page("not_open.html", what=what, name=NOT_OPEN[what])

    def logout_servlet(self) -> AnyResponse:
        """End the global session and go back to `surl` when the application named one."""
        surl = visits.return_address(request.args, self.ids.account)
        return self.ids.sign_out(surl or url_for("ids.home"))


def add_to(blueprint: Blueprint, ids: Ids) -> None:
    """Mount the pages."""
    pages = SignIn(ids)
    blueprint.add_url_rule("/", "home", pages.home)
    blueprint.add_url_rule("/LoginServlet", "login_servlet", pages.login_servlet)
    blueprint.add_url_rule("/LogoutServlet", "logout_servlet", pages.logout_servlet)
    blueprint.add_url_rule("/custom/liaoning/login.jsp", "login", pages.login, methods=["GET", "POST"])
    blueprint.add_url_rule("/not-open/<what>", "not_open", pages.not_open)
