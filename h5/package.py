"""The Android package as ``make apk`` left it: a file, and beside it what it is."""

import hashlib
import json
import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

log = logging.getLogger(__name__)
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


def built(folder: Path, start: str) -> Package | None:
    """The package in ``folder`` if it opens ``start``; None when none was built, when it is not the one that was built
    (nobody is offered a file that changed after it was signed), or when it leads to another address; the log says so."""
    path, facts = folder / FILE_NAME, folder / FACTS_NAME
    try:
        return _read(path, facts, start, (_mark(path), _mark(facts)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def content_of(package: Package) -> bytes | None:
    """What is sent: only bytes that are those that were signed, whatever happened to the file meanwhile."""
    try:
        content = package.path.read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == package.sha256 else None


def _mark(path: Path) -> tuple[int, ...]:
    """Changes with the file, also when somebody sets its time back."""
    now = path.stat()
    return now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


@lru_cache(maxsize=4)
def _read(path: Path, facts: Path, start: str, changed: tuple[tuple[int, ...], ...]) -> Package | None:
    """Once for each change of the files, so the log is told once too."""
    told = json.loads(facts.read_text("utf-8"))
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != told["sha256"]:
        log.warning("the Android package is not offered: it changed since it was built")
        return None
    if told.get("start") != start:
        log.warning("the Android package is not offered: it was built for another PUBLIC_URL; run make apk again")
        return None
    return Package(path, str(told["version"]), len(content), digest)
