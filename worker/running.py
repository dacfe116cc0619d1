"""Keeping a worker at work: through restarts of the database, until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException

from worker import heartbeat

log = logging.getLogger(__name__)

Serving = Callable[[str], AbstractContextManager[Any]]
"""Holds an id around what is done for it, for the log and the neighbours."""

BEAT = 5.0
PAUSE = 1.0
"""Seconds between two looks whether the database is back."""

GRACE = 20.0
"""Seconds that jobs under way are given to finish when the worker is told to stop."""


class Worker:
    """Runs the jobs of an app. ``run`` blocks; ``stop`` may be called from any thread or signal handler."""

    def __init__(
        self,
        app: App,
        *,
        heartbeat: Path,
        concurrency: int = 4,
        poll: float = 5.0,
        beat: float = BEAT,
        grace: float = GRACE,
        serving: Serving = nullcontext,
    ) -> None:
        """``heartbeat``: the file that shows it is well. ``poll``: seconds between looks for jobs, besides
        being told of new ones. ``concurrency``: jobs at a time. ``serving``: is told the id of the job at hand."""
        self._app = app
        self._file = heartbeat
        self._beat = beat
        self._serving = serving
        self._options = {
            "concurrency": concurrency,
            "fetch_job_polling_interval": poll,
            "shutdown_graceful_timeout": grace,
            "install_signal_handlers": False,
            "delete_jobs": "successful",
            "name": "fund",
            "worker_middleware": [self._under_its_id],
        }
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = threading.Event()
        self._stop_now: asyncio.Event | None = None

    def run(self) -> None:
        """Work until stopped. SIGTERM and SIGINT stop it gracefully when this is the main thread."""
        asyncio.run(self._until_stopped())

    def stop(self) -> None:
        """Take no more jobs, finish those under way, return from ``run``."""
        self._stopping.set()
        if self._loop is not None and self._stop_now is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended by itself
                self._loop.call_soon_threadsafe(self._stop_now.set)

    async def _until_stopped(self) -> None:
        self._loop, self._stop_now = asyncio.get_running_loop(), asyncio.Event()
        if self._stopping.is_set():
            return
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.add_signal_handler(number, self.stop)
        try:
            while not self._stop_now.is_set():
                await self._until_disturbed(self._stop_now)
        finally:
            heartbeat.stop(self._file)
        log.info("worker stopped")

    async def _until_disturbed(self, stop: asyncio.Event) -> None:
        """One stretch of work: until the database goes away, or the worker is told to stop."""
        work = asyncio.create_task(self._work())
        told = asyncio.create_task(stop.wait())
        await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            work.cancel()
        try:
            await work
        except asyncio.CancelledError:
            if not told.done():
                raise
        except ConnectorException as error:
            log.warning("the worker has lost the database (%s) and waits for it", type(error).__name__)
        if not told.done():
            # However the stretch ended, another begins: a worker ends only when told to.
            await asyncio.wait({told}, timeout=PAUSE)
        told.cancel()

    async def _work(self) -> None:
        try:
            await self._app.open_async()
            beating = asyncio.create_task(self._keep_beating())
            try:
                await self._app.run_worker_async(**self._options)  # type: ignore[arg-type]
            finally:
                beating.cancel()
        finally:
            with contextlib.suppress(ConnectorException):
                await self._app.close_async()

    async def _under_its_id(self, go_on: Callable[[], Awaitable[Any]], context: JobContext, worker: object) -> Any:
        # The queue's own lines tell the job's number, so the id leads from a neighbour's log to them. Every attempt
        # has another, since every attempt asks the neighbours anew.
        with self._serving(f"job-{context.job.id}-{context.job.attempts + 1}"):
            return await go_on()

    async def _keep_beating(self) -> None:
        while True:
            try:
                if await self._app.check_connection_async():
                    heartbeat.beat(self._file)
            except ConnectorException as error:
                log.warning("no heartbeat: %s", type(error).__name__)
            except OSError as error:
                log.error("the heartbeat file cannot be written: %s", error.strerror)
            await asyncio.sleep(self._beat)


def run(app: App, *, heartbeat: Path, concurrency: int = 4, serving: Serving = nullcontext) -> None:
    """Work until SIGTERM or SIGINT. ``app`` has its tasks registered (``worker.register``)."""
    Worker(app, heartbeat=heartbeat, concurrency=concurrency, serving=serving).run()
