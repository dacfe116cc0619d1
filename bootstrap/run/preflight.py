"""What must be true before anything is started; told in words that say what to do."""

import psutil

from bootstrap.embedded.ports import is_free, listener
from config.settings import Settings


class CannotStart(Exception):
    """Why it cannot start. The text is shown as it is."""


def check_settings(settings: Settings) -> None:
    """`make run` is for a developer's machine. Raises CannotStart in production."""
    if settings.is_production:
        raise CannotStart("make run 只用于开发(APP_ENV=development)。生产环境请按 Procfile 启动各进程。")


def check_ports(settings: Settings) -> None:
    """Raises CannotStart naming every port that is taken or given twice, and who has it."""
    ports = {"PORT": settings.port, "SANDBOX_PORT": settings.sandbox_port, "DESK_PORT": settings.desk_port}
    problems = []
    for name, port in ports.items():
        others = [other for other, taken in ports.items() if taken == port and other < name]
        if others:
            problems.append(f"端口 {port} 被 {others[0]} 和 {name} 同时使用,请改其中一个。")
        elif not is_free(port):
            example = f"{name}={port + 100} make run"
            problems.append(f"端口 {port} 已被占用{_holder(port)}。请停止该程序,或另设 {name}:{example}")
    if problems:
        raise CannotStart("\n".join(problems))


def _holder(port: int) -> str:
    process = listener(port)
    if process is None:
        return ""
    # Only the program and its first arguments: enough to know it by, too little to show a password.
    try:
        words = " ".join(process.cmdline()[:3]) or process.name()
    except psutil.Error:  # it has just ended, or is not ours to look at
        return ""
    return f"(进程 {process.pid}:{words})"
