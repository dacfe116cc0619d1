"""双人控制: at the desk, what opens a door takes two administrators who are two persons.

One asks, the other approves or refuses within 24 hours. Of the one-time password that an approval makes, each of the
two sees one half, once; only whoever is handed both gets in. Closing a door (disabling, ending sessions) takes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from fund.account_events import Kind
from fund.accounts import Account
from fund.application import Role
from fund.errors import NotAllowed, Refused, Stale, WrongState
from fund.numbers import IdNumber
from fund.staff import StaffMember

GOOD_FOR = timedelta(hours=24)
"""How long a request waits, and how long the halves of a password do once it was approved."""


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    EXPIRED = "expired"

    @property
    def words(self) -> str:
        """As a page says it."""
        return _STATE_WORDS[self]


_STATE_WORDS = {
    RequestState.OPEN: "待批",
    RequestState.APPROVED: "已批准",
    RequestState.REFUSED: "不批准",
    RequestState.TAKEN_BACK: "已撤回",
    RequestState.EXPIRED: "已过期",
}


@dataclass(frozen=True, slots=True, repr=False)
class AccountRequest:
    """Something asked of an account. ``subject`` is the account as it is, or as it is to be made (its name is kept
    only while the request is open); ``epoch`` is that of the account when it was asked. ``first`` and ``second`` say
    whether that half of the password waits to be shown."""

    id: UUID
    kind: Kind
    subject: StaffMember
    epoch: int
    asked_by: UUID
    asked_at: datetime
    state: RequestState = RequestState.OPEN
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    first: bool = False
    second: bool = False

    def __repr__(self) -> str:
        return f"AccountRequest({self.id}, {self.kind}, {self.state})"

    @property
    def expires_at(self) -> datetime:
        """From then on it cannot be approved."""
        return self.asked_at + GOOD_FOR

    def at(self, moment: datetime) -> "AccountRequest":
        """As it stands at that moment: what time has closed is closed, whether or not anybody wrote it down."""
        if self.state is RequestState.OPEN and self.expires_at <= moment:
            return replace(self, state=RequestState.EXPIRED)
        if self.decided_at is not None and self.decided_at + GOOD_FOR <= moment:
            return replace(self, first=False, second=False)
        return self

    def half_for(self, staff_id: UUID) -> str:
        """Which half waits for this administrator: ``first``, ``second`` or '' for none."""
        if self.first and staff_id == self.asked_by:
            return "first"
        return "second" if self.second and staff_id == self.decided_by else ""


@dataclass(frozen=True, slots=True, repr=False)
class NewPassword:
    """A one-time password in two halves, and what is kept of the whole."""

    hashed: str
    first: str
    second: str


class AccountRequests(Protocol):
    """Where requests are kept. Everything raises Unavailable.

    ``approve``, ``refuse`` and ``take_back`` hold the request and the accounts concerned and call ``check_…`` of this
    module on what they hold, so that of two who act at once the second finds out.
    """

    def get(self, request_id: UUID) -> AccountRequest | None: ...

    def latest(self, most: int) -> Sequence[AccountRequest]:
        """Newest first."""
        ...

    def ask(self, request: AccountRequest, id_number: IdNumber | None) -> None:
        """Raises Refused (``already_asked``, ``login_taken``, ``person_has_account``), NotAllowed (``own_account``)."""
        ...

    def approve(self, request_id: UUID, by: UUID, at: datetime, password: NewPassword | None) -> None:
        """Do what was asked, write both down, and keep the halves sealed. Raises what ``check_approval`` does, and
        Refused (``login_taken``, ``person_has_account``)."""
        ...

    def refuse(self, request_id: UUID, by: UUID, at: datetime) -> None:
        """Raises what ``check_refusal`` does."""
        ...

    def take_back(self, request_id: UUID, by: UUID, at: datetime) -> None:
        """Raises what ``check_taking_back`` does."""
        ...

    def take_half(self, request_id: UUID, by: UUID, at: datetime) -> str | None:
        """The half that waits for this administrator, which is gone from then on; None when none does."""
        ...

    def forget(self, at: datetime) -> int:
        """Close what has expired, and drop halves and names that are no longer needed. Gives how many rows."""
        ...


def check_asking(asker: StaffMember, subject: StaffMember) -> None:
    """Raises Refused (``unknown_person``), NotAllowed (``own_account``)."""
    if not asker.id_number_mark:
        raise Refused(
            "您的账号没有登记本人证件号码，系统不能确认申请人和批准人是两个人，请在服务器上用命令行另建系统管理账号",
            code="unknown_person",
        )
    if asker.is_same_person(subject):
        raise NotAllowed("不能为自己的账号提出或批准申请，请由其他系统管理员办理", code="own_account")


def check_refusal(request: AccountRequest, by: Account, at: datetime) -> None:
    """Raises WrongState (``request_closed``), NotAllowed (``own_request``, ``not_admin``)."""
    check_open(request, at)
    if not is_admin(by):
        raise NotAllowed("只有在用的系统管理账号可以办理", code="not_admin")
    if by.member.id == request.asked_by:
        raise NotAllowed("这是您本人提出的申请，须由另一位系统管理员批准", code="own_request")


def check_taking_back(request: AccountRequest, by: UUID, at: datetime) -> None:
    """Raises WrongState (``request_closed``), NotAllowed (``not_asker``)."""
    check_open(request, at)
    if by != request.asked_by:
        raise NotAllowed("只有提出申请的人可以撤回", code="not_asker")


def check_approval(request: AccountRequest, asker: Account, by: Account, account: Account | None, at: datetime) -> None:
    """``account``: the one concerned, None if it is to be made.

    Raises what ``check_refusal`` and ``check_asking`` do, WrongState (``asker_gone``), Stale (``account_changed``).
    """
    check_refusal(request, by, at)
    if by.member.is_same_person(asker.member):
        raise NotAllowed("这是您本人提出的申请，须由另一位系统管理员批准", code="own_request")
    if not is_admin(asker):
        raise WrongState("提出申请的账号已停用，请不批准这个申请，由在用的系统管理员重新提出", code="asker_gone")
    for administrator in (asker, by):
        check_asking(administrator.member, request.subject if account is None else account.member)
    if request.kind is not Kind.ADD and (account is None or not _is_as_asked(request, account)):
        raise Stale("提出申请之后，这个账号有了变化，请核对后重新提出", code="account_changed")


def _is_as_asked(request: AccountRequest, account: Account) -> bool:
    return account.epoch == request.epoch and account.is_active == (request.kind is Kind.RESET)


def check_open(request: AccountRequest, at: datetime) -> None:
    """Raises WrongState (``request_closed``)."""
    state = request.at(at).state
    if state is not RequestState.OPEN:
        raise WrongState(f"这个申请{state.words}，刚才的操作没有执行", code="request_closed")


def is_admin(account: Account) -> bool:
    """Whether it is an active account of 系统管理."""
    return account.is_active and account.member.role is Role.ADMIN
