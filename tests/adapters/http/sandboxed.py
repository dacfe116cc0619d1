"""The sandbox on a port of its own, for adapters that are to work with it as it is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.app import create_app
from sandbox.world import World

PUBLIC_URL = "http://127.0.0.1:9"
SETTINGS = {
    "PUBLIC_URL": PUBLIC_URL,
    "CORE_KEY": "test-core-key",
    "BANK_KEY": "test-bank-key",
    "IDENTITY_APP_NAME": "test-app",
    "IDENTITY_KEY": "0123456789abcdefFEDCBA98",
    "IDENTITY_CLIENT_ID": "test-client",
    "IDENTITY_CLIENT_SECRET": "test-client-secret",
}


@dataclass(frozen=True)
class Sandbox:
    """Where it runs, and its world."""

    url: str
    world: World

    def fault(self, service: str, mode: str, path: str = "", times: int = 1, seconds: float = 0.5) -> None:
        """Let the next calls go wrong, as its users do: by the control interface."""
        asked = {"service": service, "mode": mode, "path": path, "times": times, "seconds": seconds}
        answer = requests.post(f"{self.url}/_control/faults", json=asked, timeout=5)
        assert answer.status_code < 300, answer.text


class _Quiet(WSGIRequestHandler):
    """Keeps no log: addresses of the identity service hold session ids."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def running_sandbox(directory: Path, **environ: str) -> Iterator[Sandbox]:
    """A sandbox with the demo people, keeping its world in ``directory``."""
    app = create_app({"VAR_DIR": str(directory), **SETTINGS, **environ})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Sandbox(f"http://127.0.0.1:{server.server_port}", app.extensions["world"])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
