"""Drafts: sealed, compared before they are replaced, gone thirty days after their last change.

One hash a draft: ``v`` the version and ``k`` a mark of the submission key, which the store compares itself,
and ``d`` the sealed rest, bound to its person, business and version.
"""

import logging
from datetime import timedelta
from typing import cast
from uuid import UUID

from redis import Redis

from adapters.crypto import BlindIndex, FieldCipher, Undecipherable
from adapters.valkey.client import reaching
from adapters.valkey.draft_text import draft_of, text_of
from fund.draft import KEPT, Draft
from fund.errors import Stale, Unavailable

log = logging.getLogger(__name__)

# Also true when this very write was made before: its answer was lost and it was sent again.
_SAVE = """
local have = redis.call('HGET', KEYS[1], 'v') or '0'
if have ~= ARGV[1] then
    return have == ARGV[2] and redis.call('HGET', KEYS[1], 'd') == ARGV[4] and 1 or 0
end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'k', ARGV[3], 'd', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
"""

_DROP = """
if redis.call('HGET', KEYS[1], 'k') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

# Only what was looked at: another window may have begun anew meanwhile. RENAME keeps the time to live.
_SET_ASIDE = """
local function have(field) return redis.call('HGET', KEYS[1], field) or '' end
if have('v') ~= ARGV[1] or have('d') ~= ARGV[2] then return 0 end
redis.call('RENAME', KEYS[1], KEYS[2])
return 1
"""

_NOT_OURS = ("which is not among the keys", "algorithm that is not known here")
"""How ``Undecipherable`` says that nothing is wrong with the value: this process lacks what opens it."""


class ValkeyDrafts:
    """Plays ``fund.ports.Drafts``."""

    def __init__(self, client: "Redis", cipher: FieldCipher, index: BlindIndex, *, kept: timedelta = KEPT) -> None:
        self._client = client
        self._cipher = cipher
        self._index = index
        self._kept = str(int(kept.total_seconds() * 1000))

    def load(self, person_id: UUID, business: str) -> Draft | None:
        """The draft, or None. Raises Unavailable, also for one sealed with a key that is missing here.

        A damaged one is set aside under another name until it would have gone anyway, and None returned, so that
        its person can begin anew.
        """
        with reaching():
            found = cast("list[bytes | None]", self._client.hmget(self._key(person_id, business), ["v", "d"]))
        version, sealed = found
        if version is None:
            return None
        try:
            about = _about(person_id, business, int(version))
            return draft_of(self._cipher.open((sealed or b"").decode("utf-8", "replace"), about=about))
        except Undecipherable as error:
            if error.message.endswith(_NOT_OURS):
                raise Unavailable(error.message, code="draft_key") from None
            why = type(error).__name__
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = type(error).__name__
        self._set_aside(person_id, business, version, sealed or b"", why)
        return None

    def save(self, person_id: UUID, draft: Draft, *, expected: int) -> None:
        """Keep the draft if the stored version is ``expected`` (0 = none). Raises Stale, Unavailable."""
        if draft.version <= expected:
            raise ValueError("a draft is saved with a version above the one it replaces")
        sealed = self._cipher.seal(text_of(draft), about=_about(person_id, draft.business, draft.version))
        mark = self._mark(draft.submission_key)
        with reaching():
            kept = self._client.eval(
                _SAVE,
                1,
                self._key(person_id, draft.business),
                str(expected),
                str(draft.version),
                mark,
                sealed,
                self._kept,
            )
        if not kept:
            raise Stale("the draft was changed in another window", code="stale")

    def drop(self, person_id: UUID, business: str, submission_key: str) -> None:
        """Forget the draft with this key; a newer one stays. Raises Unavailable."""
        with reaching():
            self._client.eval(_DROP, 1, self._key(person_id, business), self._mark(submission_key))

    def _set_aside(self, person_id: UUID, business: str, version: bytes, sealed: bytes, why: str) -> None:
        key = self._key(person_id, business)
        aside = key.replace("draft:", "draft-broken:", 1)
        with reaching():
            moved = self._client.eval(_SET_ASIDE, 2, key, aside, cast(str, version), cast(str, sealed))
        if moved:
            log.error("a draft cannot be opened (%s) and was set aside as %s", why, aside)

    def _key(self, person_id: UUID, business: str) -> str:
        # In braces is what a cluster places a key by: all of one person's drafts lie together.
        return f"draft:{{{self._index.of('draft', str(person_id))}}}:{business}"

    def _mark(self, submission_key: str) -> str:
        return self._index.of("submission_key", submission_key)


def _about(person_id: UUID, business: str, version: int) -> str:
    return f"draft:{person_id}:{business}:{version}"
