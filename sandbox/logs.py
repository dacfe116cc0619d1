"""Lists that only grow, a JSON line each entry, so that adding costs the same always: journal and chats."""

from __future__ import annotations

import copy
import json
import threading
from collections import deque
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class AppendLog:
    """Entries in the order they were added, kept in a file and found again by the next start.

    At most `keep` entries are remembered; older ones leave memory at once and the file at the next start.
    """

    def __init__(self, path: Path, keep: int) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=keep)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._read()

    def add(self, entry: Entry) -> None:
        """Append one entry; it is in the file when this returns."""
        line = json.dumps(entry, ensure_ascii=False)
        with self._lock:
            self._entries.append(entry)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def entries(self) -> list[Entry]:
        """Everything remembered, oldest first, as copies."""
        with self._lock:
            return copy.deepcopy(list(self._entries))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._path.unlink(missing_ok=True)

    def _read(self) -> None:
        # not splitlines(): a message may hold one of the other characters that end a line
        # errors="replace": the last line of a process that was killed may end inside a character
        lines = self._path.read_text(encoding="utf-8", errors="replace").removesuffix("\n").split("\n")
        for line in lines:
            try:
                self._entries.append(json.loads(line))
            except json.JSONDecodeError:
                continue  # the last line of a process that was killed while writing
        kept = [json.dumps(entry, ensure_ascii=False) for entry in self._entries]
        if kept != lines:
            fresh = self._path.with_suffix(".new")
            fresh.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
            fresh.replace(self._path)
