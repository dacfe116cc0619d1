"""``flask staff add | disable | enable | reset | list | code``: the accounts of the desk at the command line, above
all the first two of 系统管理, without whom nothing can be approved at the desk. Whoever types here acts alone; the record
of the account says 命令行. Exit codes: 0 done, 1 nothing to do, 2 an error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from adapters.credentials import Argon2Passwords
from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.database import Database
from adapters.postgres.staff import PostgresStaff
from adapters.valkey.client import connect
from adapters.valkey.staff_sessions import StaffSessionStore
from bootstrap import demo_staff
from bootstrap.clock import now
from config.settings import Settings
from desk.session import ABSOLUTE, IDLE
from fund.accounts import AccountKeeping
from fund.application import Role
from fund.errors import InvalidValue, NotFound, OutcomeUnknown, Refused, Unavailable
from fund.house_accounts import HouseAccounts
from fund.numbers import IdNumber
from fund.staff import KNOWN_BY_NUMBER, STAFF_ROLES
from wechat_bot.console import DIFFERS, SAME, Out, as_json, coloured, yes

_ROLES = [role.value for role in Role if role in STAFF_ROLES]
_login = click.argument("login")


def staff_cli(settings: Settings) -> click.Group:
    """The command group; nothing is connected to before a command needs it."""

    @click.group("staff", help="后台工作人员：新增、停用、恢复、重置、列表")
    def staff() -> None:
        pass

    @staff.command(help="新增账号，并显示一次性密码（只显示这一次）")
    @_login
    @click.option("--name", required=True, help="姓名")
    @click.option("--role", required=True, type=click.Choice(_ROLES), help="岗位：初审、复核、支付、系统管理、审计")
    @click.option(
        "--id-number",
        is_flag=True,
        help="登记本人证件号码（审计可不登记，其他岗位必填）：另行询问，不出现在命令里；只保存不可还原的标记",
    )
    @as_json
    @coloured
    def add(login: str, name: str, role: str, id_number: bool, as_json: bool) -> None:
        out = Out(as_json)
        with _told(out), _keeping(settings) as (_, house):
            number = (
                IdNumber(click.prompt("本人证件号码", err=True)) if id_number or Role(role) in KNOWN_BY_NUMBER else None
            )
            member, password = house.add(login, name, Role(role), number)
        _show_password(out, f"已新增 {member.login}（{member.role.words}）", password)
        out.end(SAME, id=str(member.id), login=member.login, role=role, password=password)

    @staff.command(help="重置密码和动态验证码，并显示一次性密码（只显示这一次）")
    @_login
    @as_json
    @yes
    @coloured
    def reset(login: str, as_json: bool, yes: bool) -> None:
        out = Out(as_json)
        with _told(out), _keeping(settings) as (keeping, house):
            member = keeping.named(login).member
            out.confirm(yes, f"重置 {member.login} 吗？该账号的登录会全部结束")
            password = house.reset(member.id)
        _show_password(out, f"已重置 {member.login}", password)
        out.end(SAME, id=str(member.id), login=member.login, password=password)

    @staff.command(help="停用账号：立即不能登录，正在使用的登录全部结束")
    @_login
    @as_json
    @yes
    @coloured
    def disable(login: str, as_json: bool, yes: bool) -> None:
        out = Out(as_json)
        with _told(out), _keeping(settings) as (keeping, _):
            member = keeping.named(login).member
            out.confirm(yes, f"停用 {member.login} 吗？")
            done = keeping.disable(member.id, by=None)
        out.say(f"已停用 {member.login}" if done else f"{member.login} 原本就已停用")
        out.end(SAME if done else DIFFERS, id=str(member.id), login=member.login, changed=done)

    @staff.command(help="恢复已停用的账号")
    @_login
    @as_json
    @coloured
    def enable(login: str, as_json: bool) -> None:
        out = Out(as_json)
        with _told(out), _keeping(settings) as (keeping, house):
            member = keeping.named(login).member
            done = house.enable(member.id)
        out.say(f"已恢复 {member.login}" if done else f"{member.login} 原本就在用")
        out.end(SAME if done else DIFFERS, id=str(member.id), login=member.login, changed=done)

    @staff.command("list", help="所有账号")
    @as_json
    @coloured
    def listing(as_json: bool) -> None:
        out = Out(as_json)
        with _told(out), _keeping(settings) as (keeping, _):
            accounts = list(keeping.all())
        at, told = now(), []
        for account in accounts:
            member = account.member
            locked = account.is_locked(at)
            told.append({
                "id": str(member.id), "login": member.login, "name": member.name, "role": member.role.value,
                "active": account.is_active, "locked": locked, "second_factor": bool(account.secret),
            })  # fmt: skip
            state = "已停用" if not account.is_active else "已锁定" if locked else "在用"
            out.say(f"{member.login}\t{member.name}\t{member.role.words}\t{state}")
        if not accounts:
            out.say("还没有账号。先新增两位系统管理员：flask staff add LOGIN --name 姓名 --role admin")
        out.end(SAME, staff=told)

    @staff.command(help="演示账号此刻的动态验证码；仅限开发环境")
    @_login
    @as_json
    @coloured
    def code(login: str, as_json: bool) -> None:
        out = Out(as_json)
        if not demo_staff.exist_here(settings):
            out.refuse("只有开发环境有演示账号，其他环境不能查看任何人的动态验证码")
        if login not in demo_staff.LOGINS:
            out.refuse(f"{login} 不是演示账号；演示账号有 {'、'.join(sorted(demo_staff.LOGINS))}")
        shown = demo_staff.code()
        out.say(shown)
        out.end(SAME, totp=shown)

    return staff


def _show_password(out: Out, done: str, password: str) -> None:
    out.say(done, fg="green")
    out.say(f"一次性密码：{password}")
    out.say("只显示这一次，7日内有效。首次登录时须绑定动态验证码，并设置自己的密码。")


@contextmanager
def _keeping(settings: Settings) -> Iterator[tuple[AccountKeeping, HouseAccounts]]:
    cipher, index = FieldCipher(settings.data_keys), BlindIndex(settings.index_key)
    database = Database.connect(settings.database_url, pool=1)
    client = connect(settings.redis_url, retries=0)
    try:
        sessions = StaffSessionStore(client, cipher, ttl=IDLE, absolute=ABSOLUTE)
        accounts = PostgresStaff(database, cipher, index)
        yield AccountKeeping(accounts, sessions), HouseAccounts(accounts, sessions, Argon2Passwords(), now)
    finally:
        client.close()
        database.close()


@contextmanager
def _told(out: Out) -> Iterator[None]:
    """Failures as words that say what to do."""
    words: dict[type[Exception], Callable[[Any], str]] = {
        NotFound: lambda _: "没有这个登录名的账号，查看所有账号：flask staff list",
        InvalidValue: lambda error: str(error.message),
        Refused: lambda error: str(error.message),
        Unavailable: lambda error: f"没有连上数据库，请先启动服务或检查 DATABASE_URL：{error.message}",
        OutcomeUnknown: lambda _: "不能确定是否已经生效，请用 flask staff list 查看后再试",
    }
    try:
        yield
    except tuple(words) as error:
        out.refuse(words[type(error)](error))
