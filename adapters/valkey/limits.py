"""How often something may be done by one caller. With the store down everybody may, and the log says so; unless the
limit guards a door that then has to stay shut."""

import logging
from dataclasses import dataclass
from typing import cast

from redis import Redis

from adapters.crypto import BlindIndex
from adapters.valkey.client import reaching
from fund.errors import Unavailable

log = logging.getLogger(__name__)

# A sliding window made of two fixed ones: the last one counts by the share of it that is still in sight.
# Returns 0, or the milliseconds until the next try can succeed; a refused try is not counted.
_COUNT = """
local most, size = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window, passed = math.floor(now / size), now % size
local kept = redis.call('HMGET', KEYS[1], 'window', 'count', 'before')
local at, count, before = tonumber(kept[1] or -9), tonumber(kept[2] or 0), tonumber(kept[3] or 0)
if at < window - 1 then count, before = 0, 0 elseif at < window then count, before = 0, count end
if count + before * (1 - passed / size) + 1 > most then
    if count + 1 > most then return size - passed + size * (1 - (most - 1) / count) end
    return size * (1 - (most - 1 - count) / before) - passed + 1
end
redis.call('HSET', KEYS[1], 'window', window, 'count', count + 1, 'before', before)
redis.call('PEXPIRE', KEYS[1], size * 2)
return 0
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether this try is within the limit; if not, in how many seconds another can be."""

    ok: bool
    wait: int = 0


class RateLimiter:
    """Counts tries by scope and caller, over all processes."""

    def __init__(self, client: "Redis", index: BlindIndex, *, fails_open: bool = True) -> None:
        """The client should have a short time-out and no retries: nobody should wait for a limit."""
        self._client = client
        self._index = index
        self._fails_open = fails_open

    def hit(self, scope: str, caller: str, *, most: int, seconds: float) -> Verdict:
        """Count a try: at most ``most`` in any ``seconds`` (to within a few per cent). Raises Unavailable, and
        only where it was told not to fail open."""
        key = f"rate:{scope}:{self._index.of(f'rate:{scope}', caller)}"
        try:
            with reaching():
                wait = cast(int, self._client.eval(_COUNT, 1, key, str(most), str(int(seconds * 1000))))
        except Unavailable as error:
            log.error("rate limit %s is not kept: %s", scope, error)
            if not self._fails_open:
                raise
            return Verdict(ok=True)
        return Verdict(ok=True) if wait <= 0 else Verdict(ok=False, wait=max(-(-wait // 1000), 1))
