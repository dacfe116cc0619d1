"""Signing in at the desk and keeping its accounts, as the fund has it."""

import uuid
from datetime import datetime, timedelta
from functools import partial

import pytest

from adapters.credentials import TotpCodes
from fund.accounts import Account, AccountKeeping, OpenSession
from fund.application import Role
from fund.errors import FundError, InvalidValue, NotAllowed, NotFound, Refused, Stale
from fund.house_accounts import HouseAccounts
from fund.numbers import IdNumber
from fund.signing_in import Knows, SigningIn
from tests.fakes import FakeClock
from tests.makers import ID_NUMBERS
from tests.staff import CHEAP, PASSWORD, a_staff_account
from tests.staff_memory import MemoryAccounts, MemorySessions

OWN = IdNumber(ID_NUMBERS[0])

OTHER = "Evening-2026-tea"


class Counted:
    """Passwords that count how often one is checked."""

    def __init__(self) -> None:
        self.checked: list[str] = []

    def hash(self, password: str) -> str:
        return CHEAP.hash(password)

    def matches(self, hashed: str, password: str) -> bool:
        self.checked.append(hashed)
        return CHEAP.matches(hashed, password)


class Desk:
    """The use cases over memory."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.accounts, self.sessions, self.passwords = MemoryAccounts(), MemorySessions(), Counted()
        self.codes = TotpCodes(self.clock)
        self.signing_in = SigningIn(self.accounts, self.sessions, self.passwords, self.codes, self.clock)
        self.keeping = AccountKeeping(self.accounts, self.sessions)
        self.house = HouseAccounts(self.accounts, self.sessions, self.passwords, self.clock)

    def somebody(self, role: Role = Role.REVIEWER, **different: object) -> Account:
        account = a_staff_account(role, **({"password_set_at": self.clock()} | different))
        self.accounts.add(account, None)
        return account

    def now(self, account: Account) -> Account:
        return self.accounts.kept[account.member.id]

    def knows(self, account: Account, password: str = PASSWORD) -> Knows:
        return self.signing_in.password(account.member.login, password)

    def signs_in(self, account: Account, password: str = PASSWORD) -> Knows:
        knows = self.knows(account, password)
        self.signing_in.code(knows, self.codes.code(self.now(account).secret))
        return knows

    def change(self, account: Account, old: str, new: str) -> int:
        return self.signing_in.change_password(account.member.id, self.now(account).epoch, old, new)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def code_of(error: pytest.ExceptionInfo[FundError]) -> str:
    return error.value.code


# Signing in


def test_the_password_and_the_code_of_the_moment_let_in(desk: Desk) -> None:
    account = desk.somebody()
    knows = desk.signs_in(account)
    assert knows.staff_id == account.member.id and knows.enrolled
    found = desk.signing_in.let_in(knows.staff_id, knows.epoch)
    assert found is not None
    assert found[0].member.login == account.member.login
    assert found[1] is False


def test_a_login_is_known_however_it_is_typed(desk: Desk) -> None:
    account = desk.somebody(login="wang.min")
    assert desk.signing_in.password("  Wang.MIN ", PASSWORD).staff_id == account.member.id


def test_unknown_wrong_locked_and_disabled_say_the_same_and_check_a_password_each(desk: Desk) -> None:
    wrong, disabled = desk.somebody(), desk.somebody(is_active=False)
    locked = desk.somebody(failures=5, locked_until=desk.clock() + timedelta(minutes=1))
    old = desk.somebody(must_change=True, password_set_at=desk.clock() - timedelta(days=8))
    said = set()
    for login, password in (
        ("nobody", PASSWORD), (wrong.member.login, "wrong"), (disabled.member.login, PASSWORD),
        (locked.member.login, PASSWORD), (old.member.login, PASSWORD), ("", ""), ("a\0b", "c\0d"),
    ):  # fmt: skip
        before = len(desk.passwords.checked)
        with pytest.raises(Refused) as refused:
            desk.signing_in.password(login, password)
        said.add((refused.value.code, refused.value.message))
        assert len(desk.passwords.checked) == before + 1, login
    assert len(said) == 1


def test_the_fifth_failure_locks_for_a_quarter_of_an_hour(desk: Desk) -> None:
    account = desk.somebody()
    for _ in range(5):
        with pytest.raises(Refused):
            desk.knows(account, "wrong")
    with pytest.raises(Refused):
        desk.knows(account)
    desk.clock.now += timedelta(minutes=14, seconds=59)
    with pytest.raises(Refused):
        desk.knows(account)
    desk.clock.now += timedelta(seconds=1)
    desk.signs_in(account)
    assert desk.now(account).failures == 0


def test_wrong_passwords_and_wrong_codes_are_counted_together(desk: Desk) -> None:
    account = desk.somebody()
    for _ in range(3):
        with pytest.raises(Refused):
            desk.knows(account, "wrong")
    knows = desk.knows(account)
    with pytest.raises(Refused) as refused:
        desk.signing_in.code(knows, "000000")
    assert code_of(refused) == "wrong_code"
    with pytest.raises(Refused) as refused:
        desk.signing_in.code(knows, "000000")
    assert code_of(refused) == "locked"
    with pytest.raises(Refused) as refused:
        desk.signing_in.code(knows, desk.codes.code(account.secret))
    assert code_of(refused) == "locked"


def test_knowing_the_password_does_not_give_more_tries_at_the_code(desk: Desk) -> None:
    account = desk.somebody()
    for tried in range(5):
        with pytest.raises(Refused):
            desk.signing_in.code(desk.knows(account), f"00000{tried}")
    with pytest.raises(Refused):
        desk.knows(account)


def test_signing_in_forgets_earlier_failures(desk: Desk) -> None:
    account = desk.somebody()
    for _ in range(4):
        with pytest.raises(Refused):
            desk.knows(account, "wrong")
    desk.signs_in(account)
    assert (desk.now(account).failures, desk.now(account).locked_until) == (0, None)


def test_a_code_is_good_once(desk: Desk) -> None:
    account = desk.somebody()
    code = desk.codes.code(account.secret)
    desk.signs_in(account)
    with pytest.raises(Refused) as refused:
        desk.signing_in.code(desk.knows(account), code)
    assert code_of(refused) == "wrong_code"
    desk.clock.now += timedelta(seconds=30)
    desk.signs_in(account)


def test_a_code_from_before_the_last_used_one_is_not_good_any_more(desk: Desk) -> None:
    account = desk.somebody()
    before = desk.codes.code(account.secret)
    desk.clock.now += timedelta(seconds=30)
    desk.signs_in(account)
    with pytest.raises(Refused):
        desk.signing_in.code(desk.knows(account), before)


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_telephone_may_be_half_a_minute_off(desk: Desk, seconds: int, good: bool) -> None:
    account = desk.somebody()
    here = desk.clock.now
    desk.clock.now = here + timedelta(seconds=seconds)
    code = desk.codes.code(account.secret)
    desk.clock.now = here
    knows = desk.knows(account)
    if good:
        desk.signing_in.code(knows, f" {code[:3]} {code[3:]}")
    else:
        with pytest.raises(Refused):
            desk.signing_in.code(knows, code)


def test_what_was_changed_between_password_and_code_lets_nobody_in(desk: Desk) -> None:
    desk.somebody(Role.ADMIN)
    account = desk.somebody()
    for change in (desk.house.reset, partial(desk.keeping.disable, by=None)):
        knows = Knows(account.member.id, account.member.login, desk.now(account).epoch, True)
        change(account.member.id)
        with pytest.raises(Refused) as refused:
            desk.signing_in.code(knows, desk.codes.code(account.secret))
        assert code_of(refused) == "changed"


# The second factor


def test_the_first_sign_in_enrols_a_second_factor_which_only_a_right_code_finishes(desk: Desk) -> None:
    member, password = desk.house.add("li.qiang", "李强", Role.CONFIRMER, OWN)
    knows = desk.signing_in.password("li.qiang", password)
    assert not knows.enrolled
    secret = desk.signing_in.new_secret()
    with pytest.raises(Refused):
        desk.signing_in.enrol(knows, secret, "000000")
    assert desk.accounts.kept[member.id].secret == ""
    desk.signing_in.enrol(knows, secret, desk.codes.code(secret))
    assert desk.accounts.kept[member.id].secret == secret
    with pytest.raises(Refused):
        desk.signing_in.enrol(knows, secret, desk.codes.code(secret))
    assert f"secret={secret}" in desk.signing_in.address(secret, "li.qiang")


def test_no_code_helps_an_account_without_a_second_factor(desk: Desk) -> None:
    account = desk.somebody(secret="")
    with pytest.raises(Refused):
        desk.signing_in.code(desk.knows(account), "000000")


# Passwords


def test_a_one_time_password_has_to_be_changed_first_and_an_own_one_after_ninety_days(desk: Desk) -> None:
    account = desk.somebody(must_change=True)
    knows = desk.signs_in(account)
    found = desk.signing_in.let_in(knows.staff_id, knows.epoch)
    assert found is not None and found[1]
    epoch = desk.change(account, PASSWORD, OTHER)
    found = desk.signing_in.let_in(knows.staff_id, epoch)
    assert found is not None and not found[1]
    desk.clock.now += timedelta(days=90) - timedelta(seconds=1)
    found = desk.signing_in.let_in(knows.staff_id, epoch)
    assert found is not None and not found[1]
    desk.clock.now += timedelta(seconds=1)
    found = desk.signing_in.let_in(knows.staff_id, epoch)
    assert found is not None and found[1]


def test_none_of_the_last_five_passwords_comes_back_and_the_sixth_may(desk: Desk) -> None:
    account = desk.somebody()
    chosen = [f"Morning-2026-{n}" for n in range(6)]
    old = PASSWORD
    for new in chosen:
        desk.clock.now += timedelta(minutes=1)
        desk.change(account, old, new)
        old = new
    for used in chosen[1:]:
        with pytest.raises(InvalidValue) as refused:
            desk.change(account, old, used)
        assert code_of(refused) == "password_used_before"
    desk.change(account, old, chosen[0])


def test_a_one_time_password_cannot_be_kept_as_ones_own(desk: Desk) -> None:
    account = desk.somebody(must_change=True)
    with pytest.raises(InvalidValue):
        desk.change(account, PASSWORD, PASSWORD)


def test_changing_wants_the_old_password_and_counts_wrong_ones(desk: Desk) -> None:
    account = desk.somebody()
    for tried in range(5):
        with pytest.raises(Refused) as refused:
            desk.change(account, "wrong", OTHER)
        assert code_of(refused) == ("locked" if tried == 4 else "wrong_password")
    with pytest.raises(Refused) as refused:
        desk.change(account, PASSWORD, OTHER)
    assert code_of(refused) == "locked"


def test_a_password_against_the_rule_is_no_failure(desk: Desk) -> None:
    account = desk.somebody()
    for _ in range(6):
        with pytest.raises(InvalidValue):
            desk.change(account, PASSWORD, "short")
    assert desk.now(account).failures == 0


def test_changing_ends_every_session_also_with_the_store_of_sessions_down(desk: Desk) -> None:
    account = desk.somebody()
    before = desk.now(account).epoch
    desk.sessions.down = True
    after = desk.change(account, PASSWORD, OTHER)
    assert desk.signing_in.let_in(account.member.id, before) is None
    assert desk.signing_in.let_in(account.member.id, after) is not None
    with pytest.raises(Stale):
        desk.signing_in.change_password(account.member.id, before, OTHER, PASSWORD)


# Keeping accounts


def test_a_new_account_has_a_one_time_password_that_is_kept_nowhere(desk: Desk) -> None:
    member, password = desk.house.add(" Wang.Min ", " 王  敏 ", Role.REVIEWER, OWN)
    account = desk.accounts.kept[member.id]
    assert (member.login, member.name, account.must_change, account.secret) == ("wang.min", "王 敏", True, "")
    assert password not in str(account.password_hash)
    assert desk.signing_in.password("wang.min", password).staff_id == member.id


def test_a_one_time_password_is_good_for_a_week(desk: Desk) -> None:
    _, password = desk.house.add("wang.min", "王敏", Role.REVIEWER, OWN)
    desk.clock.now += timedelta(days=7)
    with pytest.raises(Refused):
        desk.signing_in.password("wang.min", password)


@pytest.mark.parametrize(
    ("login", "name", "role"),
    [
        ("ab", "王敏", Role.REVIEWER), ("1abc", "王敏", Role.REVIEWER), ("a b c", "王敏", Role.REVIEWER),
        ("王敏王敏", "王敏", Role.REVIEWER), ("wangmin", " ", Role.REVIEWER), ("wangmin", "王", Role.REVIEWER),
        ("wangmin", "王敏", Role.CITIZEN), ("wangmin", "王敏", Role.SYSTEM), ("a" * 33, "王敏", Role.PAYER),
    ],
)  # fmt: skip
def test_no_account_is_made_of_nonsense(desk: Desk, login: str, name: str, role: Role) -> None:
    with pytest.raises(InvalidValue):
        desk.house.add(login, name, role, OWN)
    assert desk.accounts.kept == {}


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.CONFIRMER, Role.PAYER, Role.ADMIN])
def test_whoever_decides_about_money_or_accounts_is_known_by_their_own_number(desk: Desk, role: Role) -> None:
    with pytest.raises(InvalidValue) as refused:
        desk.house.add("wang.min", "王敏", role)
    assert refused.value.code == "staff_id_number"
    assert desk.accounts.kept == {}
    desk.house.add("wang.min", "王敏", Role.AUDITOR)


def test_one_person_has_one_active_account(desk: Desk) -> None:
    number = IdNumber(ID_NUMBERS[0])
    first, _ = desk.house.add("wang.min", "王敏", Role.REVIEWER, number)
    with pytest.raises(Refused) as refused:
        desk.house.add("wang.min2", "王敏", Role.CONFIRMER, number)
    assert code_of(refused) == "person_has_account"
    desk.keeping.disable(first.id, by=None)
    desk.house.add("wang.min2", "王敏", Role.CONFIRMER, number)
    with pytest.raises(Refused):
        desk.house.enable(first.id)


def test_nobody_disables_themselves(desk: Desk) -> None:
    admin = desk.somebody(Role.ADMIN)
    desk.somebody(Role.ADMIN)
    with pytest.raises(NotAllowed) as refused:
        desk.keeping.disable(admin.member.id, by=admin.member.id)
    assert code_of(refused) == "own_account"
    assert desk.now(admin) == admin


def test_the_last_active_administrator_cannot_be_disabled(desk: Desk) -> None:
    first, second = desk.somebody(Role.ADMIN), desk.somebody(Role.ADMIN)
    desk.keeping.disable(second.member.id, by=first.member.id)
    with pytest.raises(Refused) as refused:
        desk.keeping.disable(first.member.id, by=None)
    assert code_of(refused) == "last_admin"


@pytest.mark.parametrize("down", [False, True])
def test_disabling_and_resetting_end_every_session_at_once(desk: Desk, down: bool) -> None:
    desk.somebody(Role.ADMIN)
    desk.sessions.down = down
    for change in (desk.house.reset, partial(desk.keeping.disable, by=None)):
        account = desk.somebody()
        epoch = desk.signs_in(account).epoch
        change(account.member.id)
        assert desk.signing_in.let_in(account.member.id, epoch) is None
        desk.house.enable(account.member.id)
        assert desk.signing_in.let_in(account.member.id, epoch) is None


def test_a_reset_account_begins_anew_and_unlocked(desk: Desk) -> None:
    account = desk.somebody(failures=5, locked_until=desk.clock() + timedelta(minutes=9))
    password = desk.house.reset(account.member.id)
    assert not desk.knows(account, password).enrolled
    with pytest.raises(Refused):
        desk.knows(account)


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    nobody = uuid.uuid4()
    for change in (partial(desk.keeping.disable, by=None), desk.house.reset, desk.house.enable):
        with pytest.raises(NotFound):
            change(nobody)
    with pytest.raises(NotFound):
        desk.keeping.end_sessions(nobody, by=nobody)


def test_sessions_of_before_are_not_shown_as_open(desk: Desk) -> None:
    account = desk.somebody(epoch=3)
    at: datetime = desk.clock()
    desk.sessions.kept[account.member.id] = [OpenSession(f"m{n}", at, at, "", "", n) for n in (2, 3)]
    assert [each.mark for each in desk.keeping.sessions(desk.now(account))] == ["m3"]


def test_accounts_show_neither_names_nor_secrets_when_printed(desk: Desk) -> None:
    account = desk.somebody(login="wang.min")
    for value in ("wang.min", account.secret, account.password_hash, account.member.name):
        assert value not in repr(account)
        assert value not in repr(account.member)


def test_logs_name_nobody(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    account = desk.somebody(login="wang.min")
    desk.signs_in(account)
    for login in ("wang.min", "zhao.lei"):
        with pytest.raises(Refused):
            desk.signing_in.password(login, "Wrong-password-1")
    desk.change(account, PASSWORD, OTHER)
    desk.house.reset(account.member.id)
    told = caplog.text
    assert str(account.member.id) in told and "no such account" in told
    for value in ("wang.min", "zhao.lei", account.member.name, "Wrong-password-1", OTHER, PASSWORD):
        assert value not in told
