"""A place for sign-ins under way, in memory."""

from collections.abc import Mapping
from typing import Any

FIELDS = {name: name for name in ("sub", "name", "id_number", "mobile", "level", "kind")}
"""The sandbox names its fields as we do."""


class Memory:
    """Keeps what is pending, and notes for how long it was asked to."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}
        self.seconds: list[int] = []

    def put(self, key: str, value: Mapping[str, Any], seconds: int) -> None:
        self.kept[key] = value
        self.seconds.append(seconds)

    def take(self, key: str) -> Mapping[str, Any] | None:
        return self.kept.pop(key, None)
