"""What every file store can do, and how one is chosen."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from adapters.files.local import LocalFiles


class FileStore(Protocol):
    """Keeps bytes under keys from ``new_key``. What is kept here is already sealed."""

    def put(self, key: str, data: bytes) -> None:
        """Keep; when this returns, a power cut no longer loses it. Raises Unavailable."""
        ...

    def get(self, key: str) -> bytes:
        """Raises NotFound, Unavailable."""
        ...

    def delete(self, key: str) -> None:
        """Delete; an absent file is fine. Raises Unavailable."""
        ...

    def stored_before(self, moment: datetime) -> Iterator[str]:
        """The keys of all files stored before a moment. Raises Unavailable."""
        ...


def open_store(files_url: str) -> FileStore:
    """The store a ``FILES_URL`` means: ``file:///dir``. Raises ValueError with what is wrong with it."""
    parts = urlsplit(files_url)
    if parts.scheme == "file":
        path = Path(unquote(parts.path))
        if parts.netloc not in ("", "localhost") or not path.is_absolute() or parts.query or parts.fragment:
            raise ValueError("FILES_URL must be file:// and an absolute directory, for example file:///srv/files")
        return LocalFiles(path)
    raise ValueError(f"FILES_URL: {parts.scheme or 'no'} scheme; only file:///dir is supported")
