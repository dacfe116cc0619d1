"""All menus that were ever live together, one file each, so that any such set can be applied again."""

import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from wechat_bot.menu.model import Menus, all_from_platform

_NAME = re.compile(r"\d{8}-\d{6}-\d{3}")


class DamagedVersion(Exception):
    """A kept file cannot be read any more; the text is its path."""


class History:
    """Kept sets under a directory, named by the time of keeping, oldest first."""

    def __init__(self, directory: Path, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._clock = clock

    def versions(self) -> list[str]:
        """The names of all kept sets, oldest first."""
        if not self._directory.is_dir():
            return []
        return sorted(path.stem for path in self._directory.glob("*.json") if _NAME.fullmatch(path.stem))

    def load(self, version: str) -> Menus | None:
        """A kept set; None when there is none of this name. Raises DamagedVersion."""
        if version not in self.versions():
            return None
        path = self._directory / f"{version}.json"
        try:
            kept = json.loads(path.read_text("utf-8"))
            default = {"button": kept["button"]}
            menus = all_from_platform({"menu": default, "conditionalmenu": kept.get("conditional", [])})
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise DamagedVersion(str(path)) from None
        if menus.default is None:
            raise DamagedVersion(str(path))
        return menus

    def keep(self, menus: Menus) -> str:
        """Keep a set unless it is the newest one already; its name. Raises OSError."""
        known = self.versions()
        if known and self._is(known[-1], menus):
            return known[-1]
        self._directory.mkdir(parents=True, exist_ok=True)
        version = self._free_name(known)
        unfinished = self._directory / f"{version}.unfinished"
        unfinished.write_text(json.dumps(_as_kept(menus), ensure_ascii=False, indent=2), "utf-8")
        os.replace(unfinished, self._directory / f"{version}.json")
        return version

    def _is(self, version: str, menus: Menus) -> bool:
        try:
            kept = self.load(version)
        except DamagedVersion:
            return False
        return kept is not None and kept.for_platform() == menus.for_platform()

    def _free_name(self, known: list[str]) -> str:
        """After every known name, also within one second or after the clock was set back."""
        stem = max(f"{self._clock():%Y%m%d-%H%M%S}", known[-1][:15] if known else "")
        number = sum(1 for version in known if version.startswith(stem))
        return f"{stem}-{number:03d}"


def _as_kept(menus: Menus) -> dict[str, Any]:
    """The default menu as menu/create takes it, as in the oldest versions, with the conditional ones beside it."""
    kept: dict[str, Any] = menus.default.for_platform() if menus.default else {"button": []}
    if menus.conditional:
        kept["conditional"] = [special.for_platform() | {"tag": special.tag_name} for special in menus.conditional]
    return kept
