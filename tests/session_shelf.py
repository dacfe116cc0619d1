"""Where the faces' tests keep sessions."""

from collections.abc import Mapping
from typing import Any

from fund.errors import Unavailable


class Shelf:
    """A session store in memory that can be down and counts what is asked of it."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.down = False
        self.asked = 0

    def _ask(self) -> None:
        self.asked += 1
        if self.down:
            raise Unavailable("down")

    def create(self, data: Mapping[str, Any]) -> str:
        self._ask()
        name = f"id-{len(self.kept)}-{self.asked}"
        self.kept[name] = dict(data)
        return name

    def load(self, session_id: str) -> dict[str, Any] | None:
        self._ask()
        return dict(self.kept[session_id]) if session_id in self.kept else None

    def save(self, session_id: str, data: Mapping[str, Any]) -> bool:
        self._ask()
        if session_id not in self.kept:
            return False
        self.kept[session_id] = dict(data)
        return True

    def touch(self, session_id: str) -> bool:
        self._ask()
        return session_id in self.kept

    def drop(self, session_id: str) -> None:
        self._ask()
        self.kept.pop(session_id, None)
