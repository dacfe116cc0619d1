"""`python3 -m scripts.setup [run|test|assets]`: makes the checkout ready, then becomes what was asked for.

Becomes, not starts: a signal that `make` passes on reaches the service itself.
"""

import os
import shutil
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file must still say so on an old Python
    for _newer in ("python3.13", "python3.12", "python3.11"):
        _found = shutil.which(_newer)
        if _found:
            os.execv(_found, [_found, "-m", "scripts.setup", *sys.argv[1:]])
    sys.exit("需要 Python 3.11 或更新的版本。")

from pathlib import Path

from scripts.assets import ensure_assets
from scripts.console import Stopped, stage, stop_on_signals
from scripts.environment import PYTHON, apt_install, ensure_environment

DOTENV = Path(".env")
DOTENV_TEXT = """\
# Made by make. Commands such as .venv/bin/flask read it: this is a developer's checkout.
APP_ENV=development
"""
CHROMIUM_PLACES = ("chromium", "chromium-browser", "google-chrome")
ANDROID_TOOLS = {
    "apktool": "apktool", "zipalign": "zipalign", "apksigner": "apksigner", "aapt": "aapt", "enjarify": "enjarify",
    "java": "default-jdk-headless", "javac": "default-jdk-headless",
}  # fmt: skip
"""What builds the Android package, reads it with other eyes, and runs its byte code."""
CJK_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def main(arguments: list[str]) -> None:
    """Prepare, then run what the first argument names; the other arguments are passed on."""
    os.chdir(Path(__file__).resolve().parent.parent)
    wanted = arguments[0] if arguments else "setup"
    os.environ.setdefault("APP_ENV", "test" if wanted == "test" else "development")
    stop_on_signals()
    try:
        ensure_environment()
        if not DOTENV.exists():
            DOTENV.write_text(DOTENV_TEXT, "utf-8")
        ensure_assets()
        if wanted == "test":
            _ensure_test_tools()
    except Stopped as stopped:
        sys.exit(stopped.exit_code)
    if wanted == "run":
        _become("-m", "bootstrap.run", *arguments[1:])
    elif wanted == "test":
        _become("-m", "pytest", *arguments[1:])


def _become(*command: str) -> None:
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *command])


def _ensure_test_tools() -> None:
    """Debian's chromium and a Chinese font for the browser tests, and the tools of the Android package, where root may
    install them."""
    missing = [] if any(map(shutil.which, CHROMIUM_PLACES)) else ["chromium"]
    if not CJK_FONT.exists():
        missing.append("fonts-noto-cjk")
    missing += sorted({package for tool, package in ANDROID_TOOLS.items() if shutil.which(tool) is None})
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with stage("安装测试所需的软件包:" + "、".join(missing)):
            apt_install(*missing)
    else:
        print(f"!! 缺少 {'、'.join(missing)},且当前用户不能安装:用到它们的测试将被跳过。", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
