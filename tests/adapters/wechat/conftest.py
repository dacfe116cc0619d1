"""A real Valkey, a clock that stands still, and a platform whose answers a test writes itself."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
import redis

from adapters.valkey.client import connect
from adapters.wechat.api import WeChatApi
from adapters.wechat.transport import Transport
from adapters.wechat.wire import Wire
from bootstrap.embedded import running_valkey
from bootstrap.embedded.running import RunningServer
from tests.adapters.wechat.platform_double import NOW, PlatformDouble

SHANGHAI = ZoneInfo("Asia/Shanghai")


def quick_client(url: str) -> redis.Redis:
    """A client that gives up at once, as the callback needs it."""
    return connect(url, timeout=1, retries=0)


@pytest.fixture(scope="session")
def wechat_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_valkey(tmp_path_factory.mktemp("wechat-valkey"), unsafe_fast=True) as server:
        yield server


@pytest.fixture
def store(wechat_valkey: RunningServer) -> Iterator[redis.Redis]:
    with quick_client(wechat_valkey.url) as client:
        client.flushall()
        yield client


class StandingClock:
    """The time of the vectors until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime.fromtimestamp(NOW, SHANGHAI)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def wire_for(clock: StandingClock) -> Callable[..., Wire]:
    def make(platform: PlatformDouble, **changes: Any) -> Wire:
        settings: dict[str, Any] = {
            "app_id": platform.app_id,
            "token": platform.token,
            "aes_key": platform.aes_key,
            "mode": platform.mode,
            "clock": clock,
        }
        return Wire(**settings | changes)

    return make


Answer = dict[str, Any] | bytes | int | Callable[[BaseHTTPRequestHandler], None]


class ScriptedPlatform:
    """An HTTP server that answers each path as told and remembers what it was asked.

    An answer is a JSON object, raw bytes (as text/html), an HTTP status, or a function that does as it likes.
    A list is used up in order, its last answer for ever.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.calls: list[tuple[str, str, dict[str, str], Any]] = []
        self.bodies: list[tuple[str, bytes]] = []
        self._tokens = 0
        self._lock = threading.Lock()
        self.token_life = 7200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._answer(self)

            do_POST = do_GET

            def log_message(self, *_args: Any) -> None:
                return None

        class Server(ThreadingHTTPServer):
            request_queue_size = 512
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def say(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def count(self, path: str) -> int:
        return sum(1 for _, called, _, _ in self.calls if called == path)

    def last(self, path: str) -> tuple[str, str, dict[str, str], Any]:
        return [call for call in self.calls if call[1] == path][-1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            self.bodies.append((handler.headers.get("Content-Type", ""), raw))
            kind = handler.headers.get("Content-Type", "")
            said = json.loads(raw) if raw and not kind.startswith("multipart/") else None
            self.calls.append((handler.command, parts.path, dict(parse_qsl(parts.query)), said))
            script = self.answers.get(parts.path)
            answer = self._default(parts.path) if script is None else script.pop(0) if script[1:] else script[0]
        if callable(answer):
            answer(handler)
            return
        status, body, kind = 200, b"", "text/html"
        if isinstance(answer, int):
            status = answer
        elif isinstance(answer, bytes):
            body = answer
        else:
            body, kind = json.dumps(answer).encode(), "application/json"
        head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        handler.wfile.write(head.encode() + body)

    def _default(self, path: str) -> dict[str, Any]:
        if path == "/cgi-bin/stable_token":
            self._tokens += 1
            return {"access_token": f"token-{self._tokens}-SECRET", "expires_in": self.token_life}
        return {"errcode": 0, "errmsg": "ok", "ip_list": ["127.0.0.1"]}


@pytest.fixture
def platform() -> Iterator[ScriptedPlatform]:
    scripted = ScriptedPlatform()
    yield scripted
    scripted.close()


@pytest.fixture
def api(platform: ScriptedPlatform, store: redis.Redis, clock: StandingClock) -> Iterator[WeChatApi]:
    transport = Transport(platform.url, connect=1, read=1, total=1.5)
    yield WeChatApi(transport, store, app_id="wx0", app_secret="APP-SECRET", clock=clock)
    transport.close()
