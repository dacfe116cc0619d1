"""Typed forms that could not be taken because the session or its token had expired.

They wait in the (encrypted) session under their path and are shown again in the form, never sent by
themselves. A kept form is given back only to whoever holds the draft it was typed for; when that draft was not yet
kept anywhere, to the person the form was made for.
"""

import hmac
import time
from typing import Any, cast
from uuid import UUID

from flask import current_app, request, session

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


def owner_mark(person_id: UUID) -> str:
    """Whom a form was made for, as the form itself may say it."""
    secret = str(current_app.secret_key).encode()
    return hmac.digest(secret, b"form of " + person_id.bytes, "sha256").hex()[:32]


def kept_form(submission_key: str, owner: str = "") -> dict[str, str] | None:
    """Give back, once, what was kept for this path and this draft (``owner``: whose mark will do for a draft that was
    new when the form was shown); anything else kept here is dropped."""
    if "kept" not in session:
        return None
    kept = cast(dict[str, Any], dict(session["kept"]))
    entry = kept.pop(request.path, None)
    if entry is None:
        return None
    session["kept"] = kept
    form = cast(dict[str, str], entry["form"])
    fresh = time.time() - float(entry["at"]) <= _SECONDS
    mine = _same(form, "submission_key", submission_key)
    mine = mine or (bool(owner) and form.get("seen_version") == "0" and _same(form, "owner", owner))
    return form if fresh and mine else None


def _same(form: dict[str, str], name: str, value: str) -> bool:
    return hmac.compare_digest(form.get(name, "").encode(), value.encode())
