"""What is good for one use: the states of OAuth and of a sign-in under way."""

import json
import logging
from collections.abc import Mapping
from datetime import timedelta

from adapters.crypto import Undecipherable
from adapters.valkey.sealed import SealedCache

log = logging.getLogger(__name__)


class OneTime:
    """Keeps something under a random name until it is taken or too old."""

    def __init__(self, cache: SealedCache) -> None:
        self._cache = cache

    def put(self, kind: str, name: str, data: Mapping[str, str], ttl: timedelta) -> None:
        """Keep. ``kind`` keeps uses apart: a state of one kind is nothing in another. Raises Unavailable."""
        self._cache.put(f"once:{kind}", name, json.dumps(dict(data)), ttl)

    def take(self, kind: str, name: str) -> dict[str, str] | None:
        """What was kept, the first time; None ever after, and for what was never kept. Raises Unavailable."""
        try:
            text = self._cache.take(f"once:{kind}", name)
        except Undecipherable as error:
            log.warning("a one-time value could not be opened: %s", error)
            return None
        return None if text is None else {str(k): str(v) for k, v in json.loads(text).items()}
