"""Opens the house stage by stage, stays, and closes it."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from bootstrap.embedded import ServerPlan, prepare_postgres, prepare_valkey
from bootstrap.embedded.postgres import postgres_answers
from bootstrap.embedded.valkey import valkey_answers
from bootstrap.run.leftovers import MARK
from bootstrap.run.preflight import CannotStart
from bootstrap.run.programs import DATA, ROOT, Program, programs, servers
from bootstrap.run.ready import is_ready, tail
from bootstrap.run.stopping import MakeWatch
from bootstrap.run.supervisor import Supervisor
from bootstrap.run.watch import watch
from config.settings import Settings

START_SECONDS, DATA_SECONDS, RELEASE_SECONDS = 90.0, 60.0, 120.0
STARTS_ALLOWED = 2
TICK = 0.05


class House:
    """One development run."""

    def __init__(self, settings: Settings, make: MakeWatch) -> None:
        self._settings = settings
        self._make = make
        self._urls = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
        self._programs: tuple[Program, ...] = ()
        self._supervisor: Supervisor | None = None
        self._starts: dict[str, set[int]] = {}
        self._began = time.monotonic()

    def open(self) -> None:
        """Start everything and say where it is. Raises CannotStart, EmbeddedError or Stop."""
        plans: list[tuple[str, ServerPlan, str]] = []
        with self._stage("准备数据库"):
            if not os.environ.get("DATABASE_URL"):
                postgres = prepare_postgres(self._settings.var_dir)
                self._urls["DATABASE_URL"] = postgres.url
                plans.append(("postgres", postgres, "INT"))
            if not os.environ.get("REDIS_URL"):
                valkey = prepare_valkey(self._settings.var_dir)
                self._urls["REDIS_URL"] = valkey.url
                plans.append(("valkey", valkey, "TERM"))
        self._programs = (*servers(plans), *programs(self._settings))
        self._supervisor = Supervisor(self._settings.var_dir, self._programs)
        self._supervisor.start(self._environ())
        with self._stage("启动 PostgreSQL 与 Valkey" if plans else "连接 PostgreSQL 与 Valkey"):
            self._wait("PostgreSQL", DATA_SECONDS, lambda: postgres_answers(self._urls["DATABASE_URL"]))
            self._wait("Valkey", DATA_SECONDS, lambda: valkey_answers(self._urls["REDIS_URL"]))
        with self._stage("更新数据库结构"):
            self._release()
        with self._stage("启动 web、desk、worker、sandbox"):
            self._wait("进程管理器", DATA_SECONDS, self._supervisor.start_ours)
            waiting = [program for program in self._programs if program.group != DATA]
            self._wait("各服务", START_SECONDS, lambda: self._all_ready(waiting))
        if self._needs_a_menu():
            with self._stage("设置沙箱公众号的菜单"):
                self._apply_menu()
        self._tell_addresses()

    def stay(self) -> None:
        """Show warnings and restarts until told to stop (Stop). Raises CannotStart if supervisord dies."""
        logs = {each.name: self._settings.var_dir / "log" / f"{each.name}.log" for each in self._programs}
        watch(self._running(), logs, self._make)

    def close(self) -> None:
        """Stop everything that was started, in order."""
        if self._supervisor is not None:
            self._supervisor.stop()

    def _environ(self) -> dict[str, str]:
        return {
            **os.environ,
            **self._urls,
            "APP_ENV": self._settings.app_env,
            "VAR_DIR": str(self._settings.var_dir),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            MARK: str(self._settings.var_dir),
        }

    def _needs_a_menu(self) -> bool:
        """Whether the sandbox's account has never been given the menu: a newcomer wants something to tap. After
        that it is the administrators' to change."""
        settings = self._settings
        sandbox = f"http://127.0.0.1:{settings.sandbox_port}"
        return settings.wechat.api_url.rstrip("/") == sandbox and not (settings.var_dir / "menu").exists()

    def _apply_menu(self) -> None:
        command = ["-m", "flask", "--app", "bootstrap.cli:app", "menu", "apply", "--yes"]
        self._once("menu", command, "设置菜单失败")

    def _release(self) -> None:
        self._once("release", ["-m", "bootstrap.release"], "更新数据库结构失败")

    def _once(self, name: str, command: list[str], failed: str) -> None:
        """Run one of our commands to its end. Raises CannotStart with ``failed`` and the end of its log."""
        log = self._settings.var_dir / "log" / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait(name, RELEASE_SECONDS, lambda: process.poll() is not None)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(10)
        if process.returncode:
            raise CannotStart(f"{failed}(见 {log}):\n{_text(tail(log, 3000))}")

    def _all_ready(self, waiting: list[Program]) -> bool:
        states = self._running().states()
        for program in list(waiting):
            state = states.get(program.name, {})
            if is_ready(program, state, self._settings.var_dir):
                waiting.remove(program)
        return not waiting

    def _wait(self, what: str, seconds: float, arrived: Callable[[], bool]) -> None:
        give_up_at = time.monotonic() + seconds
        while not arrived():
            self._make.raise_if_stopped()
            supervisor = self._running()
            if not supervisor.is_alive:
                log = self._settings.var_dir / "log" / "supervisor.out"
                raise CannotStart(f"进程管理器 supervisord 未能启动:\n{_text(tail(log, 2000))}")
            self._give_up_on_failing(supervisor)
            if time.monotonic() > give_up_at:
                logs = self._settings.var_dir / "log"
                raise CannotStart(f"{what}在 {seconds:.0f} 秒内没有就绪。日志在 {logs}/")
            time.sleep(TICK)

    def _give_up_on_failing(self, supervisor: Supervisor) -> None:
        """Raises CannotStart when a program has died several times while the house opens."""
        for name, state in supervisor.states().items():
            starts = self._starts.setdefault(name, set())
            starts.add(int(state["start"]))
            if state["statename"] == "FATAL" or len(starts - {0}) > STARTS_ALLOWED:
                log = self._settings.var_dir / "log" / f"{name}.log"
                raise CannotStart(f"{name} 反复启动失败(日志 {log}):\n{_text(tail(log, 3000))}")

    def _running(self) -> Supervisor:
        assert self._supervisor is not None, "open() starts it first"
        return self._supervisor

    @contextlib.contextmanager
    def _stage(self, words: str) -> Iterator[None]:
        print(f"  {words} …", end="", flush=True)
        began = time.monotonic()
        try:
            yield
        except BaseException:
            print(" 未完成", flush=True)
            raise
        print(f" 完成({time.monotonic() - began:.1f} 秒)", flush=True)

    def _tell_addresses(self) -> None:
        settings = self._settings
        sandbox = f"http://127.0.0.1:{settings.sandbox_port}"
        print(
            f"\n全部就绪({time.monotonic() - self._began:.1f} 秒):\n"
            f"  门户首页      {settings.public_url}/\n"
            f"  手机页面      {settings.public_url}/h5/\n"
            f"  模拟手机      {sandbox}/phone/\n"
            f"  业务审核台    {settings.desk_url}/\n"
            f"  审核台账号    shenhe1 fuhe1 zhifu1 zhifu2 admin1 admin2 shenji1(密码与动态验证码见 README)\n"
            f"  演示人员      {settings.sandbox_people}(登录名与密码在其中)\n"
            f"  数据与日志    {settings.var_dir}/\n"
            "按 Ctrl-C 停止。数据会保留。",
            flush=True,
        )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()
