"""Tags by name in the file, by number on the platform (用户标签)."""

from collections.abc import Mapping
from dataclasses import replace

from wechat_bot.console.out import Problem
from wechat_bot.menu.model import Conditional, Menus


def resolved(menus: Menus, tags: Mapping[int, str]) -> tuple[Menus, list[Problem]]:
    """The menus with number and name of every tag, and what is wrong with tags that the account does not have.

    ``tags``: number → name, as the account has them now. A number wins over a name: a tag that was renamed since
    a version was kept is still the same tag.
    """
    problems: list[Problem] = []
    numbers = {name: number for number, name in tags.items()}
    found: list[Conditional] = []
    for special in menus.conditional:
        number = int(special.tag_id) if special.tag_id.isdecimal() else numbers.get(special.tag_name)
        if number is None or number not in tags:
            asked = f"名为“{special.tag_name}”" if special.tag_name else f"编号为 {special.tag_id}"
            has = "、".join(f"{name}（{number}）" for number, name in sorted(tags.items())) or "一个也没有"
            problems.append(Problem(special.line, f"公众号没有{asked}的标签，现有：{has}"))
        else:
            found.append(replace(special, tag_id=str(number), tag_name=tags[number]))
    return replace(menus, conditional=tuple(found)), problems
