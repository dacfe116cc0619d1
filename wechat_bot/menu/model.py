"""Menus as values: the default one, those for followers with a tag, and the platform's JSON of both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
    """The buttons that one follower sees."""

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


@dataclass(frozen=True, slots=True)
class Conditional:
    """A menu for the followers with one tag, known by number, name or both (个性化菜单).

    ``beyond``: conditions other than the tag that a live one may have; this service sets none. ``menu_id`` is
    the platform's number of a live one. Of several tags of a follower the platform counts the one given last,
    so the order of menus for different tags means nothing.
    """

    menu: Menu
    tag_id: str = ""
    tag_name: str = ""
    beyond: tuple[tuple[str, str], ...] = ()
    menu_id: str = ""
    line: int = 0

    @property
    def title(self) -> str:
        """How it is called in front of a person."""
        tag = f"{self.tag_name}（{self.tag_id}）" if self.tag_name and self.tag_id else self.tag_name or self.tag_id
        conditions = [f"标签 {tag}"] if tag else []
        return f"个性化菜单 · {'，'.join([*conditions, *(f'{name}={value}' for name, value in self.beyond)])}"

    @property
    def rule(self) -> dict[str, str]:
        """The platform's ``matchrule``; two conditional menus are for the same followers when this is."""
        tag = {"tag_id": self.tag_id} if self.tag_id else {}
        return tag | dict(self.beyond)

    def for_platform(self) -> dict[str, Any]:
        """The body of menu/addconditional."""
        return {**self.menu.for_platform(), "matchrule": self.rule}


@dataclass(frozen=True, slots=True)
class Menus:
    """All menus of the account. Without a default one the platform has no conditional ones either."""

    default: Menu | None
    conditional: tuple[Conditional, ...] = ()

    def every(self) -> Iterator[Button]:
        """All buttons of all menus."""
        for menu in (self.default, *(special.menu for special in self.conditional)):
            if menu is not None:
                yield from menu.every()

    def for_platform(self) -> dict[str, Any]:
        """Two sets are the same when this is: file order and the platform's numbers make no difference."""
        default = self.default.for_platform() if self.default else {"button": []}
        if not self.conditional:
            return default
        return default | {"conditional": sorted((c.for_platform() for c in self.conditional), key=str)}

    def named(self, tags: Mapping[int, str]) -> "Menus":
        """The same with the name of every tag that ``tags`` knows."""
        return replace(
            self,
            conditional=tuple(
                replace(c, tag_name=tags.get(int(c.tag_id), "") if c.tag_id.isdecimal() else c.tag_name)
                for c in self.conditional
            ),
        )


def from_platform(answer: Mapping[str, Any] | None) -> Menu | None:
    """The live default menu out of menu/get; None when there is none. What the platform adds is left out."""
    live = (answer or {}).get("menu")
    buttons = live.get("button") if isinstance(live, Mapping) else None
    return _menu(buttons) if isinstance(buttons, list) and buttons else None


def all_from_platform(answer: Mapping[str, Any] | None) -> Menus:
    """All live menus out of menu/get."""
    found = (answer or {}).get("conditionalmenu")
    specials = [special for special in found if isinstance(special, Mapping)] if isinstance(found, list) else []
    return Menus(from_platform(answer), tuple(_conditional(special) for special in specials))


def seen_menu(answer: Mapping[str, Any]) -> Menu:
    """The menu out of menu/trymatch."""
    buttons = answer.get("button")
    return _menu(buttons if isinstance(buttons, list) else [])


def _conditional(special: Mapping[str, Any]) -> Conditional:
    """Tags were groups once, and menu/get may still call them so."""
    given = special.get("matchrule")
    rule = {str(name): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    group = rule.pop("group_id", "")
    tag = rule.pop("tag_id", "") or group
    buttons = special.get("button")
    return Conditional(
        _menu(buttons if isinstance(buttons, list) else []),
        tag_id=tag,
        tag_name=str(special.get("tag", "")),
        beyond=tuple(sorted((name, value) for name, value in rule.items() if value not in {"", "0"})),
        menu_id=str(special.get("menuid", "")),
    )


def _menu(buttons: list[Any]) -> Menu:
    return Menu(tuple(_from_platform(button) for button in buttons if isinstance(button, Mapping)))


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
