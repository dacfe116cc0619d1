"""Where files are kept: a directory on this machine, or an S3-compatible store, chosen by ``FILES_URL``."""

from adapters.files.keys import new_key
from adapters.files.store import FileStore, open_store

__all__ = ["FileStore", "new_key", "open_store"]
