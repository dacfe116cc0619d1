"""The virtual environment with exactly the locked dependencies."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import stamps
from scripts.console import fail, run, stage

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
LOCKS = (Path("requirements.txt"), Path("requirements-dev.txt"))
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--require-hashes")


def ensure_environment() -> None:
    """A working .venv that holds what the locks name; nothing is done when it already does."""
    # The path counts: a virtual environment that was moved with its folder still points to the old place.
    wanted = stamps.digest(LOCKS, sys.version, str(VENV.resolve()))
    stamp = VENV / "locked.json"
    if stamps.is_current(stamp, wanted) and PYTHON.exists():
        return
    if not _works():
        with stage("建立 Python 虚拟环境"):
            _make()
    with stage("安装锁定的依赖(首次约需一分钟)"):
        install(*LOCKS)
    stamps.keep(stamp, wanted)


def install(*locks: Path) -> None:
    """Install what the lock files name, each file checked by its hash."""
    run([str(PYTHON), *PIP, *(part for lock in locks for part in ("-r", str(lock)))])


def _works() -> bool:
    """Whether there is a .venv of this very Python, at this very place, with pip in it."""
    question = "import pip, sys; print(sys.prefix, sys.version_info[:2])"
    try:
        answer = subprocess.run([str(PYTHON), "-c", question], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return False
    moved = (VENV / "locked.json").exists() and _says_other_place()
    return not moved and answer.stdout.strip() == f"{VENV.resolve()} {sys.version_info[:2]}"


def _says_other_place() -> bool:
    script = VENV / "bin" / "pip"
    return not script.exists() or str(VENV.resolve()) not in script.read_text("utf-8", "replace")[:300]


def _make() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(command, capture_output=True, check=False, timeout=300).returncode == 0:
        return
    # Debian ships venv without pip until python3-venv is there.
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        fail(f"\n无法建立虚拟环境。在 Debian/Ubuntu 上请先执行:sudo apt-get install {package}")
    apt_install(package)
    shutil.rmtree(VENV, ignore_errors=True)
    run(command)


def apt_install(*packages: str) -> None:
    """Install Debian packages; only root may."""
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], environ)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], environ)
