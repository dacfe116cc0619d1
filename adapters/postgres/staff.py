"""Staff accounts. Everything two sign-ins could do to each other is decided by the row in one statement."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres import account_events
from adapters.postgres.database import Database, constraint_of
from adapters.postgres.desk_tables import StaffPasswordRow, StaffRow
from fund.account_events import Act, Place
from fund.accounts import Account
from fund.application import Role
from fund.errors import Refused
from fund.numbers import IdNumber
from fund.passwords import REMEMBERED
from fund.staff import StaffMember

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
"""等保 三级: 登录失败处理."""

_TAKEN = {
    "staff_login_key": ("login_taken", "这个登录名已被使用"),
    "staff_one_account_a_person_index": ("person_has_account", "这个证件号码已有一个在用的账号，一人只能有一个岗位"),
}


class PostgresStaff:
    """Plays ``fund.staff.Staff`` and ``fund.accounts.Accounts``. The name and the secret of the second factor are
    sealed; of the id number only the mark is kept, the same mark that the citizen of that number has."""

    def __init__(self, database: Database, cipher: FieldCipher, index: BlindIndex) -> None:
        self._database = database
        self._cipher = cipher
        self._index = index

    # fund.staff.Staff

    def get(self, staff_id: UUID) -> StaffMember | None:
        """The active account. Raises Unavailable."""
        found = self.by_id(staff_id)
        return found.member if found is not None and found.is_active else None

    def names(self) -> dict[UUID, str]:
        """Of all accounts that ever were. Raises Unavailable."""
        with self._database.reading() as session:
            rows = session.execute(select(StaffRow.id, StaffRow.name_sealed)).all()
        return {staff_id: self._cipher.open(sealed, about=about(staff_id, "name")) for staff_id, sealed in rows}

    # fund.accounts.Accounts

    def by_login(self, login: str) -> Account | None:
        """Raises Unavailable."""
        if "\0" in login:  # PostgreSQL has no such text
            return None
        with self._database.reading() as session:
            row = session.scalar(select(StaffRow).where(StaffRow.login == login))
        return None if row is None else self.account_of(row)

    def by_id(self, staff_id: UUID) -> Account | None:
        """Raises Unavailable."""
        own = aliased(StaffRow)
        same = select(own.id).where(own.id_number_mark == StaffRow.id_number_mark, own.id_number_mark != "")
        statement = select(StaffRow, func.array(same.scalar_subquery())).where(StaffRow.id == staff_id)
        with self._database.reading() as session:
            found = session.execute(statement).one_or_none()
        if found is None:
            return None
        account = self.account_of(found[0])
        return replace(account, member=replace(account.member, same_person=frozenset(found[1])))

    def all(self) -> Sequence[Account]:
        """Raises Unavailable."""
        with self._database.reading() as session:
            rows = session.scalars(select(StaffRow)).all()
        return [self.account_of(row) for row in rows]

    def add(self, account: Account, id_number: IdNumber | None) -> None:
        """Raises Refused (``login_taken``, ``person_has_account``), Unavailable."""
        mark = "" if id_number is None else self._index.of("id_number", id_number.value)

        def keep(session: Session) -> None:
            if session.get(StaffRow, account.member.id) is None:
                session.add(self.row_of(account, mark))
                account_events.write(session, account.member.id, Act.ADDED, None, Place.COMMAND_LINE)

        with taken_told():
            self._database.settled(keep)

    def row_of(self, account: Account, mark: str) -> StaffRow:
        """A new row, sealed; ``mark`` is that of the person's id number."""
        member = account.member
        return StaffRow(
            id=member.id,
            login=member.login,
            name_sealed=self._cipher.seal(member.name, about=about(member.id, "name")),
            role=member.role.value,
            id_number_mark=mark,
            password_hash=account.password_hash,
            password_set_at=account.password_set_at,
            must_change=account.must_change,
            totp_sealed=self._sealed_secret(member.id, account.secret) if account.secret else "",
            epoch=account.epoch,
            created_at=account.created_at,
        )

    def begin_try(self, staff_id: UUID, at: datetime) -> int | None:
        """Raises Unavailable."""
        # A lock that has run out takes its failures with it.
        failures = case((StaffRow.locked_until.is_not(None), 1), else_=StaffRow.failures + 1)
        statement = (
            update(StaffRow)
            .where(StaffRow.id == staff_id, or_(StaffRow.locked_until.is_(None), StaffRow.locked_until <= at))
            .values(failures=failures, locked_until=case((failures >= FAILURES, at + LOCKED_FOR)))
            .returning(StaffRow.failures)
        )
        with self._database.writing() as session:
            return session.scalar(statement)

    def take_back_try(self, staff_id: UUID) -> None:
        """Raises Unavailable."""
        left = func.greatest(StaffRow.failures - 1, 0)
        lock = case((left >= FAILURES, StaffRow.locked_until))
        with self._database.writing() as session:
            session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(failures=left, locked_until=lock))

    def use_code(self, staff_id: UUID, step: int, epoch: int) -> bool:
        """Raises Unavailable."""
        return self._change(
            (Act.SIGNED_IN,), staff_id, Place.DESK, *_same(epoch), StaffRow.totp_used < step, StaffRow.totp_sealed != "",
            totp_used=step, failures=0, locked_until=None,
        )  # fmt: skip

    def enrol(self, staff_id: UUID, secret: str, step: int, epoch: int) -> bool:
        """Raises Unavailable."""
        return self._change(
            (Act.ENROLLED, Act.SIGNED_IN), staff_id, Place.DESK, *_same(epoch), StaffRow.totp_sealed == "",
            totp_sealed=self._sealed_secret(staff_id, secret), totp_used=step, failures=0, locked_until=None,
        )  # fmt: skip

    def past_passwords(self, staff_id: UUID) -> Sequence[str]:
        """Newest first. Raises Unavailable."""
        newest = (
            select(StaffPasswordRow.password_hash)
            .where(StaffPasswordRow.staff_id == staff_id)
            .order_by(StaffPasswordRow.set_at.desc())
            .limit(REMEMBERED)
        )
        with self._database.reading() as session:
            return session.scalars(newest).all()

    def set_password(self, staff_id: UUID, password_hash: str, at: datetime, epoch: int) -> int | None:
        """Raises Unavailable."""
        statement = (
            update(StaffRow)
            .where(StaffRow.id == staff_id, *_same(epoch))
            .values(
                password_hash=password_hash, password_set_at=at, must_change=False, failures=0, locked_until=None,
                epoch=StaffRow.epoch + 1,
            )
            .returning(StaffRow.epoch)
        )  # fmt: skip
        with self._database.writing() as session:
            begun = session.scalar(statement)
            if begun is not None:
                session.merge(StaffPasswordRow(staff_id=staff_id, set_at=at, password_hash=password_hash))
                account_events.write(session, staff_id, Act.PASSWORD_CHANGED, staff_id)
        return begun

    def reset(self, staff_id: UUID, password_hash: str, at: datetime) -> bool:
        """Raises Unavailable."""
        return self._change((Act.RESET,), staff_id, Place.COMMAND_LINE, **a_reset(password_hash, at))

    def disable(self, staff_id: UUID, by: UUID | None = None) -> bool:
        """Raises Refused (``last_admin``), Unavailable."""
        with self._database.writing() as session:
            # All of them are held until the end: of two who disable each other, the second finds out.
            admins = session.scalars(
                select(StaffRow.id)
                .where(StaffRow.role == Role.ADMIN.value, StaffRow.is_active)
                .order_by(StaffRow.id)
                .with_for_update(key_share=True)
            ).all()
            if list(admins) == [staff_id]:
                raise Refused("这是最后一个在用的系统管理账号，不能停用", code="last_admin")
            changed = session.scalar(
                update(StaffRow)
                .where(StaffRow.id == staff_id, StaffRow.is_active)
                .values(is_active=False, epoch=StaffRow.epoch + 1)
                .returning(StaffRow.id)
            )
            if changed is not None:
                place = Place.COMMAND_LINE if by is None else Place.DESK
                account_events.write(session, staff_id, Act.DISABLED, by, place)
        return changed is not None

    def enable(self, staff_id: UUID) -> bool:
        """Raises Refused (``person_has_account``), Unavailable."""
        with taken_told():
            return self._change((Act.ENABLED,), staff_id, Place.COMMAND_LINE, ~StaffRow.is_active, is_active=True)

    def end_sessions(self, staff_id: UUID, by: UUID) -> int | None:
        """Raises Unavailable."""
        statement = update(StaffRow).where(StaffRow.id == staff_id).values(epoch=StaffRow.epoch + 1)
        with self._database.writing() as session:
            begun = session.scalar(statement.returning(StaffRow.epoch))
            if begun is not None:
                account_events.write(session, staff_id, Act.SESSIONS_ENDED, by)
        return begun

    def note(self, staff_id: UUID, act: Act, by: UUID | None) -> None:
        """Raises Unavailable."""
        with self._database.writing() as session:
            account_events.write(session, staff_id, act, by)

    def _change(self, acts: tuple[Act, ...], staff_id: UUID, place: Place, *where: Any, **values: Any) -> bool:
        """Change the account if it is so, and write down what happened: at the desk, by its owner."""
        statement = update(StaffRow).where(StaffRow.id == staff_id, *where).values(**values).returning(StaffRow.id)
        with self._database.writing() as session:
            changed = session.scalar(statement) is not None
            for act in acts if changed else ():
                account_events.write(session, staff_id, act, staff_id if place is Place.DESK else None, place)
        return changed

    def _sealed_secret(self, staff_id: UUID, secret: str) -> str:
        return self._cipher.seal(secret, about=about(staff_id, "totp"))

    def account_of(self, row: StaffRow) -> Account:
        """What is kept of an account, opened."""
        name = self._cipher.open(row.name_sealed, about=about(row.id, "name"))
        secret = self._cipher.open(row.totp_sealed, about=about(row.id, "totp")) if row.totp_sealed else ""
        return Account(
            StaffMember(row.id, row.login, name, Role(row.role), row.id_number_mark),
            row.password_hash, row.password_set_at, row.must_change, secret, row.totp_used, row.failures,
            row.locked_until, row.is_active, row.epoch, row.created_at,
        )  # fmt: skip


class taken_told:
    """Turns the two uniqueness rules of accounts into Refused."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, IntegrityError) and (told := _TAKEN.get(constraint_of(error))):
            raise Refused(told[1], code=told[0]) from None


def a_reset(password_hash: str, at: datetime) -> dict[str, Any]:
    """What a reset makes of an account's row."""
    return {
        "password_hash": password_hash, "password_set_at": at, "must_change": True, "totp_sealed": "",
        "failures": 0, "locked_until": None, "epoch": StaffRow.epoch + 1,
    }  # fmt: skip


def _same(epoch: int) -> tuple[Any, ...]:
    return (StaffRow.epoch == epoch, StaffRow.is_active)


def about(staff_id: UUID, field: str) -> str:
    """What a sealed field of an account is bound to."""
    return f"staff:{staff_id}:{field}"
