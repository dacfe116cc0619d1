"""The core system's answers, kept for a few minutes: every page of a journey asks for the same member."""

import logging
from datetime import timedelta

from adapters.crypto import Undecipherable
from adapters.valkey.member_text import member_of, text_of
from adapters.valkey.sealed import SealedCache
from fund.errors import Unavailable
from fund.people import Member, Person
from fund.ports import Members

log = logging.getLogger(__name__)

_KIND = "member"


class CachedMembers:
    """Plays ``fund.ports.Members`` in front of another. Only good answers are kept, sealed; the store being
    down costs time, not answers."""

    def __init__(self, members: Members, cache: SealedCache, *, kept: timedelta = timedelta(minutes=5)) -> None:
        self._members = members
        self._cache = cache
        self._kept = kept

    def find(self, person: Person, *, fresh: bool = False) -> Member:
        """What is known of this person. ``fresh`` asks the core system itself, and keeps what it says.

        Raises what the core system's adapter raises.
        """
        if not fresh and (kept := self._kept_for(person)):
            return kept
        found = self._members.find(person, fresh=fresh)
        try:
            self._cache.put(_KIND, str(person.id), text_of(found), self._kept)
        except Unavailable as error:
            log.warning("a member is not kept: %s", error)
        return found

    def _kept_for(self, person: Person) -> Member | None:
        try:
            text = self._cache.get(_KIND, str(person.id))
        except (Unavailable, Undecipherable) as error:
            log.warning("kept members are passed over: %s", error)
            return None
        return None if text is None else member_of(text)
