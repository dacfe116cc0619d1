"""Making the live menus equal the wanted ones, with a working menu for everybody at every moment.

The default menu first: the platform takes conditional ones only beside it. Of each tag the new menu is added
before the old one goes, for the newest that fits is the one shown; only where old and new together would lead to
too many domains the old one goes first, and then its followers see the default menu for that moment. Nothing is
done that is done already, so a run after one that broke half-way finishes it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from wechat_bot.menu import rules
from wechat_bot.menu.model import Conditional, Menus, all_from_platform


class MenuClient(Protocol):
    """The platform's menus. Raises Refused and Unavailable with words for the administrator."""

    def menu_get(self) -> Mapping[str, Any] | None: ...
    def menu_create(self, menu: Mapping[str, Any]) -> None: ...
    def menu_delete(self) -> None: ...
    def menu_addconditional(self, menu: Mapping[str, Any]) -> str: ...
    def menu_delconditional(self, menu_id: str) -> None: ...
    def menu_trymatch(self, openid: str) -> Mapping[str, Any]: ...
    def tags(self) -> dict[int, str]: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One call and how it is told."""

    words: str
    do: Callable[[], object]


def publish(
    client: MenuClient, live: Menus, wanted: Menus, tags: Mapping[int, str], tell: Callable[[str], None]
) -> Menus:
    """Carry it out; what is live afterwards. ``tell`` hears of every step done, with the names of ``tags``.

    Raises what the client raises, and ValueError for a set without a default menu, which the rules let not pass.
    """
    if wanted.default is None:
        raise ValueError("the platform takes no conditional menus without a default one")
    before = live.default.for_platform() if live.default else None
    if before != wanted.default.for_platform():
        client.menu_create(wanted.default.for_platform())
        tell("已发布：默认菜单")
        if live.conditional:
            # Whether they outlive a new default menu is not documented.
            live = all_from_platform(client.menu_get()).named(tags)
    for step in _steps(client, live, wanted):
        step.do()
        tell(step.words)
    return all_from_platform(client.menu_get())


def _steps(client: MenuClient, live: Menus, wanted: Menus) -> list[Step]:
    missing = [special for special in wanted.conditional if not _is_among(special, live.conditional)]
    stale = list(_stale(live, wanted))
    add = [Step(f"已发布：{special.title}", _adding(client, special)) for special in missing]
    drop = [Step(f"已删除旧的：{special.title}", _dropping(client, special)) for special in stale]
    together = set().union(*(rules.domains(special.menu) for special in (*live.conditional, *missing)))
    return [*drop, *add] if len(together) > rules.MOST_DOMAINS else [*add, *drop]


def _stale(live: Menus, wanted: Menus) -> Iterator[Conditional]:
    """Live menus that shall not stay: unwanted ones, and every one of a pair but the first."""
    kept: list[Conditional] = []
    for special in live.conditional:
        if _is_among(special, wanted.conditional) and not _is_among(special, kept):
            kept.append(special)
        else:
            yield special


def _is_among(special: Conditional, others: Iterable[Conditional]) -> bool:
    return any(special.for_platform() == other.for_platform() for other in others)


def _adding(client: MenuClient, special: Conditional) -> Callable[[], object]:
    return lambda: client.menu_addconditional(special.for_platform())


def _dropping(client: MenuClient, special: Conditional) -> Callable[[], object]:
    return lambda: client.menu_delconditional(special.menu_id)
