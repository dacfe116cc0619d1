"""A Flask app with only the Official Account in it, behind a real HTTP server, with a real Valkey."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
import requests
from flask import Flask

from adapters.valkey.client import connect
from adapters.wechat.duplicates import Duplicates
from adapters.wechat.messages import Incoming
from adapters.wechat.wire import Wire
from bootstrap.embedded import running_valkey
from bootstrap.embedded.running import RunningServer
from fund.errors import Unavailable
from tests.adapters.wechat.platform_double import NOW, PlatformDouble, lists, url_of
from tests.adapters.wechat.sandbox_server import SandboxServer, running_sandbox, served
from tests.faces.wechat_bot.administrator import BUSINESS, DOUBLE, PUBLIC, Administrator
from wechat_bot import callback
from wechat_bot.answering import Answering
from wechat_bot.entry import PushEntry
from wechat_bot.replies import BOT
from wechat_bot.services import BotServices

SHANGHAI = ZoneInfo("Asia/Shanghai")


def standing_clock() -> datetime:
    return datetime.fromtimestamp(NOW, SHANGHAI)


@dataclass
class Desk:
    """The rest of the service as the replies see it; remembers what it was told."""

    progress: dict[str, str] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    followed: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    fails: int = 0
    hold: threading.Event | None = None
    delivered: list[tuple[str, str, str]] = field(default_factory=list)
    chosen: list[tuple[str, str, bool]] = field(default_factory=list)
    on_duty: bool = False
    kept: list[Incoming] = field(default_factory=list)
    cannot_keep: bool = False
    budget: float = 3.5

    def keep(self, message: Incoming) -> None:
        """Plays ``answering.Late``."""
        if self.cannot_keep:
            raise Unavailable("the database", code="database")
        self.kept.append(message)

    def progress_of(self, openid: str) -> str | None:
        self._work()
        self.asked.append(openid)
        if self.hold is not None:
            self.hold.wait(5)
        return self.progress.get(openid)

    def progress_with(self, openid: str, reference: str) -> str | None:
        told = self.progress_of(openid)
        return told if told is None or reference in told else ""

    def forget(self, openid: str, before: datetime | None = None) -> None:
        self._work()
        self.forgotten.append(openid)

    def follow(self, openid: str, scene: str) -> None:
        self._work()
        self.followed.append((openid, scene))

    def _report(self, openid: str, msgid: str, status: str) -> None:
        self._work()
        self.delivered.append((openid, msgid, status))

    def _choose(self, openid: str, template_id: str, accepted: bool, at: datetime | None = None) -> None:
        self._work()
        self.chosen.append((openid, template_id, accepted))

    def _code(self) -> str:
        self._work()
        return "MEDIA-ID"

    def _work(self) -> None:
        self.fails -= 1
        if self.down or self.fails >= 0:
            raise Unavailable("the database", code="database")

    def services(self) -> BotServices:
        return BotServices(
            public_url="https://gjj.example.cn",
            progress_of=self.progress_of,
            progress_with=self.progress_with,
            forget=self.forget,
            follow=self.follow,
            delivered=self._report,
            chose=self._choose,
            account_code=self._code,
            staff_on_duty=lambda: self.on_duty,
            clock=standing_clock,
            hotline="12329",
            hours="工作日 9:00—16:30",
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


class Counter:
    """A limiter that counts for ever."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}

    def allow(self, name: str, key: str, *, most: int, seconds: int) -> bool:
        self.counts[name, key] = self.counts.get((name, key), 0) + 1
        return self.counts[name, key] <= most


class OneTimes:
    """One-time records in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}
        self.seconds: list[int] = []

    def put(self, key: str, value: Mapping[str, Any], seconds: int) -> None:
        self.kept[key] = dict(value)
        self.seconds.append(seconds)

    def take(self, key: str) -> Mapping[str, Any] | None:
        return self.kept.pop(key, None)


@pytest.fixture(scope="session")
def bot_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_valkey(tmp_path_factory.mktemp("bot-valkey"), unsafe_fast=True) as server:
        yield server


@pytest.fixture
def records(bot_valkey: RunningServer) -> Iterator[redis.Redis]:
    with connect(bot_valkey.url, timeout=1, retries=0) as client:
        client.flushall()
        yield client


@dataclass
class Callback:
    """The running callback and the platform that talks to it."""

    url: str
    double: PlatformDouble
    desk: Desk
    limiter: Counter

    def deliver(self, query: dict[str, str], body: bytes) -> requests.Response:
        return requests.post(self.url + url_of(query), data=body, headers={"Content-Type": "text/xml"}, timeout=10)

    def say(self, nonce: str = "586461", **fields: str) -> dict[str, str]:
        """Push a message, give back the reply's fields ({} for ``success``)."""
        answer = self.deliver(*self.double.push(self.double.xml(**fields), nonce=nonce))
        assert answer.status_code == 200, answer.text
        return {} if answer.content == b"success" else self.double.opened(answer.content)


@pytest.fixture
def running_app() -> Iterator[Callable[[Flask], str]]:
    """Serves an app on a free port until the test is over."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(served(app))


@pytest.fixture
def callback_in(desk: Desk, records: redis.Redis, running_app: Callable[[Flask], str]) -> Callable[[str], Callback]:
    """The callback in one of the three modes."""

    def make(mode: str) -> Callback:
        double, limiter = PlatformDouble(mode=mode), Counter()
        wire = Wire(app_id=double.app_id, token=double.token, aes_key=double.aes_key, mode=mode, clock=standing_clock)
        answering = Answering(BOT, desk.services(), desk, budget=desk.budget, most_at_once=16)
        duplicates = Duplicates(records, b"a server-side secret")
        app = Flask("callback-under-test")
        app.register_blueprint(callback.blueprint(callback.Bot(wire, duplicates, answering, limiter)))
        app.wsgi_app = PushEntry(  # type: ignore[method-assign]
            app.wsgi_app,
            wire,
            duplicates,
            answering,
            hosts=(),
            headers={},
            serving=lambda _request_id: nullcontext(),
            measure=lambda *_measure: None,
        )
        return Callback(running_app(app), double, desk, limiter)

    return make


__all__ = ["Callback", "Counter", "Desk", "OneTimes", "lists"]


class Generous:
    """A limiter that allows everything."""

    def allow(self, name: str, key: str, *, most: int, seconds: int) -> bool:
        return True


@pytest.fixture(scope="session")
def the_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """The platform that the administrators' commands speak to."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), DOUBLE, PUBLIC) as server:
        yield server


@pytest.fixture
def admin(the_sandbox: SandboxServer, records: redis.Redis, tmp_path: Path) -> Administrator:
    """An administrator of an account without a menu."""
    the_sandbox.control("POST", "reset", {"menu": True})
    administrator = Administrator(the_sandbox.url, records, tmp_path)
    administrator.writes(BUSINESS)
    return administrator
