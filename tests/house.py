"""A whole house for tests: real PostgreSQL, real Valkey, sandbox, web, desk and worker as processes of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from bootstrap.embedded.ports import any_free_port
from bootstrap.embedded.postgres import running_postgres
from bootstrap.embedded.running import RunningServer
from bootstrap.embedded.valkey import running_valkey

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


class Part:
    """One process of the house; ``kill`` ends it and its children at once, ``start`` brings it back."""

    def __init__(self, name: str, command: list[str], environ: dict[str, str], log: Path, probe: str = "") -> None:
        self.name, self._command, self._environ, self._log, self._probe = name, command, environ, log, probe
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environ, stdout=out, stderr=out, start_new_session=True
            )

    def wait(self, seconds: float = 30) -> None:
        """Until it answers. Raises AssertionError with the end of its log."""
        until = time.monotonic() + seconds
        while self._probe and time.monotonic() < until:
            assert self._process is not None and self._process.poll() is None, (
                f"{self.name} ended:\n{self.log()[-3000:]}"
            )
            with contextlib.suppress(requests.RequestException):
                if requests.get(self._probe, timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        assert not self._probe, f"{self.name} does not answer:\n{self.log()[-3000:]}"

    def _end(self, with_signal: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, with_signal)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(10)

    def kill(self) -> None:
        """SIGKILL to the process and all its children."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""


class House:
    """Addresses and parts of a running house."""

    def __init__(self, var_dir: Path, postgres: RunningServer, valkey: RunningServer, extra: dict[str, str]) -> None:
        self.var_dir, self.postgres, self.valkey = var_dir, postgres, valkey
        port, sandbox_port, desk_port = any_free_port(), any_free_port(), any_free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.sandbox_url = f"http://127.0.0.1:{sandbox_port}"
        self.desk_url = f"http://127.0.0.1:{desk_port}"
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "C.UTF-8",
            "APP_ENV": "test",
            "VAR_DIR": str(var_dir),
            "PORT": str(port),
            "SANDBOX_PORT": str(sandbox_port),
            "DESK_PORT": str(desk_port),
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "WEB_CONCURRENCY": "2",
            "WEB_THREADS": "8",
            "PYTHONWARNINGS": "default",
            **extra,
        }
        gunicorn, logs = str(BIN / "gunicorn"), var_dir / "log"
        logs.mkdir(parents=True, exist_ok=True)
        self.web = self._part(
            "web", [gunicorn, "-c", "config/gunicorn.py", "bootstrap.public:app()"], f"{self.url}/readyz"
        )
        self.desk = self._part(
            "desk",
            [gunicorn, "-c", "config/gunicorn.py", "bootstrap.desk:app()"],
            f"{self.desk_url}/readyz",
            BIND_PORT=str(desk_port),
            WEB_CONCURRENCY="1",
        )
        self.worker = self._part("worker", [sys.executable, "-m", "bootstrap.worker"])
        self.sandbox = self._part(
            "sandbox",
            [
                gunicorn,
                "--workers",
                "1",
                "--threads",
                "16",
                "--no-control-socket",
                "--bind",
                f"127.0.0.1:{sandbox_port}",
                "sandbox.app:create_app()",
            ],
            f"{self.sandbox_url}/",
        )

    def _part(self, name: str, command: list[str], probe: str = "", **environ: str) -> Part:
        return Part(name, command, self.environ | environ, self.var_dir / "log" / f"{name}.log", probe)

    def start(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "bootstrap.release"],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        for part in (self.sandbox, self.web, self.desk, self.worker):
            part.start()
        for part in (self.sandbox, self.web, self.desk):
            part.wait()

    def stop(self) -> None:
        for part in (self.web, self.desk, self.worker, self.sandbox):
            part.stop()

    # what the sandbox's control interface gives
    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.sandbox_url}/_control/{path}", json=body, timeout=30)
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def inbox(self, openid: str) -> list[dict[str, Any]]:
        return list(self.control("GET", f"inbox/{openid}"))

    def notices(self, openid: str) -> list[dict[str, Any]]:
        """What the account wrote to this follower of its own accord, by whatever channel."""
        return [entry for entry in self.inbox(openid) if entry["kind"] in ("custom", "subscribe", "template")]

    def push(self, openid: str, **message: Any) -> list[dict[str, Any]]:
        return list(self.control("POST", "push", {"openid": openid, **message})["attempts"])

    @contextlib.contextmanager
    def fault(
        self, service: str, mode: str, *, path: str = "", times: int = 1000, seconds: float = 0
    ) -> Iterator[None]:
        body = {"service": service, "mode": mode, "times": times, "seconds": seconds} | ({"path": path} if path else {})
        self.control("POST", "faults", body)
        try:
            yield
        finally:
            self.control("DELETE", "faults")

    def flask(self, *arguments: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
        """Run the administrators' command."""
        return subprocess.run(
            [str(BIN / "flask"), *arguments], cwd=ROOT, env={**self.environ, "FLASK_APP": "bootstrap.cli:app"},
            capture_output=True, text=True, timeout=60, input=given,
        )  # fmt: skip

    def logs(self) -> str:
        return "".join(p.read_text("utf-8", "replace") for p in sorted((self.var_dir / "log").rglob("*.log")))


@contextlib.contextmanager
def running_house(var_dir: Path, **extra: str) -> Iterator[House]:
    """Everything started and answering; everything ended afterwards."""
    with running_postgres(var_dir) as postgres, running_valkey(var_dir) as valkey:
        house = House(var_dir, postgres, valkey, extra)
        try:
            house.start()
            yield house
        finally:
            house.stop()


def eventually(check: Any, seconds: float = 15) -> Any:
    """Call ``check`` until it gives something true. Raises AssertionError when it never does."""
    until = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
