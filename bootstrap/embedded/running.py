"""A server that a test holds: it can be killed and started again, and never outlives the test's process."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import IO

from bootstrap.embedded.errors import EmbeddedError
from bootstrap.embedded.plan import ServerPlan
from bootstrap.embedded.processes import ensure_unused

START_SECONDS = 20.0
STOP_SECONDS = 10.0

# Waits for its standard input to close; the death of the process that holds it does that, whatever the cause.
GUARD = 'read -r _; kill -s "$1" "$2" 2>/dev/null'


class RunningServer:
    """A started embedded server. `url` stays the same over kill() and start()."""

    def __init__(self, plan: ServerPlan, answers: Callable[[str], bool], stop_signal: signal.Signals) -> None:
        self._plan = plan
        self._answers = answers
        self._stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()

    @property
    def url(self) -> str:
        """Where to connect."""
        return self._plan.url

    @property
    def pid(self) -> int:
        """The server's process id. Raises EmbeddedError when it is not running."""
        if self._process is None:
            raise EmbeddedError("服务未运行。")
        return self._process.pid

    def start(self) -> None:
        """Start the server and return once it answers. Raises EmbeddedError with the end of its log."""
        ensure_unused(self._plan.directory, self._plan.command[0].rpartition("/")[2])
        plan = self._plan
        extra_groups = None if plan.uid is None else ()
        self._process = subprocess.Popen(
            plan.command,
            cwd=plan.directory,
            user=plan.uid,
            group=plan.gid,
            extra_groups=extra_groups,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._guard = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                GUARD,
                "sh",
                self._stop_signal.name.removeprefix("SIG"),
                str(self._process.pid),
            ],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        give_up_at = time.monotonic() + START_SECONDS
        while not self._answers(plan.url):
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                self.kill()
                raise EmbeddedError(f"{plan.command[0]} 未能启动:\n{self.log()[-1500:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: the server gets no chance to tidy up. Does nothing when it is not running."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the server to stop and wait for it. Does nothing when it is not running."""
        self._end(self._stop_signal)

    def log(self) -> str:
        """What the server has written so far."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def close(self) -> None:
        """Stop, and let go of the log."""
        self.stop()
        self._log.close()

    def _end(self, with_signal: signal.Signals) -> None:
        process, guard = self._process, self._guard
        self._process = self._guard = None
        if guard is not None:  # first: its pid must not be signalled after it may belong to another process
            guard.kill()
            guard.communicate()
        if process is not None:
            process.send_signal(with_signal)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
