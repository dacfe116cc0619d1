"""What the phone needs to keep photos that were taken without a network: a key that only the draft's owner is given.

The photos are sealed on the phone (AES-256-GCM). The key is made anew from our secret for every page, so it lies nowhere:
whoever holds the phone without being signed in as the same person can open nothing.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from flask import Blueprint, current_app


@dataclass(frozen=True, slots=True)
class PhotoQueue:
    """``mark`` tells whose draft a waiting photo belongs to; ``key`` opens it (base64 of 32 bytes)."""

    mark: str
    key: str


def photo_queue(submission_key: str) -> PhotoQueue:
    """The queue of one draft. Another draft, of the same person too, has another."""
    mark, key = (_derived(purpose, submission_key) for purpose in ("mark", "key"))
    return PhotoQueue(mark[:16].hex(), base64.b64encode(key).decode())


def register(blueprint: Blueprint) -> None:
    """Make it known to the pages where photos are uploaded."""
    blueprint.add_app_template_global(photo_queue)


def _derived(purpose: str, submission_key: str) -> bytes:
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, f"photo queue {purpose}:{submission_key}".encode(), hashlib.sha256).digest()
