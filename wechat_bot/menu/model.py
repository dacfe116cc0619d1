"""A menu as a value, and its two outside forms: the platform's JSON and lines a person can compare."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "view": ("url",),
        "click": ("key",),
        "miniprogram": ("url", "appid", "pagepath"),
        "scancode_push": ("key",),
        "scancode_waitmsg": ("key",),
        "pic_sysphoto": ("key",),
        "pic_photo_or_album": ("key",),
        "pic_weixin": ("key",),
        "location_select": ("key",),
        "media_id": ("media_id",),
        "view_limited": ("media_id",),
        "article_id": ("article_id",),
        "article_view_limited": ("article_id",),
    }
)
"""Button type → the fields it needs. Source: developers.weixin.qq.com, 创建自定义菜单."""

_VERBS = {"view": "打开", "click": "点击", "miniprogram": "小程序"}


@dataclass(frozen=True, slots=True)
class Button:
    """A button: with ``type`` and its ``values``, or with ``sub`` buttons. ``line``: where in the file."""

    name: str
    type: str = ""
    values: tuple[tuple[str, str], ...] = ()
    sub: tuple["Button", ...] = ()
    line: int = 0
    lines: tuple[tuple[str, int], ...] = ()

    def value(self, field: str) -> str:
        """One of the type's fields, '' if absent."""
        return dict(self.values).get(field, "")

    def line_of(self, field: str) -> int:
        """The line of a field in the file, or of the button."""
        return dict(self.lines).get(field, self.line)


@dataclass(frozen=True, slots=True)
class Menu:
    """The default menu."""

    buttons: tuple[Button, ...]

    def every(self) -> Iterator[Button]:
        """All buttons, each one before those below it."""
        for button in self.buttons:
            yield button
            yield from button.sub

    def for_platform(self) -> dict[str, Any]:
        """The body of menu/create; two menus are the same when this is."""
        return {"button": [_for_platform(button) for button in self.buttons]}

    def as_lines(self) -> list[str]:
        """One line a button, for a diff."""
        found: list[str] = []
        for button in self.buttons:
            found.append(_line(button))
            found += ["  " + _line(below) for below in button.sub]
        return found


def from_platform(answer: Mapping[str, Any] | None) -> Menu | None:
    """The live menu out of menu/get; None when there is none. What the platform adds is left out."""
    live = (answer or {}).get("menu")
    buttons = live.get("button") if isinstance(live, Mapping) else None
    if not isinstance(buttons, list) or not buttons:
        return None
    return Menu(tuple(_from_platform(button) for button in buttons if isinstance(button, Mapping)))


def conditional_count(answer: Mapping[str, Any] | None) -> int:
    """How many personalised menus the account has."""
    found = (answer or {}).get("conditionalmenu")
    return len(found) if isinstance(found, list) else 0


def _for_platform(button: Button) -> dict[str, Any]:
    if button.sub:
        return {"name": button.name, "sub_button": [_for_platform(below) for below in button.sub]}
    return {"type": button.type, "name": button.name, **dict(button.values)}


def _from_platform(button: Mapping[str, Any]) -> Button:
    name, kind, below = str(button.get("name", "")), str(button.get("type", "")), button.get("sub_button")
    if isinstance(below, list) and below:
        return Button(name, sub=tuple(_from_platform(item) for item in below if isinstance(item, Mapping)))
    fields = FIELDS.get(kind, ())
    return Button(name, kind, tuple((field, str(button[field])) for field in fields if field in button))


def _line(button: Button) -> str:
    if button.sub:
        return f"{button.name}（{len(button.sub)} 个子菜单）"
    values = " ".join(text for _, text in button.values)
    return f"{button.name} → {_VERBS.get(button.type, button.type)} {values}"
