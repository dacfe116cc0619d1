"""Shows on the console what matters in the programs' logs: warnings, errors, and what stopped a program."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

WORTH_SHOWING = re.compile(r"Traceback|Error\b|\bERROR\b|\bFATAL\b|\bPANIC\b|\bCRITICAL\b")
LEVELS = ("WARNING", "ERROR", "CRITICAL")
LONGEST = 400


@dataclass
class Echo:
    """Follows log files from their present end; a file that was rotated away is followed anew."""

    paths: dict[str, Path]
    _seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seen = {name: self._size(path) for name, path in self.paths.items()}

    def new_lines(self) -> list[str]:
        """What is worth showing since the last call, each line with its program's name."""
        return [
            f"  [{name}] {words[:LONGEST]}"
            for name, path in self.paths.items()
            for line in self._read(name, path)
            if (words := worth_showing(line))
        ]

    def _read(self, name: str, path: Path) -> list[str]:
        size, seen = self._size(path), self._seen[name]
        if size < seen:
            seen = 0
        if size == seen:
            return []
        with path.open("rb") as file:
            file.seek(seen)
            whole, newline, _ = file.read(size - seen).rpartition(b"\n")  # a line still being written waits
        self._seen[name] = seen + len(whole) + len(newline)
        return whole.decode("utf-8", "replace").splitlines()

    @staticmethod
    def _size(path: Path) -> int:
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return 0


def worth_showing(line: str) -> str:
    """The line as a person reads it, or "" when it can stay in the file."""
    if line.startswith("{"):
        try:
            event = json.loads(line)
        except ValueError:
            event = {}
        if event:
            if event.get("level") not in LEVELS:
                return ""
            error = str(event.get("exception", "")).strip().rpartition("\n")[2]
            return " ".join(f"{event['level']} {event.get('message', '')} {error}".split())
    return line.strip() if WORTH_SHOWING.search(line) else ""
