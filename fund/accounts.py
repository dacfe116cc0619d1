"""Staff accounts: what is kept of each, and what the keepers of the house may do with them.

One account has one role for good; whoever changes desks gets another account, and the old one is disabled.
"""

import logging
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fund.application import Role
from fund.errors import InvalidValue, NotAllowed, NotFound, Unavailable
from fund.numbers import IdNumber
from fund.passwords import GOOD_FOR, Passwords, one_time_password
from fund.ports import Clock
from fund.staff import DECIDING, STAFF_ROLES, StaffMember

log = logging.getLogger(__name__)
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,31}")


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """An account as it is kept. ``epoch`` grows whenever every session of the account has to end; ``secret`` is that
    of the second factor, '' until it was enrolled; ``code_used`` is the time step of the last code that was good."""

    member: StaffMember
    password_hash: str
    password_set_at: datetime
    must_change: bool
    secret: str
    code_used: int
    failures: int
    locked_until: datetime | None
    is_active: bool
    epoch: int
    created_at: datetime

    def __repr__(self) -> str:
        return f"Account({self.member.id}, {self.member.role})"

    def is_locked(self, at: datetime) -> bool:
        """Whether too many failures keep everybody out for now."""
        return self.locked_until is not None and self.locked_until > at

    def wants_new_password(self, at: datetime) -> bool:
        """Whether nothing can be done before the password was changed: a one-time password, or one too old."""
        return self.must_change or self.password_set_at + GOOD_FOR <= at


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of an account. ``mark`` names it without being its id; ``seen`` is true to a minute."""

    mark: str
    since: datetime
    seen: datetime
    address: str
    browser: str
    epoch: int


class Accounts(Protocol):
    """Where accounts are kept. Everything raises Unavailable when it cannot be reached.

    What two requests could do at the same moment is decided here, in one statement each.
    """

    def by_login(self, login: str) -> Account | None: ...
    def by_id(self, staff_id: UUID) -> Account | None: ...
    def all(self) -> Sequence[Account]: ...

    def add(self, account: Account, id_number: IdNumber | None) -> None:
        """Raises Refused (``login_taken``; ``person_has_account``: another active account of the same person)."""
        ...

    def begin_try(self, staff_id: UUID, at: datetime) -> int | None:
        """Count a try as a failure before it is checked, so that many at once are not checked more often than one
        after the other. Gives how many there are now, None when the account is locked. The fifth locks it."""
        ...

    def take_back_try(self, staff_id: UUID) -> None:
        """The try was none: uncount it, and unlock what it locked."""
        ...

    def use_code(self, staff_id: UUID, step: int, epoch: int) -> bool:
        """The code of this time step was right: take it as used and forget all failures. False when it or a later
        one was used before, or the account changed since ``epoch``."""
        ...

    def enrol(self, staff_id: UUID, secret: str, step: int, epoch: int) -> bool:
        """Keep the second factor and the code that proved it. False when there is one already, or as above."""
        ...

    def past_passwords(self, staff_id: UUID) -> Sequence[str]:
        """The last five passwords this person chose, as they are kept."""
        ...

    def set_password(self, staff_id: UUID, password_hash: str, at: datetime, epoch: int) -> int | None:
        """Keep a password the person chose, and remember it as used. Gives the new epoch; None as above."""
        ...

    def reset(self, staff_id: UUID, password_hash: str, at: datetime) -> bool:
        """A one-time password, no second factor, no failures, a new epoch. False when there is no such account."""
        ...

    def disable(self, staff_id: UUID) -> bool:
        """A new epoch, too. False when it was not active. Raises Refused (``last_admin``)."""
        ...

    def enable(self, staff_id: UUID) -> bool:
        """False when it was active. Raises Refused (``person_has_account``)."""
        ...

    def end_sessions(self, staff_id: UUID) -> int | None:
        """A new epoch and nothing else; None when there is no such account."""
        ...


class StaffSessions(Protocol):
    """The sessions of the desk by account. Raises Unavailable."""

    def of(self, staff_id: UUID) -> Sequence[OpenSession]: ...
    def end(self, staff_id: UUID, mark: str) -> bool: ...
    def end_all(self, staff_id: UUID) -> None: ...
    def mark_of(self, session_id: str) -> str: ...


class AccountKeeping:
    """What 系统管理 does with accounts. ``by`` is who does it; None at the command line of the house."""

    def __init__(self, accounts: Accounts, sessions: StaffSessions, passwords: Passwords, clock: Clock) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock

    def all(self) -> Sequence[Account]:
        """Active ones first, by login. Raises Unavailable."""
        return sorted(self._accounts.all(), key=lambda account: (not account.is_active, account.member.login))

    def find(self, staff_id: UUID) -> Account:
        """Raises NotFound, Unavailable."""
        account = self._accounts.by_id(staff_id)
        if account is None:
            raise NotFound(f"no staff account {staff_id}", code="no_such_account")
        return account

    def named(self, login: str) -> Account:
        """Raises NotFound, Unavailable."""
        account = self._accounts.by_login(login.strip().lower())
        if account is None:
            raise NotFound("no staff account with this login", code="no_such_account")
        return account

    def add(
        self, login: str, name: str, role: Role, id_number: IdNumber | None = None, *, by: UUID | None
    ) -> tuple[StaffMember, str]:
        """A new account and its one-time password, which is kept nowhere.

        Raises InvalidValue, Refused (``login_taken``, ``person_has_account``), Unavailable.
        """
        login, name = login.strip().lower(), " ".join(name.split())
        if not _LOGIN.fullmatch(login):
            raise InvalidValue("登录名应为3至32位小写字母、数字、点、横线或下划线，以字母开头", code="login_format")
        if not 2 <= len(name) <= 40:
            raise InvalidValue("请填写姓名，2至40个字", code="staff_name")
        if role not in STAFF_ROLES:
            raise InvalidValue("请选择岗位", code="staff_role")
        if role in DECIDING and id_number is None:
            raise InvalidValue("初审、复核、支付岗位必须登记本人证件号码", code="staff_id_number")
        password = one_time_password()
        member = StaffMember(uuid.uuid4(), login, name, role)
        at = self._clock()
        hashed = self._passwords.hash(password)
        self._accounts.add(Account(member, hashed, at, True, "", 0, 0, None, True, 1, at), id_number)
        log.info("staff account %s (%s) added by %s", member.id, role, by or "the command line")
        return member, password

    def reset(self, staff_id: UUID, *, by: UUID | None) -> str:
        """A new one-time password; the second factor is enrolled anew, a lock ends, and so does every session.

        Raises NotAllowed (one's own), NotFound, Unavailable.
        """
        _not_own(staff_id, by)
        password = one_time_password()
        if not self._accounts.reset(staff_id, self._passwords.hash(password), self._clock()):
            raise NotFound(f"no staff account {staff_id}", code="no_such_account")
        self._end_all(staff_id)
        log.info("staff account %s reset by %s", staff_id, by or "the command line")
        return password

    def disable(self, staff_id: UUID, *, by: UUID | None) -> bool:
        """Nobody gets in with it any more, from this moment on. False when it was disabled already.

        Raises NotAllowed (one's own), Refused (``last_admin``), NotFound, Unavailable.
        """
        _not_own(staff_id, by)
        self.find(staff_id)
        done = self._accounts.disable(staff_id)
        self._end_all(staff_id)
        log.info("staff account %s disabled by %s", staff_id, by or "the command line")
        return done

    def enable(self, staff_id: UUID, *, by: UUID | None) -> bool:
        """It works again as it did. False when it was active. Raises Refused (``person_has_account``), NotFound,
        Unavailable."""
        self.find(staff_id)
        done = self._accounts.enable(staff_id)
        log.info("staff account %s enabled by %s", staff_id, by or "the command line")
        return done

    def sessions(self, account: Account) -> Sequence[OpenSession]:
        """Those that still open a door, last seen first. Raises Unavailable."""
        alive = (each for each in self._sessions.of(account.member.id) if each.epoch == account.epoch)
        return sorted(alive, key=lambda each: each.seen, reverse=True)

    def end_session(self, staff_id: UUID, mark: str, *, by: UUID) -> bool:
        """End one; False when it had ended. Raises Unavailable."""
        ended = self._sessions.end(staff_id, mark)
        log.info("a session of staff %s ended by %s", staff_id, by)
        return ended

    def end_sessions(self, staff_id: UUID, *, by: UUID) -> None:
        """End all. Raises NotFound, Unavailable."""
        if self._accounts.end_sessions(staff_id) is None:
            raise NotFound(f"no staff account {staff_id}", code="no_such_account")
        self._end_all(staff_id)
        log.info("all sessions of staff %s ended by %s", staff_id, by)

    def _end_all(self, staff_id: UUID) -> None:
        """The new epoch has closed them already; what is left in the store is only swept away."""
        try:
            self._sessions.end_all(staff_id)
        except Unavailable as error:
            log.warning("ended sessions of staff %s are left to expire: %s", staff_id, error)


def _not_own(staff_id: UUID, by: UUID | None) -> None:
    if staff_id == by:
        raise NotAllowed("不能停用或重置自己的账号，请由另一位系统管理员操作", code="own_account")
