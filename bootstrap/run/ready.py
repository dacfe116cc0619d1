"""Whether each program serves."""

import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from bootstrap.run.programs import WORKER_HEARTBEAT, Program

WORKER_STARTED = b"Starting worker"
"""What Procrastinate logs when its worker begins to take jobs."""


def is_ready(program: Program, state: dict[str, Any], var_dir: Path) -> bool:
    """Whether the program, in this state of supervisord's, can do its work now."""
    if state.get("statename") not in ("STARTING", "RUNNING"):
        return False
    if program.ready_url is not None:
        return _answers(program.ready_url, any_answer=program.any_answer)
    began = float(state.get("start", 0))
    heartbeat = var_dir / WORKER_HEARTBEAT
    if heartbeat.exists() and heartbeat.stat().st_mtime >= began:
        return True
    log = var_dir / "log" / f"{program.name}.log"
    return log.exists() and log.stat().st_mtime >= began and WORKER_STARTED in tail(log, 20_000)


def _answers(url: str, *, any_answer: bool) -> bool:
    try:
        # Loopback never goes through a proxy that the environment may name.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5):
            return True
    except urllib.error.HTTPError as answer:
        answer.close()
        return any_answer and answer.code < 500
    except OSError:
        return False


def tail(path: Path, size: int) -> bytes:
    """The last `size` bytes of a file; empty when it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read()
    except FileNotFoundError:
        return b""
