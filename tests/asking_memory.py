"""The port of account requests played in memory, with the manners of the real one
(tests/adapters/postgres/test_account_requests.py holds both against the same tests)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fund.account_events import Act, Kind, Place
from fund.account_requests import (
    AccountRequest,
    NewPassword,
    RequestState,
    check_approval,
    check_asking,
    check_refusal,
    check_taking_back,
)
from fund.accounts import a_new_account
from fund.errors import NotFound, Refused
from fund.numbers import IdNumber
from tests.staff_memory import MemoryAccounts


class MemoryRequests:
    """Plays ``fund.account_requests.AccountRequests``."""

    def __init__(self, accounts: MemoryAccounts) -> None:
        self.accounts = accounts
        self.kept: dict[UUID, AccountRequest] = {}
        self.halves: dict[UUID, dict[str, str]] = {}

    def get(self, request_id: UUID) -> AccountRequest | None:
        return self.kept.get(request_id)

    def latest(self, most: int) -> Sequence[AccountRequest]:
        newest = sorted(self.kept.values(), key=lambda each: each.asked_at, reverse=True)
        return sorted(newest, key=lambda each: each.state is not RequestState.OPEN)[:most]

    def ask(self, request: AccountRequest, id_number: IdNumber | None) -> None:
        subject = request.subject
        if id_number is not None:
            subject = replace(subject, id_number_mark=f"mark of {id_number.value}")
        with self.accounts.lock:
            check_asking(self.accounts.kept[request.asked_by].member, subject)
            if request.kind is Kind.ADD:
                self.accounts.free(subject.login, subject.id_number_mark)
            for each in self.kept.values():
                if each.state is RequestState.OPEN and subject.login == each.subject.login:
                    raise Refused("asked", code="already_asked")
            self.kept[request.id] = replace(request, subject=subject)
            self._tell(request, Act.ASKED, request.asked_by)

    def approve(self, request_id: UUID, by: UUID, at: datetime, password: NewPassword | None) -> None:
        with self.accounts.lock:
            request, accounts = self._of(request_id), self.accounts.kept
            account = accounts.get(request.subject.id)
            check_approval(request, accounts[request.asked_by], accounts[by], account, at)
            if request.kind is Kind.ADD:
                assert password is not None
                made = a_new_account(request.subject, password.hashed, at)
                self.accounts.add_marked(made, request.subject.id_number_mark)
            elif request.kind is Kind.RESET:
                assert password is not None and account is not None
                self.accounts.renewed(account, password.hashed, at)
            else:
                assert account is not None
                self.accounts.alone(account.member.id_number_mark)
                accounts[account.member.id] = replace(account, is_active=True)
            self._close(request, RequestState.APPROVED, by, at)
            if password is not None:
                self.halves[request_id] = {"first": password.first, "second": password.second}
                self.kept[request_id] = replace(self.kept[request_id], first=True, second=True)
            self._tell(request, Act.APPROVED, by)
            self._tell(request, request.kind.act, by)

    def refuse(self, request_id: UUID, by: UUID, at: datetime) -> None:
        with self.accounts.lock:
            request = self._of(request_id)
            check_refusal(request, self.accounts.kept[by], at)
            self._close(request, RequestState.REFUSED, by, at)
            self._tell(request, Act.REFUSED, by)

    def take_back(self, request_id: UUID, by: UUID, at: datetime) -> None:
        with self.accounts.lock:
            request = self._of(request_id)
            check_taking_back(request, by, at)
            self._close(request, RequestState.TAKEN_BACK, None, at)
            self._tell(request, Act.TAKEN_BACK, by)

    def take_half(self, request_id: UUID, by: UUID, at: datetime) -> str | None:
        with self.accounts.lock:
            request = self._of(request_id)
            which = request.at(at).half_for(by)
            if not which:
                return None
            self.kept[request_id] = replace(
                request, first=request.first and which != "first", second=request.second and which != "second"
            )
            return self.halves[request_id].pop(which)

    def forget(self, at: datetime) -> int:
        with self.accounts.lock:
            after = {name: each.at(at) for name, each in self.kept.items()}
            changed = [name for name, each in after.items() if each != self.kept[name]]
            for name in changed:
                nobody = replace(after[name].subject, name="", id_number_mark="")
                self.kept[name] = replace(after[name], subject=nobody)
                self.halves.pop(name, None)
            return len(changed)

    def _of(self, request_id: UUID) -> AccountRequest:
        if request_id not in self.kept:
            raise NotFound("none", code="no_such_page")
        return self.kept[request_id]

    def _close(self, request: AccountRequest, state: RequestState, by: UUID | None, at: datetime) -> None:
        subject = replace(request.subject, name="", id_number_mark="")
        self.kept[request.id] = replace(request, subject=subject, state=state, decided_by=by, decided_at=at)

    def _tell(self, request: AccountRequest, act: Act, by: UUID) -> None:
        self.accounts.tell(request.subject.id, act, by, Place.DESK, request.id, request.kind)
