"""What the platform and this service ask of a menu, told all at once before anything is sent.

Limits in bytes of UTF-8. Source: developers.weixin.qq.com, 创建自定义菜单, 创建个性化菜单.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from wechat_bot.console.out import Problem
from wechat_bot.menu.model import FIELDS, Button, Conditional, Menu, Menus

MOST_BUTTONS = 3
MOST_SUB_BUTTONS = 5
NAME_BYTES = 16
SUB_NAME_BYTES = 60
MOST_DOMAINS = 3
"""Domains to which all conditional menus together may lead."""

_FIELD_BYTES = {"key": 128, "url": 1024}


@dataclass(frozen=True, slots=True)
class House:
    """What this service allows: hosts a link may lead to, keys with a handler; https only in production."""

    allowed_hosts: Collection[str]
    handlers: Collection[str]
    production: bool


def problems(menus: Menus, house: House) -> list[Problem]:
    """Everything that is wrong with the menus, in the order of their lines; empty when they may be applied.

    Whether a tag exists is not asked here: that only the platform knows (``tags.resolved``).
    """
    found = [*_of_menu(menus.default or Menu(()), house, "菜单是空的，至少要有一个 [[button]]", 1)]
    for special in menus.conditional:
        empty = f"“{special.title}”是空的，至少要有一个 [[conditional.button]]"
        found += _of_menu(special.menu, house, empty, special.line)
        if special.beyond:
            message = f"“{special.title}”不能发布：个性化菜单只能按标签匹配（平台已不再支持其他条件）"
            found.append(Problem(special.line, message))
    return sorted([*found, *_repeated_tags(menus.conditional), *_domains(menus.conditional)])


def domains(menu: Menu) -> set[str]:
    """The domains a menu's buttons lead to."""
    return {_parts(button.value("url"))[1] for button in menu.every() if button.value("url")}


def _of_menu(menu: Menu, house: House, empty: str, line: int) -> list[Problem]:
    found = [] if menu.buttons else [Problem(line, empty)]
    found += _counts(menu)
    for button in menu.buttons:
        found += _one(button, NAME_BYTES, "一级", house, may_open=True)
        for below in button.sub:
            found += _one(below, SUB_NAME_BYTES, "二级", house, may_open=False)
    return [*found, *_repeated_keys(menu)]


def _counts(menu: Menu) -> Iterator[Problem]:
    for extra in menu.buttons[MOST_BUTTONS:]:
        yield Problem(extra.line, f"一级菜单最多 {MOST_BUTTONS} 个，请删掉“{extra.name}”或并入其他菜单")
    for button in menu.buttons:
        for extra in button.sub[MOST_SUB_BUTTONS:]:
            message = f"“{button.name}”下最多 {MOST_SUB_BUTTONS} 个子菜单，请删掉“{extra.name}”"
            yield Problem(extra.line, message)


def _one(button: Button, name_bytes: int, level: str, house: House, *, may_open: bool) -> Iterator[Problem]:
    yield from _name(button, name_bytes, level)
    if button.sub:
        if not may_open:
            yield Problem(button.sub[0].line, "菜单最多两级，子菜单下不能再有子菜单")
        if button.type:
            yield Problem(button.line_of("type"), f"“{button.name}”有子菜单，不能再写 type，请删掉这一行")
        return
    if button.type not in FIELDS:
        known = "、".join(FIELDS)
        yield Problem(button.line_of("type"), f"“{button.name}”的 type 是“{button.type}”，应为：{known}")
        return
    for field in FIELDS[button.type]:
        value = button.value(field)
        if not value:
            yield Problem(button.line, f"“{button.name}”缺少 {field}")
            continue
        most = _FIELD_BYTES.get(field)
        if most and len(value.encode()) > most:
            size = len(value.encode())
            yield Problem(button.line_of(field), f"{field} 是 {size} 字节，最多 {most} 字节，请缩短")
        if field == "url":
            yield from _address(button, value, house)
    if button.type == "click" and (key := button.value("key")) and key not in house.handlers:
        has = "、".join(sorted(house.handlers))
        yield Problem(button.line_of("key"), f"key “{key}”没有对应的回复，可用的有：{has}")


def _name(button: Button, most: int, level: str) -> Iterator[Problem]:
    line, size = button.line_of("name"), len(button.name.encode())
    if not button.name.strip():
        yield Problem(line, f"{level}菜单缺少名称 name")
    elif size > most:
        limit = f"最多 {most} 字节（{most // 3} 个汉字）"
        yield Problem(line, f"{level}菜单名“{button.name}”是 {size} 字节，{limit}，请缩短")
    elif not button.name.isprintable():
        yield Problem(line, f"{level}菜单名里有不可见的字符，请重新输入")


def _address(button: Button, url: str, house: House) -> Iterator[Problem]:
    line = button.line_of("url")
    scheme, host = _parts(url)
    if scheme not in {"http", "https"} or not host or not url.isprintable() or " " in url:
        yield Problem(line, f"“{url}”不是完整的网址，应以 https:// 开头或使用 {{PUBLIC_URL}}")
    elif house.production and scheme != "https":
        yield Problem(line, f"“{url}”要用 https://")
    elif host not in house.allowed_hosts:
        yield Problem(line, f"域名 {host} 不在允许的范围：{'、'.join(sorted(house.allowed_hosts))}")


def _parts(url: str) -> tuple[str, str]:
    """Scheme and host, empty for what is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return "", ""


def _repeated_tags(conditional: tuple[Conditional, ...]) -> Iterator[Problem]:
    seen: dict[str, Conditional] = {}
    for special in conditional:
        for key in filter(None, (special.tag_id and f"#{special.tag_id}", special.tag_name)):
            if key in seen:
                yield Problem(special.line, f"“{special.title}”前面已经有了，同一个标签只能有一个菜单，请删掉或合并")
                break
            seen[key] = special


def _domains(conditional: tuple[Conditional, ...]) -> Iterator[Problem]:
    known: set[str] = set()
    for special in conditional:
        new = domains(special.menu) - known
        known |= new
        if new and len(known) > MOST_DOMAINS:
            message = f"所有个性化菜单合计最多打开 {MOST_DOMAINS} 个域名，这里已是 {len(known)} 个：{'、'.join(sorted(known))}"
            yield Problem(special.line, message)


def _repeated_keys(menu: Menu) -> Iterator[Problem]:
    seen: dict[str, Button] = {}
    for button in menu.every():
        key = button.value("key")
        if key and key in seen:
            yield Problem(button.line_of("key"), f"key “{key}”已用于“{seen[key].name}”，请换一个")
        elif key:
            seen[key] = button
