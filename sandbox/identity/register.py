"""注册账号: choose 自然人用户 or 法人用户, fill in one form, done; or learn that the 身份证 is taken."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from . import forms, people
from .context import Ids, link, page, with_form
from .sms import Codes


@dataclass(frozen=True)
class Register:
    """The pages of the registration, in their order."""

    ids: Ids

    def choose(self) -> AnyResponse:
        """自然人用户 or 法人用户."""
        return page("register_choose.html", kinds=forms.KINDS)

    def form(self, kind: str) -> AnyResponse:
        """The form of one kind of user."""
        if kind not in forms.REGISTER:
            return redirect(link("register"))
        if request.method == "GET":
            return self._form_page(kind, {}, {}, 200)
        values, errors = forms.read(forms.REGISTER[kind], request.form)
        codes, ticket = Codes(self.ids.store), request.form.get("ticket", "")
        if "code" not in errors and (words := codes.problem(ticket, values["code"])):
            errors["code"] = words
        if "login" not in errors and people.login_taken(self.ids.world, values["login"]):
            errors["login"] = "该账号已被使用，请换一个"
        known = people.by_number(self.ids.world, kind, values["number"])
        if known is not None and not known.get("login") and known.get("name") != values["name"]:
            errors.setdefault("name", "姓名与证件号码不一致，请核对")
        if errors:
            return self._form_page(kind, values, errors, 422)
        codes.spend(ticket)
        registered = not (known is not None and known.get("login")) and people.register(
            self.ids.world, kind, values["login"], values["password"], values["name"], values["number"],
            values["mobile"],
        )  # fmt: skip
        return redirect(link("registered" if registered else "occupied", kind=kind), 303)

    def _form_page(self, kind: str, values: dict[str, str], errors: dict[str, str], status: int) -> AnyResponse:
        ticket, code = Codes(self.ids.store).shown(request.form.get("ticket", ""))
        return page(
            "register_form.html", status, kind=kind, kind_name=forms.KINDS[kind], fields=forms.REGISTER[kind],
            ticket=ticket, code=code, **with_form(values, errors),
        )  # fmt: skip

    def done(self, kind: str) -> AnyResponse:
        """注册成功."""
        return page("register_done.html", kind_name=forms.KINDS.get(kind, ""))

    def occupied(self, kind: str) -> AnyResponse:
        """身份证被占用, and the way to 忘记密码."""
        return page("register_occupied.html", kind=kind)

    def help(self) -> AnyResponse:
        """帮助手册."""
        return page("help_register.html")


def add_to(blueprint: Blueprint, ids: Ids) -> None:
    """Mount the pages."""
    pages = Register(ids)
    blueprint.add_url_rule("/register", "register", pages.choose)
    blueprint.add_url_rule("/register/<kind>", "register_form", pages.form, methods=["GET", "POST"])
    blueprint.add_url_rule("/register/<kind>/done", "registered", pages.done)
    blueprint.add_url_rule("/register/<kind>/occupied", "occupied", pages.occupied)
    blueprint.add_url_rule("/help/register", "help_register", pages.help)
