"""Opening doors alone, at the command line of the house: whoever has its shell has its database as well.

The record says 命令行. At the desk the same takes two persons (``fund.account_requests``).
"""

import logging
from uuid import UUID

from fund.accounts import Accounts, StaffSessions, a_new_account, new_member, sweep_sessions
from fund.application import Role
from fund.errors import NotFound
from fund.numbers import IdNumber
from fund.passwords import Passwords, one_time_password
from fund.ports import Clock
from fund.staff import StaffMember

log = logging.getLogger(__name__)


class HouseAccounts:
    """What the house's own people do with accounts, above all with the first ones."""

    def __init__(self, accounts: Accounts, sessions: StaffSessions, passwords: Passwords, clock: Clock) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock

    def add(self, login: str, name: str, role: Role, id_number: IdNumber | None = None) -> tuple[StaffMember, str]:
        """A new account and its one-time password, which is kept nowhere.

        Raises InvalidValue, Refused (``login_taken``, ``person_has_account``), Unavailable.
        """
        member, password = new_member(login, name, role, id_number), one_time_password()
        self._accounts.add(a_new_account(member, self._passwords.hash(password), self._clock()), id_number)
        log.info("staff account %s (%s) added by the command line", member.id, role)
        return member, password

    def reset(self, staff_id: UUID) -> str:
        """A new one-time password; the second factor is enrolled anew, a lock ends, and so does every session.

        Raises NotFound, Unavailable.
        """
        password = one_time_password()
        if not self._accounts.reset(staff_id, self._passwords.hash(password), self._clock()):
            raise NotFound(f"no staff account {staff_id}", code="no_such_account")
        sweep_sessions(self._sessions, staff_id)
        log.info("staff account %s reset by the command line", staff_id)
        return password

    def enable(self, staff_id: UUID) -> bool:
        """It works again as it did. False when it was active. Raises Refused (``person_has_account``), NotFound,
        Unavailable."""
        if self._accounts.by_id(staff_id) is None:
            raise NotFound(f"no staff account {staff_id}", code="no_such_account")
        done = self._accounts.enable(staff_id)
        log.info("staff account %s enabled by the command line", staff_id)
        return done
