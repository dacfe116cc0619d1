"""The ports of staff accounts played in memory, with the manners of the real ones (tests/adapters/postgres/test_staff.py
holds both against the same tests)."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from fund.account_events import AccountEvent, Act, Kind, Place
from fund.accounts import Account, OpenSession
from fund.application import Role
from fund.errors import Refused, Unavailable
from fund.numbers import IdNumber


class MemoryAccounts:
    """Plays ``fund.accounts.Accounts``."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Account] = {}
        self.past: dict[UUID, list[str]] = {}
        self.told: list[AccountEvent] = []
        self.lock = threading.RLock()

    def tell(
        self,
        staff_id: UUID,
        act: Act,
        by: UUID | None,
        place: Place,
        request: UUID | None = None,
        kind: Kind | None = None,
    ) -> None:
        at = datetime.now().astimezone()
        self.told.append(AccountEvent(len(self.told) + 1, at, staff_id, act, by, place, request, kind))

    def latest(self, most: int, *, before: int | None = None, staff_id: UUID | None = None) -> Sequence[AccountEvent]:
        """Plays ``fund.account_events.AccountEvents``."""
        wanted = [
            each
            for each in reversed(self.told)
            if (before is None or each.number < before) and staff_id in (None, each.staff_id)
        ]
        return wanted[:most]

    def note(self, staff_id: UUID, act: Act, by: UUID | None) -> None:
        self.tell(staff_id, act, by, Place.DESK)

    def by_login(self, login: str) -> Account | None:
        return next((each for each in self.kept.values() if each.member.login == login), None)

    def by_id(self, staff_id: UUID) -> Account | None:
        return self.kept.get(staff_id)

    def all(self) -> Sequence[Account]:
        return list(self.kept.values())

    def add(self, account: Account, id_number: IdNumber | None) -> None:
        mark = "" if id_number is None else f"mark of {id_number.value}"
        with self.lock:
            self.add_marked(account, mark)
            self.tell(account.member.id, Act.ADDED, None, Place.COMMAND_LINE)

    def free(self, login: str, mark: str) -> None:
        if self.by_login(login):
            raise Refused("taken", code="login_taken")
        self.alone(mark)

    def add_marked(self, account: Account, mark: str) -> None:
        self.free(account.member.login, mark)
        self.kept[account.member.id] = replace(account, member=replace(account.member, id_number_mark=mark))

    def alone(self, mark: str) -> None:
        if mark and any(each.is_active and each.member.id_number_mark == mark for each in self.kept.values()):
            raise Refused("taken", code="person_has_account")

    def begin_try(self, staff_id: UUID, at: datetime) -> int | None:
        with self.lock:
            account = self.kept.get(staff_id)
            if account is None or account.is_locked(at):
                return None
            failures = 1 if account.locked_until else account.failures + 1
            until = at + timedelta(minutes=15) if failures >= 5 else None
            self.kept[staff_id] = replace(account, failures=failures, locked_until=until)
            return failures

    def take_back_try(self, staff_id: UUID) -> None:
        with self.lock:
            account = self.kept[staff_id]
            left = max(account.failures - 1, 0)
            self.kept[staff_id] = replace(
                account, failures=left, locked_until=account.locked_until if left >= 5 else None
            )

    def _change(self, staff_id: UUID, seen: int, /, *acts: Act, **values: object) -> bool:
        account = self.kept.get(staff_id)
        if account is None or account.epoch != seen or not account.is_active:
            return False
        self.kept[staff_id] = replace(account, **values)  # type: ignore[arg-type]
        for act in acts:
            self.tell(staff_id, act, staff_id, Place.DESK)
        return True

    def use_code(self, staff_id: UUID, step: int, epoch: int) -> bool:
        with self.lock:
            account = self.kept.get(staff_id)
            if account is None or not account.secret or account.code_used >= step:
                return False
            return self._change(staff_id, epoch, Act.SIGNED_IN, code_used=step, failures=0, locked_until=None)

    def enrol(self, staff_id: UUID, secret: str, step: int, epoch: int) -> bool:
        with self.lock:
            account = self.kept.get(staff_id)
            if account is None or account.secret:
                return False
            return self._change(
                staff_id, epoch, Act.ENROLLED, Act.SIGNED_IN, secret=secret, code_used=step, failures=0, locked_until=None,
            )  # fmt: skip

    def past_passwords(self, staff_id: UUID) -> Sequence[str]:
        return self.past.get(staff_id, [])[:5]

    def set_password(self, staff_id: UUID, password_hash: str, at: datetime, epoch: int) -> int | None:
        with self.lock:
            if not self._change(
                staff_id, epoch, Act.PASSWORD_CHANGED, password_hash=password_hash, password_set_at=at, must_change=False, failures=0,
                locked_until=None, epoch=epoch + 1,
            ):  # fmt: skip
                return None
            self.past.setdefault(staff_id, []).insert(0, password_hash)
            return epoch + 1

    def reset(self, staff_id: UUID, password_hash: str, at: datetime) -> bool:
        with self.lock:
            account = self.kept.get(staff_id)
            if account is None:
                return False
            self.renewed(account, password_hash, at)
            self.tell(staff_id, Act.RESET, None, Place.COMMAND_LINE)
            return True

    def renewed(self, account: Account, password_hash: str, at: datetime) -> None:
        self.kept[account.member.id] = replace(
            account, password_hash=password_hash, password_set_at=at, must_change=True, secret="", failures=0,
            locked_until=None, epoch=account.epoch + 1,
        )  # fmt: skip

    def disable(self, staff_id: UUID, by: UUID | None = None) -> bool:
        with self.lock:
            admins = [each.member.id for each in self.all() if each.is_active and each.member.role is Role.ADMIN]
            if admins == [staff_id]:
                raise Refused("last", code="last_admin")
            account = self.kept[staff_id]
            self.kept[staff_id] = replace(account, is_active=False, epoch=account.epoch + account.is_active)
            if account.is_active:
                self.tell(staff_id, Act.DISABLED, by, Place.DESK if by else Place.COMMAND_LINE)
            return account.is_active

    def enable(self, staff_id: UUID) -> bool:
        with self.lock:
            account = self.kept[staff_id]
            if account.is_active:
                return False
            self.alone(account.member.id_number_mark)
            self.kept[staff_id] = replace(account, is_active=True)
            self.tell(staff_id, Act.ENABLED, None, Place.COMMAND_LINE)
            return True

    def end_sessions(self, staff_id: UUID, by: UUID) -> int | None:
        with self.lock:
            account = self.kept.get(staff_id)
            if account is None:
                return None
            self.kept[staff_id] = replace(account, epoch=account.epoch + 1)
            self.tell(staff_id, Act.SESSIONS_ENDED, by, Place.DESK)
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
