"""Names of files: drawn by chance, telling nothing, and of one shape that cannot lead out of the store."""

import re
import secrets

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{38}")


def new_key() -> str:
    """A new name, 160 random bits: ``3f/9c…``. The first two characters spread files over directories."""
    drawn = secrets.token_hex(20)
    return f"{drawn[:2]}/{drawn[2:]}"


def is_key(key: str) -> bool:
    """Whether this is such a name."""
    return _KEY.fullmatch(key) is not None


def checked(key: str) -> str:
    """The key itself. Raises ValueError for anything that ``new_key`` would not make."""
    if not is_key(key):
        raise ValueError("not a file key")
    return key
