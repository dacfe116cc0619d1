"""What administrators ask of each other at the desk, and decide (``fund.account_requests``)."""

import logging
import uuid
from collections.abc import Sequence
from uuid import UUID

from fund.account_events import Kind
from fund.account_requests import AccountRequest, AccountRequests, NewPassword, check_asking, check_open, is_admin
from fund.accounts import Accounts, StaffSessions, new_member, sweep_sessions
from fund.application import Role
from fund.errors import NotFound, WrongState
from fund.numbers import IdNumber
from fund.passwords import Passwords, halved_password
from fund.ports import Clock
from fund.staff import StaffMember

log = logging.getLogger(__name__)


class Asking:
    """What 系统管理 asks for and decides on."""

    def __init__(
        self,
        requests: AccountRequests,
        accounts: Accounts,
        sessions: StaffSessions,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._requests = requests
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock

    def find(self, request_id: UUID) -> AccountRequest:
        """As it stands now. Raises NotFound, Unavailable."""
        found = self._requests.get(request_id)
        if found is None:
            raise NotFound(f"no account request {request_id}", code="no_such_page")
        return found.at(self._clock())

    def latest(self, most: int = 50) -> Sequence[AccountRequest]:
        """As they stand now, newest first. Raises Unavailable."""
        return [each.at(self._clock()) for each in self._requests.latest(most)]

    def can_approve(self, asker: StaffMember, subject: StaffMember | None) -> int:
        """How many administrators could approve what this one asks. Raises Unavailable."""
        known = [each.member for each in self._accounts.all() if is_admin(each) and each.member.id_number_mark]
        taking_part = [asker] if subject is None else [asker, subject]
        return sum(not any(each.is_same_person(one) for one in taking_part) for each in known)

    def add(self, by: StaffMember, login: str, name: str, role: Role, id_number: IdNumber | None) -> AccountRequest:
        """Ask for a new account. Raises InvalidValue, NotAllowed, Refused (``login_taken``, ``person_has_account``,
        ``already_asked``, ``unknown_person``), Unavailable."""
        return self._ask(by, Kind.ADD, new_member(login, name, role, id_number), 0, id_number)

    def reset(self, by: StaffMember, staff_id: UUID) -> AccountRequest:
        """Ask for a one-time password and a new second factor. Raises NotFound, NotAllowed, WrongState, Refused,
        Unavailable."""
        return self._of(by, staff_id, Kind.RESET)

    def enable(self, by: StaffMember, staff_id: UUID) -> AccountRequest:
        """Ask that a disabled account works again. Raises as above."""
        return self._of(by, staff_id, Kind.ENABLE)

    def approve(self, request_id: UUID, *, by: UUID) -> None:
        """Raises NotFound, WrongState, Stale, NotAllowed, Refused, Unavailable."""
        request = self.find(request_id)
        check_open(request, self._clock())  # before a password is made, which takes a while
        password = None if request.kind is Kind.ENABLE else self._new_password()
        self._requests.approve(request_id, by, self._clock(), password)
        if request.kind is Kind.RESET:
            sweep_sessions(self._sessions, request.subject.id)
        log.info("account request %s (%s) approved by %s", request_id, request.kind, by)

    def refuse(self, request_id: UUID, *, by: UUID) -> None:
        """Raises NotFound, WrongState, NotAllowed, Unavailable."""
        self._requests.refuse(request_id, by, self._clock())
        log.info("account request %s refused by %s", request_id, by)

    def take_back(self, request_id: UUID, *, by: UUID) -> None:
        """Raises NotFound, WrongState, NotAllowed, Unavailable."""
        self._requests.take_back(request_id, by, self._clock())
        log.info("account request %s taken back by %s", request_id, by)

    def half(self, request_id: UUID, *, by: UUID) -> str:
        """One's own half of the password, once. Raises NotFound, WrongState (``half_gone``), Unavailable."""
        half = self._requests.take_half(request_id, by, self._clock())
        if half is None:
            raise WrongState("这一半密码已经显示过，或者已满24小时，不能再次显示", code="half_gone")
        log.info("a half of the password of account request %s shown to %s", request_id, by)
        return half

    def _of(self, by: StaffMember, staff_id: UUID, kind: Kind) -> AccountRequest:
        account = self._accounts.by_id(staff_id)
        if account is None:
            raise NotFound(f"no staff account {staff_id}", code="no_such_account")
        if account.is_active != (kind is Kind.RESET):
            raise WrongState(
                f"这个账号现在{'在用' if account.is_active else '已停用'}，不能提出这个申请", code="wrong_state"
            )
        return self._ask(by, kind, account.member, account.epoch, None)

    def _ask(
        self, by: StaffMember, kind: Kind, subject: StaffMember, epoch: int, id_number: IdNumber | None
    ) -> AccountRequest:
        check_asking(by, subject)
        at = self._clock()
        self._requests.forget(at)
        request = AccountRequest(uuid.uuid4(), kind, subject, epoch, by.id, at)
        self._requests.ask(request, id_number)
        log.info("account request %s (%s) asked by %s", request.id, kind, by.id)
        return request

    def _new_password(self) -> NewPassword:
        first, second = halved_password()
        return NewPassword(self._passwords.hash(first + second), first, second)
