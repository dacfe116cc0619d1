"""``flask menu validate | diff | apply | try | pull | rollback | delete``.

Exit codes: 0 fine or the same, 1 differs (diff) or not confirmed, 2 an error. ``--json`` for scripts.
"""

from pathlib import Path

import click

from wechat_bot.console import DIFFERS, SAME, Out, as_json, coloured, yes
from wechat_bot.menu import file
from wechat_bot.menu.work import MenuScript, Work, for_scripts, problems_of

_file = click.option(
    "--file", "-f", "path", type=click.Path(path_type=Path), help="用这个菜单文件（默认 config/menu.toml）"
)


def menu_cli(script: MenuScript) -> click.Group:
    """The command group; bootstrap adds it to the app's commands."""

    @click.group("menu", help="公众号自定义菜单：检查、比较、发布、试看、取回、回退、删除")
    def menu() -> None:
        pass

    @menu.command(help="检查菜单文件，不联网（标签是否存在，要到 diff 或 apply 时才知道）")
    @_file
    @as_json
    @coloured
    def validate(path: Path | None, as_json: bool) -> None:
        out = Out(as_json)
        wanted = Work(script, out, path).in_file()
        count, special = sum(1 for _ in wanted.every()), len(wanted.conditional)
        also = f"，其中个性化菜单 {special} 个" if special else ""
        out.say(f"{path or script.path} 没有问题，共 {count} 个按钮{also}", fg="green")
        out.end(SAME, buttons=count, conditional=special)

    @menu.command(help="比较菜单文件与线上菜单；有差异时退出码为 1")
    @_file
    @as_json
    @coloured
    def diff(path: Path | None, as_json: bool) -> None:
        work = Work(script, Out(as_json), path)
        wanted = work.wanted()
        told = for_scripts(work.compared(work.live(), wanted))
        work.out.end(DIFFERS if told["differs"] else SAME, **told)

    @menu.command(help="把菜单文件发布到线上：先显示差异并询问")
    @_file
    @click.option("--try", "openids", multiple=True, metavar="OPENID", help="发布后看这位用户会看到哪个菜单，可写多次")
    @as_json
    @yes
    @coloured
    def apply(path: Path | None, openids: tuple[str, ...], as_json: bool, yes: bool) -> None:
        work = Work(script, Out(as_json), path)
        work.publish(work.wanted(), yes, openids)

    @menu.command("try", help="看一位用户（OPENID 或微信号）会看到哪个菜单")
    @click.argument("openid")
    @as_json
    @coloured
    def try_(openid: str, as_json: bool) -> None:
        work = Work(script, Out(as_json))
        tried = work.tried(openid, work.live())
        work.out.end(SAME if tried["known"] else DIFFERS, **tried)

    @menu.command(help="取回线上菜单，写成菜单文件的样子")
    @click.option("--output", "-o", type=click.Path(path_type=Path), help="写入这个文件（默认显示在屏幕上）")
    @as_json
    @yes
    @coloured
    def pull(output: Path | None, as_json: bool, yes: bool) -> None:
        out = Out(as_json)
        live = Work(script, out).live()
        if live.default is None:
            out.refuse("线上还没有菜单")
        text = file.write(live, script.public_url)
        for special in live.conditional:
            if special.beyond or not special.tag_id:
                out.warn(f"“{special.title}”没有写入：这里只支持按标签匹配")
        if output is None:
            out.say(text, nl=False)
        else:
            out.confirm(yes or not output.exists(), f"{output} 已存在，覆盖它吗？")
            try:
                output.write_text(text, "utf-8")
            except OSError as error:
                out.refuse(f"写不了 {output}：{error.strerror or type(error).__name__}")
            out.say(f"已写入 {output}", fg="green")
        out.end(SAME, menu=live.for_platform(), toml=text)

    @menu.command(help="回到以前发布过的菜单；不写 VERSION 时回到上一个")
    @click.argument("version", required=False)
    @click.option("--list", "listing", is_flag=True, help="列出保存的版本")
    @as_json
    @yes
    @coloured
    def rollback(version: str | None, listing: bool, as_json: bool, yes: bool) -> None:
        out = Out(as_json)
        work = Work(script, out)
        if listing:
            out.say("\n".join(work.summaries()) or "还没有保存过版本")
            out.end(SAME, versions=script.history.versions())
        target = work.kept(version)
        if found := problems_of(target, script.house):
            out.fail(None, found)
        work.publish(work.resolved(target, None), yes)

    @menu.command(help="删除线上菜单（包括所有个性化菜单）")
    @as_json
    @yes
    @coloured
    def delete(as_json: bool, yes: bool) -> None:
        Work(script, Out(as_json)).delete(yes)

    return menu


__all__ = ["MenuScript", "menu_cli"]
