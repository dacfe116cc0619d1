"""What happened to staff accounts: who did what to which account, when, and from where. Only ever added to.

Ids and codes, never a name, a login or a number: the record outlives everybody in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Place(StrEnum):
    """From where an account was touched."""

    DESK = "desk"
    COMMAND_LINE = "command_line"

    @property
    def words(self) -> str:
        """As the record says it."""
        return {Place.DESK: "后台", Place.COMMAND_LINE: "命令行"}[self]


class Act(StrEnum):
    """What can happen to an account."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    ADDED = "added"
    RESET = "reset"
    ENABLED = "enabled"
    DISABLED = "disabled"
    SESSIONS_ENDED = "sessions_ended"
    LOCKED = "locked"
    ENROLLED = "enrolled"
    PASSWORD_CHANGED = "password_changed"
    SIGNED_IN = "signed_in"

    @property
    def words(self) -> str:
        """As the record says it."""
        return _WORDS[self]


_WORDS = {
    Act.ASKED: "提出申请",
    Act.APPROVED: "批准申请",
    Act.REFUSED: "不批准申请",
    Act.TAKEN_BACK: "撤回申请",
    Act.ADDED: "新增账号",
    Act.RESET: "重置密码和动态验证码",
    Act.ENABLED: "恢复使用",
    Act.DISABLED: "停用账号",
    Act.SESSIONS_ENDED: "结束登录",
    Act.LOCKED: "连续错误5次，锁定15分钟",
    Act.ENROLLED: "绑定动态验证码",
    Act.PASSWORD_CHANGED: "修改密码",
    Act.SIGNED_IN: "登录",
}


class Kind(StrEnum):
    """What opens a door, and so takes two persons at the desk."""

    ADD = "add"
    RESET = "reset"
    ENABLE = "enable"

    @property
    def words(self) -> str:
        """As a page says it."""
        return {Kind.ADD: "新增账号", Kind.RESET: "重置密码和动态验证码", Kind.ENABLE: "恢复使用"}[self]

    @property
    def act(self) -> Act:
        """What has happened when it was approved."""
        return {Kind.ADD: Act.ADDED, Kind.RESET: Act.RESET, Kind.ENABLE: Act.ENABLED}[self]


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """One line of the record. ``number`` grows with time; ``actor`` is None at the command line and where nobody is
    known to have acted (a lock); ``request`` and ``kind`` name what was asked, approved, refused or taken back."""

    number: int
    at: datetime
    staff_id: UUID
    act: Act
    actor: UUID | None
    place: Place
    request: UUID | None = None
    kind: Kind | None = None


class AccountEvents(Protocol):
    """The record, newest first. Raises Unavailable."""

    def latest(self, most: int, *, before: int | None = None, staff_id: UUID | None = None) -> Sequence[AccountEvent]:
        """Those with a smaller number than ``before``; of one account if ``staff_id`` is given."""
        ...
