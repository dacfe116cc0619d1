"""A token store for one command while the shared one is down."""

import threading


class PrivateStore:
    """Plays what is used of a redis client, in memory. Nothing runs out in it: a command is over before that."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> bytes | None:
        with self._lock:
            return self._kept.get(name)

    def set(self, name: str, value: bytes, *, ex: int | None = None, nx: bool = False, get: bool = False) -> object:
        with self._lock:
            before = self._kept.get(name)
            if not (nx and before is not None):
                self._kept[name] = value
            return before if get else True

    def eval(self, _script: str, _keys: int, name: str, value: bytes) -> int:
        """The one script there is: delete a key that still holds this value."""
        with self._lock:
            return int(self._kept.get(name) == value and self._kept.pop(name, None) is not None)

    def exists(self, *names: str) -> int:
        return sum(self.get(name) is not None for name in names)

    def scan_iter(self, match: str) -> list[str]:
        return [name for name in list(self._kept) if name.startswith(match.removesuffix("*"))]

    def delete(self, *names: str) -> int:
        return sum(self._kept.pop(name, None) is not None for name in names)
