"""The embedded PostgreSQL."""

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from bootstrap.embedded.cluster import data_argument, ensure_cluster
from bootstrap.embedded.errors import EmbeddedError
from bootstrap.embedded.owner import owner_for, programs_for
from bootstrap.embedded.plan import ServerPlan
from bootstrap.embedded.ports import any_free_port, free_port_from
from bootstrap.embedded.processes import ensure_unused
from bootstrap.embedded.running import RunningServer
from config.local_state import keep_servers, local_servers

SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A small /dev/shm, as containers have, fails parallel queries; a developer's data need none.
    "max_parallel_workers_per_gather": "0",
    # No statement and no DETAIL in the log: they would quote rows.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# synchronous_commit stays on: else a commit lives in the server's memory for a moment, and a kill loses it.
UNSAFE_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class PostgresPlan(ServerPlan):
    """How to start the embedded PostgreSQL. Stop it with SIGINT (fast shutdown)."""


def prepare_postgres(var_dir: Path, *, unsafe_fast: bool = False, any_port: bool = False) -> PostgresPlan:
    """Everything the server needs under `var_dir`/postgres, made once; nothing is started.

    The port is the remembered one, or the next free one above it, which is then remembered; with `any_port`
    it is whatever the system gives. `unsafe_fast` trades durability for speed and is for tests only.
    Raises EmbeddedError with a message for the developer.
    """
    var_dir = var_dir.resolve()
    base = var_dir / "postgres"
    owner = owner_for(base / "data")
    programs = programs_for(owner)
    servers = local_servers(var_dir)
    if (base / "data").exists():
        ensure_unused(base / "data", "postgres")
    data = ensure_cluster(base, programs, owner, servers.postgres.password, durable=not unsafe_fast)
    port = any_free_port() if any_port else free_port_from(servers.postgres.port)
    if port is None:
        raise EmbeddedError(f"从 {servers.postgres.port} 起没有空闲端口可供 PostgreSQL 使用。请设置 DATABASE_URL。")
    if port != servers.postgres.port:
        servers = replace(servers, postgres=replace(servers.postgres, port=port))
        keep_servers(var_dir, servers)
    settings = SERVER_SETTINGS | {"port": str(port)} | (UNSAFE_SETTINGS if unsafe_fast else {})
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return PostgresPlan(
        command=(str(programs / "postgres"), "-D", data_argument(data, owner), *options),
        directory=data,
        port=port,
        url=servers.database_url,
        uid=owner.uid if owner else None,
        gid=owner.gid if owner else None,
    )


def postgres_answers(url: str) -> bool:
    """Whether one can log in there now."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def running_postgres(directory: Path, *, unsafe_fast: bool = True) -> Iterator[RunningServer]:
    """A PostgreSQL of a test's own, kept below `directory`; its role may create databases.

    With `unsafe_fast` data survive a killed server, but not a machine that loses power.
    """
    plan = prepare_postgres(directory, unsafe_fast=unsafe_fast, any_port=True)
    server = RunningServer(plan, postgres_answers, signal.SIGINT)
    try:
        server.start()
        yield server
    finally:
        server.close()
