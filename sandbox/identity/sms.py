"""Text-message codes. No phone is at hand in the sandbox, so the page shows what would have been sent."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from .store import Store

SECONDS = 10 * 60
MOST_TRIES = 5
SHELF = "sms"


@dataclass(frozen=True)
class Codes:
    """Six digits each, good for one form, ten minutes and five tries."""

    store: Store

    def send(self) -> tuple[str, str]:
        """A new code. Returns its ticket (goes into the form) and the code (is shown)."""
        code = f"{secrets.randbelow(1_000_000):06d}"
        return self.store.put(SHELF, {"code": code, "wrong": 0}, SECONDS), code

    def shown(self, ticket: str) -> tuple[str, str]:
        """The code of a form that comes back for correction, or a new one when its time or tries are over."""
        kept = self.store.get(SHELF, ticket)
        return (ticket, kept["code"]) if kept else self.send()

    def problem(self, ticket: str, typed: str) -> str | None:
        """The words beside the field when `typed` is not the code of this form, else None."""
        kept = self.store.get(SHELF, ticket)
        if kept is None:
            return "短信验证码已过期，请填写新的验证码"
        if hmac.compare_digest(kept["code"].encode(), typed.encode()):
            return None
        if kept["wrong"] + 1 >= MOST_TRIES:
            self.spend(ticket)
            return "短信验证码输错次数过多，请填写新的验证码"
        self.store.put(SHELF, kept | {"wrong": kept["wrong"] + 1}, SECONDS, key=ticket)
        return "短信验证码不正确，请核对"

    def spend(self, ticket: str) -> None:
        """The form is done: its code is worth nothing any more."""
        self.store.take(SHELF, ticket)
