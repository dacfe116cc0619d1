"""A sign of life that readiness and supervisors can look at: a file whose age says when all was well."""

import contextlib
import time
from pathlib import Path

LATE = 30.0
"""Seconds after which a worker counts as gone."""


def beat(path: Path) -> None:
    """All is well now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def stop(path: Path) -> None:
    """The worker stops as it should."""
    path.unlink(missing_ok=True)


def is_fresh(path: Path, *, late: float = LATE) -> bool:
    """Whether a worker was well a short while ago."""
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_mtime < late
    return False
