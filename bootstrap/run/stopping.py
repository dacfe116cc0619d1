"""Notices that the run shall end: by a signal to this process, or by one to the `make` that started it."""

import os
import signal
from types import FrameType
from typing import NoReturn

import psutil

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """The run shall end now."""


def stop_on_signals() -> None:
    """The first stop signal raises Stop in the main thread; later ones are ignored, the stop is under way."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        ignore_signals()
        raise Stop

    for each in STOP_SIGNALS:
        signal.signal(each, stop)


def ignore_signals() -> None:
    """From here on nothing interrupts the stop."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)


class MakeWatch:
    """Watches the `make` above this process.

    make passes SIGTERM on to its children, but not a SIGINT or SIGHUP sent to it alone: it waits for them,
    with that signal blocked. So a blocked stop signal in a waiting make, or a make that is gone, means: stop.
    """

    def __init__(self) -> None:
        parent = psutil.Process().parent()
        self._make = parent.pid if parent is not None and _name(parent) in ("make", "gmake") else None

    def raise_if_stopped(self) -> None:
        """Raises Stop when make was told to stop, or has died."""
        if self._make is None:
            return
        if os.getppid() != self._make or _blocks_a_stop_signal(self._make):
            ignore_signals()
            raise Stop


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def _blocks_a_stop_signal(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            blocked = next((line.split()[1] for line in file if line.startswith("SigBlk:")), "0")
    except OSError:  # not Linux, or gone; the latter shows in getppid
        return False
    return any(int(blocked, 16) >> (each - 1) & 1 for each in STOP_SIGNALS)
