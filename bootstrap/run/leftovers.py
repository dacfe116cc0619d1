"""Finds and ends what an earlier run of the same VAR_DIR left behind, and only that.

Every child of a run carries MARK with its VAR_DIR in the environment it was started with; the databases are
known by their working directory as well. The lock tells a run that is alive from one that was killed.
"""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from bootstrap.embedded.processes import processes_in

MARK = "FUND_RUN_VAR_DIR"
SUPERVISOR_SECONDS, PROGRAM_SECONDS, DATA_SECONDS = 30.0, 4.0, 8.0


@contextlib.contextmanager
def only_run(var_dir: Path) -> Iterator[bool]:
    """Hold the lock of this VAR_DIR. Yields False when another run is alive and holds it."""
    folder = var_dir / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def leftovers(var_dir: Path) -> list[psutil.Process]:
    """The living processes of a run with this VAR_DIR, this process and its ancestors apart."""
    mine = {os.getpid(), *(process.pid for process in psutil.Process().parents())}
    marked = [process for process in psutil.process_iter() if _is_marked(process, str(var_dir))]
    found = {process.pid: process for process in (*marked, *databases(var_dir))}
    return [process for pid, process in found.items() if pid not in mine]


def databases(var_dir: Path) -> list[psutil.Process]:
    """The embedded servers that work in this VAR_DIR."""
    return processes_in(var_dir / "postgres" / "data", "postgres") + processes_in(var_dir / "valkey", "valkey-server")


def end_leftovers(var_dir: Path) -> int:
    """End them: supervisord (which ends the rest in order), programs, databases. How many there were."""
    found = leftovers(var_dir)
    data = {process.pid for process in databases(var_dir)}
    heads = [process for process in found if _is_supervisor(process)]
    _end(heads, signal.SIGTERM, SUPERVISOR_SECONDS)
    rest = [process for process in found if process.pid not in data and process not in heads]
    _end(rest, signal.SIGTERM, PROGRAM_SECONDS)
    # PostgreSQL's SIGINT is its fast shutdown; Valkey takes it as an orderly end too.
    _end(databases(var_dir), signal.SIGINT, DATA_SECONDS)
    _end(leftovers(var_dir), signal.SIGKILL, PROGRAM_SECONDS)
    return len(found)


def _end(processes: Sequence[psutil.Process], with_signal: signal.Signals, seconds: float) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(with_signal)
    give_up_at = time.monotonic() + seconds
    while any(map(_is_alive, processes)) and time.monotonic() < give_up_at:
        time.sleep(0.05)


def _is_alive(process: psutil.Process) -> bool:
    try:
        # In a container nobody may ever collect an orphan: dead is dead, collected or not.
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _is_marked(process: psutil.Process, var_dir: str) -> bool:
    try:
        return process.environ().get(MARK) == var_dir and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return False


def _is_supervisor(process: psutil.Process) -> bool:
    try:
        return "supervisor.supervisord" in process.cmdline()
    except psutil.Error:
        return False
