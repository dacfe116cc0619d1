"""Seven people at the desk for whoever runs this for the first time, in development and nowhere else.

Their password and the secret of their second factor stand in the README: everybody knows them.
"""

import contextlib
import logging
import secrets
import uuid
from collections.abc import Iterator

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

log = logging.getLogger(__name__)

PASSWORD = "Demo-2026-Desk"
SECRET = "LNSZGJJ2DEMO3DESK4NEVERREAL5KEYS"
PEOPLE = (
    ("shenhe1", "王敏", Role.REVIEWER, "210102198001019015"),
    ("fuhe1", "李强", Role.CONFIRMER, "210102198001019023"),
    ("zhifu1", "赵磊", Role.PAYER, "210102198001019031"),
    ("zhifu2", "孙丽", Role.PAYER, "21010219800101904X"),
    ("admin1", "周宁", Role.ADMIN, "210102198001019058"),
    ("admin2", "吴静", Role.ADMIN, "210102198001019066"),
    ("shenji1", "郑华", Role.AUDITOR, "210102198001019074"),
)
LOGINS = frozenset(login for login, *_ in PEOPLE)


def exist_here(settings: Settings) -> bool:
    """Whether this is a place for people whose password everybody knows."""
    return settings.app_env == "development"


def seed(settings: Settings) -> None:
    """Add those that are not there. Raises RuntimeError anywhere but in development, and Unavailable."""
    if not exist_here(settings):
        raise RuntimeError("demo accounts exist in development only")
    with _accounts(settings) as staff:
        passwords, at = Argon2Passwords(), now()
        for login, name, role, number in PEOPLE:
            if staff.by_login(login) is None:
                member = StaffMember(uuid.uuid4(), login, name, role)
                staff.add(
                    Account(member, passwords.hash(PASSWORD), at, False, SECRET, 0, 0, None, True, 1, at),
                    IdNumber(number),
                )


def shut_out(settings: Settings) -> int:
    """Nobody gets in any more with what stands in the README, should a database that began in development serve
    elsewhere. ``flask staff reset`` gives such an account to a real person. Gives how many there were.

    Raises RuntimeError in development, and Unavailable.
    """
    if exist_here(settings):
        raise RuntimeError("demo accounts are at home in development")
    with _accounts(settings) as staff:
        known = [account.member.id for account in staff.all() if account.secret == SECRET]
        for staff_id in known:
            staff.reset(staff_id, Argon2Passwords().hash(secrets.token_urlsafe(32)), now())
            log.warning("the demo account %s is shut: its password is public", staff_id)
    return len(known)


@contextlib.contextmanager
def _accounts(settings: Settings) -> Iterator[PostgresStaff]:
    database = Database.connect(settings.database_url, pool=1)
    try:
        yield PostgresStaff(database, FieldCipher(settings.data_keys), BlindIndex(settings.index_key))
    finally:
        database.close()


def code() -> str:
    """The code of this moment for each of them."""
    return TotpCodes(now).code(SECRET)
