"""Writes requirements*.txt from requirements*.in: exact versions and hashes, no address of any index.

Run by `make lock`. Local wheel folders of this machine are left out, so that the hashes are the public ones.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.console import run, stage, stop_on_signals

NAMES = ("requirements", "requirements-dev", "requirements-node")
COMPILE = (
    "--quiet",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
)


def main(options: list[str]) -> None:
    """Lock all; `options` go to pip-compile (--upgrade, --upgrade-package NAME)."""
    os.chdir(Path(__file__).resolve().parent.parent)
    stop_on_signals()
    environ = _public_index_only()
    with tempfile.TemporaryDirectory(prefix="fund-lock-") as folder:
        python = Path(folder) / "bin" / "python"
        with stage("准备 pip-tools"):
            run([sys.executable, "-m", "venv", folder])
            run([str(python), "-m", "pip", "install", "--quiet", "pip-tools"])
        for name in NAMES:
            with stage(f"锁定 {name}.txt"):
                run([str(python), "-m", "piptools", "compile", *COMPILE, *options, f"{name}.in"], environ)


def _public_index_only() -> dict[str, str]:
    """The environment without local wheel folders and further indexes; the main index stays as configured."""
    question = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    index = subprocess.run(question, capture_output=True, text=True, check=False, timeout=60).stdout.strip()
    dropped = ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT")
    environ = {name: value for name, value in os.environ.items() if name not in dropped}
    environ["PIP_CONFIG_FILE"] = os.devnull
    if index:
        environ.setdefault("PIP_INDEX_URL", index)
    return environ


if __name__ == "__main__":
    main(sys.argv[1:])
