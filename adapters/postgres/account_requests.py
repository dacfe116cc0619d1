"""Requests of 双人控制. Whoever decides holds the request and the accounts concerned until it is done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres import account_events
from adapters.postgres.account_tables import AccountRequestRow as Row
from adapters.postgres.database import Database, constraint_of
from adapters.postgres.desk_tables import StaffRow
from adapters.postgres.staff import PostgresStaff, a_reset, taken_told
from fund.account_events import Act, Kind
from fund.account_requests import (
    GOOD_FOR,
    AccountRequest,
    NewPassword,
    RequestState,
    check_approval,
    check_asking,
    check_refusal,
    check_taking_back,
)
from fund.accounts import Account, a_new_account
from fund.application import Role
from fund.errors import NotFound, Refused
from fund.numbers import IdNumber
from fund.staff import StaffMember

_ASKED = ("account_requests_one_open_index", "account_requests_one_login_index")


class PostgresAccountRequests:
    """Plays ``fund.account_requests.AccountRequests``."""

    def __init__(self, database: Database, cipher: FieldCipher, index: BlindIndex, staff: PostgresStaff) -> None:
        self._database = database
        self._cipher = cipher
        self._index = index
        self._staff = staff

    def get(self, request_id: UUID) -> AccountRequest | None:
        """Raises Unavailable."""
        with self._database.reading() as session:
            row = session.get(Row, request_id)
            return None if row is None else self._request(row)

    def latest(self, most: int) -> Sequence[AccountRequest]:
        """Those that wait first, then newest first. Raises Unavailable."""
        waiting = case((Row.state == "open", 0), else_=1)
        with self._database.reading() as session:
            rows = session.scalars(select(Row).order_by(waiting, Row.asked_at.desc(), Row.id).limit(most)).all()
            return [self._request(row) for row in rows]

    def ask(self, request: AccountRequest, id_number: IdNumber | None) -> None:
        """Raises Refused (``already_asked``, ``login_taken``, ``person_has_account``), NotAllowed (``own_account``),
        Unavailable."""
        subject = request.subject
        mark = subject.id_number_mark if id_number is None else self._index.of("id_number", id_number.value)
        name = self._cipher.seal(subject.name, about=_about(request.id, "name")) if request.kind is Kind.ADD else ""
        row = Row(
            id=request.id, kind=request.kind.value, staff_id=subject.id, login=subject.login, name_sealed=name,
            role=subject.role.value, id_number_mark=mark, epoch=request.epoch, asked_by=request.asked_by,
            asked_at=request.asked_at,
        )  # fmt: skip
        with _asked_told(), self._database.writing() as session:
            asker = self._held(session, [request.asked_by])[request.asked_by]
            check_asking(asker.member, StaffMember(subject.id, subject.login, "", subject.role, mark))
            if request.kind is Kind.ADD:
                self._is_free(session, subject.login, mark)
            session.add(row)
            session.flush()
            self._write(session, row, Act.ASKED, request.asked_by)

    def approve(self, request_id: UUID, by: UUID, at: datetime, password: NewPassword | None) -> None:
        """Raises what ``check_approval`` does, Refused (``login_taken``, ``person_has_account``), Unavailable,
        OutcomeUnknown."""
        with taken_told(), self._database.writing() as session:
            row = _of(session, request_id)
            request = self._request(row)
            held = self._held(session, {row.asked_by, by, row.staff_id})
            account = held.get(row.staff_id)
            check_approval(request, held[row.asked_by], held[by], account, at)
            # The name of a new account goes over to it before the request lets go of it.
            self._carry_out(session, request, at, password)
            self._close(row, RequestState.APPROVED, by, at)
            if password is not None:
                row.first_sealed = self._cipher.seal(password.first, about=_about(row.id, "first"))
                row.second_sealed = self._cipher.seal(password.second, about=_about(row.id, "second"))
            session.flush()
            self._write(session, row, Act.APPROVED, by)
            self._write(session, row, request.kind.act, by)

    def refuse(self, request_id: UUID, by: UUID, at: datetime) -> None:
        """Raises what ``check_refusal`` does, Unavailable, OutcomeUnknown."""
        with self._database.writing() as session:
            row = _of(session, request_id)
            check_refusal(self._request(row), self._held(session, [by])[by], at)
            self._close(row, RequestState.REFUSED, by, at)
            self._write(session, row, Act.REFUSED, by)

    def take_back(self, request_id: UUID, by: UUID, at: datetime) -> None:
        """Raises what ``check_taking_back`` does, Unavailable, OutcomeUnknown."""
        with self._database.writing() as session:
            row = _of(session, request_id)
            check_taking_back(self._request(row), by, at)
            self._close(row, RequestState.TAKEN_BACK, None, at)
            self._write(session, row, Act.TAKEN_BACK, by)

    def take_half(self, request_id: UUID, by: UUID, at: datetime) -> str | None:
        """Raises NotFound, Unavailable, OutcomeUnknown."""
        with self._database.writing() as session:
            row = _of(session, request_id)
            which = self._request(row).at(at).half_for(by)
            if not which:
                return None
            sealed: str = getattr(row, f"{which}_sealed")
            setattr(row, f"{which}_sealed", "")
        return self._cipher.open(sealed, about=_about(request_id, which))

    def forget(self, at: datetime) -> int:
        """Raises Unavailable."""
        expired = and_(Row.state == "open", Row.asked_at <= at - GOOD_FOR)
        halves = and_(Row.decided_at <= at - GOOD_FOR, or_(Row.first_sealed != "", Row.second_sealed != ""))
        closing = update(Row).where(expired).values(state="expired", name_sealed="", id_number_mark="")
        dropping = update(Row).where(halves).values(first_sealed="", second_sealed="")
        with self._database.writing() as session:
            return sum(len(session.scalars(each.returning(Row.id)).all()) for each in (closing, dropping))

    def _carry_out(self, session: Session, request: AccountRequest, at: datetime, password: NewPassword | None) -> None:
        subject = request.subject
        if request.kind is Kind.ENABLE:
            session.execute(update(StaffRow).where(StaffRow.id == subject.id).values(is_active=True))
            return
        assert password is not None
        if request.kind is Kind.RESET:
            session.execute(update(StaffRow).where(StaffRow.id == subject.id).values(**a_reset(password.hashed, at)))
        else:
            made = a_new_account(subject, password.hashed, at)
            session.add(self._staff.row_of(made, subject.id_number_mark))

    def _is_free(self, session: Session, login: str, mark: str) -> None:
        """Told at once; what changes until the approval is told then, by the unique indexes."""
        if session.scalar(select(StaffRow.id).where(StaffRow.login == login)):
            raise Refused("这个登录名已被使用", code="login_taken")
        person = select(StaffRow.id).where(StaffRow.id_number_mark == mark, StaffRow.is_active)
        if mark and session.scalar(person.limit(1)):
            raise Refused("这个证件号码已有一个在用的账号，一人只能有一个岗位", code="person_has_account")

    def _held(self, session: Session, ids: Any) -> dict[UUID, Account]:
        """The accounts, locked. Administrators first and by id, as whoever disables one does: two who need the same
        accounts never wait for each other, nor for a line of the record that names them (hence the weaker lock)."""
        first = case((StaffRow.role == Role.ADMIN.value, 0), else_=1)
        rows = session.scalars(select(StaffRow).where(StaffRow.id.in_(ids)).order_by(first, StaffRow.id))
        held = {}
        for staff_id in [row.id for row in rows]:
            locked = select(StaffRow).where(StaffRow.id == staff_id).with_for_update(key_share=True)
            row = session.scalars(locked.execution_options(populate_existing=True)).one()
            held[staff_id] = self._staff.account_of(row)
        return held

    @staticmethod
    def _close(row: Row, state: RequestState, by: UUID | None, at: datetime) -> None:
        row.state, row.decided_by, row.decided_at = state.value, by, at
        row.name_sealed = row.id_number_mark = ""

    @staticmethod
    def _write(session: Session, row: Row, act: Act, by: UUID) -> None:
        account_events.write(session, row.staff_id, act, by, request=row.id, kind=Kind(row.kind))

    def _request(self, row: Row) -> AccountRequest:
        name = self._cipher.open(row.name_sealed, about=_about(row.id, "name")) if row.name_sealed else ""
        return AccountRequest(
            row.id, Kind(row.kind), StaffMember(row.staff_id, row.login, name, Role(row.role), row.id_number_mark),
            row.epoch, row.asked_by, row.asked_at, RequestState(row.state), row.decided_by, row.decided_at,
            bool(row.first_sealed), bool(row.second_sealed),
        )  # fmt: skip


class _asked_told:
    """Turns a second open request for the same account or login into Refused."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, IntegrityError) and constraint_of(error) in _ASKED:
            raise Refused("这个账号已有一个待批的申请，请先办理那一个", code="already_asked") from None


def _of(session: Session, request_id: UUID) -> Row:
    """The request, held until the end. Whoever waited for it sees what the other one did."""
    row = session.scalar(select(Row).where(Row.id == request_id).with_for_update())
    if row is None:
        raise NotFound("no such account request", code="no_such_page")
    return row


def _about(request_id: UUID, field: str) -> str:
    return f"account_request:{request_id}:{field}"
