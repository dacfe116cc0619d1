"""Server-side sessions. The browser holds a random id and nothing else; the store holds neither id nor data
in readable form."""

import hashlib
import json
import logging
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from redis import Redis

from adapters.crypto import FieldCipher, Undecipherable
from adapters.valkey.client import reaching

log = logging.getLogger(__name__)


class Sessions:
    """Data (anything JSON holds) by session id, gone ``ttl`` after they were last saved or touched."""

    def __init__(self, client: "Redis", cipher: FieldCipher, *, ttl: timedelta, name: str = "session") -> None:
        """``name`` keeps the sessions of two apps apart: an id of one is nothing in the other."""
        self._client = client
        self._cipher = cipher
        self._milliseconds = int(ttl.total_seconds() * 1000)
        self._name = name

    def create(self, data: Mapping[str, Any]) -> str:
        """A new session; its id is for the cookie. Raises Unavailable."""
        session_id = secrets.token_urlsafe(32)
        self._born(session_id, data)
        key = self._key(session_id)
        with reaching():
            self._client.set(key, self._sealed(key, data), px=self._milliseconds)
        return session_id

    def load(self, session_id: str) -> dict[str, Any] | None:
        """The data, or None if there is no such session (any more). Raises Unavailable."""
        return self._kept(self._key(session_id))

    def _born(self, session_id: str, data: Mapping[str, Any]) -> None:
        """Before a new session is kept; for those who keep a list of them."""

    def _kept(self, key: str) -> dict[str, Any] | None:
        with reaching():
            sealed = cast("bytes | None", self._client.get(key))
        if sealed is None:
            return None
        try:
            return cast("dict[str, Any]", json.loads(self._cipher.open(sealed.decode("utf-8", "replace"), about=key)))
        except Undecipherable as error:
            # Whoever signs in again loses nothing: drafts are kept elsewhere.
            log.warning("a session could not be opened and is passed over: %s", error)
            return None

    def save(self, session_id: str, data: Mapping[str, Any]) -> bool:
        """Keep changed data. False if the session ended meanwhile: a sign-out in another window stays one.
        Raises Unavailable."""
        key = self._key(session_id)
        with reaching():
            return bool(self._client.set(key, self._sealed(key, data), px=self._milliseconds, xx=True))

    def touch(self, session_id: str) -> bool:
        """Begin the ``ttl`` anew. False if there is no such session. Raises Unavailable."""
        with reaching():
            return bool(self._client.pexpire(self._key(session_id), self._milliseconds))

    def drop(self, session_id: str) -> None:
        """End the session. Raises Unavailable."""
        with reaching():
            self._client.delete(self._key(session_id))

    def mark_of(self, session_id: str) -> str:
        """What names a session without opening it: 256 random bits cannot be guessed, so a plain hash hides them."""
        return hashlib.sha256(session_id.encode("utf-8", "replace")).hexdigest()

    def _key(self, session_id: str) -> str:
        return f"{self._name}:{self.mark_of(session_id)}"

    def _sealed(self, key: str, data: Mapping[str, Any]) -> str:
        return self._cipher.seal(json.dumps(dict(data), ensure_ascii=False), about=key)
