"""A way to a server on which answers get lost: the command arrives, then the connection breaks."""

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import urlsplit, urlunsplit


class Relay:
    """Listens on a port of its own and passes on. As a context manager it ends with the block."""

    def __init__(self, url: str) -> None:
        there = urlsplit(url)
        self._target = (there.hostname, there.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        here = there.netloc.rpartition("@")[0] + f"@127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = urlunsplit(there._replace(netloc=here))
        self._drop = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def drops_an_answer(self) -> None:
        """The next answer, and the connection it would have come by."""
        self._drop.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            threading.Thread(target=self._pass, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with source, sink:
            while data := self._read(source):
                if is_answer and self._drop.is_set():
                    self._drop.clear()
                    break
                sink.sendall(data)
            for end in (source, sink):
                self._shut(end)

    @staticmethod
    def _read(source: socket.socket) -> bytes:
        try:
            return source.recv(65536)
        except OSError:
            return b""

    @staticmethod
    def _shut(end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()
