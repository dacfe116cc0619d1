"""``flask menu validate | diff | apply | pull | rollback | delete``.

Exit codes: 0 fine or the same, 1 differs (diff) or not confirmed, 2 an error. ``--json`` for scripts.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

from fund.errors import FundError, Refused
from wechat_bot.menu import file, rules
from wechat_bot.menu.file import MenuFileError, Problem
from wechat_bot.menu.history import History
from wechat_bot.menu.model import Menu, conditional_count, from_platform
from wechat_bot.menu.out import DIFFERS, SAME, Out

T = TypeVar("T")


class MenuClient(Protocol):
    """The platform's menu. Raises Refused and Unavailable with words for the administrator."""

    def menu_get(self) -> Mapping[str, Any] | None: ...
    def menu_create(self, menu: Mapping[str, Any]) -> None: ...
    def menu_delete(self) -> None: ...


@dataclass(frozen=True, slots=True)
class MenuScript:
    """What the script works with. The client is made when a command first needs it."""

    client: Callable[[], MenuClient]
    path: Path
    public_url: str
    house: rules.House
    history: History


_as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供脚本使用")
_yes = click.option("--yes", is_flag=True, help="不再询问，直接执行")


def menu_cli(script: MenuScript) -> click.Group:
    """The command group; bootstrap adds it to the app's commands."""

    @click.group("menu", help="公众号自定义菜单：检查、比较、发布、取回、回退、删除")
    def menu() -> None:
        pass

    @menu.command(help="检查菜单文件，不联网")
    @_as_json
    def validate(as_json: bool) -> None:
        out = Out(as_json)
        wanted = _wanted(script, out)
        count = sum(1 for _ in wanted.every())
        out.say(f"{script.path} 没有问题，共 {count} 个按钮", fg="green")
        out.end(SAME, buttons=count)

    @menu.command(help="比较菜单文件与线上菜单；有差异时退出码为 1")
    @_as_json
    def diff(as_json: bool) -> None:
        out = Out(as_json)
        lines = _compare(out, _live(script, out)[0], _wanted(script, out))
        out.end(DIFFERS if lines else SAME, differs=bool(lines), diff=lines)

    @menu.command(help="把菜单文件发布到线上：先显示差异并询问")
    @_as_json
    @_yes
    def apply(as_json: bool, yes: bool) -> None:
        out = Out(as_json)
        _publish(script, out, _wanted(script, out), yes)

    @menu.command(help="取回线上菜单，写成菜单文件的样子")
    @click.option("--output", "-o", type=click.Path(path_type=Path), help="写入这个文件（默认显示在屏幕上）")
    @_as_json
    @_yes
    def pull(output: Path | None, as_json: bool, yes: bool) -> None:
        out = Out(as_json)
        live, _count = _live(script, out)
        if live is None:
            out.fail(None, [Problem(0, "线上还没有菜单")])
        text = file.write(live, script.public_url)
        if output is None:
            out.say(text, nl=False)
        else:
            out.confirm(yes or not output.exists(), f"{output} 已存在，覆盖它吗？")
            output.write_text(text, "utf-8")
            out.say(f"已写入 {output}", fg="green")
        out.end(SAME, menu=live.for_platform(), toml=text)

    @menu.command(help="回到以前发布过的菜单；不写 VERSION 时回到上一个")
    @click.argument("version", required=False)
    @click.option("--list", "listing", is_flag=True, help="列出保存的版本")
    @_as_json
    @_yes
    def rollback(version: str | None, listing: bool, as_json: bool, yes: bool) -> None:
        out = Out(as_json)
        kept = script.history.versions()
        if listing:
            out.say("\n".join(kept) or "还没有保存过版本")
            out.end(SAME, versions=kept)
        target = _kept(script, out, version)
        if found := rules.problems(target, script.house):
            out.fail(None, found)
        _publish(script, out, target, yes)

    @menu.command(help="删除线上菜单（包括所有个性化菜单）")
    @_as_json
    @_yes
    def delete(as_json: bool, yes: bool) -> None:
        out = Out(as_json)
        live, conditional = _live(script, out)
        if live is None:
            out.say("线上没有菜单，无需删除")
            out.end(SAME, deleted=False)
        _compare(out, live, None)
        also = f"和 {conditional} 个个性化菜单" if conditional else ""
        out.confirm(yes, f"删除线上菜单{also}？用户将看不到任何按钮")
        script.history.keep(live)
        _asked(out, script.client().menu_delete)
        out.say("已删除。用“flask menu rollback”可以恢复", fg="green")
        out.end(SAME, deleted=True)

    return menu


def _wanted(script: MenuScript, out: Out) -> Menu:
    try:
        text = script.path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        out.fail(None, [Problem(0, f"读不了菜单文件 {script.path}：{type(error).__name__}")])
    try:
        wanted = file.read(text, script.public_url)
    except MenuFileError as error:
        out.fail(script.path, error.problems)
    if found := rules.problems(wanted, script.house):
        out.fail(script.path, found)
    return wanted


def _live(script: MenuScript, out: Out) -> tuple[Menu | None, int]:
    answer = _asked(out, script.client().menu_get)
    return from_platform(answer), conditional_count(answer)


def _kept(script: MenuScript, out: Out, version: str | None) -> Menu:
    """The menu asked for, or the newest kept one that differs from the live one."""
    if version:
        menu = script.history.load(version)
        if menu is None:
            out.fail(None, [Problem(0, f"没有版本 {version}，用 --list 查看")])
        return menu
    live = _live(script, out)[0]
    for name in reversed(script.history.versions()):
        menu = script.history.load(name)
        if menu is not None and menu != live:
            return menu
    out.fail(None, [Problem(0, "没有可以回退的版本")])


def _publish(script: MenuScript, out: Out, wanted: Menu, yes: bool) -> None:
    live, conditional = _live(script, out)
    lines = _compare(out, live, wanted)
    if not lines:
        out.end(SAME, applied=False, diff=[])
    if conditional:
        out.say(f"线上另有 {conditional} 个个性化菜单，不受影响")
    out.confirm(yes, "发布到线上吗？")
    if live is not None:
        script.history.keep(live)
    _asked(out, lambda: script.client().menu_create(wanted.for_platform()))
    version = script.history.keep(wanted)
    out.say(f"已发布，保存为版本 {version}。手机上最迟 5 分钟后看到", fg="green")
    out.end(SAME, applied=True, version=version, diff=lines)


def _compare(out: Out, live: Menu | None, wanted: Menu | None) -> list[str]:
    """Shows the differences and gives them back, empty when there are none."""
    before, after = live.as_lines() if live else [], wanted.as_lines() if wanted else []
    if before == after:
        out.say("线上菜单与文件一致", fg="green")
        return []
    lines = [line for line in difflib.ndiff(before, after) if not line.startswith("?")]
    out.say("- 线上现有   + 发布以后", bold=True)
    for line in lines:
        out.say(line.rstrip(), fg={"-": "red", "+": "green"}.get(line[0]))
    return [line for line in lines if line[0] in "-+"]


def _asked(out: Out, question: Callable[[], T]) -> T:
    try:
        return question()
    except Refused as refused:
        out.fail(None, [Problem(0, str(refused.message))])
    except FundError as failure:
        ours = failure.code == "token_store"
        where = (
            "没有连上 Redis，请先启动服务或检查 REDIS_URL"
            if ours
            else "没有连上微信平台，请检查 WECHAT_API_URL（沙箱由 SANDBOX_PORT 决定）或稍后再试"
        )
        out.fail(None, [Problem(0, f"{where}：{failure.message}")])
