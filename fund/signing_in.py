"""Signing in at the desk: the password, then a code of the second factor, then what must be changed first.

Five failures, passwords and codes counted together, lock the account for a quarter of an hour (等保 三级:
登录失败处理). Whoever does not know the password learns nothing: an unknown login, a wrong password, a locked and
a disabled account take as long and say the same.
"""

import logging
import uuid
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from fund.account_events import Act
from fund.accounts import Account, Accounts, StaffSessions, sweep_sessions
from fund.errors import InvalidValue, Refused, Stale
from fund.passwords import ONE_TIME_GOOD_FOR, Passwords, check_rule
from fund.ports import Clock

log = logging.getLogger(__name__)

NOT_LET_IN = "登录名或密码不正确，或者账号暂时不能使用。连续错误5次，账号将锁定15分钟；如需帮助请联系系统管理员。"
LOCKED = "连续错误5次，账号已锁定15分钟，请稍后重新登录。"
WRONG_CODE = "验证码不正确或已经用过，请等待下一个验证码后再试。"
WRONG_OLD = "当前密码不正确。连续错误5次，账号将锁定15分钟。"
USED_BEFORE = "新密码不能与当前密码或最近5次用过的密码相同"


class Codes(Protocol):
    """Codes of the second factor (TOTP, RFC 6238)."""

    def new_secret(self) -> str:
        """In base32."""
        ...

    def step_of(self, secret: str, code: str) -> int | None:
        """The time step the code belongs to, among the present one and its neighbours; None for any other code."""
        ...

    def address(self, secret: str, login: str) -> str:
        """The otpauth:// address that an authenticator scans."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Knows:
    """Somebody who knew the password. ``enrolled``: whether the account has a second factor yet."""

    staff_id: UUID
    login: str
    epoch: int
    enrolled: bool


class SigningIn:
    """The steps. Each is safe against being taken many times at once."""

    def __init__(
        self, accounts: Accounts, sessions: StaffSessions, passwords: Passwords, codes: Codes, clock: Clock
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._codes = codes
        self._clock = clock

    def password(self, login: str, password: str) -> Knows:
        """The first step. Raises Refused (``not_let_in``, always the same words), Unavailable."""
        at = self._clock()
        account = self._accounts.by_login(login.strip().lower())
        usable = account is not None and account.is_active and not self._is_stale(account)
        # An account that is none is asked for all the same: the answer must not come sooner.
        counted = account.member.id if account is not None and usable else uuid.uuid4()
        tries = self._accounts.begin_try(counted, at)
        hashed = account.password_hash if account is not None and tries is not None else ""
        right = self._passwords.matches(hashed, password)
        if account is None or tries is None or not right:
            self._failed(account, tries, "password")
            raise Refused(NOT_LET_IN, code="not_let_in")
        self._accounts.take_back_try(account.member.id)
        return Knows(account.member.id, account.member.login, account.epoch, bool(account.secret))

    def code(self, knows: Knows, code: str) -> None:
        """The second step. Raises Refused (``locked``, ``wrong_code``; ``changed`` when the account was changed
        since the first step), Unavailable."""
        account = self._same(knows)
        staff_id = knows.staff_id
        tries = self._accounts.begin_try(staff_id, self._clock())
        if tries is None:
            raise Refused(LOCKED, code="locked")
        step = self._codes.step_of(account.secret, code) if account.secret else None
        if step is None or not self._accounts.use_code(staff_id, step, knows.epoch):
            self._failed(account, tries, "code")
            raise Refused(LOCKED if tries >= 5 else WRONG_CODE, code="locked" if tries >= 5 else "wrong_code")
        log.info("staff %s signed in", staff_id)

    def enrol(self, knows: Knows, secret: str, code: str) -> None:
        """The second step at the first sign-in: the authenticator proves that it has the secret. A wrong code is no
        failure, for there is nothing to guess: the secret stands on the page. Raises Refused (``wrong_code``,
        ``changed``), Unavailable."""
        self._same(knows)
        step = self._codes.step_of(secret, code)
        if step is None:
            raise Refused(WRONG_CODE, code="wrong_code")
        if not self._accounts.enrol(knows.staff_id, secret, step, knows.epoch):
            raise Refused("account changed", code="changed")
        log.info("staff %s enrolled a second factor and signed in", knows.staff_id)

    def change_password(self, staff_id: UUID, epoch: int, old: str, new: str) -> int:
        """A password of one's own choice. Every session ends; gives the epoch with which a new one begins.

        Raises InvalidValue (the rule; used before), Refused (``wrong_password``, ``locked``), Stale, Unavailable.
        """
        account = self._accounts.by_id(staff_id)
        if account is None or not account.is_active or account.epoch != epoch:
            raise Stale(f"staff account {staff_id} was changed", code="stale")
        tries = self._accounts.begin_try(staff_id, self._clock())
        if tries is None:
            raise Refused(LOCKED, code="locked")
        if not self._passwords.matches(account.password_hash, old):
            self._failed(account, tries, "password")
            raise Refused(LOCKED if tries >= 5 else WRONG_OLD, code="locked" if tries >= 5 else "wrong_password")
        self._accounts.take_back_try(staff_id)
        check_rule(new, account.member.login)
        before = {account.password_hash, *self._accounts.past_passwords(staff_id)}
        if any(self._passwords.matches(each, new) for each in before):
            raise InvalidValue(USED_BEFORE, code="password_used_before")
        begun = self._accounts.set_password(staff_id, self._passwords.hash(new), self._clock(), epoch)
        if begun is None:
            raise Stale(f"staff account {staff_id} was changed", code="stale")
        sweep_sessions(self._sessions, staff_id)
        log.info("staff %s changed the password", staff_id)
        return begun

    def let_in(self, staff_id: UUID, epoch: int) -> tuple[Account, bool] | None:
        """The account a session belongs to, and whether its password has to be changed first; None when the session
        is no longer good. Asked at every request. Raises Unavailable."""
        account = self._accounts.by_id(staff_id)
        if account is None or not account.is_active or account.epoch != epoch:
            return None
        return account, account.wants_new_password(self._clock())

    def new_secret(self) -> str:
        """For a second factor that is about to be enrolled."""
        return self._codes.new_secret()

    def address(self, secret: str, login: str) -> str:
        """What the QR code of an enrolment says."""
        return self._codes.address(secret, login)

    def _is_stale(self, account: Account) -> bool:
        return account.must_change and account.password_set_at + ONE_TIME_GOOD_FOR <= self._clock()

    def _same(self, knows: Knows) -> Account:
        account = self._accounts.by_id(knows.staff_id)
        if account is None or not account.is_active or account.epoch != knows.epoch:
            raise Refused("account changed", code="changed")
        return account

    def _failed(self, account: Account | None, tries: int | None, what: str) -> None:
        if account is None:
            # Not even the login: people type passwords there.
            log.warning("sign-in failed: no such account")
        elif tries is None:
            log.warning("sign-in of staff %s refused: locked or not in use", account.member.id)
        else:
            log.warning("sign-in of staff %s failed: wrong %s, failure %s", account.member.id, what, tries)
            if tries >= 5:
                # Only now: every try is counted, and the fifth locks, before anybody knows whether it was right.
                self._accounts.note(account.member.id, Act.LOCKED, None)
                log.warning("staff %s is locked", account.member.id)
