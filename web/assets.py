"""Built assets by name: ``asset('app.css')`` gives the hashed address that may be kept for ever."""

import json
from functools import cache
from pathlib import Path

from flask import Flask


@cache
def _manifest(path: Path, changed: int) -> dict[str, str]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def register(app: Flask, static: Path) -> None:
    """``static/dist/manifest.json`` maps names to hashed names; it is read again when the build changed it."""
    listing = static / "dist" / "manifest.json"

    def asset(name: str) -> str:
        try:
            built = _manifest(listing, listing.stat().st_mtime_ns)
        except FileNotFoundError:
            raise RuntimeError("the assets are not built; run `make assets`") from None
        return f"/static/dist/{built[name]}"

    app.jinja_env.globals["asset"] = asset
