"""What happens later: a job's name leads to a use case, and nothing is decided here."""

from worker.running import Worker, run
from worker.tasks import register

__all__ = ["Worker", "register", "run"]
