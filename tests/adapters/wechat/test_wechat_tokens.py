"""One token for everybody: fetched once, renewed in time, expired only by who saw it fail."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis

from adapters.wechat.tokens import Fetched, SharedValue
from bootstrap.embedded.running import RunningServer
from fund.errors import Refused, Unavailable
from tests.adapters.wechat.conftest import ScriptedPlatform, StandingClock, quick_client

ROOT = Path(__file__).resolve().parents[3]
NAME = "wechat:wx0:access_token"
SECRET = b"APP-SECRET"


class Source:
    """Hands out numbered values."""

    def __init__(self, expires_in: int = 7200, seconds: float = 0) -> None:
        self.fetches = 0
        self.expires_in = expires_in
        self._seconds = seconds

    def __call__(self) -> Fetched:
        self.fetches += 1
        time.sleep(self._seconds)
        return Fetched(f"value {self.fetches}", self.expires_in)


def test_a_value_is_fetched_once_and_shared(store: redis.Redis, clock: StandingClock) -> None:
    source = Source()
    one, two = (SharedValue(store, NAME, source, clock, SECRET) for _ in range(2))
    assert [one.get(), two.get(), one.get()] == ["value 1"] * 3
    assert source.fetches == 1


def test_it_is_renewed_300_seconds_before_its_end(store: redis.Redis, clock: StandingClock) -> None:
    value = SharedValue(store, NAME, Source(), clock, SECRET)
    value.get()
    clock.move(6899)
    assert value.get() == "value 1"
    clock.move(1)
    assert value.get() == "value 2"


def test_a_value_near_its_end_is_not_fetched_anew_by_every_call(store: redis.Redis, clock: StandingClock) -> None:
    source = Source(expires_in=200)
    value = SharedValue(store, NAME, source, clock, SECRET)
    assert [value.get() for _ in range(5)] == ["value 1"] * 5
    clock.move(31)
    assert value.get() == "value 2"


def test_only_the_value_that_failed_is_expired(store: redis.Redis, clock: StandingClock) -> None:
    value = SharedValue(store, NAME, Source(), clock, SECRET)
    old = value.get()
    value.expire(old)
    new = value.get()
    value.expire(old)
    assert value.get() == new == "value 2"


@pytest.mark.parametrize(
    "foreign", [b"", b"not json", b'{"value": "planted", "fresh_until": 9e12}', b"\xff" * 12, b"\xff" * 90]
)
def test_a_foreign_entry_is_replaced(foreign: bytes, store: redis.Redis, clock: StandingClock) -> None:
    store.set(NAME, foreign)
    assert SharedValue(store, NAME, Source(), clock, SECRET).get() == "value 1"


def test_what_is_stored_tells_nothing_without_the_secret(store: redis.Redis, clock: StandingClock) -> None:
    SharedValue(store, NAME, Source(), clock, SECRET).get()
    sealed = store.get(NAME)
    assert isinstance(sealed, bytes)
    assert b"value" not in sealed
    source = Source()
    assert SharedValue(store, NAME, source, clock, SECRET).get() == "value 1"
    assert source.fetches == 0
    SharedValue(store, NAME, source, clock, b"another secret").get()
    assert source.fetches == 1

    store.set("wechat:wx0:jsapi_ticket", sealed)
    ticket = Source()
    SharedValue(store, "wechat:wx0:jsapi_ticket", ticket, clock, SECRET).get()
    assert ticket.fetches == 1


def test_twenty_threads_fetch_once(store: redis.Redis, clock: StandingClock) -> None:
    source, got = Source(seconds=0.2), []
    values = [SharedValue(store, NAME, source, clock, SECRET) for _ in range(20)]
    crowd = [threading.Thread(target=lambda value=value: got.append(value.get())) for value in values]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join(10)
    assert got == ["value 1"] * 20
    assert source.fetches == 1


def test_eight_processes_with_twenty_threads_and_an_expired_token_fetch_once(
    wechat_valkey: RunningServer, store: redis.Redis, platform: ScriptedPlatform
) -> None:
    yesterday = StandingClock()
    SharedValue(store, NAME, lambda: Fetched("stale", 86400), yesterday, SECRET).get()
    assert datetime.now(ZoneInfo("Asia/Shanghai")) > yesterday()

    def slowly(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        body = b'{"access_token": "fresh", "expires_in": 7200}'
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    platform.say("/cgi-bin/stable_token", slowly)
    command = [
        sys.executable,
        "-m",
        "tests.adapters.wechat.token_storm",
        wechat_valkey.url,
        platform.url,
        "20",
    ]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "ready"
        store.set("go", b"1")
        good = [process.communicate(timeout=30)[0].strip() for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait(5)
    assert good == ["20"] * 8
    assert platform.count("/cgi-bin/stable_token") == 1
    used = {query["access_token"] for _, path, query, _ in platform.calls if path == "/cgi-bin/getcallbackip"}
    assert used == {"fresh"}


def test_a_fetch_that_fails_frees_the_lock_and_says_why(store: redis.Redis, clock: StandingClock) -> None:
    def refused() -> Fetched:
        raise Refused("no", code="40125")

    with pytest.raises(Refused):
        SharedValue(store, NAME, refused, clock, SECRET).get()
    assert SharedValue(store, NAME, Source(), clock, SECRET).get() == "value 1"


def test_the_wait_for_another_process_is_bounded(store: redis.Redis, clock: StandingClock) -> None:
    store.set(NAME + ":lock", b"somebody", ex=60)
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        SharedValue(store, NAME, Source(), clock, SECRET, patience=0.2).get()
    assert time.monotonic() - begun < 1


def test_a_lock_taken_by_a_command_whose_answer_was_lost_is_still_ours(
    store: redis.Redis, clock: StandingClock
) -> None:
    class SendsTwice:
        """A client that loses the first answer to SET NX and sends the command again."""

        get, eval = store.get, store.eval

        def set(self, name: str, value: bytes, **options: Any) -> Any:
            if options.get("nx"):
                store.set(name, value, **options)
            return store.set(name, value, **options)

    assert SharedValue(SendsTwice(), NAME, Source(), clock, SECRET, patience=0.2).get() == "value 1"


def test_somebody_elses_lock_is_not_released(store: redis.Redis, clock: StandingClock) -> None:
    def overtaken() -> Fetched:
        store.set(NAME + ":lock", b"another holder")
        return Fetched("late", 7200)

    SharedValue(store, NAME, overtaken, clock, SECRET).get()
    assert store.get(NAME + ":lock") == b"another holder"


@pytest.mark.parametrize("ask", [lambda value: value.get(), lambda value: value.expire("x")])
def test_without_the_store_it_is_unavailable(ask: Callable[[SharedValue], object], clock: StandingClock) -> None:
    with quick_client("redis://127.0.0.1:1") as nowhere, pytest.raises(Unavailable, match="token store"):
        ask(SharedValue(nowhere, NAME, Source(), clock, SECRET))


def test_a_fetched_value_does_not_show() -> None:
    assert "secret" not in repr(Fetched("secret", 1))
