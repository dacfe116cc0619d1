"""The demo people of the desk: in development once, anywhere else never."""

import uuid
from dataclasses import replace

import pytest

from adapters.credentials import Argon2Passwords, TotpCodes
from adapters.postgres.staff import PostgresStaff
from bootstrap import demo_staff
from bootstrap.clock import now
from config.settings import Settings, load
from fund.accounts import Account
from fund.application import Role
from fund.errors import FundError
from fund.passwords import check_rule
from fund.signing_in import SigningIn
from fund.staff import STAFF_ROLES, StaffMember
from tests.adapters.postgres import servers
from tests.staff_memory import MemorySessions


def settings_at(url: str, app_env: str, tmp_path: object) -> Settings:
    settings = load({"APP_ENV": "test", "VAR_DIR": str(tmp_path)})
    return replace(
        settings, app_env=app_env, database_url=url, data_keys=(("k1", b"d" * 32),), index_key=b"i" * 32
    )  # the keys of the shared stores


@pytest.mark.parametrize("app_env", ["test", "production"])
def test_they_are_refused_outside_development(app_env: str, tmp_path: object, pytestconfig: pytest.Config) -> None:
    servers.close_with(pytestconfig)
    settings = settings_at(servers.shared_database(), app_env, tmp_path)
    assert not demo_staff.exist_here(settings)
    with pytest.raises(RuntimeError):
        demo_staff.seed(settings)


def test_they_are_there_once_and_sign_in_as_the_readme_says(tmp_path: object, pytestconfig: pytest.Config) -> None:
    servers.close_with(pytestconfig)
    url = servers.ready_database("demo_staff")
    settings = settings_at(url, "development", tmp_path)
    demo_staff.seed(settings)
    made = servers.stores(url)
    try:
        staff = PostgresStaff(made.database, servers.CIPHER, servers.INDEX)
        before = {each.member.id for each in staff.all()}
        demo_staff.seed(settings)
        assert {each.member.id for each in staff.all()} == before
        assert {each.member.role for each in staff.all()} == STAFF_ROLES
        admins = [each.member.id_number_mark for each in staff.all() if each.member.role is Role.ADMIN]
        assert len(set(admins) - {""}) == 2, "one asks, the other approves"
        door = SigningIn(staff, MemorySessions(), Argon2Passwords(), TotpCodes(now), now)
        for login in demo_staff.LOGINS:
            check_rule(demo_staff.PASSWORD, login)
            knows = door.password(login, demo_staff.PASSWORD)
            door.code(knows, demo_staff.code())
            found = door.let_in(knows.staff_id, knows.epoch)
            assert found is not None and not found[1]
    finally:
        made.database.close()


def test_a_database_that_began_in_development_lets_none_of_them_in_elsewhere(
    tmp_path: object, pytestconfig: pytest.Config
) -> None:
    servers.close_with(pytestconfig)
    url = servers.ready_database("demo_staff_moved")
    demo_staff.seed(settings_at(url, "development", tmp_path))
    production = settings_at(url, "production", tmp_path)
    made = servers.stores(url)
    try:
        staff = PostgresStaff(made.database, servers.CIPHER, servers.INDEX)
        real = StaffMember(uuid.uuid4(), "wang.min", "王敏", Role.ADMIN)
        kept = Argon2Passwords().hash("Morning-2026-Real")
        staff.add(Account(real, kept, now(), False, "JBSWY3DPEHPK3PXP", 0, 0, None, True, 1, now()), None)

        assert demo_staff.shut_out(production) == len(demo_staff.LOGINS)
        assert demo_staff.shut_out(production) == 0

        door = SigningIn(staff, MemorySessions(), Argon2Passwords(), TotpCodes(now), now)
        for login in demo_staff.LOGINS:
            with pytest.raises(FundError):
                door.password(login, demo_staff.PASSWORD)
            account = staff.by_login(login)
            assert account is not None and account.must_change and not account.secret
        assert door.password("wang.min", "Morning-2026-Real").staff_id == real.id
    finally:
        made.database.close()
    with pytest.raises(RuntimeError):
        demo_staff.shut_out(settings_at(url, "development", tmp_path))
