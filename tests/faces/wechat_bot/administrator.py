"""An administrator at the command line, and the account they look after: the sandbox over HTTP."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import redis
from click.testing import CliRunner, Result

from adapters.wechat.account import WeChatAccount
from adapters.wechat.transport import Transport
from tests.adapters.wechat.platform_double import PlatformDouble
from wechat_bot.menu.cli import MenuScript, menu_cli
from wechat_bot.menu.history import History
from wechat_bot.menu.model import from_platform
from wechat_bot.menu.rules import House
from wechat_bot.replies import BOT

PUBLIC = "http://127.0.0.1:8000"
DOUBLE = PlatformDouble()

BUSINESS = """\
[[button]]
name = "业务办理"
type = "view"
url = "{PUBLIC_URL}/h5/"
"""
WITH_GUIDE = (
    BUSINESS
    + """
[[button]]
name = "服务指南"

[[button.sub]]
name = "常见问题"
type = "click"
key = "FAQ"
"""
)


def now() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai"))


class Administrator:
    """Edits the file and runs commands."""

    def __init__(self, sandbox_url: str, store: redis.Redis, directory: Path) -> None:
        self.path = directory / "menu.toml"
        self.history = History(directory / "var" / "menu", now)
        self.public_url = PUBLIC
        self.store = store
        self.production = False
        self.hosts = {"127.0.0.1"}
        self.api = WeChatAccount(
            Transport(sandbox_url, read=1, total=2),
            store,
            app_id=DOUBLE.app_id,
            app_secret="APP-SECRET",
            clock=now,
        )

    def writes(self, text: str) -> None:
        self.path.write_text(text, "utf-8")

    def runs(self, *arguments: str, answer: str | None = None, color: bool = False) -> Result:
        return CliRunner().invoke(menu_cli(self.script()), arguments, input=answer, color=color)

    def script(self) -> MenuScript:
        house = House(self.hosts, BOT.click_keys, self.production)
        return MenuScript(lambda: self.api, self.path, self.public_url, house, self.history)

    def live(self) -> Any:
        menu = from_platform(self.api.menu_get())
        return menu.for_platform() if menu else None
