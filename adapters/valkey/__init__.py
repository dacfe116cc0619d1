"""Valkey (or Redis): what may expire. Every value is sealed, every key that would tell who is a mark."""

from adapters.valkey.client import connect, reaching
from adapters.valkey.drafts import ValkeyDrafts
from adapters.valkey.limits import RateLimiter, Verdict
from adapters.valkey.members import CachedMembers
from adapters.valkey.once import OneTime
from adapters.valkey.sealed import SealedCache
from adapters.valkey.sessions import Sessions

__all__ = [
    "CachedMembers",
    "OneTime",
    "RateLimiter",
    "SealedCache",
    "Sessions",
    "ValkeyDrafts",
    "Verdict",
    "connect",
    "reaching",
]
