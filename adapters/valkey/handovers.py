"""Codes by which a draft is continued on another device: sealed, for five minutes, for one use."""

import json
import logging
from uuid import UUID

from adapters.crypto import Undecipherable
from adapters.valkey.sealed import SealedCache
from fund.handover import KEPT, Device, HandOver, new_code

log = logging.getLogger(__name__)
_KIND = "handover"


class ValkeyHandOvers:
    """Plays ``fund.handover.HandOvers``. The store holds neither the code nor, readable, whom and what it is for;
    the sealed text names the person by id and the place by name."""

    def __init__(self, cache: SealedCache) -> None:
        self._cache = cache

    def make(self, handover: HandOver) -> str:
        """Raises Unavailable."""
        code = new_code()
        text = json.dumps({"person": str(handover.person_id), "place": handover.place, "to": handover.to.value})
        self._cache.put(_KIND, code, text, KEPT)
        return code

    def look(self, code: str) -> HandOver | None:
        """Raises Unavailable."""
        try:
            return _handover(self._cache.get(_KIND, code))
        except Undecipherable as error:
            log.warning("a hand-over could not be opened: %s", error)
            return None

    def take(self, code: str) -> HandOver | None:
        """Raises Unavailable."""
        try:
            return _handover(self._cache.take(_KIND, code))
        except Undecipherable as error:
            log.warning("a hand-over could not be opened: %s", error)
            return None


def _handover(text: str | None) -> HandOver | None:
    if text is None:
        return None
    kept = json.loads(text)
    return HandOver(UUID(kept["person"]), str(kept["place"]), Device(kept["to"]))
