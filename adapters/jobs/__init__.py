"""The job queue: Procrastinate, in the same PostgreSQL as the changes that cause the jobs."""

from adapters.jobs.queue import defer, jobs_app, requeue

__all__ = ["defer", "jobs_app", "requeue"]
