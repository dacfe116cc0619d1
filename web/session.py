"""Sessions: an opaque id in the cookie, everything else encrypted in the store.

A session is read only when a view looks at it, so pages without a person need no store at all. A citizen's ends
after 30 minutes without a request, and 12 hours after it began in any case; drafts outlive it.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from fund.errors import Unavailable

log = logging.getLogger(__name__)
IDLE = timedelta(minutes=30)
ABSOLUTE_SECONDS = 12 * 3600
_REFRESH_SECONDS = 60


class SessionStore(Protocol):
    """Where sessions are kept, each until it was left alone for its idle time."""

    def create(self, data: Mapping[str, Any]) -> str:
        """A new session; its id is a secret. Raises Unavailable."""
        ...

    def load(self, session_id: str) -> dict[str, Any] | None:
        """Raises Unavailable."""
        ...

    def save(self, session_id: str, data: Mapping[str, Any]) -> bool:
        """False when the session ended meanwhile. Raises Unavailable."""
        ...

    def touch(self, session_id: str) -> bool:
        """Begin the idle time anew. Raises Unavailable."""
        ...

    def drop(self, session_id: str) -> None:
        """Raises Unavailable."""
        ...


class StoredSession(SessionMixin):
    """One browser's session. Behaves as a dict; loads itself when first touched."""

    def __init__(self, store: SessionStore, cookie: str | None, *, absolute: float = ABSOLUTE_SECONDS) -> None:
        self._store = store
        self._absolute = absolute
        self.id = cookie
        self.is_new = False
        self.modified = False
        self._data: dict[str, Any] | None = None

    @property
    def was_touched(self) -> bool:
        """Whether anybody looked at it during this request."""
        return self._data is not None

    def _loaded(self) -> dict[str, Any]:
        if self._data is None:
            stored = self._store.load(self.id) if self.id else None
            if stored is not None and time.time() - float(stored.get("_born", 0)) > self._absolute:
                self._store.drop(str(self.id))
                stored = None
            if stored is None:
                # An id the browser brought along but the store does not know is never taken up.
                self.id, stored = None, {"_born": time.time()}
            self._data = stored
        return self._data

    def __getitem__(self, key: str) -> Any:
        return self._loaded()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._loaded()[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._loaded()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._loaded() if not key.startswith("_"))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return "StoredSession(…)"

    def rotate(self, *, keep: tuple[str, ...] = ()) -> None:
        """Begin anew with nothing carried over but ``keep``: at sign-in and sign-out. Raises Unavailable."""
        kept = {key: self._loaded()[key] for key in keep if key in self._loaded()}
        if self.id is not None:
            self._store.drop(self.id)
        self.id, self._data = None, {"_born": time.time(), **kept}
        self.modified = True

    def write(self) -> None:
        """Store now, so that a fault is the view's to tell. Raises Unavailable."""
        data = {**self._loaded(), "_written": time.time()}
        if self.id is None:
            self.id, self.is_new = self._store.create(data), True
        else:
            # Ended meanwhile in another window: it stays ended, and this window finds out on its next page.
            self._store.save(self.id, data)
        self._data, self.modified = data, False

    def keep_alive(self) -> None:
        """Begin the idle time anew, at most once a minute. Raises Unavailable."""
        written = self._loaded().get("_written")
        if written is not None and time.time() - float(written) > _REFRESH_SECONDS:
            self.write()


class StoredSessions(SessionInterface):
    """Flask's way in. ``secure`` gives the cookie the __Host- prefix, which ties it to https and this host."""

    def __init__(
        self,
        store: SessionStore,
        *,
        secure: bool,
        name: str = "fund",
        absolute: float = ABSOLUTE_SECONDS,
        same_site: str = "Lax",
    ) -> None:
        """``absolute``: seconds after which a session ends in any case. ``same_site``: ``Strict`` where nobody comes
        by a link from elsewhere."""
        self._store = store
        self._secure = secure
        self._absolute = absolute
        self._same_site = same_site
        self.cookie_name = f"__Host-{name}" if secure else name

    def get_cookie_name(self, app: Flask) -> str:
        """With the __Host- prefix where the cookie is secure."""
        return self.cookie_name

    def open_session(self, app: Flask, request: Request) -> StoredSession:
        """Nothing is read yet."""
        return StoredSession(self._store, request.cookies.get(self.cookie_name), absolute=self._absolute)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Store what changed and give the browser the id."""
        assert isinstance(session, StoredSession)
        if not session.was_touched:
            return
        response.vary.add("Cookie")
        try:
            session.write() if session.modified else session.keep_alive()
        except Unavailable:
            log.warning("a session could not be stored")
            return
        if session.is_new and session.id:
            response.set_cookie(
                self.cookie_name, session.id, httponly=True, secure=self._secure, samesite=self._same_site, path="/"
            )
