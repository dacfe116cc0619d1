"""The Android package as ``make apk`` left it: a file, and beside it what it is."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE_NAME = "lnszgjj.apk"
FACTS_NAME = "lnszgjj.json"


@dataclass(frozen=True, slots=True)
class Package:
    """What people may know of the package before they install it."""

    path: Path
    version: str
    size: int
    """In bytes."""
    sha256: str

    @property
    def size_words(self) -> str:
        """``42 KB`` or ``1.3 MB``."""
        kilobytes = max(1, round(self.size / 1024))
        return f"{kilobytes} KB" if kilobytes < 1024 else f"{self.size / 1024 / 1024:.1f} MB"


def built(folder: Path) -> Package | None:
    """The package in ``folder``; None when none was built, or when it is not the one that was: nobody is offered a file
    that changed after it was signed."""
    path, facts = folder / FILE_NAME, folder / FACTS_NAME
    try:
        changed = path.stat().st_mtime_ns, facts.stat().st_mtime_ns
        return _read(path, facts, changed)
    except (OSError, ValueError, KeyError, TypeError):
        return None


@lru_cache(maxsize=4)
def _read(path: Path, facts: Path, changed: tuple[int, int]) -> Package | None:
    told = json.loads(facts.read_text("utf-8"))
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != told["sha256"]:
        return None
    return Package(path, str(told["version"]), len(content), digest)
