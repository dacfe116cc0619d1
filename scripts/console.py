"""Stages on the console, and child processes that never outlive a stopped `make`."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType
from typing import NoReturn


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number


def stop_on_signals() -> None:
    """From here on the first stop signal raises Stopped in the main thread; later ones are ignored."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)


@contextlib.contextmanager
def stage(words: str) -> Iterator[None]:
    """Say what is being done, then how many seconds it took."""
    print(f"  {words} …", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(" 未完成", flush=True)
        raise
    print(f" 完成({time.monotonic() - began:.1f} 秒)", flush=True)


def run(command: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
    """Run a command quietly; when it fails, show what it said and exit with its code."""
    process = subprocess.Popen(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    if process.returncode:
        fail(f"\n{output[-6000:]}\n命令失败(退出码 {process.returncode}):{' '.join(command)}")


def fail(words: str) -> NoReturn:
    """Tell why it cannot go on, and end with exit code 1."""
    print(words, file=sys.stderr, flush=True)
    sys.exit(1)
