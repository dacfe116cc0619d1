"""The addresses under `/cgi-bin/menu/`."""

from __future__ import annotations

from typing import Any

from . import answers, menu_rules
from .answers import WechatError
from .platform import Platform


class MenuApi:
    """Create, read and delete the menu. Every method is one address."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._menu = platform.menu

    def create(self) -> dict[str, Any]:
        """`menu/create`: the posted menu replaces the one before."""
        self._menu.set_default(menu_rules.check(answers.body()))
        return answers.ok()

    def get(self) -> dict[str, Any]:
        """`menu/get`: what was applied, the personalised menus too."""
        buttons = self._menu.default()
        if buttons is None:
            raise WechatError(46003)
        conditional = self._menu.conditional()
        if not conditional:
            return {"menu": {"button": buttons}}
        menu = {"button": buttons, "menuid": self._menu.default_id()}
        return {"menu": menu, "conditionalmenu": conditional}

    def delete(self) -> dict[str, Any]:
        """`menu/delete`: everything goes, the personalised menus too."""
        self._menu.clear()
        return answers.ok()

    def add_conditional(self) -> dict[str, Any]:
        """`menu/addconditional`: a menu for followers with a tag."""
        asked = answers.body()
        if self._menu.default() is None:
            raise WechatError(65303)
        buttons, rule = menu_rules.check(asked), menu_rules.check_rule(asked.get("matchrule"))
        hosts = menu_rules.domains(buttons)
        for menu in self._menu.conditional():
            hosts |= menu_rules.domains(menu["button"])
        if len(hosts) > menu_rules.MOST_DOMAINS:
            raise WechatError(65316)
        return {"menuid": self._menu.add_conditional(buttons, rule)}

    def delete_conditional(self) -> dict[str, Any]:
        """`menu/delconditional`: one personalised menu goes."""
        number = str(answers.body().get("menuid", ""))
        if not number.isdecimal() or not self._menu.remove_conditional(int(number)):
            raise WechatError(65301)
        return answers.ok()

    def try_match(self) -> dict[str, Any]:
        """`menu/trymatch`: the menu one follower sees."""
        openid = answers.body().get("user_id")
        if not isinstance(openid, str) or not self._platform.followers.known(openid):
            raise WechatError(65302)
        if self._menu.default() is None:
            raise WechatError(46003)
        return {"button": self._menu.buttons_for(openid)}

    def routes(self) -> list[tuple[str, str, Any]]:
        """Address, method, work."""
        return [
            ("menu/create", "POST", self.create),
            ("menu/get", "GET", self.get),
            ("menu/delete", "GET", self.delete),
            ("menu/addconditional", "POST", self.add_conditional),
            ("menu/delconditional", "POST", self.delete_conditional),
            ("menu/trymatch", "POST", self.try_match),
        ]
