"""The quiet part of a run: shows warnings and restarts, keeps a failing program tried."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from bootstrap.run.echo import Echo
from bootstrap.run.preflight import CannotStart
from bootstrap.run.stopping import MakeWatch
from bootstrap.run.supervisor import Supervisor

TICK = 0.1
WATCH_EVERY = 1.0


def watch(supervisor: Supervisor, logs: Mapping[str, Path], make: MakeWatch) -> NoReturn:
    """Watch until told to stop (raises Stop) or until supervisord is gone (raises CannotStart)."""
    echo = Echo(dict(logs))
    pids = {name: state["pid"] for name, state in supervisor.states().items()}
    while True:
        until = time.monotonic() + WATCH_EVERY
        while time.monotonic() < until:
            make.raise_if_stopped()
            time.sleep(TICK)
        if not supervisor.is_alive:
            raise CannotStart("进程管理器 supervisord 意外结束。请重新运行 make run。")
        for line in echo.new_lines():
            print(line, flush=True)
        for name, state in supervisor.states().items():
            if state["statename"] == "FATAL":
                print(f"  [{name}] 多次启动失败,正在重试。日志:{logs[name]}", flush=True)
                supervisor.start_again(name)
            elif state["pid"] and state["pid"] != pids.get(name):
                print(f"  [{name}] 意外结束,已自动重新启动(进程 {state['pid']})", flush=True)
                pids[name] = state["pid"]
