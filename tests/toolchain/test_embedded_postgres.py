"""The embedded PostgreSQL keeps its data and starts again after anything that may happen to it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from bootstrap.embedded import EmbeddedError, owner, prepare_postgres, running_postgres
from bootstrap.embedded.ports import is_free, listener
from config.local_state import keep_servers, local_servers

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VAR_DIR with a PostgreSQL that holds one row."""
    var_dir = tmp_path_factory.mktemp("var")
    with running_postgres(var_dir) as server, psycopg.connect(server.url, autocommit=True) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    return var_dir


def answer(url: str) -> int:
    with psycopg.connect(url) as session:
        row = session.execute("SELECT answer FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_postgres_keeps_what_was_committed_when_it_is_killed(made: Path) -> None:
    with running_postgres(made) as server:
        url = server.url
        with psycopg.connect(url, autocommit=True) as session:
            session.execute("CREATE TABLE IF NOT EXISTS killed (n int)")
            session.execute("INSERT INTO killed VALUES (1)")
            server.kill()
        server.start()
        assert server.url == url
        assert answer(url) == 42
        with psycopg.connect(url) as session:
            assert session.execute("SELECT count(*) FROM killed").fetchone() == (1,)


def test_the_role_is_no_superuser_and_nobody_gets_in_without_its_password(made: Path) -> None:
    with running_postgres(made) as server:
        with psycopg.connect(server.url) as session:
            flags = session.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'fund'").fetchone()
        assert flags == (False, True)
        port = server.url.rpartition(":")[2].partition("/")[0]
        for intruder in ("fund", "fund:guessed", "postgres", "postgres:postgres"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(f"postgresql://{intruder}@127.0.0.1:{port}/fund", connect_timeout=2)


@pytest.mark.parametrize("content", ["", "12", "no number at all\n", "99999999\n/nowhere\n"])
def test_a_damaged_lock_file_does_not_stop_postgres(made: Path, content: str) -> None:
    (made / "postgres" / "data" / "postmaster.pid").write_text(content)
    with running_postgres(made) as server:
        assert answer(server.url) == 42


def test_a_lock_file_whose_pid_now_belongs_to_another_process_does_not_stop_postgres(made: Path) -> None:
    plan = prepare_postgres(made)
    groups = None if plan.uid is None else ()
    # The same user as PostgreSQL's: the case in which PostgreSQL itself would refuse.
    other = subprocess.Popen(["sleep", "60"], user=plan.uid, group=plan.gid, extra_groups=groups)
    try:
        lock = plan.directory / "postmaster.pid"
        lock.write_text(f"{other.pid}\n{plan.directory}\n1\n{plan.port}\n\n127.0.0.1\n  0  0\nready   \n")
        with running_postgres(made) as server:
            assert answer(server.url) == 42
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_two_servers_on_one_data_directory_are_refused(made: Path) -> None:
    with running_postgres(made) as server:
        with pytest.raises(EmbeddedError, match=str(server.pid)):
            prepare_postgres(made)
        assert answer(server.url) == 42


def test_an_interrupted_initdb_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "unfinished-abc"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    code = (
        "import sys; from pathlib import Path; from bootstrap.embedded import prepare_postgres; "
        "prepare_postgres(Path(sys.argv[1]), unsafe_fast=True)"
    )
    victim = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, start_new_session=True)
    give_up_at = time.monotonic() + 10
    while not list(tmp_path.glob("postgres/unfinished-*/base")) and time.monotonic() < give_up_at:
        time.sleep(0.005)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    assert not (tmp_path / "postgres" / "data").exists()
    with running_postgres(tmp_path) as server, psycopg.connect(server.url) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)
    assert list(tmp_path.glob("postgres/unfinished-*")) == []


def test_a_taken_port_is_left_to_its_owner_and_the_next_one_is_remembered(made: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        servers = local_servers(made)
        keep_servers(made, type(servers)(type(servers.postgres)(port, servers.postgres.password), servers.valkey))
        plan = prepare_postgres(made)
        assert port < plan.port <= port + 200
        assert not is_free(port)
        assert listener(port) == psutil.Process()
    assert f":{plan.port}/" in plan.url
    assert prepare_postgres(made).port == plan.port


def test_a_lost_password_is_replaced_without_losing_data(made: Path) -> None:
    (made / "servers.json").unlink()
    with running_postgres(made) as server:
        assert answer(server.url) == 42


def test_data_of_another_major_version_are_left_alone_with_a_clear_word(made: Path) -> None:
    version = made / "postgres" / "data" / "PG_VERSION"
    before = version.read_text()
    version.write_text("12\n")
    try:
        with pytest.raises(EmbeddedError, match="PostgreSQL 12"):
            prepare_postgres(made)
    finally:
        version.write_text(before)


def test_no_password_stands_on_a_command_line_or_in_a_repr(made: Path) -> None:
    plan = prepare_postgres(made)
    password = local_servers(made).postgres.password
    assert password not in repr(plan)
    assert password not in " ".join(plan.launch_command)
    assert password not in repr(local_servers(made))


@pytest.fixture
def reachable_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(owner, "PROGRAM_CACHE", Path(folder) / "programs")
        yield Path(folder) / "programs"


def test_programs_the_service_user_cannot_reach_are_copied_once(
    made: Path, reachable_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_can = owner._can_run
    monkeypatch.setattr(
        owner,
        "_can_run",
        lambda programs, who: reachable_cache in programs.parents and really_can(programs, who),
    )
    with running_postgres(made) as server:
        assert answer(server.url) == 42
        assert Path(psutil.Process(server.pid).exe()).is_relative_to(reachable_cache)
    assert len(list(reachable_cache.iterdir())) == 1
    (copy,) = reachable_cache.iterdir()
    before = copy.stat().st_ctime_ns
    prepare_postgres(made)
    assert copy.stat().st_ctime_ns == before


def test_a_plain_user_runs_it_as_well() -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test here has just shown that")
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    python = f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"
    code = (
        "import sys; from pathlib import Path; from bootstrap.embedded import running_postgres; "
        "held = running_postgres(Path(sys.argv[1])); print(held.__enter__()._plan.uid); "
        "held.__exit__(None, None, None)"
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        command = [python, "-B", "-W", "ignore", "-c", code, folder]
        try:
            done = subprocess.run(
                command,
                cwd="/",
                env={"PYTHONPATH": f"{ROOT}{os.pathsep}{packages}"},
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        except FileNotFoundError:
            pytest.skip(f"there is no {python} for a plain user")
        if "ModuleNotFoundError" in done.stderr or "PermissionError" in done.stderr:
            pytest.skip("this checkout is out of a plain user's reach")
        assert done.stdout.strip() == "None", done.stderr
