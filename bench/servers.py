"""The servers that are compared, each a gunicorn of its own, and the CPU they have used."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bootstrap.embedded.ports import any_free_port
from tests.house import Part

_GUNICORN = str(Path(sys.executable).parent / "gunicorn")


@dataclass(frozen=True)
class Server:
    """One that answers pushes on ``port``."""

    name: str
    port: int
    part: Part

    def cpu(self) -> float:
        """CPU seconds, user and system, that gunicorn and its workers have used so far."""
        return cpu_of(self.part.pid)


def cpu_of(pid: int) -> float:
    """CPU seconds, user and system, of a process and its children so far."""
    parent = psutil.Process(pid)
    times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
    return sum(time.user + time.system for time in times)


@contextmanager
def serving(servers: dict[str, tuple[str, list[str]]], environ: dict[str, str], logs: Path) -> Iterator[list[Server]]:
    """All of them started and answering: name → (WSGI app, gunicorn's options)."""
    with ExitStack() as running:
        started = []
        for name, (app, options) in servers.items():
            port = any_free_port()
            own = {**environ, "PORT": str(port)}
            bind = ["--bind", f"127.0.0.1:{port}"]
            probe = f"http://127.0.0.1:{port}/" + ("healthz" if "()" in app else "")
            part = Part(name, [_GUNICORN, *options, *bind, app], own, logs / f"{port}.log", probe)
            part.start()
            running.callback(part.stop)
            started.append(Server(name, port, part))
        for server in started:
            server.part.wait()
        yield started
