"""The embedded Valkey, and what holds for both embedded servers."""

import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bootstrap.embedded import EmbeddedError, prepare_postgres, running_valkey
from bootstrap.embedded.plan import ServerPlan
from bootstrap.embedded.ports import any_free_port, free_port_from
from bootstrap.embedded.processes import processes_in
from bootstrap.embedded.running import RunningServer
from config.local_state import local_servers
from config.settings import SettingsError

ROOT = Path(__file__).resolve().parents[2]


def test_a_server_never_outlives_the_test_that_held_it(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from bootstrap.embedded import *\n"
        "with running_valkey(Path(sys.argv[1])) as server: print(server.pid, flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert int(holder.stdout.readline()) > 0
        holder.kill()
    give_up_at = time.monotonic() + 10
    while processes_in(tmp_path / "valkey", "valkey-server"):
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def test_valkey_has_every_answered_write_after_it_was_killed(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as server:
        with redis.Redis.from_url(server.url) as session:
            assert session.config_get("appendfsync") == {b"appendfsync": b"always"} or session.config_get(
                "appendfsync"
            ) == {"appendfsync": "always"}
            for number in range(200):
                session.set(f"draft:{number}", number)
            server.kill()
        server.start()
        with redis.Redis.from_url(server.url) as session:
            assert session.dbsize() == 200
            assert int(session.get("draft:199") or 0) == 199


def test_valkey_wants_its_password_and_keeps_it_private(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as server:
        port = int(server.url.rpartition(":")[2].partition("/")[0])
        once = Retry(NoBackoff(), 0)
        with redis.Redis(port=port, retry=once) as session, pytest.raises(redis.AuthenticationError):
            session.ping()
        password = local_servers(tmp_path).valkey.password
        assert password not in " ".join(psutil.Process(server.pid).cmdline())
    assert stat.S_IMODE((tmp_path / "valkey" / "valkey.conf").stat().st_mode) == 0o600


def test_two_valkeys_on_one_directory_are_refused(tmp_path: Path) -> None:
    with (
        running_valkey(tmp_path) as server,
        pytest.raises(EmbeddedError, match=str(server.pid)),
        running_valkey(tmp_path),
    ):
        pytest.fail("a second server on the same files would damage them")


def test_a_damaged_address_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "servers.json").write_text('{"postgres": {"port": 1}}')
    with pytest.raises(SettingsError, match=r"servers\.json"):
        prepare_postgres(tmp_path)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    plan = ServerPlan(("/bin/sh", "-c", "echo the reason; exit 3"), tmp_path, 1, "nowhere")
    server = RunningServer(plan, lambda _: False, signal.SIGTERM)
    with pytest.raises(EmbeddedError, match="the reason"):
        server.start()
    server.close()


def test_ports_are_counted_up_from_the_preferred_one() -> None:
    port = any_free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        found = free_port_from(port)
    assert found is not None
    assert found > port
