"""The programs of a development run: the one place that says what they are and in which order they go.

Starting: the databases and the outside world, then the migrations, then our own processes.
Stopping: the other way round, so that nobody loses a database it still writes to.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.embedded import ServerPlan
from config.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
GUNICORN = (sys.executable, "-m", "gunicorn")
WORKER_HEARTBEAT = "run/worker.heartbeat"
"""Below VAR_DIR: touched by the worker while it lives, should it do so."""


@dataclass(frozen=True)
class Program:
    """One child of the supervisor."""

    name: str
    group: str
    command: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    ready_url: str | None = None
    """Answers 200 (or, with any_answer, anything) once the program can serve; None is told by other means."""
    any_answer: bool = False


DATA, WORLD, OURS = "data", "world", "ours"
GROUPS = (DATA, WORLD, OURS)
"""In the order of starting; stopping goes backwards."""


def servers(plans: Sequence[tuple[str, ServerPlan, str]]) -> tuple[Program, ...]:
    """The embedded servers, from (name, plan, stop signal); none where DATABASE_URL and REDIS_URL are set."""
    return tuple(Program(name, DATA, plan.launch_command, stop_signal=stop) for name, plan, stop in plans)


def programs(settings: Settings) -> tuple[Program, ...]:
    """Everything that is not a database."""

    def ours(name: str, factory: str, port: int, ready: str, **environ: str) -> Program:
        return Program(
            name,
            OURS,
            (*GUNICORN, "-c", "config/gunicorn.py", factory),
            environ={"BIND_PORT": str(port), **environ},
            ready_url=f"http://127.0.0.1:{port}{ready}",
        )

    world = f"127.0.0.1:{settings.sandbox_port}"
    # The sandbox keeps its world in memory: one process. Its threads are many, for it may be told to be slow.
    sandbox = (
        "--workers",
        "1",
        "--threads",
        "16",
        "--bind",
        world,
        "--no-control-socket",
        "--timeout",
        "120",
    )
    return (
        Program(
            "sandbox",
            WORLD,
            (*GUNICORN, *sandbox, "--graceful-timeout", "3", "sandbox.app:create_app()"),
            ready_url=f"http://{world}/",
            any_answer=True,
        ),
        ours("web", "bootstrap.public:app()", settings.port, "/readyz"),
        ours("desk", "bootstrap.desk:app()", settings.desk_port, "/readyz", WEB_CONCURRENCY="1"),
        Program("worker", OURS, (sys.executable, "-m", "bootstrap.worker")),
    )
