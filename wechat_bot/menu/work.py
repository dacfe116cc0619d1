"""What the commands of the menu script do, each ending in words or in one JSON object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from wechat_bot.console import DIFFERS, SAME, Out, Problem, asked
from wechat_bot.menu import compare, file, publish, rules, tags
from wechat_bot.menu.compare import Change
from wechat_bot.menu.file import MenuFileError
from wechat_bot.menu.history import DamagedVersion, History
from wechat_bot.menu.model import Menus, all_from_platform, seen_menu
from wechat_bot.menu.publish import MenuClient

_COLOURS = {"-": "red", "+": "green"}
_AGAIN = "做完的部分已经生效，用户看到的菜单都能用；再运行一次同样的命令会接着做完"


@dataclass(frozen=True, slots=True)
class MenuScript:
    """What the script works with. The client is made when a command first needs it."""

    client: Callable[[], MenuClient]
    path: Path
    public_url: str
    house: rules.House
    history: History


class Work:
    """One run of one command."""

    def __init__(self, script: MenuScript, out: Out, path: Path | None = None) -> None:
        self.script = script
        self.out = out
        self._path = path or script.path
        self._client: MenuClient | None = None
        self._tags: Mapping[int, str] | None = None

    @property
    def client(self) -> MenuClient:
        self._client = self._client or self.script.client()
        return self._client

    def in_file(self) -> Menus:
        """The menus of the file, checked as far as that goes without the platform."""
        out, path = self.out, self._path
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            out.refuse(f"读不了菜单文件 {path}：它不是 UTF-8 编码，请用编辑器另存为 UTF-8")
        except OSError as error:
            out.refuse(f"读不了菜单文件 {path}：{error.strerror or type(error).__name__}")
        try:
            wanted = file.read(text, self.script.public_url)
        except MenuFileError as error:
            out.fail(path, error.problems)
        if found := rules.problems(wanted, self.script.house):
            out.fail(path, found)
        return wanted

    def live(self) -> Menus:
        """What followers see now, every tag with its name."""
        menus = all_from_platform(asked(self.out, self.client.menu_get))
        return menus.named(self._all_tags()) if menus.conditional else menus

    def resolved(self, wanted: Menus, path: Path | None) -> Menus:
        """The wanted menus with the platform's numbers of their tags."""
        if not wanted.conditional:
            return wanted
        found, problems = tags.resolved(wanted, self._all_tags())
        # The same tag by its name here and by its number there shows only now.
        problems = problems or rules.problems(found, self.script.house)
        if problems:
            self.out.fail(path, problems)
        return found

    def wanted(self) -> Menus:
        """The file's menus, ready to be published."""
        return self.resolved(self.in_file(), self._path)

    def compared(self, live: Menus, wanted: Menus) -> list[Change]:
        """Shows the differences; gives every change, "same" ones too."""
        changes = compare.changes(live, wanted)
        if all(change.kind == "same" for change in changes):
            self.out.say("线上菜单与要发布的一致，没有差异", fg="green")
            return changes
        self.out.say("- 线上现有   + 发布以后", bold=True)
        for change in changes:
            self.out.say(change.heading, bold=change.kind != "same")
            for line in change.lines if change.kind != "same" else ():
                self.out.say(line.rstrip(), fg=_COLOURS.get(line[0]))
        return changes

    def publish(self, wanted: Menus, yes: bool, openids: tuple[str, ...] = ()) -> NoReturn:
        """Show, ask, do, prove, and end."""
        out, live = self.out, self.live()
        changes = self.compared(live, wanted)
        told = for_scripts(changes)
        if not told["differs"]:
            tried = [self.tried(openid, live) for openid in openids]
            out.end(_all_known(tried), applied=False, **told, **_tried(tried))
        out.confirm(yes, "发布到线上吗？")
        self._keep(live)
        done: list[str] = []

        def tell(words: str) -> None:
            done.append(words)
            out.say(f"  ✓ {words}")

        after = asked(
            out,
            lambda: publish.publish(self.client, live, wanted, self._tags or {}, tell),
            lambda: _AGAIN if done else "",
        )
        version = self._keep(wanted)
        out.say(f"已发布，保存为版本 {version}。手机上最迟 5 分钟后看到", fg="green")
        verified = after.for_platform() == wanted.for_platform()
        if not verified:
            out.warn("平台现在给出的菜单与刚发布的还不一样。请过一会儿运行 flask menu diff 核对")
        tried = [self.tried(openid, wanted) for openid in openids]
        code = SAME if verified else DIFFERS
        out.end(max(code, _all_known(tried)), applied=True, version=version, verified=verified, **told, **_tried(tried))

    def tried(self, openid: str, menus: Menus) -> dict[str, Any]:
        """Which menu a follower sees, shown and as data. The openid is not repeated."""
        seen = seen_menu(asked(self.out, lambda: self.client.menu_trymatch(openid)))
        named = [(compare.DEFAULT, "", menus.default), *((c.title, c.tag_id, c.menu) for c in menus.conditional)]
        fitting = [(title, tag) for title, tag, menu in named if menu and menu.for_platform() == seen.for_platform()]
        if fitting:
            self.out.say(f"这位用户看到的是：{'，或者与它相同的 '.join(title for title, _ in fitting)}", bold=True)
        else:
            self.out.warn("这位用户看到的菜单不在已发布的之中，可能是平台还没有更新，请过一会儿再试")
        for line in seen.as_lines():
            self.out.say(f"  {line}")
        return {
            "menus": [title for title, _ in fitting],
            "tag_ids": [tag for _, tag in fitting if tag],
            "known": bool(fitting),
            **seen.for_platform(),
        }

    def kept(self, version: str | None) -> Menus:
        """The set asked for, or the newest kept one that differs from the live one."""
        history = self.script.history
        if version:
            menus = self._loaded(version)
            if menus is None:
                self.out.refuse(f"没有版本 {version}，用 --list 查看")
            return menus
        live = self.live()
        for name in reversed(history.versions()):
            menus = self._loaded(name)
            if menus is not None and menus.for_platform() != live.for_platform():
                return menus
        self.out.refuse("没有可以回退的版本")

    def summaries(self) -> list[str]:
        """Every kept version in a few words, oldest first."""
        return [f"{name}  {self._summary(name)}" for name in self.script.history.versions()]

    def delete(self, yes: bool) -> NoReturn:
        """Everything goes, kept beforehand."""
        out, live = self.out, self.live()
        if live.default is None:
            out.say("线上没有菜单，无需删除")
            out.end(SAME, deleted=False)
        self.compared(live, Menus(None))
        also = f"和 {len(live.conditional)} 个个性化菜单" if live.conditional else ""
        out.confirm(yes, f"删除线上菜单{also}？用户将看不到任何按钮")
        self._keep(live)
        asked(out, self.client.menu_delete)
        out.say("已删除。用“flask menu rollback”可以恢复", fg="green")
        out.end(SAME, deleted=True)

    def _all_tags(self) -> Mapping[int, str]:
        if self._tags is None:
            self._tags = asked(self.out, self.client.tags)
        return self._tags

    def _keep(self, menus: Menus) -> str:
        if menus.default is None:
            return ""
        try:
            return self.script.history.keep(menus)
        except OSError as error:
            self.out.refuse(f"版本保存不了，请检查 VAR_DIR 的权限和空间：{error.strerror or type(error).__name__}")

    def _loaded(self, version: str) -> Menus | None:
        try:
            return self.script.history.load(version)
        except DamagedVersion as damaged:
            self.out.warn(f"版本 {version} 的文件已损坏，跳过：{damaged}")
            return None

    def _summary(self, version: str) -> str:
        menus = self._loaded(version)
        if menus is None or menus.default is None:
            return "（文件已损坏）"
        names = "、".join(button.name for button in menus.default.buttons)
        more = f"，另有 {len(menus.conditional)} 个个性化菜单" if menus.conditional else ""
        return f"{names}{more}"


def for_scripts(changes: list[Change]) -> dict[str, Any]:
    """Changes as data: whether there are any, each menu's, and all lines in one list."""
    data = [change.for_scripts() for change in changes]
    differs = any(change.kind != "same" for change in changes)
    lines = [line for change in data if change["change"] != "same" for line in change["lines"]]
    return {"differs": differs, "diff": lines, "changes": data}


def problems_of(menus: Menus, house: rules.House) -> list[Problem]:
    """What the rules say of a kept set; its lines are nobody's, so none is named."""
    return [Problem(0, problem.message) for problem in rules.problems(menus, house)]


def _all_known(tried: list[dict[str, Any]]) -> int:
    return SAME if all(one["known"] for one in tried) else DIFFERS


def _tried(tried: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tried": tried} if tried else {}
