"""The jobs of the money, as the worker is handed them."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from worker.sweeping import LostJobs


@dataclass(frozen=True, slots=True)
class MoneyJobs:
    """Use cases of ``fund.payout`` and ``fund.reconciliation``, and what finds their lost jobs."""

    prepare: Callable[[UUID], None]
    """The next payment of an approved application."""
    pay: Callable[[UUID], None]
    """A payment of a sealed batch, as far as it goes now."""
    ask_about_returns: Callable[[], None]
    reconcile: Callable[[], int]
    """Compare the books of the last days; how many differences are new."""
    unprepared: LostJobs
    lost: LostJobs
