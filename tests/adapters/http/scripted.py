"""A neighbour that misbehaves to order: a bare socket server, because no web framework answers this badly."""

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Act = Callable[[socket.socket, "Scripted"], None]
"""Does something to a connection on which a whole request has arrived. Raising HangUp ends it."""


class HangUp(Exception):
    """End this connection now."""


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Scripted:
    """Answers ``path`` with the acts of its script, one after another; the last one repeats."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    _scripts: dict[str, list[Act]] = field(default_factory=dict)
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, *acts: Act) -> None:
        """From now on, ``path`` is answered so."""
        self._scripts[path] = list(acts)

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.received]

    def talk(self, connection: socket.socket) -> None:
        """Serve one connection until somebody ends it."""
        with self._lock:
            self.connections += 1
            self._open.add(connection)
        with contextlib.suppress(HangUp, OSError), connection, connection.makefile("rb") as stream:
            while request := _read_request(stream):
                with self._lock:
                    self.received.append(request)
                    script = self._scripts.get(request.path) or [answer({"code": "NOT_SCRIPTED"}, 404)]
                    act = script.pop(0) if len(script) > 1 else script[0]
                act(connection, self)
        with self._lock:
            self._open.discard(connection)

    def stop(self) -> None:
        """End every connection."""
        self.over.set()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def _read_request(stream: Any) -> Received | None:
    first = stream.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Received(first[0], first[1], headers, stream.read(int(headers.get("content-length", "0"))))


@contextlib.contextmanager
def scripted(tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """A running scripted neighbour."""
    listener = socket.create_server(("127.0.0.1", 0))
    neighbour = Scripted(port=listener.getsockname()[1])
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            neighbour.talk(tls.wrap_socket(connection, server_side=True) if tls else connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=serve, args=(connection,))
            thread.start()
            threads.append(thread)

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield neighbour
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        neighbour.stop()
        for thread in threads:
            thread.join(5)
        assert not any(thread.is_alive() for thread in threads)


def answer(body: Any, status: int = 200, kind: str = "application/json", **headers: str) -> Act:
    """A complete answer; ``body`` becomes JSON unless it is bytes or text."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    content = text.encode() if isinstance(text, str) else text
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join([*lines, "", ""]).encode() + content)


def raw(content: bytes, *, then_hang_up: bool = False) -> Act:
    """Exactly these bytes."""

    def act(connection: socket.socket, neighbour: Scripted) -> None:
        connection.sendall(content)
        if then_hang_up:
            raise HangUp

    return act


def hang_up(connection: socket.socket, neighbour: Scripted) -> None:
    """Close without a word."""
    raise HangUp


def reset(connection: socket.socket, neighbour: Scripted) -> None:
    """Close with a reset, as a crashing machine does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise HangUp


def half_close(connection: socket.socket, neighbour: Scripted) -> None:
    """Say that nothing more will be said, but keep listening."""
    connection.shutdown(socket.SHUT_WR)
    neighbour.over.wait(10)
    raise HangUp


def silence(connection: socket.socket, neighbour: Scripted) -> None:
    """Say nothing for as long as the test runs."""
    neighbour.over.wait(10)
    raise HangUp


def late(seconds: float, act: Act) -> Act:
    """The same, after a while."""

    def later(connection: socket.socket, neighbour: Scripted) -> None:
        if neighbour.over.wait(seconds):
            raise HangUp
        act(connection, neighbour)

    return later


def drip(content: bytes, every: float = 0.05, then: Act | None = None) -> Act:
    """The right bytes, one at a time."""

    def act(connection: socket.socket, neighbour: Scripted) -> None:
        for byte in content:
            if neighbour.over.wait(every):
                raise HangUp
            connection.sendall(bytes([byte]))
        if then is not None:
            then(connection, neighbour)

    return act


def flood(head: bytes, chunk: bytes, seconds: float = 10) -> Act:
    """The same chunk again and again until the other side has enough."""

    def act(connection: socket.socket, neighbour: Scripted) -> None:
        connection.sendall(head)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not neighbour.over.is_set():
            connection.sendall(chunk)
        raise HangUp

    return act
