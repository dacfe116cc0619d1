"""账户信息, 缴存明细, 提取记录: what the core system keeps of the signed-in person, and of nobody else.

When it cannot be asked, the page says so and can be opened again; everything else of the hall goes on."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from fund.errors import Refused, Unavailable
from fund.money import total
from fund.passbook import FIRST_YEAR, reason_words
from fund.people import Person
from h5.hall.frame import framed
from h5.words import SHANGHAI
from web.guards import signed_in
from web.services import services

log = logging.getLogger(__name__)
account = framed(Blueprint("hall_account", __name__, url_prefix="/hall"))


@account.get("/account")
@signed_in
def show(person: Person) -> ResponseReturnValue:
    """账户信息."""
    return _asked("account", "账户信息", lambda: {"member": services().members.find(person)})


@account.get("/deposits")
@signed_in
def deposits(person: Person) -> ResponseReturnValue:
    """缴存明细 of one year."""
    year = _year()

    def found() -> dict[str, Any]:
        rows = services().passbook.deposits(person, year)
        return {"rows": rows, "sum": total([row.amount for row in rows]), "years": _years(person, year)}

    return _asked("deposits", "缴存明细", found, year=year)


@account.get("/withdrawals")
@signed_in
def withdrawals(person: Person) -> ResponseReturnValue:
    """提取记录 of one year."""
    year = _year()

    def found() -> dict[str, Any]:
        rows = services().passbook.withdrawals(person, year)
        told = [(row, reason_words(row.reason)) for row in rows]
        return {"rows": told, "sum": total([row.amount for row in rows]), "years": _years(person, year)}

    return _asked("withdrawals", "提取记录", found, year=year)


def _asked(name: str, title: str, ask: Callable[[], dict[str, Any]], **more: Any) -> ResponseReturnValue:
    try:
        found = ask()
    except (Unavailable, Refused) as failure:
        log.warning("%s cannot be shown: %s", name, failure.code or type(failure).__name__)
        body = render_template("hall/not_now.html", title=title, name=name, again=request.full_path.rstrip("?"))
        return body, 503, {"Retry-After": "10"}
    return render_template(f"hall/{name}.html", **more, **found)


def _this_year() -> int:
    return services().clock().astimezone(SHANGHAI).year


def _year() -> int:
    """The year asked for; the present one unless it is one we could have something of."""
    given, now = request.args.get("year", ""), _this_year()
    year = int(given) if len(given) == 4 and given.isascii() and given.isdigit() else now
    return year if FIRST_YEAR <= year <= now else now


def _years(person: Person, shown: int) -> tuple[int, ...]:
    """The years to choose from, newest first: since the account was opened, as far as that is known."""
    now = _this_year()
    opened = services().members.find(person).account.opened
    first = opened.year if opened else now - 4
    return tuple(range(now, min(max(first, FIRST_YEAR), shown) - 1, -1))
