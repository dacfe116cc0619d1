"""Staff accounts: PostgreSQL and the fake of the fund's tests keep the same promises, also to many at once."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest

from adapters.credentials import TotpCodes
from adapters.postgres.staff import PostgresStaff
from fund.accounts import Account, AccountKeeping, Accounts
from fund.application import Role
from fund.errors import FundError, Refused
from fund.passwords import Passwords
from fund.signing_in import SigningIn
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import Stores, an_id_number, an_identity
from tests.fakes import FakeClock
from tests.staff import CHEAP, PASSWORD, a_staff_account
from tests.staff_memory import MemoryAccounts, MemorySessions

NOW = servers.NOW
LATER = NOW + timedelta(minutes=15)
T = TypeVar("T")


@pytest.fixture
def staff(stores: Stores) -> PostgresStaff:
    return PostgresStaff(stores.database, servers.CIPHER, servers.INDEX)


@pytest.fixture(params=["postgres", "memory"])
def accounts(request: pytest.FixtureRequest, staff: PostgresStaff) -> Accounts:
    return staff if request.param == "postgres" else MemoryAccounts()


def added(accounts: Accounts, role: Role = Role.REVIEWER, **different: object) -> Account:
    account = a_staff_account(role, **({"password_set_at": NOW, "created_at": NOW} | different))
    accounts.add(account, None)
    return account


def kept(accounts: Accounts, account: Account) -> Account:
    found = accounts.by_id(account.member.id)
    assert found is not None
    return found


def code_of(refused: Callable[[], object]) -> str:
    with pytest.raises(Refused) as told:
        refused()
    return told.value.code


def at_once(count: int, what: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(what, range(count)))


# The promises


def test_an_account_is_kept_as_it_was_made(accounts: Accounts) -> None:
    account = added(accounts)
    assert accounts.by_login(account.member.login) == account
    assert kept(accounts, account) == account
    assert account.member.id in {each.member.id for each in accounts.all()}
    assert accounts.by_login("nobody") is None
    assert accounts.by_id(uuid.uuid4()) is None


def test_a_login_is_given_once(accounts: Accounts) -> None:
    account = added(accounts)
    again = a_staff_account(login=account.member.login)
    assert code_of(lambda: accounts.add(again, None)) == "login_taken"
    assert accounts.by_id(again.member.id) is None


def test_a_person_has_one_active_account(accounts: Accounts) -> None:
    number = an_id_number()
    first, second = a_staff_account(), a_staff_account(Role.CONFIRMER)
    accounts.add(first, number)
    assert kept(accounts, first).member.id_number_mark
    assert code_of(lambda: accounts.add(second, number)) == "person_has_account"
    assert accounts.disable(first.member.id)
    accounts.add(second, number)
    assert code_of(lambda: accounts.enable(first.member.id)) == "person_has_account"


def test_the_fifth_try_locks_and_a_lock_that_ran_out_takes_its_failures_along(accounts: Accounts) -> None:
    staff_id = added(accounts).member.id
    assert [accounts.begin_try(staff_id, NOW) for _ in range(6)] == [1, 2, 3, 4, 5, None]
    assert accounts.begin_try(staff_id, LATER - timedelta(seconds=1)) is None
    assert accounts.begin_try(staff_id, LATER) == 1
    assert accounts.begin_try(uuid.uuid4(), NOW) is None


def test_a_try_taken_back_is_none_and_unlocks_what_it_locked(accounts: Accounts) -> None:
    account = added(accounts)
    for _ in range(5):
        accounts.begin_try(account.member.id, NOW)
    accounts.take_back_try(account.member.id)
    assert (kept(accounts, account).failures, kept(accounts, account).locked_until) == (4, None)
    for _ in range(9):
        accounts.take_back_try(account.member.id)
    assert kept(accounts, account).failures == 0


def test_a_code_is_used_once_and_none_before_it_after(accounts: Accounts) -> None:
    account = added(accounts)
    accounts.begin_try(account.member.id, NOW)
    assert accounts.use_code(account.member.id, 100, 1)
    assert kept(accounts, account).failures == 0
    assert not accounts.use_code(account.member.id, 100, 1)
    assert not accounts.use_code(account.member.id, 99, 1)
    assert not accounts.use_code(account.member.id, 101, 2)
    assert accounts.use_code(account.member.id, 101, 1)


def test_a_second_factor_is_enrolled_once(accounts: Accounts) -> None:
    account = added(accounts, secret="")
    assert not accounts.use_code(account.member.id, 1, 1)
    assert accounts.enrol(account.member.id, "A" * 32, 7, 1)
    assert (kept(accounts, account).secret, kept(accounts, account).code_used) == ("A" * 32, 7)
    assert not accounts.enrol(account.member.id, "B" * 32, 8, 1)
    assert not accounts.use_code(account.member.id, 7, 1)


def test_a_chosen_password_is_remembered_and_begins_a_new_epoch(accounts: Accounts) -> None:
    account = added(accounts, must_change=True)
    for n in range(1, 8):
        assert accounts.set_password(account.member.id, f"hash{n}", NOW + timedelta(minutes=n), n) == n + 1
    assert accounts.set_password(account.member.id, "hash", NOW, 7) is None
    assert list(accounts.past_passwords(account.member.id)) == [f"hash{n}" for n in (7, 6, 5, 4, 3)]
    assert (kept(accounts, account).password_hash, kept(accounts, account).must_change) == ("hash7", False)


def test_a_reset_takes_everything_but_the_name(accounts: Accounts) -> None:
    account = added(accounts)
    for _ in range(5):
        accounts.begin_try(account.member.id, NOW)
    assert accounts.reset(account.member.id, "once", LATER)
    now = kept(accounts, account)
    assert (now.password_hash, now.must_change, now.secret, now.failures, now.locked_until, now.epoch) == (
        "once", True, "", 0, None, 2,
    )  # fmt: skip
    assert now.member == account.member
    assert not accounts.reset(uuid.uuid4(), "once", LATER)


def test_a_disabled_account_takes_no_code_and_no_password(accounts: Accounts) -> None:
    account = added(accounts)
    assert accounts.disable(account.member.id)
    assert not accounts.disable(account.member.id)
    epoch = kept(accounts, account).epoch
    assert epoch > 1
    assert not accounts.use_code(account.member.id, 5, epoch)
    assert accounts.set_password(account.member.id, "x", NOW, epoch) is None
    assert accounts.enable(account.member.id)
    assert not accounts.enable(account.member.id)
    assert accounts.use_code(account.member.id, 5, epoch)


def test_ending_sessions_is_a_new_epoch(accounts: Accounts) -> None:
    account = added(accounts)
    assert accounts.end_sessions(account.member.id, account.member.id) == 2
    assert accounts.end_sessions(uuid.uuid4(), account.member.id) is None


# Many at once, against the real thing


class Counting:
    """Checks passwords, and counts how often it was let to."""

    def __init__(self) -> None:
        self.right_account: list[str] = []

    def hash(self, password: str) -> str:
        return CHEAP.hash(password)

    def matches(self, hashed: str, password: str) -> bool:
        if hashed:
            self.right_account.append(password)
        return CHEAP.matches(hashed, password)


def signing_in(staff: PostgresStaff, passwords: Passwords = CHEAP) -> SigningIn:
    clock = FakeClock(NOW)
    return SigningIn(staff, MemorySessions(), passwords, TotpCodes(clock), clock)


def outcome(what: Callable[[], object]) -> str:
    try:
        what()
    except FundError as error:
        return error.code
    return "in"


def test_twenty_wrong_passwords_at_once_are_five_guesses_and_a_lock(staff: PostgresStaff) -> None:
    account = added(staff)
    passwords = Counting()
    door = signing_in(staff, passwords)
    told = at_once(20, lambda n: outcome(lambda: door.password(account.member.login, f"guess {n}")))
    assert set(told) == {"not_let_in"}
    assert len(passwords.right_account) == 5
    assert kept(staff, account).is_locked(NOW)
    assert outcome(lambda: door.password(account.member.login, PASSWORD)) == "not_let_in"


def test_the_same_code_at_once_is_good_once(staff: PostgresStaff) -> None:
    account = added(staff)
    door = signing_in(staff)
    knows = door.password(account.member.login, PASSWORD)
    code = TotpCodes(FakeClock(NOW)).code(account.secret)
    told = at_once(4, lambda _: outcome(lambda: door.code(knows, code)))
    assert sorted(told) == ["in", "wrong_code", "wrong_code", "wrong_code"]


def test_two_second_factors_enrolled_at_once_are_one(staff: PostgresStaff) -> None:
    account = added(staff, secret="")
    door = signing_in(staff)
    knows = door.password(account.member.login, PASSWORD)
    codes = TotpCodes(FakeClock(NOW))
    secrets = [codes.new_secret() for _ in range(6)]
    told = at_once(6, lambda n: outcome(lambda: door.enrol(knows, secrets[n], codes.code(secrets[n]))))
    assert sorted(told) == ["changed"] * 5 + ["in"]
    assert kept(staff, account).secret == secrets[told.index("in")]


def test_right_sign_ins_at_once_lock_nobody_out_for_good(staff: PostgresStaff) -> None:
    account = added(staff)
    door = signing_in(staff)
    at_once(20, lambda _: outcome(lambda: door.password(account.member.login, PASSWORD)))
    now = kept(staff, account)
    assert (now.failures, now.locked_until) == (0, None)


def test_two_changes_of_a_password_at_once_are_one(staff: PostgresStaff) -> None:
    account = added(staff)
    door = signing_in(staff)
    told = at_once(
        4, lambda n: outcome(lambda: door.change_password(account.member.id, 1, PASSWORD, f"Morning-2026-{n}"))
    )
    assert sorted(told) == ["in", "stale", "stale", "stale"]
    assert len(staff.past_passwords(account.member.id)) == 1


def test_an_account_knows_all_accounts_of_its_person(staff: PostgresStaff) -> None:
    number = servers.an_id_number()
    old, new, other = (a_staff_account(role) for role in (Role.REVIEWER, Role.CONFIRMER, Role.PAYER))
    staff.add(old, number)
    staff.disable(old.member.id)
    staff.add(new, number)
    staff.add(other, None)
    found = staff.get(new.member.id)
    assert found is not None and found.every_id == {old.member.id, new.member.id}
    alone = staff.get(other.member.id)
    assert alone is not None and alone.every_id == {other.member.id}


def test_two_administrators_who_disable_each_other_at_once_leave_one(pytestconfig: pytest.Config) -> None:
    servers.close_with(pytestconfig)
    alone = servers.stores(servers.ready_database(f"admins_{uuid.uuid4().hex[:8]}"))
    try:
        staff = PostgresStaff(alone.database, servers.CIPHER, servers.INDEX)
        keeping = AccountKeeping(staff, MemorySessions())
        for _ in range(5):
            first, second = (added(staff, Role.ADMIN).member.id for _ in range(2))
            pairs = [(first, second), (second, first)]
            told = at_once(2, lambda n, p=pairs: outcome(lambda: keeping.disable(p[n][0], by=p[n][1])))  # type: ignore[misc]
            active = [each for each in staff.all() if each.is_active]
            assert len(active) >= 1
            for each in active[1:]:
                staff.disable(each.member.id)
            assert told.count("last_admin") <= 1
        assert len([each for each in staff.all() if each.is_active]) == 1
    finally:
        alone.database.close()


def test_two_accounts_of_one_login_at_once_are_one(staff: PostgresStaff) -> None:
    login = f"one{uuid.uuid4().hex[:8]}"
    told = at_once(6, lambda _: outcome(lambda: staff.add(a_staff_account(login=login), None)))
    assert sorted(told) == ["in"] + ["login_taken"] * 5


# What is readable


def test_the_row_holds_neither_name_nor_secret_nor_id_number_nor_password(stores: Stores, staff: PostgresStaff) -> None:
    number = an_id_number()
    account = a_staff_account()
    staff.add(account, number)
    (row,) = stores.rows("SELECT staff::text FROM staff WHERE id = %s", account.member.id)
    for value in (account.member.name, account.secret, number.value, PASSWORD):
        assert value not in row[0]


def test_a_member_of_staff_who_is_a_citizen_too_has_the_same_mark(stores: Stores, staff: PostgresStaff) -> None:
    number = an_id_number()
    person = stores.people.remember(an_identity(id_number=number))
    account = a_staff_account()
    staff.add(account, number)
    (row,) = stores.rows("SELECT id_number_mark FROM people WHERE id = %s", person.id)
    found = staff.get(account.member.id)
    assert found is not None
    assert found.id_number_mark == row[0]


def test_names_are_those_of_everybody_who_ever_was_and_only_active_accounts_are_given(staff: PostgresStaff) -> None:
    account = added(staff)
    added(staff, Role.ADMIN)
    staff.disable(account.member.id)
    assert staff.get(account.member.id) is None
    assert staff.names()[account.member.id] == account.member.name
