"""Finds the processes of one server by its working directory, and clears the lock a dead one left.

A pid alone proves nothing: after a power cut or in a container the number in a pid file soon belongs to
somebody else. A server of ours is a process of the right name that works in this very data directory.
"""

import time
from pathlib import Path

import psutil

from bootstrap.embedded.errors import EmbeddedError

LOCK_NAME = "postmaster.pid"
ORPHANS_SECONDS = 10.0


def processes_in(directory: Path, name: str) -> list[psutil.Process]:
    """The living processes called `name…` whose working directory is `directory`."""
    wanted = directory.resolve()
    return [process for process in psutil.process_iter(["name"]) if _is_at(process, name, wanted)]


def _is_at(process: psutil.Process, name: str, directory: Path) -> bool:
    try:
        # A process of another user is not readable, and could not use a private directory of ours anyway.
        return process.name().startswith(name) and Path(process.cwd()) == directory
    except (psutil.Error, OSError):
        return False


def ensure_unused(directory: Path, name: str) -> None:
    """Return once no server works in `directory`, with no stale lock left in it.

    The children of a killed PostgreSQL notice its death and leave by themselves within moments; that is
    waited for. Raises EmbeddedError when a server is alive there.
    """
    give_up_at = time.monotonic() + ORPHANS_SECONDS
    while found := processes_in(directory, name):
        heads = [process for process in found if not _is_child(process, name)]
        if _locked_by(directory, heads) or time.monotonic() > give_up_at:
            pids = "、".join(str(process.pid) for process in heads or found)
            raise EmbeddedError(f"{directory} 已有 {name} 在运行(进程 {pids})。请先停止它,再重新启动。")
        time.sleep(0.05)
    # Nobody works here, so whatever the lock says (a reused pid, half a line, nothing) is history.
    (directory / LOCK_NAME).unlink(missing_ok=True)


def _is_child(process: psutil.Process, name: str) -> bool:
    try:
        parent = process.parent()
        return parent is not None and parent.name().startswith(name)
    except psutil.Error:
        return False


def _locked_by(directory: Path, heads: list[psutil.Process]) -> bool:
    try:
        first_line = (directory / LOCK_NAME).read_text("ascii", errors="replace").partition("\n")[0]
    except FileNotFoundError:
        return bool(heads)  # a server without a lock file (Valkey) is simply there or not
    return first_line.strip() in {str(process.pid) for process in heads}
