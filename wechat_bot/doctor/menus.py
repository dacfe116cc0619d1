"""Checks of the live menu: is it the file's, and does every key have an answer."""

from collections.abc import Collection

from wechat_bot.doctor.account import TOKEN
from wechat_bot.doctor.findings import Check, Finding, broken, fine, skipped, warning
from wechat_bot.menu import compare, file, rules, tags
from wechat_bot.menu.file import MenuFileError
from wechat_bot.menu.model import Menus, all_from_platform
from wechat_bot.menu.publish import MenuClient
from wechat_bot.menu.work import MenuScript


def checks(script: MenuScript) -> list[Check]:
    """Both need a token."""
    return [
        Check("菜单", lambda: live_and_file(script), TOKEN),
        Check("菜单按键", lambda: keys(script.client(), script.house.handlers), TOKEN),
    ]


def live_and_file(script: MenuScript) -> Finding:
    """The live menus against config/menu.toml."""
    client = script.client()
    live = all_from_platform(client.menu_get())
    live = live.named(client.tags()) if live.conditional else live
    wanted, wrong = _in_file(script, client)
    if wrong:
        return broken(f"菜单文件有问题：{wrong}", "运行 flask menu validate 和 flask menu diff，按提示修改")
    if live.default is None:
        return warning("公众号还没有菜单", "运行 flask menu apply 发布")
    changed = [change.title for change in compare.changes(live, wanted) if change.kind != "same"]
    if changed:
        todo = "运行 flask menu diff 查看；用 flask menu apply 发布，或用 flask menu pull 取回"
        return warning(f"线上与文件不同：{'、'.join(changed)}", todo)
    count = f"默认菜单和 {len(live.conditional)} 个个性化菜单" if live.conditional else "默认菜单"
    return fine(f"线上与文件一致：{count}")


def keys(client: MenuClient, handlers: Collection[str]) -> Finding:
    """Every key a follower can tap now."""
    live = all_from_platform(client.menu_get())
    tapped = [button for button in live.every() if button.type == "click"]
    dumb = [f"“{button.name}”（{button.value('key')}）" for button in tapped if button.value("key") not in handlers]
    if dumb:
        return broken(f"没有回复的按键：{'、'.join(dumb)}", "用户点了没有反应；发布现在的菜单文件：flask menu apply")
    if not tapped:
        return skipped("线上菜单没有点击类型的按钮")
    return fine(f"{len(tapped)} 个按键都有回复")


def _in_file(script: MenuScript, client: MenuClient) -> tuple[Menus, str]:
    """The file's menus, and the first thing that is wrong with them."""
    try:
        wanted = file.read(script.path.read_text("utf-8"), script.public_url)
    except MenuFileError as error:
        return Menus(None), error.problems[0].message
    except (OSError, UnicodeDecodeError) as error:
        return Menus(None), f"读不了 {script.path.name}（{type(error).__name__}）"
    problems = rules.problems(wanted, script.house)
    if not problems and wanted.conditional:
        wanted, problems = tags.resolved(wanted, client.tags())
    return wanted, problems[0].message if problems else ""
