"""Ports on 127.0.0.1: which are free, and who has the others."""

import random
import socket

import psutil

PORTS_TO_TRY = 200
QUIET_PORTS = (15_000, 30_000)
"""Below the ports that systems use for outgoing connections."""


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As servers do: without it a port just left (TIME_WAIT) would look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
        return True


def free_port_from(preferred: int) -> int | None:
    """`preferred` or the next free port above it; None when there is none nearby."""
    candidates = range(preferred, min(preferred + PORTS_TO_TRY, 65536))
    return next((port for port in candidates if is_free(port)), None)


def any_free_port() -> int:
    """A free port at random.

    Not one the system would choose: those it hands to outgoing connections as well, at any moment.
    """
    while not is_free(port := random.randint(*QUIET_PORTS)):
        pass
    return port


def listener(port: int) -> psutil.Process | None:
    """The process that listens on the port, as far as this user may see it."""
    try:
        sockets = psutil.net_connections("tcp")
        pids = (s.pid for s in sockets if s.status == psutil.CONN_LISTEN and s.laddr and s.laddr.port == port)
        pid = next((pid for pid in pids if pid), None)
        return psutil.Process(pid) if pid else None
    except (psutil.Error, OSError):
        return None
