"""The sessions of the desk, with a list of them for each account."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from redis import Redis

from adapters.crypto import FieldCipher
from adapters.valkey.client import reaching
from adapters.valkey.sessions import Sessions
from fund.accounts import OpenSession

_HERE = ZoneInfo("Asia/Shanghai")


class StaffSessionStore(Sessions):
    """Plays ``web.session.SessionStore`` and ``fund.accounts.StaffSessions``.

    A session that carries ``staff_id`` is entered in that account's list before it exists, so none is ever missing
    there; names in the list of sessions that are gone are passed over, and taken out when somebody ends all.
    """

    def __init__(self, client: "Redis", cipher: FieldCipher, *, ttl: timedelta, absolute: timedelta) -> None:
        """``absolute``: how long a session lasts at most, and so how long its name has to be on the list."""
        super().__init__(client, cipher, ttl=ttl, name="desk")
        self._absolute = absolute

    def of(self, staff_id: UUID) -> Sequence[OpenSession]:
        """All that can still be opened. Raises Unavailable."""
        found = ((mark, self._kept(f"desk:{mark}")) for mark in self._marks(staff_id))
        return [_told(mark, data) for mark, data in found if data and data.get("staff_id") == str(staff_id)]

    def end(self, staff_id: UUID, mark: str) -> bool:
        """End that session of this account; False when its list has none of that name. Raises Unavailable."""
        name = self._list(staff_id)
        with reaching():
            # One at a time: in a cluster the two keys may lie on different machines.
            if not self._client.sismember(name, mark):
                return False
            self._client.delete(f"desk:{mark}")
            self._client.srem(name, mark)
        return True

    def end_all(self, staff_id: UUID) -> None:
        """Raises Unavailable."""
        for mark in self._marks(staff_id):
            self.end(staff_id, mark)

    def _born(self, session_id: str, data: Mapping[str, Any]) -> None:
        if owner := data.get("staff_id"):
            name = self._list(UUID(owner))
            with reaching():
                self._client.sadd(name, self.mark_of(session_id))
                self._client.pexpire(name, self._absolute)

    def _marks(self, staff_id: UUID) -> list[str]:
        with reaching():
            return sorted(mark.decode() for mark in cast("set[bytes]", self._client.smembers(self._list(staff_id))))

    def _list(self, staff_id: UUID) -> str:
        return f"desk-sessions:{staff_id}"


def _told(mark: str, data: Mapping[str, Any]) -> OpenSession:
    return OpenSession(
        mark,
        datetime.fromtimestamp(float(data["_born"]), _HERE),
        datetime.fromtimestamp(float(data["_written"]), _HERE),
        str(data.get("address", "")),
        str(data.get("browser", "")),
        int(data.get("epoch", 0)),
    )
