"""Skips work whose inputs have not changed: a hash of the inputs, written after the work was done."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def digest(files: Iterable[Path], *words: str) -> str:
    """A hash over the names and contents of the files, and the words."""
    found = hashlib.sha256("\0".join(words).encode())
    for path in sorted(files):
        content = path.read_bytes()
        found.update(f"\0{path}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether the work was done for these inputs and all it made is still there."""
    try:
        kept = json.loads(stamp.read_text("utf-8"))
        return bool(kept["inputs"] == wanted and all(Path(made).exists() for made in kept["made"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False


def keep(stamp: Path, wanted: str, made: Iterable[Path] = ()) -> None:
    """Remember that the work is done for these inputs, and what it made."""
    stamp.write_text(json.dumps({"inputs": wanted, "made": sorted(map(str, made))}), "utf-8")
