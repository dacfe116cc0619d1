"""Files in a directory of this machine (or a share that is mounted on all machines)."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from adapters.files.keys import checked, is_key
from fund.errors import NotFound, Unavailable

_UNFINISHED = ".unfinished-"


class LocalFiles:
    """Plays ``FileStore``. Each file appears whole or not at all and is readable by its owner only."""

    def __init__(self, root: Path) -> None:
        """``root`` is made on first use."""
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Write beside, flush to the disk, rename, flush the directory. Raises Unavailable."""
        path = self._root / checked(key)
        beside = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
        try:
            self._make_directory(path.parent)
            try:
                descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(beside, path)
            finally:
                beside.unlink(missing_ok=True)
            _flush_directory(path.parent)
        except OSError as error:
            raise Unavailable(f"files: {_why(error)}", code="files") from None

    def get(self, key: str) -> bytes:
        """Raises NotFound, Unavailable."""
        try:
            return (self._root / checked(key)).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no file {key}", code="no_such_file") from None
        except OSError as error:
            raise Unavailable(f"files: {_why(error)}", code="files") from None

    def delete(self, key: str) -> None:
        """Delete; an absent file is fine. Raises Unavailable."""
        try:
            (self._root / checked(key)).unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(f"files: {_why(error)}", code="files") from None

    def stored_before(self, moment: datetime) -> Iterator[str]:
        """The keys of all files older than a moment; what an interrupted ``put`` left is removed by the way.
        Raises Unavailable."""
        try:
            for path in sorted(self._root.glob("??/*")):
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime >= moment.timestamp():
                        continue
                    if path.name.startswith(_UNFINISHED):
                        path.unlink()
                    elif is_key(key := path.relative_to(self._root).as_posix()):
                        yield key
        except OSError as error:
            raise Unavailable(f"files: {_why(error)}", code="files") from None

    def _make_directory(self, directory: Path) -> None:
        if directory.is_dir():
            return
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _flush_directory(directory.parent)


def _flush_directory(directory: Path) -> None:
    """A rename is on the disk only when its directory is."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _why(error: OSError) -> str:
    """The kind of trouble, without the path."""
    return os.strerror(error.errno) if error.errno else type(error).__name__
