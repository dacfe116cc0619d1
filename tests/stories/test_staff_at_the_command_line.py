"""``flask staff …`` in the running house: the first administrator begins here. Once as a process of its own, as it
is used; otherwise in this one, for a process takes seconds to begin."""

import itertools
import json
import random
import uuid
from typing import Any

import pytest
from click.testing import Result

from adapters.postgres.account_events import PostgresAccountEvents
from adapters.postgres.database import Database
from bootstrap.cli import app
from bootstrap.demo_staff import LOGINS
from fund.account_events import Act, Place
from fund.application import Role
from tests.house import House
from tests.makers import ID_NUMBERS
from tests.people import an_id_number
from tests.staff import Staffer, a_staff_account, a_staffer, the_staff_of


def invoked(house: House, *arguments: str, given: str | None = None, **environ: str) -> Result:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in (house.environ | environ).items():
            patched.setenv(name, value)
        return app().test_cli_runner().invoke(args=["staff", *arguments], input=given)


def told(house: House, *arguments: str, given: str | None = None, **environ: str) -> tuple[int, dict[str, Any]]:
    done = invoked(house, *arguments, "--json", given=given, **environ)
    return done.exit_code, json.loads(done.stdout)


_OWN = itertools.count(random.SystemRandom().randrange(1_000_000, 9_000_000))


def a_login() -> str:
    return f"cli{uuid.uuid4().hex[:8]}"


def test_an_account_made_here_signs_in_and_is_disabled_enabled_and_reset(house: House) -> None:
    login = a_login()
    done = house.flask(
        "staff", "add", login, "--name", "王敏", "--role", "reviewer", given=f"{an_id_number(next(_OWN))}\n"
    )
    assert done.returncode == 0, done.stderr
    (password,) = [line.split("：")[1] for line in done.stdout.splitlines() if line.startswith("一次性密码")]
    newcomer = Staffer(house, a_staff_account(login=login)).open("/sign-in")
    newcomer.post("/sign-in", login=login, password=password)
    assert newcomer.heading == "绑定动态验证码"

    assert told(house, "disable", login)[0] == 2, "a script has to say --yes"
    assert told(house, "disable", login, "--yes")[0] == 0
    assert told(house, "disable", login, "--yes")[0] == 1
    newcomer.open("/sign-in").post("/sign-in", login=login, password=password)
    assert newcomer.answer.status_code == 422
    assert told(house, "enable", login)[0] == 0
    assert told(house, "enable", login)[0] == 1
    code, result = told(house, "reset", login, "--yes")
    assert code == 0 and result["password"] != password
    newcomer.open("/sign-in").post("/sign-in", login=login, password=result["password"])
    assert newcomer.heading == "绑定动态验证码"


def test_a_disabled_account_is_out_at_once(house: House) -> None:
    someone = a_staffer(house, Role.REVIEWER).sign_in()
    assert someone.open("/sessions").heading == "正在使用的登录"
    assert told(house, "disable", someone.member.login, "--yes")[0] == 0
    assert someone.open("/sessions").heading == "工作人员登录"


def test_an_id_number_is_asked_for_and_never_stands_in_the_command(house: House) -> None:
    logins = [a_login(), a_login()]
    told(house, "add", logins[0], "--name", "王敏", "--role", "reviewer", "--id-number", given=f"{ID_NUMBERS[2]}\n")
    with the_staff_of(house) as staff:
        account = staff.by_login(logins[0])
    assert account is not None and account.member.id_number_mark
    code, result = told(
        house, "add", logins[1], "--name", "王敏", "--role", "payer", "--id-number", given=f"{ID_NUMBERS[2]}\n"
    )
    assert code == 2
    assert "一人只能有一个岗位" in result["problems"][0]["message"]
    code, result = told(house, "add", logins[1], "--name", "王敏", "--role", "payer", "--id-number", given="123\n")
    assert code == 2
    assert told(house, "disable", logins[0], "--yes")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "王敏", "--name", "王敏", "--role", "auditor"), "登录名应为"),
        (("reset", "nobody-here", "--yes"), "没有这个登录名"),
        (("disable", "nobody-here", "--yes"), "没有这个登录名"),
        (("code", "shenhe1"), "只有开发环境"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(house: House, arguments: tuple[str, ...], said: str) -> None:
    code, result = told(house, *arguments)
    assert code == 2
    assert said in result["problems"][0]["message"]


def test_an_administrator_is_known_by_their_own_number_too(house: House) -> None:
    login, number = a_login(), an_id_number(next(_OWN))
    assert told(house, "add", login, "--name", "周宁", "--role", "admin", given=f"{number}\n")[0] == 0
    with the_staff_of(house) as staff:
        account = staff.by_login(login)
    assert account is not None and account.member.id_number_mark
    told(house, "disable", login, "--yes")


def test_whoever_acts_here_acts_alone_and_the_record_says_so(house: House) -> None:
    login = a_login()
    told(house, "add", login, "--name", "郑华", "--role", "auditor")
    for what in (
        ("reset", login, "--yes"),
        ("disable", login, "--yes"),
        ("disable", login, "--yes"),
        ("enable", login),
    ):
        told(house, *what)
    database = Database.connect(house.environ["DATABASE_URL"], pool=1)
    with the_staff_of(house) as staff:
        account = staff.by_login(login)
    assert account is not None
    try:
        lines = PostgresAccountEvents(database).latest(9, staff_id=account.member.id)
    finally:
        database.close()
    assert [(each.act, each.place, each.actor) for each in reversed(lines)] == [
        (act, Place.COMMAND_LINE, None) for act in (Act.ADDED, Act.RESET, Act.DISABLED, Act.ENABLED)
    ]


def test_no_role_but_the_five_can_be_given(house: House) -> None:
    assert invoked(house, "add", a_login(), "--name", "王敏", "--role", "system").exit_code == 2


def test_the_list_shows_everybody_and_no_secret(house: House) -> None:
    someone = a_staffer(house, Role.AUDITOR)
    done = invoked(house, "list")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(someone.member.login)]
    assert line.split("\t")[1:] == ["测试审计", "审计", "在用"]
    code, result = told(house, "list")
    (found,) = [each for each in result["staff"] if each["login"] == someone.member.login]
    assert code == 0
    assert (found["role"], found["active"], found["second_factor"]) == ("auditor", True, True)
    assert someone.account.secret not in done.stdout + json.dumps(result)


def test_without_the_database_it_says_so(house: House) -> None:
    code, result = told(house, "list", DATABASE_URL="postgresql://fund:x@127.0.0.1:1/fund")
    assert code == 2
    assert "没有连上数据库" in result["problems"][0]["message"]


def test_demo_people_are_neither_in_tests_nor_in_production(house: House) -> None:
    with the_staff_of(house) as staff:
        assert not [login for login in LOGINS if staff.by_login(login)]
