"""The short way to the store: nothing that goes wrong on it reaches the next one who uses it."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis, RedisError
from redis.exceptions import ResponseError

from adapters.valkey import connect
from adapters.valkey.line import line
from bootstrap.embedded import running_valkey
from bootstrap.embedded.running import RunningServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_valkey(tmp_path, unsafe_fast=True) as running:
        yield running


@pytest.fixture
def quick(server: RunningServer) -> Iterator["Redis"]:
    with connect(server.url, timeout=0.5, retries=0) as client:
        yield client


def test_answers_come_in_the_order_of_the_commands(quick: "Redis") -> None:
    assert line(quick).ask(("SET", "a", b"\xff\x00"), ("GET", "a"), ("GET", "nothing"), ("INCR", "n")) == [
        b"OK",
        b"\xff\x00",
        None,
        1,
    ]


def test_many_threads_may_use_one(quick: "Redis") -> None:
    short = line(quick)

    def own(number: int) -> bool:
        short.tell(("SET", f"told-{number}", number))
        return short.ask(("SET", f"asked-{number}", number), ("GET", f"asked-{number}"))[1] == b"%d" % number

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(own, range(400)))
    assert quick.dbsize() == 800


def test_a_command_that_is_refused_leaves_no_answer_behind(quick: "Redis") -> None:
    short = line(quick)
    for refused in ((("NONSENSE",), ("SET", "a", 1)), (("SET", "a", 1), ("LPUSH", "a", "x"), ("GET", "a"))):
        with pytest.raises(ResponseError):
            short.ask(*refused)
        assert short.ask(("GET", "nothing")) == [None]


def test_what_was_told_in_vain_leaves_no_answer_behind(quick: "Redis") -> None:
    short = line(quick)
    short.ask(("SET", "a", 1))
    short.tell(("LPUSH", "a", "x"))
    assert short.ask(("GET", "a")) == [b"1"]


def test_connections_that_a_restart_closed_are_replaced(server: RunningServer, quick: "Redis") -> None:
    short = line(quick)

    def all_at_once() -> list[object]:
        together = threading.Barrier(6)

        def ask(_number: int) -> object:
            together.wait(5)
            return short.ask(("BLPOP", "none", "0.2"), ("GET", "nothing"))[1]

        with ThreadPoolExecutor(6) as threads:
            return list(threads.map(ask, range(6)))

    assert all_at_once() == [None] * 6
    server.kill()
    with pytest.raises(RedisError):
        short.ask(("GET", "nothing"))
    server.start()
    assert all_at_once() == [None] * 6


def test_a_server_that_hangs_is_given_up_once_and_in_time() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        connect(f"redis://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2, retries=0) as client,
    ):
        begun = time.monotonic()
        with contextlib.suppress(RedisError):
            line(client).ask(("GET", "x"))
            pytest.fail("nobody answered")
        assert time.monotonic() - begun < 0.6
