"""Every menu that was ever live, one file each, so that any of them can be applied again."""

import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from wechat_bot.menu.model import Menu, from_platform

_NAME = re.compile(r"\d{8}-\d{6}-\d{3}")


class History:
    """Kept menus under a directory, named by the time of keeping, oldest first."""

    def __init__(self, directory: Path, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._clock = clock

    def versions(self) -> list[str]:
        """The names of all kept menus, oldest first."""
        if not self._directory.is_dir():
            return []
        return sorted(path.stem for path in self._directory.glob("*.json") if _NAME.fullmatch(path.stem))

    def load(self, version: str) -> Menu | None:
        """A kept menu; None when there is none of this name."""
        if version not in self.versions():
            return None
        return from_platform({"menu": json.loads((self._directory / f"{version}.json").read_text("utf-8"))})

    def keep(self, menu: Menu) -> str:
        """Keep a menu unless it is the newest one already; its name."""
        known = self.versions()
        if known and self.load(known[-1]) == _plain(menu):
            return known[-1]
        self._directory.mkdir(parents=True, exist_ok=True)
        version = self._free_name(known)
        unfinished = self._directory / f"{version}.unfinished"
        unfinished.write_text(json.dumps(menu.for_platform(), ensure_ascii=False, indent=2), "utf-8")
        os.replace(unfinished, self._directory / f"{version}.json")
        return version

    def _free_name(self, known: list[str]) -> str:
        """After every known name, also within one second or after the clock was set back."""
        stem = max(f"{self._clock():%Y%m%d-%H%M%S}", known[-1][:15] if known else "")
        number = sum(1 for version in known if version.startswith(stem))
        return f"{stem}-{number:03d}"


def _plain(menu: Menu) -> Menu | None:
    """A menu without its file's line numbers."""
    return from_platform({"menu": menu.for_platform()})
