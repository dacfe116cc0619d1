"""Staff for tests: an account made behind the desk's back, and its owner at a browser."""

import contextlib
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pyotp
import requests
from argon2 import PasswordHasher
from bs4 import BeautifulSoup

from adapters.credentials import Argon2Passwords
from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.database import Database
from adapters.postgres.staff import PostgresStaff
from config.settings import load
from fund.accounts import Account
from fund.application import Role
from fund.numbers import IdNumber
from fund.staff import StaffMember
from tests.house import House

PASSWORD = "Desk-2026-morning"
CHEAP = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Passwords that cost nothing to check; the parameters stand in the hash, so the desk takes them as they are."""


def a_staff_account(role: Role = Role.REVIEWER, **different: object) -> Account:
    """An active account that has signed in before."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    login = str(different.pop("login", f"{role.value}{uuid.uuid4().hex[:10]}"))
    given: dict[str, object] = {
        "member": StaffMember(uuid.uuid4(), login, f"测试{role.words}", role),
        "password_hash": CHEAP.hash(PASSWORD),
        "password_set_at": now,
        "must_change": False,
        "secret": pyotp.random_base32(),
        "code_used": 0,
        "failures": 0,
        "locked_until": None,
        "is_active": True,
        "epoch": 1,
        "created_at": now,
    }
    return Account(**(given | different))  # type: ignore[arg-type]


@contextlib.contextmanager
def the_staff_of(house: House) -> Iterator[PostgresStaff]:
    """The accounts of a running house."""
    settings = load(house.environ)
    cipher, index = FieldCipher(settings.data_keys), BlindIndex(settings.index_key)
    database = Database.connect(settings.database_url, pool=1)
    try:
        yield PostgresStaff(database, cipher, index)
    finally:
        database.close()


class Codes:
    """The authenticator of one account: never the same code twice, as the desk wants it."""

    def __init__(self, secret: str) -> None:
        self._totp, self._last = pyotp.TOTP(secret), 0

    def next(self) -> str:
        """The oldest code that is still good and was not given before; three are to be had within half a minute."""
        while True:
            now = self._totp.timecode(datetime.now())
            step = max(self._last + 1, now - 1)
            if step <= now + 1:
                self._last = step
                return self._totp.generate_otp(step)
            time.sleep(0.2)


class Staffer:
    """Somebody of the staff at a browser."""

    def __init__(self, house: House, account: Account) -> None:
        self.house, self.account, self.member = house, account, account.member
        self.browser = requests.Session()
        self.codes = Codes(account.secret) if account.secret else None
        self.answer = requests.Response()

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.answer.text, "html.parser")

    @property
    def heading(self) -> str:
        found = self.page.find("h1")
        return found.get_text(strip=True) if found else ""

    def open(self, path: str) -> "Staffer":
        self.answer = self.browser.get(self.house.desk_url + path, timeout=30)
        return self

    def post(self, path: str, **form: str) -> "Staffer":
        """Post a form with the token of the page at hand."""
        token = self.page.find("input", {"name": "csrf_token"})
        data = form | ({"csrf_token": str(token["value"])} if token else {})
        self.answer = self.browser.post(self.house.desk_url + path, data=data, timeout=30)
        return self

    def sign_in(self, password: str = PASSWORD) -> "Staffer":
        """Both steps."""
        self.open("/sign-in").post("/sign-in", login=self.member.login, password=password)
        assert self.codes is not None
        self.post("/sign-in/code", code=self.codes.next())
        assert self.answer.status_code == 200, self.answer.text
        return self


def a_staffer(house: House, role: Role, *, id_number: IdNumber | None = None, **different: object) -> Staffer:
    """Somebody with an account of this role, not signed in yet."""
    account = a_staff_account(role, **different)
    with the_staff_of(house) as staff:
        staff.add(account, id_number)
    return Staffer(house, account)
