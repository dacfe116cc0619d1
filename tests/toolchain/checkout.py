"""A copy of the checkout with stand-ins for our own processes, and a run of it."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from bootstrap.embedded.ports import any_free_port
from bootstrap.run.leftovers import leftovers

ROOT = Path(__file__).resolve().parents[2]

APP = """\
def {name}():
    def answer(environ, start):
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]
    return answer
"""
WORKER = """\
import os, pathlib, time
heartbeat = pathlib.Path(os.environ["VAR_DIR"]) / "run" / "worker.heartbeat"
while True:
    heartbeat.touch()
    time.sleep(0.1)
"""
COMMANDS = """\
import os, pathlib
import click, flask
def app():
    made = flask.Flask("commands")
    @made.cli.command("menu", context_settings={"ignore_unknown_options": True})
    @click.argument("words", nargs=-1)
    def menu(words):
        (pathlib.Path(os.environ["VAR_DIR"]) / "menu").mkdir()
    return made
"""
MAKEFILE = """\
run:
\t@exec "$(PYTHON)" -m bootstrap.run
"""


class Checkout:
    """A copy of the checkout with stand-ins, its own ports and VAR_DIR."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.var_dir = folder, folder / "var"
        self.ports = {name: str(any_free_port()) for name in ("PORT", "SANDBOX_PORT", "DESK_PORT")}
        for part in ("bootstrap/run", "bootstrap/embedded", "config"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "sandbox").mkdir()
        shutil.copy(ROOT / "sandbox" / "account.toml", folder / "sandbox")
        self.write("bootstrap/__init__.py", "")
        self.write("bootstrap/public.py", APP.format(name="app"))
        self.write("bootstrap/desk.py", APP.format(name="app"))
        self.write("sandbox/app.py", APP.format(name="create_app"))
        self.write("bootstrap/release.py", "print('migrated')\n")
        self.write("bootstrap/cli.py", COMMANDS)
        self.write("bootstrap/worker.py", WORKER)
        self.write("Makefile", MAKEFILE)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text, "utf-8")

    def environ(self) -> dict[str, str]:
        """All that a run is given."""
        own = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "APP_ENV": "development"}
        return own | self.ports | {"WEB_CONCURRENCY": "1"}

    @contextlib.contextmanager
    def run(self, *command: str, **environ: str) -> Iterator["Run"]:
        """`make run` (or the command) in its own session; whatever is left in the end is killed."""
        output = self.folder / "output.txt"
        with output.open("w+b") as file:
            process = subprocess.Popen(
                command or ("make", "run"),
                cwd=self.folder,
                env=self.environ() | environ,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield Run(self, process, output)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)
            for left in leftovers(self.var_dir):
                left.kill()


class Run:
    """One started run."""

    def __init__(self, checkout: Checkout, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.checkout, self.process, self._output = checkout, process, output

    def output(self) -> str:
        return self._output.read_text("utf-8", "replace")

    def until(self, arrived: Callable[[], bool], seconds: float = 20) -> None:
        give_up_at = time.monotonic() + seconds
        while not arrived():
            assert time.monotonic() < give_up_at, self.output()
            time.sleep(0.02)

    def ready(self) -> "Run":
        self.until(lambda: "全部就绪" in self.output() or self.process.poll() is not None)
        assert "全部就绪" in self.output(), self.output()
        return self

    def nothing_left(self) -> None:
        self.until(lambda: self.process.poll() is not None)
        assert [left.cmdline() for left in leftovers(self.checkout.var_dir)] == []

    def pids(self, words: str) -> set[int]:
        found = set()
        for process in leftovers(self.checkout.var_dir):
            with contextlib.suppress(psutil.NoSuchProcess):  # it has ended since it was found
                if words in " ".join(process.cmdline()):
                    found.add(process.pid)
        return found

    def starter(self) -> psutil.Process:
        make = psutil.Process(self.process.pid)
        return make.children()[0] if make.name() == "make" else make
