"""Typed forms that could not be taken because the session or its token had expired.

They wait in the (encrypted) session under their path and are shown again in the form, never sent by
themselves. A kept form is given back only to whoever holds the draft it was typed for.
"""

import hmac
import time
from typing import Any, cast

from flask import request, session

_FIELDS, _CHARACTERS, _PATHS, _SECONDS = 20, 400, 3, 30 * 60
_OURS = ("csrf_token",)


def keep_form() -> None:
    """Keep the request's form for its path, if it belongs to a draft. Raises Unavailable."""
    form = {k: v[:_CHARACTERS] for k, v in list(request.form.items())[:_FIELDS] if k not in _OURS}
    if not form.get("submission_key"):
        return
    kept = cast(dict[str, Any], dict(session.get("kept", {})))
    kept[request.path] = {"form": form, "at": time.time()}
    session["kept"] = dict(list(kept.items())[-_PATHS:])


def kept_form(submission_key: str) -> dict[str, str] | None:
    """Give back, once, what was kept for this path and this draft; anything else kept here is dropped."""
    if "kept" not in session:
        return None
    kept = cast(dict[str, Any], dict(session["kept"]))
    entry = kept.pop(request.path, None)
    if entry is None:
        return None
    session["kept"] = kept
    form = cast(dict[str, str], entry["form"])
    fresh = time.time() - float(entry["at"]) <= _SECONDS
    mine = hmac.compare_digest(form.get("submission_key", "").encode(), submission_key.encode())
    return form if fresh and mine else None
