"""The menu as last applied, and the personalised menus for followers with a tag."""

from __future__ import annotations

import copy
import secrets
from typing import Any

from ..world import World

Button = dict[str, Any]


class MenuStore:
    """The world's section `menu`: `default`, its `id`, and `conditional`, newest first."""

    def __init__(self, world: World) -> None:
        self._world = world

    def default(self) -> list[Button] | None:
        """The buttons everybody sees, or None while there is no menu."""
        return copy.deepcopy(self._world.section("menu").get("default"))

    def default_id(self) -> int:
        """The number of the default menu; 0 while there is none."""
        return int(self._world.section("menu").get("id", 0))

    def conditional(self) -> list[dict[str, Any]]:
        """The personalised menus, newest first: `menuid`, `button`, `matchrule`."""
        return copy.deepcopy(self._world.section("menu").get("conditional", []))

    def set_default(self, buttons: list[Button]) -> None:
        """Apply a menu for everybody."""
        with self._world.changing() as data:
            data.setdefault("menu", {}).update(default=buttons, id=_number())

    def add_conditional(self, buttons: list[Button], rule: dict[str, Any]) -> int:
        """Apply a personalised menu; returns its number."""
        number = _number()
        with self._world.changing() as data:
            kept = data.setdefault("menu", {}).setdefault("conditional", [])
            kept.insert(0, {"menuid": number, "button": buttons, "matchrule": rule})
        return number

    def remove_conditional(self, number: int) -> bool:
        """Take one personalised menu away. False when there is no such menu."""
        with self._world.changing() as data:
            kept = data.setdefault("menu", {}).get("conditional", [])
            left = [menu for menu in kept if menu["menuid"] != number]
            data["menu"]["conditional"] = left
            return len(left) < len(kept)

    def clear(self) -> None:
        """Take every menu away, the personalised ones too."""
        with self._world.changing() as data:
            data["menu"] = {}

    def buttons_for(self, openid: str) -> list[Button]:
        """What this follower sees: the newest personalised menu that fits, else the default; [] for none."""
        menu = self._fitting(openid)
        return menu["button"] if menu else self.default() or []

    def id_for(self, openid: str) -> int:
        """The number of the menu this follower sees."""
        menu = self._fitting(openid)
        return int(menu["menuid"]) if menu else self.default_id()

    def _fitting(self, openid: str) -> dict[str, Any] | None:
        person = self._world.person_by_openid(openid) or {}
        traits = {
            # Of several tags only the one given last counts, says the platform.
            "tag_id": {str(tag) for tag in (person.get("tags") or ())[-1:]},
            "client_platform_type": {str(person.get("client_platform_type", 2))},
        }
        for menu in self.conditional():
            if all(str(value) in traits[name] for name, value in menu["matchrule"].items()):
                return menu
        return None


def _number() -> int:
    return 400_000_000 + secrets.randbelow(100_000_000)
