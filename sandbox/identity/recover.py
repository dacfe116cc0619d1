"""忘记密码: choose 自然人 or 法人, say who you are, set a new password."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from . import forms, people
from .context import Ids, link, page, with_form
from .sms import Codes

RESETS, RESET_SECONDS = "resets", 10 * 60
KINDS = {"person": "自然人", "enterprise": "法人"}


@dataclass(frozen=True)
class Recover:
    """The pages of 找回密码, in their order."""

    ids: Ids

    def choose(self) -> AnyResponse:
        """自然人 or 法人, then 下一步."""
        if request.method == "GET":
            return page("recover_choose.html", kinds=KINDS, **with_form({}, {}))
        kind = request.form.get("kind", "")
        if kind not in KINDS:
            return page("recover_choose.html", 422, kinds=KINDS, **with_form({}, {"kind": "请选择用户类型"}))
        return redirect(link("recover_form", kind=kind), 303)

    def identity(self, kind: str) -> AnyResponse:
        """Name, number and the code from the text message."""
        if kind not in KINDS:
            return redirect(link("recover"))
        if request.method == "GET":
            return self._identity_page(kind, {}, {}, 200)
        values, errors = forms.read(forms.RECOVER[kind], request.form)
        codes, ticket = Codes(self.ids.store), request.form.get("ticket", "")
        if "code" not in errors and (words := codes.problem(ticket, values["code"])):
            errors["code"] = words
        known = people.by_number(self.ids.world, kind, values["number"])
        if not errors and (known is None or not known.get("login") or known.get("name") != values["name"]):
            errors["number"] = "没有找到与所填名称和号码一致的账号，请核对，或先注册账号"
        if errors:
            return self._identity_page(kind, values, errors, 422)
        codes.spend(ticket)
        reset = self.ids.store.put(RESETS, {"kind": kind, "number": values["number"]}, RESET_SECONDS)
        return redirect(link("renew", ticket=reset), 303)

    def _identity_page(self, kind: str, values: dict[str, str], errors: dict[str, str], status: int) -> AnyResponse:
        ticket, code = Codes(self.ids.store).shown(request.form.get("ticket", ""))
        return page(
            "recover_form.html", status, kind=kind, kind_name=KINDS[kind], fields=forms.RECOVER[kind],
            ticket=ticket, code=code, **with_form(values, errors),
        )  # fmt: skip

    def renew(self) -> AnyResponse:
        """The new password. The way here is good for one change and ten minutes."""
        ticket = request.args.get("ticket", "")
        allowed = self.ids.store.get(RESETS, ticket)
        known = people.by_number(self.ids.world, allowed["kind"], allowed["number"]) if allowed else None
        if allowed is None or known is None:
            return page("recover_expired.html", 410)
        if request.method == "GET":
            return self._renew_page(known["login"], {}, 200)
        values, errors = forms.read(forms.RENEW, request.form)
        if values["password"].lower() == known["login"].lower():
            errors["password"] = "密码不能与账号相同"
        if errors:
            return self._renew_page(known["login"], errors, 422)
        if self.ids.store.take(RESETS, ticket) is None:
            return page("recover_expired.html", 410)
        people.set_password(self.ids.world, allowed["kind"], allowed["number"], values["password"])
        self.ids.tries.forget(known["login"])
        return redirect(link("recovered"), 303)

    def _renew_page(self, login: str, errors: dict[str, str], status: int) -> AnyResponse:
        return page("recover_new.html", status, login=login, fields=forms.RENEW, **with_form({}, errors))

    def done(self) -> AnyResponse:
        """密码已重置."""
        return page("recover_done.html")

    def help(self) -> AnyResponse:
        """找回密码帮助手册."""
        return page("help_password.html")


def add_to(blueprint: Blueprint, ids: Ids) -> None:
    """Mount the pages."""
    pages = Recover(ids)
    both = ["GET", "POST"]
    blueprint.add_url_rule("/password", "recover", pages.choose, methods=both)
    blueprint.add_url_rule("/password/new", "renew", pages.renew, methods=both)
    blueprint.add_url_rule("/password/done", "recovered", pages.done)
    blueprint.add_url_rule("/password/<kind>", "recover_form", pages.identity, methods=both)
    blueprint.add_url_rule("/help/password", "help_password", pages.help)
