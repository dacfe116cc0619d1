"""``flask wechat doctor | qrcode | quota``: the administrators' commands beside the menu script."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import click

from fund.errors import FundError
from wechat_bot.console import SAME, Out, as_json, asked, coloured, yes
from wechat_bot.console.asking import words
from wechat_bot.doctor.account import QUOTAS, Quota
from wechat_bot.doctor.cli import Checks, doctor_command
from wechat_bot.qrcode import Maker, qrcode_command


class Account(Maker, Protocol):
    """What is used of the platform's client. Raises FundError."""

    def quota(self, path: str) -> Quota: ...
    def clear_quota(self) -> None: ...


@dataclass(frozen=True, slots=True)
class WechatScript:
    """What the commands work with. Checks and client are made when a command first needs them."""

    checks: Checks
    account: Callable[[], Account]
    clock: Callable[[], datetime]


def wechat_cli(script: WechatScript) -> click.Group:
    """The command group; bootstrap adds it to the app's commands."""

    @click.group("wechat", help="公众号：体检、二维码、接口次数")
    def wechat() -> None:
        pass

    wechat.add_command(doctor_command(script.checks))
    wechat.add_command(qrcode_command(script.account, script.clock))
    wechat.add_command(_quota_group(script.account))
    return wechat


def _quota_group(account: Callable[[], Account]) -> click.Group:
    @click.group("quota", help="今日接口次数：不带参数时查看", invoke_without_command=True)
    @as_json
    @coloured
    @click.pass_context
    def quota(context: click.Context, as_json: bool) -> None:
        if context.invoked_subcommand is None:
            out = Out(as_json)
            out.end(SAME, quota=_shown(out, account()))

    @quota.command(help="把今天所有接口的次数清零，每月 10 次：先显示并询问")
    @as_json
    @yes
    @coloured
    def clear(as_json: bool, yes: bool) -> None:
        out, client = Out(as_json), account()
        before = _shown(out, client)
        out.confirm(yes, "清零吗？每月只有 10 次机会")
        asked(out, client.clear_quota)
        out.say("已清零，被暂停的接口现在可以再用", fg="green")
        out.end(SAME, cleared=True, before=before)

    return quota


def _shown(out: Out, client: Account) -> list[dict[str, Any]]:
    """Today's calls, shown and as data. An address whose number cannot be had stops nothing: the quota of asking
    may be what is used up."""
    told: list[dict[str, Any]] = []
    for name, path in QUOTAS:
        try:
            found = client.quota(path)
        except FundError as failure:
            out.warn(f"{name}：{words(failure)}")
            continue
        told.append({"path": path, "used": found.used, "limit": found.limit})
        out.say(f"{name}：{found.used} / {found.limit or '不限'}")
    return told
