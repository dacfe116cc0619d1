"""What the account's administrators work with, put together from the settings."""

from dataclasses import replace
from functools import cache
from urllib.parse import urlsplit

from adapters.valkey.client import connect, is_up
from adapters.wechat.account import WeChatAccount
from adapters.wechat.picture import AccountPicture
from adapters.wechat.private_store import PrivateStore
from adapters.wechat.probe import CallbackProbe, Outside
from bootstrap import neighbours
from bootstrap.clock import now
from bootstrap.static import ROOT
from config.settings import Settings
from wechat_bot.commands import WechatScript
from wechat_bot.doctor import account, address, house, menus
from wechat_bot.doctor.account import Templates
from wechat_bot.doctor.findings import Check
from wechat_bot.menu.cli import MenuScript
from wechat_bot.menu.history import History
from wechat_bot.menu.rules import House
from wechat_bot.replies import BOT
from wechat_bot.scenes import RENT


def menu_script(settings: Settings) -> MenuScript:
    """Nothing is connected to before a command needs it."""
    hosts = {urlsplit(url).hostname or "" for url in (settings.public_url, settings.centre.portal_url)}
    return MenuScript(
        client=lambda: neighbours.account(settings, connect(settings.redis_url)),
        path=ROOT / "config" / "menu.toml",
        public_url=settings.public_url,
        house=House(hosts, BOT.click_keys, settings.is_production),
        history=History(settings.var_dir / "menu", now),
    )


def wechat_script(settings: Settings, menu: MenuScript) -> WechatScript:
    """The commands beside the menu script."""
    return WechatScript(
        checks=lambda: _checks(settings, menu),
        account=lambda: neighbours.account(settings, connect(settings.redis_url)),
        clock=now,
    )


def _checks(settings: Settings, menu: MenuScript) -> list[Check]:
    """In the order in which an administrator would look for a fault."""
    chosen = settings.wechat
    valkey = connect(settings.redis_url, retries=0)

    @cache
    def client() -> WeChatAccount:
        """Of its own store when the shared one is down: that the secret is right can be seen all the same."""
        return neighbours.account(settings, valkey if is_up(valkey) else PrivateStore())

    site = Outside(settings.public_url)
    platform = Outside(chosen.api_url)
    probe = CallbackProbe(
        site,
        app_id=chosen.app_id,
        account=chosen.account,
        token=chosen.token,
        aes_key=chosen.aes_key,
        mode=chosen.mode,
        clock=now,
    )
    of_platform = account.checks(client, Templates(chosen.template_progress, chosen.subscribe_progress))
    return [
        *house.checks(chosen.mode, settings.app_env, chosen.app_id, lambda: is_up(valkey)),
        Check("平台时钟", lambda: address.clock(platform, now)),
        *address.checks(settings.public_url, settings.is_production, site, probe, chosen.verify_files),
        *of_platform,
        Check("二维码图片", lambda: account.picture(AccountPicture(client(), RENT)), account.TOKEN),
        *menus.checks(replace(menu, client=client)),
    ]
