"""The desk over stores in memory, with a clock that stands still, and somebody who clicks through it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import desk as desk_face
from adapters.credentials import TotpCodes
from bootstrap.static import dressed
from desk.guards import DOOR
from desk.services import DeskServices
from desk.session import ABSOLUTE
from fund.accounts import Account, AccountKeeping, OpenSession
from fund.application import Role
from fund.asking import Asking
from fund.errors import Unavailable
from fund.house_accounts import HouseAccounts
from fund.numbers import IdNumber
from fund.signing_in import SigningIn
from tests.asking_memory import MemoryRequests
from tests.fakes import FakeClock
from tests.reviewing import a_desk
from tests.session_shelf import Shelf
from tests.staff import CHEAP, PASSWORD, a_staff_account
from tests.staff_memory import MemoryAccounts
from web.metrics import Metrics
from web.session import StoredSessions

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/119.0 Safari/537.36"


class StaffShelf(Shelf):
    """Plays the list of sessions by account, too."""

    def mark_of(self, session_id: str) -> str:
        return f"mark-{session_id}"

    def of(self, staff_id: UUID) -> Sequence[OpenSession]:
        self._ask()
        return [
            OpenSession(
                self.mark_of(name), datetime.fromtimestamp(data["_born"]), datetime.fromtimestamp(data["_written"]),
                data["address"], data["browser"], data["epoch"],
            )
            for name, data in self.kept.items()
            if data.get("staff_id") == str(staff_id)
        ]  # fmt: skip

    def end(self, staff_id: UUID, mark: str) -> bool:
        self._ask()
        return any(self.kept.pop(mark.removeprefix("mark-"), None) for each in self.of(staff_id) if each.mark == mark)

    def end_all(self, staff_id: UUID) -> None:
        for each in self.of(staff_id):
            self.end(staff_id, each.mark)


class Limit:
    """Counts, lets by, refuses or is down."""

    def __init__(self) -> None:
        self.allowed, self.down = True, False

    def allow(self, name: str, key: str, *, most: int, seconds: int) -> bool:
        if self.down:
            raise Unavailable("down")
        return self.allowed


class Desk:
    """The app and what stands behind it."""

    def __init__(self) -> None:
        self.clock, self.accounts, self.shelf, self.limit = FakeClock(), MemoryAccounts(), StaffShelf(), Limit()
        self.requests = MemoryRequests(self.accounts)
        self.house = HouseAccounts(self.accounts, self.shelf, CHEAP, self.clock)
        self.codes = TotpCodes(self.clock)
        self.app: Flask = dressed("desk", Metrics(), secure=False, form_targets=(), proxies=0, door=DOOR)
        self.app.secret_key = "of tests"
        self.app.config["PROBLEM_TEMPLATE"] = "desk/problem.html"
        self.app.session_interface = StoredSessions(
            self.shelf, secure=False, name="desk", absolute=ABSOLUTE.total_seconds(), same_site="Strict"
        )
        self.app.extensions["desk"] = DeskServices(
            signing_in=SigningIn(self.accounts, self.shelf, CHEAP, self.codes, self.clock),
            keeping=AccountKeeping(self.accounts, self.shelf),
            asking=Asking(self.requests, self.accounts, self.shelf, CHEAP, self.clock),
            events=self.accounts,
            sessions=self.shelf,
            limiter=self.limit,
            clock=self.clock,
            review=a_desk().review,
            looks=a_desk().looks,
        )
        for blueprint in desk_face.blueprints():
            self.app.register_blueprint(blueprint)
        desk_face.dress(self.app)

    def account(self, role: Role = Role.REVIEWER, id_number: IdNumber | None = None, **different: object) -> Account:
        account = a_staff_account(role, **({"password_set_at": self.clock()} | different))
        self.accounts.add(account, id_number)
        return self.now(account)

    def somebody(self, role: Role = Role.REVIEWER, id_number: IdNumber | None = None, **different: object) -> "Sitter":
        """Signed in."""
        return Sitter(self, self.account(role, id_number, **different)).sign_in()

    def now(self, account: Account) -> Account:
        return self.accounts.kept[account.member.id]


class Sitter:
    """Somebody at the desk with a browser of their own."""

    def __init__(self, desk: Desk, account: Account) -> None:
        self.desk, self.account = desk, account
        self.client: FlaskClient = desk.app.test_client()
        self.answer: TestResponse

    def open(self, path: str) -> "Sitter":
        self.answer = self.client.get(path, follow_redirects=True, headers={"User-Agent": CHROME})
        return self

    def press(self, button: str, **typed: str) -> "Sitter":
        """Press a button of the page at hand, with what is typed into its form by field name."""
        for form in self.page.find_all("form"):
            pressed = form.find("button")
            if pressed and button in (pressed.get_text(strip=True), pressed.get("aria-label")):
                data = {
                    str(each["name"]): str(each.get("value", ""))
                    for each in form.find_all("input", attrs={"name": True})
                    if each.get("type") != "radio" or each.has_attr("checked")
                }
                assert typed.keys() <= {str(each["name"]) for each in form.find_all("input", attrs={"name": True})}
                action = str(form["action"])
                self.answer = self.client.post(
                    action, data=data | typed, follow_redirects=True, headers={"User-Agent": CHROME}
                )
                return self
        raise AssertionError(f"no button {button} at {self.path}")

    def sign_in(self, password: str = PASSWORD) -> "Sitter":
        self.open("/sign-in").press("下一步", login=self.account.member.login, password=password)
        self.press("登录", code=self.desk.codes.code(self.desk.now(self.account).secret))
        self.desk.clock.now += self.desk.clock.step
        return self

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.answer.text, "html.parser")

    @property
    def path(self) -> str:
        return self.answer.request.path

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def heading(self) -> str:
        found = self.page.find("h1")
        return found.get_text(strip=True) if found else ""

    @property
    def text(self) -> str:
        main = self.page.find("main")
        assert isinstance(main, Tag)
        return main.get_text(" ", strip=True)

    @property
    def session_id(self) -> str:
        cookie = self.client.get_cookie("desk")
        return cookie.value if cookie else ""
