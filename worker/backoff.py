"""When to try again what could not be done now."""

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from fund.errors import OutcomeUnknown, Unavailable

FIRST = 5
"""Seconds before the second attempt; each wait is twice the one before."""

LONGEST = 3600
LONGEST_UNKNOWN = 60
"""What may have arrived is asked for again while the other side still remembers it."""


class Backoff(BaseRetryStrategy):
    """Unavailable and OutcomeUnknown are tried again, for as long as the use case raises them. Anything else
    is a fault: the job fails, and the log says so."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """How long to wait, or None for no further attempt."""
        if not isinstance(exception, Unavailable | OutcomeUnknown):
            return None
        longest = LONGEST if isinstance(exception, Unavailable) else LONGEST_UNKNOWN
        return RetryDecision(retry_in={"seconds": min(FIRST * 2 ** min(job.attempts, 16), longest)})
