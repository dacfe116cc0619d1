"""Whom this identity service knows: one application, its name, its keys, and where it may be answered."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ACCOUNT_FILE = Path(__file__).resolve().parents[1] / "account.toml"
TRIPLE_DES_KEY_BYTES = 24


@dataclass(frozen=True)
class Account:
    """The application registered here. `public_origin` is the only place a citizen is ever sent back to."""

    app_name: str
    client_id: str
    public_origin: str
    key: bytes = field(repr=False)
    client_secret: str = field(repr=False)

    def may_return_to(self, url: str) -> bool:
        """True when `url` lies on the application's own origin. Anything else would be an open redirect."""
        if any(ord(char) <= 0x20 or char == "\\" for char in url):
            return False
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return f"{parts.scheme}://{parts.netloc}".lower() == self.public_origin


def load(environ: Mapping[str, str]) -> Account:
    """Read `account.toml`; a value set in `environ` wins. Raises ValueError for a key of a wrong length."""
    given = tomllib.loads(ACCOUNT_FILE.read_text(encoding="utf-8"))["identity"]
    key = (environ.get("IDENTITY_KEY") or given["key"]).encode("ascii")
    if len(key) != TRIPLE_DES_KEY_BYTES:
        raise ValueError(f"IDENTITY_KEY must be {TRIPLE_DES_KEY_BYTES} bytes, it has {len(key)}")
    public_url = environ.get("PUBLIC_URL") or f"http://127.0.0.1:{environ.get('PORT') or '8000'}"
    origin = urlsplit(public_url)
    return Account(
        app_name=environ.get("IDENTITY_APP_NAME") or given["app_name"],
        client_id=environ.get("IDENTITY_CLIENT_ID") or given["client_id"],
        public_origin=f"{origin.scheme}://{origin.netloc}".lower(),
        key=key,
        client_secret=environ.get("IDENTITY_CLIENT_SECRET") or given["client_secret"],
    )
