"""`make run`: what it starts it keeps alive, and stops without leaving anything behind.

The supervisor, the databases and the configuration are the real ones; our own processes are stand-ins in
a copy of the checkout, so that nothing but the supervision is tried here.
"""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

from bootstrap.embedded import running_postgres, running_valkey
from bootstrap.run.leftovers import leftovers
from tests.toolchain.checkout import Checkout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("checkout"))


def get(port: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        return bytes(answer.read())


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_make_alone_stops_everything(checkout: Checkout, with_signal: signal.Signals) -> None:
    with checkout.run() as run:
        run.ready()
        for port in checkout.ports.values():
            assert get(port) == b"ok"
        run.process.send_signal(with_signal)
        run.nothing_left()
        assert "已全部停止" in run.output()
        assert all(port in run.output() for port in checkout.ports.values())


def test_ctrl_c_at_the_terminal_reaches_all_at_once_and_stops_in_order(checkout: Checkout) -> None:
    with checkout.run() as run:
        run.ready()
        os.killpg(run.process.pid, signal.SIGINT)
        run.nothing_left()
    log = (checkout.var_dir / "log" / "supervisor.log").read_text().splitlines()
    stopped = [line.split("stopped: ")[1].split()[0] for line in log if "stopped: " in line][-6:]
    assert set(stopped[:3]) == {"web", "desk", "worker"}
    assert stopped[3] == "sandbox"
    assert set(stopped[4:]) == {"postgres", "valkey"}


def test_the_databases_are_found_again_by_the_next_run(checkout: Checkout) -> None:
    secrets = []
    for statement in ("CREATE TABLE kept (n int)", "DROP TABLE kept"):
        with checkout.run() as run:
            run.ready()
            secrets.append((checkout.var_dir / "secrets.env").read_text())
            code = "import os; from config.settings import load; print(load(os.environ).database_url)"
            url = subprocess.run(
                [sys.executable, "-c", code], cwd=checkout.folder, env={"APP_ENV": "development"},
                capture_output=True, text=True, timeout=20, check=True,
            ).stdout.strip()  # fmt: skip
            with psycopg.connect(url, autocommit=True) as session:
                session.execute(statement)
            run.process.terminate()
            run.nothing_left()
    assert secrets[0] == secrets[1]


def test_a_killed_child_is_started_again(checkout: Checkout) -> None:
    with checkout.run() as run:
        run.ready()
        # supervisord counts a program as started after one second; before that a death is a failed start.
        log = checkout.var_dir / "log" / "supervisor.log"
        run.until(lambda: log.read_text().rpartition("supervisord started")[2].count("entered RUNNING") == 6)
        words = (
            "postgres",
            "valkey-server",
            "bootstrap.public",
            "bootstrap.desk",
            "bootstrap.worker",
            "sandbox.app",
        )
        before = {name: run.pids(name) for name in words}
        for pids in before.values():
            os.kill(min(pids), signal.SIGKILL)
        run.until(lambda: run.output().count("已自动重新启动") >= 6)
        run.until(lambda: all(_answers(port) for port in checkout.ports.values()))
        for name, pids in before.items():
            assert run.pids(name) - pids, name
        run.process.terminate()
        run.nothing_left()


def _answers(port: str) -> bool:
    try:
        return get(port) == b"ok"
    except OSError:
        return False


def test_after_a_killed_starter_and_supervisor_the_next_run_cleans_up(checkout: Checkout) -> None:
    with checkout.run() as run:
        run.ready()
        supervisor = int((checkout.var_dir / "run" / "supervisord.pid").read_text())
        run.starter().kill()
        os.kill(supervisor, signal.SIGKILL)
        run.until(lambda: run.process.poll() is not None)
        assert run.pids("bootstrap.public")
        with checkout.run() as again:
            again.ready()
            assert "已清理上次未正常退出" in again.output()
            again.process.terminate()
            again.nothing_left()


def test_a_killed_make_takes_everything_with_it(checkout: Checkout) -> None:
    with checkout.run() as run:
        run.ready()
        run.process.kill()
        run.until(lambda: not leftovers(checkout.var_dir))


def test_a_second_run_is_refused_and_the_first_goes_on(checkout: Checkout) -> None:
    with checkout.run() as run:
        run.ready()
        command = [sys.executable, "-m", "bootstrap.run"]
        environ = {"APP_ENV": "development", **checkout.ports}
        second = subprocess.run(
            command, cwd=checkout.folder, env=environ, capture_output=True, text=True, timeout=20, check=False
        )
        assert second.returncode == 1
        assert "已经在运行" in second.stderr
        assert get(checkout.ports["PORT"]) == b"ok"


def test_taken_ports_are_all_named_with_the_variable_and_the_holder(checkout: Checkout) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(checkout.ports["PORT"])))
        taken.listen()
        with checkout.run(DESK_PORT=checkout.ports["SANDBOX_PORT"]) as run:
            run.until(lambda: run.process.poll() is not None)
            words = run.output()
    assert f"端口 {checkout.ports['PORT']} 已被占用(进程 {os.getpid()}:" in words
    assert "另设 PORT" in words
    assert f"端口 {checkout.ports['SANDBOX_PORT']} 被 DESK_PORT 和 SANDBOX_PORT 同时使用" in words
    assert run.process.returncode != 0


def test_production_is_refused(checkout: Checkout) -> None:
    with checkout.run(APP_ENV="production") as run:
        run.until(lambda: run.process.poll() is not None)
        assert "SECRET_KEY" in run.output()
        assert run.process.returncode != 0


def test_with_servers_of_ones_own_nothing_embedded_starts_even_below_a_very_deep_var_dir(
    tmp_path: Path,
) -> None:
    own = Checkout(tmp_path / "checkout")
    own.var_dir = own.folder / ("d" * 60) / ("e" * 60)  # deeper than a unix socket's path may be
    with (
        running_postgres(tmp_path / "elsewhere") as postgres,
        running_valkey(tmp_path / "elsewhere") as valkey,
        own.run(DATABASE_URL=postgres.url, REDIS_URL=valkey.url, VAR_DIR=str(own.var_dir)) as run,
    ):
        run.ready()
        assert not (own.var_dir / "postgres").exists()
        assert not (own.var_dir / "valkey").exists()
        run.process.terminate()
        run.nothing_left()
        assert psutil.pid_exists(postgres.pid)


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        (
            "bootstrap/worker.py",
            "raise SystemExit('the worker is out of order')",
            "the worker is out of order",
        ),
        ("bootstrap/release.py", "raise ValueError('no such column')", "no such column"),
    ],
)
def test_what_cannot_start_is_shown_with_the_end_of_its_log(
    tmp_path: Path, checkout: Checkout, path: str, text: str, told: str
) -> None:
    whole = (checkout.folder / path).read_text()
    checkout.write(path, text)
    try:
        with checkout.run() as run:
            run.until(lambda: run.process.poll() is not None, 30)
            assert told in run.output()
            assert run.process.returncode != 0
            run.nothing_left()
    finally:
        checkout.write(path, whole)
