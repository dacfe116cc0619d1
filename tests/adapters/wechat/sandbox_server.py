"""The sandbox behind a real HTTP server in a thread of the test's process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.app import create_app
from tests.adapters.wechat.platform_double import PlatformDouble


class Quiet(WSGIRequestHandler):
    """The development server would log query strings; what the product logs is looked at instead."""

    def log(self, *_args: Any) -> None:
        return None


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app's address; the server is gone afterwards."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@dataclass(frozen=True)
class SandboxServer:
    """A running sandbox and its control interface."""

    url: str

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.url}/_control/{path}", json=body, timeout=15)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def calls(self, path: str) -> int:
        return sum(1 for entry in self.control("GET", "journal") if entry["path"] == path)

    def push(self, openid: str, **what: Any) -> list[dict[str, Any]]:
        """Do something as a follower; every delivery attempt."""
        return list(self.control("POST", "push", {"openid": openid, "retry_seconds": 0.05, **what})["attempts"])

    def inbox(self, openid: str, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.control("GET", f"inbox/{openid}") if entry["kind"] == kind]


@contextmanager
def running_sandbox(var_dir: Path, double: PlatformDouble, public_url: str) -> Iterator[SandboxServer]:
    """A sandbox whose Official Account is the double's."""
    environ = {
        "VAR_DIR": str(var_dir),
        "PUBLIC_URL": public_url,
        "WECHAT_APP_ID": double.app_id,
        "WECHAT_APP_SECRET": "APP-SECRET",
        "WECHAT_TOKEN": double.token,
        "WECHAT_AES_KEY": double.aes_key,
        "WECHAT_ACCOUNT": double.account,
        "WECHAT_MODE": double.mode,
        "WECHAT_TEMPLATE_PROGRESS": "PROGRESS-TEMPLATE",
    }
    with served(create_app(environ)) as url:
        yield SandboxServer(url)
