"""The ports of staff accounts played in memory, with the manners of the real ones (tests/adapters/postgres/test_staff.py
holds both against the same tests)."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from fund.accounts import Account, OpenSession
from fund.application import Role
from fund.errors import Refused, Unavailable
from fund.numbers import IdNumber


class MemoryAccounts:
    """Plays ``fund.accounts.Accounts``."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Account] = {}
        self.past: dict[UUID, list[str]] = {}
        self._lock = threading.Lock()

    def by_login(self, login: str) -> Account | None:
        return next((each for each in self.kept.values() if each.member.login == login), None)

    def by_id(self, staff_id: UUID) -> Account | None:
        return self.kept.get(staff_id)

    def all(self) -> Sequence[Account]:
        return list(self.kept.values())

    def add(self, account: Account, id_number: IdNumber | None) -> None:
        mark = "" if id_number is None else f"mark of {id_number.value}"
        with self._lock:
            if self.by_login(account.member.login):
                raise Refused("taken", code="login_taken")
            self._alone(mark)
            self.kept[account.member.id] = replace(account, member=replace(account.member, id_number_mark=mark))

    def _alone(self, mark: str) -> None:
        if mark and any(each.is_active and each.member.id_number_mark == mark for each in self.kept.values()):
            raise Refused("taken", code="person_has_account")

    def begin_try(self, staff_id: UUID, at: datetime) -> int | None:
        with self._lock:
            account = self.kept.get(staff_id)
            if account is None or account.is_locked(at):
                return None
            failures = 1 if account.locked_until else account.failures + 1
            until = at + timedelta(minutes=15) if failures >= 5 else None
            self.kept[staff_id] = replace(account, failures=failures, locked_until=until)
            return failures

    def take_back_try(self, staff_id: UUID) -> None:
        with self._lock:
            account = self.kept[staff_id]
            left = max(account.failures - 1, 0)
            self.kept[staff_id] = replace(
                account, failures=left, locked_until=account.locked_until if left >= 5 else None
            )

    def _change(self, staff_id: UUID, seen: int, /, **values: object) -> bool:
        account = self.kept.get(staff_id)
        if account is None or account.epoch != seen or not account.is_active:
            return False
        self.kept[staff_id] = replace(account, **values)  # type: ignore[arg-type]
        return True

    def use_code(self, staff_id: UUID, step: int, epoch: int) -> bool:
        with self._lock:
            account = self.kept.get(staff_id)
            if account is None or not account.secret or account.code_used >= step:
                return False
            return self._change(staff_id, epoch, code_used=step, failures=0, locked_until=None)

    def enrol(self, staff_id: UUID, secret: str, step: int, epoch: int) -> bool:
        with self._lock:
            account = self.kept.get(staff_id)
            if account is None or account.secret:
                return False
            return self._change(staff_id, epoch, secret=secret, code_used=step, failures=0, locked_until=None)

    def past_passwords(self, staff_id: UUID) -> Sequence[str]:
        return self.past.get(staff_id, [])[:5]

    def set_password(self, staff_id: UUID, password_hash: str, at: datetime, epoch: int) -> int | None:
        with self._lock:
            if not self._change(
                staff_id, epoch, password_hash=password_hash, password_set_at=at, must_change=False, failures=0,
                locked_until=None, epoch=epoch + 1,
            ):  # fmt: skip
                return None
            self.past.setdefault(staff_id, []).insert(0, password_hash)
            return epoch + 1

    def reset(self, staff_id: UUID, password_hash: str, at: datetime) -> bool:
        with self._lock:
            account = self.kept.get(staff_id)
            if account is None:
                return False
            self.kept[staff_id] = replace(
                account, password_hash=password_hash, password_set_at=at, must_change=True, secret="", failures=0,
                locked_until=None, epoch=account.epoch + 1,
            )  # fmt: skip
            return True

    def disable(self, staff_id: UUID) -> bool:
        with self._lock:
            admins = [each.member.id for each in self.all() if each.is_active and each.member.role is Role.ADMIN]
            if admins == [staff_id]:
                raise Refused("last", code="last_admin")
            account = self.kept[staff_id]
            self.kept[staff_id] = replace(account, is_active=False, epoch=account.epoch + account.is_active)
            return account.is_active

    def enable(self, staff_id: UUID) -> bool:
        with self._lock:
            account = self.kept[staff_id]
            if account.is_active:
                return False
            self._alone(account.member.id_number_mark)
            self.kept[staff_id] = replace(account, is_active=True)
            return True

    def end_sessions(self, staff_id: UUID) -> int | None:
        with self._lock:
            account = self.kept.get(staff_id)
            if account is None:
                return None
            self.kept[staff_id] = replace(account, epoch=account.epoch + 1)
            return account.epoch + 1


class MemorySessions:
    """Plays ``fund.accounts.StaffSessions``; can be down."""

    def __init__(self) -> None:
        self.kept: dict[UUID, list[OpenSession]] = {}
        self.down = False

    def of(self, staff_id: UUID) -> Sequence[OpenSession]:
        return self.kept.get(staff_id, [])

    def end(self, staff_id: UUID, mark: str) -> bool:
        before = list(self.of(staff_id))
        self.kept[staff_id] = [each for each in before if each.mark != mark]
        return len(self.kept[staff_id]) < len(before)

    def end_all(self, staff_id: UUID) -> None:
        if self.down:
            raise Unavailable("down")
        self.kept.pop(staff_id, None)

    def mark_of(self, session_id: str) -> str:
        return f"mark of {session_id}"
