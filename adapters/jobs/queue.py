"""Putting jobs into the queue, on the connection of the change that causes them.

A job therefore exists if and only if its change was committed. Arguments are our own ids and nothing else:
they are readable in the database and in the worker's log.
"""

import functools
import re
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from psycopg_pool import AsyncConnectionPool

from fund.errors import Unavailable

QUEUE = "fund"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def jobs_app(database_url: str, *, most_connections: int = 6) -> App:
    """The queue for a worker. Connects only when it is opened; a lost connection is replaced."""
    connector = _Connector(
        pool_factory=_ImpatientPool,
        conninfo=database_url,
        min_size=1,
        max_size=most_connections,
        timeout=3,
        reconnect_timeout=4,
        kwargs={"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3},
    )
    return App(connector=connector)


class _Connector(PsycopgConnector):
    """Says of a failed opening what it says of every other failure, and can be opened again after it."""

    async def open_async(self, pool: AsyncConnectionPool | None = None) -> None:
        try:
            await super().open_async(pool)
        except psycopg.Error as error:
            await self.close_async()
            raise ConnectorException from error


class _ImpatientPool(AsyncConnectionPool):
    """Says soon that the database is down, so that the worker's own loop decides what to do."""

    async def open(self, wait: bool = False, timeout: float = 3.0) -> None:
        await super().open(wait, timeout)


def defer(connection: psycopg.Connection[Any], task_name: str, /, **ids: str) -> None:
    """Put a job into the queue in the transaction of ``connection``: rolled back, there is no job.

    While one like it waits, no second is put beside it. ``ids`` are UUIDs of ours as text; anything else is a
    ValueError. Raises Unavailable.
    """
    for name, value in ids.items():
        if not _ID.fullmatch(value):
            raise ValueError(f"{name} is not an id; jobs are given ids only")
    job = _queue().configure_task(task_name, queue=QUEUE, queueing_lock=_lock(task_name, ids), connection=connection)
    try:
        connection.execute("SAVEPOINT job")
        try:
            job.defer(**ids)
        except AlreadyEnqueued:
            # One like it waits and will do; the change that caused this one goes on.
            connection.execute("ROLLBACK TO SAVEPOINT job")
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise Unavailable("database: no connection for the job", code="database") from None
    except ConnectorException as error:
        if isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
            raise Unavailable("database: no connection for the job", code="database") from None
        raise


async def requeue(app: App, task_name: str, /, **ids: str) -> bool:
    """Put a job into the queue again unless one like it waits or runs. Returns whether it was needed.

    Both are looked for in one statement, so that a job which is just being fetched is not doubled.
    """
    lock = _lock(task_name, ids)
    there = await app.job_manager.list_jobs_async(queueing_lock=lock)
    if any(job.status in (Status.TODO.value, Status.DOING.value) for job in there):
        return False
    try:
        await app.configure_task(task_name, queue=QUEUE, queueing_lock=lock).defer_async(**ids)
    except AlreadyEnqueued:
        return False
    return True


def _lock(task_name: str, ids: dict[str, str]) -> str:
    return ":".join((task_name, *(ids[name] for name in sorted(ids))))


@functools.cache
def _queue() -> App:
    """For deferring on a connection that is handed in: it never opens one of its own."""
    return App(connector=SyncPsycopgConnector())
