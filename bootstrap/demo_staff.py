"""Five people at the desk for whoever runs this for the first time, in development and nowhere else.

Their password and the secret of their second factor stand in the README: everybody knows them.
"""

import uuid

from adapters.credentials import Argon2Passwords, TotpCodes
from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.database import Database
from adapters.postgres.staff import PostgresStaff
from bootstrap.clock import now
from config.settings import Settings
from fund.accounts import Account
from fund.application import Role
from fund.numbers import IdNumber
from fund.staff import StaffMember

PASSWORD = "Demo-2026-Desk"
SECRET = "LNSZGJJ2DEMO3DESK4NEVERREAL5KEYS"
PEOPLE = (
    ("shenhe1", "王敏", Role.REVIEWER, "210102198001019015"),
    ("fuhe1", "李强", Role.CONFIRMER, "210102198001019023"),
    ("zhifu1", "赵磊", Role.PAYER, "210102198001019031"),
    ("zhifu2", "孙丽", Role.PAYER, "21010219800101904X"),
    ("admin1", "周宁", Role.ADMIN, "210102198001019058"),
)
LOGINS = frozenset(login for login, *_ in PEOPLE)


def exist_here(settings: Settings) -> bool:
    """Whether this is a place for people whose password everybody knows."""
    return settings.app_env == "development"


def seed(settings: Settings) -> None:
    """Add those that are not there. Raises RuntimeError anywhere but in development, and Unavailable."""
    if not exist_here(settings):
        raise RuntimeError("demo accounts exist in development only")
    database = Database.connect(settings.database_url, pool=1)
    try:
        staff = PostgresStaff(database, FieldCipher(settings.data_keys), BlindIndex(settings.index_key))
        passwords, at = Argon2Passwords(), now()
        for login, name, role, number in PEOPLE:
            if staff.by_login(login) is None:
                member = StaffMember(uuid.uuid4(), login, name, role)
                staff.add(
                    Account(member, passwords.hash(PASSWORD), at, False, SECRET, 0, 0, None, True, 1, at),
                    IdNumber(number),
                )
    finally:
        database.close()


def code() -> str:
    """The code of this moment for each of them."""
    return TotpCodes(now).code(SECRET)
