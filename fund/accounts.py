"""Staff accounts: what is kept of each, and what one administrator alone may do with them, which is to close doors.

What opens one takes two persons at the desk (``fund.account_requests``) or the command line of the house
(``fund.house_accounts``). Whatever changes an account is written into its record (``fund.account_events``) in the
same transaction. One account has one role for good; whoever changes desks gets another account, and the old one is disabled.
"""

import logging
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fund.account_events import Act
from fund.application import Role
from fund.errors import InvalidValue, NotAllowed, NotFound, Unavailable
from fund.numbers import IdNumber
from fund.passwords import GOOD_FOR
from fund.staff import KNOWN_BY_NUMBER, STAFF_ROLES, StaffMember

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
        """From the command line. Raises Refused (``login_taken``; ``person_has_account``: another active account of
        the same person)."""
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
        """A one-time password, no second factor, no failures, a new epoch; from the command line. False when there is
        no such account."""
        ...

    def disable(self, staff_id: UUID, by: UUID | None = None) -> bool:
        """``by``: who does it, None at the command line. A new epoch, too. False when it was not active. Raises Refused (``last_admin``)."""
        ...

    def enable(self, staff_id: UUID) -> bool:
        """From the command line. False when it was active. Raises Refused (``person_has_account``)."""
        ...

    def end_sessions(self, staff_id: UUID, by: UUID) -> int | None:
        """A new epoch and nothing else; None when there is no such account."""
        ...

    def note(self, staff_id: UUID, act: Act, by: UUID | None) -> None:
        """Write down what happened at the desk and changed no account: a session ended, a lock that held."""
        ...


class StaffSessions(Protocol):
    """The sessions of the desk by account. Raises Unavailable."""

    def of(self, staff_id: UUID) -> Sequence[OpenSession]: ...
    def end(self, staff_id: UUID, mark: str) -> bool: ...
    def end_all(self, staff_id: UUID) -> None: ...
    def mark_of(self, session_id: str) -> str: ...


class AccountKeeping:
    """What 系统管理 looks at and closes. ``by`` is who does it; None at the command line of the house."""

    def __init__(self, accounts: Accounts, sessions: StaffSessions) -> None:
        self._accounts = accounts
        self._sessions = sessions

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

    def disable(self, staff_id: UUID, *, by: UUID | None) -> bool:
        """Nobody gets in with it any more, from this moment on. False when it was disabled already.

        Raises NotAllowed (one's own), Refused (``last_admin``), NotFound, Unavailable.
        """
        if staff_id == by:
            raise NotAllowed("不能停用自己的账号，请由另一位系统管理员操作", code="own_account")
        self.find(staff_id)
        done = self._accounts.disable(staff_id, by)
        sweep_sessions(self._sessions, staff_id)
        log.info("staff account %s disabled by %s", staff_id, by or "the command line")
        return done

    def sessions(self, account: Account) -> Sequence[OpenSession]:
        """Those that still open a door, last seen first. Raises Unavailable."""
        alive = (each for each in self._sessions.of(account.member.id) if each.epoch == account.epoch)
        return sorted(alive, key=lambda each: each.seen, reverse=True)

    def end_session(self, staff_id: UUID, mark: str, *, by: UUID) -> bool:
        """End one, written down first; False when it had ended. Raises Unavailable."""
        if mark not in {each.mark for each in self._sessions.of(staff_id)}:
            return False
        self._accounts.note(staff_id, Act.SESSIONS_ENDED, by)
        ended = self._sessions.end(staff_id, mark)
        log.info("a session of staff %s ended by %s", staff_id, by)
        return ended

    def end_sessions(self, staff_id: UUID, *, by: UUID) -> None:
        """End all. Raises NotFound, Unavailable."""
        if self._accounts.end_sessions(staff_id, by) is None:
            raise NotFound(f"no staff account {staff_id}", code="no_such_account")
        sweep_sessions(self._sessions, staff_id)
        log.info("all sessions of staff %s ended by %s", staff_id, by)


def new_member(login: str, name: str, role: Role, id_number: IdNumber | None) -> StaffMember:
    """Somebody who is to get an account. Raises InvalidValue."""
    login, name = login.strip().lower(), " ".join(name.split())
    if not _LOGIN.fullmatch(login):
        raise InvalidValue("登录名应为3至32位小写字母、数字、点、横线或下划线，以字母开头", code="login_format")
    if not 2 <= len(name) <= 40:
        raise InvalidValue("请填写姓名，2至40个字", code="staff_name")
    if role not in STAFF_ROLES:
        raise InvalidValue("请选择岗位", code="staff_role")
    if role in KNOWN_BY_NUMBER and id_number is None:
        raise InvalidValue("初审、复核、支付、系统管理岗位必须登记本人证件号码", code="staff_id_number")
    return StaffMember(uuid.uuid4(), login, name, role)


def a_new_account(member: StaffMember, password_hash: str, at: datetime) -> Account:
    """As it is made: with a one-time password, and nothing else yet."""
    return Account(member, password_hash, at, True, "", 0, 0, None, True, 1, at)


def sweep_sessions(sessions: StaffSessions, staff_id: UUID) -> None:
    """A new epoch has closed them already; what is left in the store is only swept away."""
    try:
        sessions.end_all(staff_id)
    except Unavailable as error:
        log.warning("ended sessions of staff %s are left to expire: %s", staff_id, error)
