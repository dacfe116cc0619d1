"""Makes a PostgreSQL data directory, whole or not at all, with one role (no superuser) and its database."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bootstrap.embedded.errors import EmbeddedError
from bootstrap.embedded.owner import Owner, run

ROLE = DATABASE = "fund"
DATA_NAME = "data"
UNFINISHED = "unfinished-"
PASSWORD_STAMP = "password.sha256"

ONLY_OUR_ROLE = """\
# Nobody but our own role gets in, over loopback, with its password; the superuser has no way in at all.
host all {role} 127.0.0.1/32 scram-sha-256
"""


def data_argument(data: Path, owner: Owner | None) -> str:
    """What to pass as -D. The server's working directory must be `data`.

    A dropped-down user may be unable to walk the path; /proc/self/cwd leads straight to the directory.
    """
    return "/proc/self/cwd" if owner else str(data)


def ensure_cluster(base: Path, programs: Path, owner: Owner | None, password: str, *, durable: bool) -> Path:
    """The data directory below `base`, made if there is none, its role's password as given.

    Making takes about half a second. What an interrupted attempt left is removed. Raises EmbeddedError when
    initdb fails or the data were made by another major version.
    """
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = base / DATA_NAME
    for unfinished in base.glob(f"{UNFINISHED}*"):
        shutil.rmtree(unfinished)
    if not data.exists():
        _make(base, programs, owner, durable=durable)
        (base / PASSWORD_STAMP).unlink(missing_ok=True)
    _check_version(data, programs)
    stamp = hashlib.sha256(password.encode()).hexdigest()
    stamp_file = base / PASSWORD_STAMP
    if not stamp_file.exists() or stamp_file.read_text("ascii") != stamp:
        # Single-user mode needs no password: this also heals a VAR_DIR whose servers.json was lost.
        _as_superuser(data, programs, owner, f"ALTER ROLE {ROLE} PASSWORD '{password}';")
        stamp_file.write_text(stamp, "ascii")
    return data


def _make(base: Path, programs: Path, owner: Owner | None, *, durable: bool) -> None:
    fresh = Path(tempfile.mkdtemp(dir=base, prefix=UNFINISHED))
    if owner:
        os.chown(fresh, owner.uid, owner.gid)
    initdb = [str(programs / "initdb"), "-D", data_argument(fresh, owner)]
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"]
    # No server listens yet, and pg_hba.conf is replaced before one does: "trust" never opens a door.
    _succeed(run([*initdb, "--username=postgres", "--auth=trust", "--no-sync", *locale], owner, cwd=fresh))
    (fresh / "pg_hba.conf").write_text(ONLY_OUR_ROLE.format(role=ROLE), "ascii")
    _as_superuser(
        fresh,
        programs,
        owner,
        f"CREATE ROLE {ROLE} LOGIN CREATEDB;",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE};",
    )
    if durable:
        _succeed(run([*initdb, "--sync-only"], owner, cwd=fresh))
    fresh.rename(base / DATA_NAME)


def _as_superuser(data: Path, programs: Path, owner: Owner | None, *statements: str) -> None:
    single = [
        str(programs / "postgres"),
        "--single",
        "-D",
        data_argument(data, owner),
        "-c",
        "exit_on_error=on",
    ]
    _succeed(run([*single, "postgres"], owner, cwd=data, input="".join(f"{s}\n" for s in statements)))


def _check_version(data: Path, programs: Path) -> None:
    made_by = (data / "PG_VERSION").read_text("ascii").strip()
    answer = run([str(programs / "postgres"), "--version"], None)
    runs = answer.stdout.split()[-1].partition(".")[0] if answer.stdout else ""
    if runs and made_by != runs:
        raise EmbeddedError(
            f"{data} 由 PostgreSQL {made_by} 建立,现有程序为 {runs} 版。请用 pg_upgrade 升级,或另设 VAR_DIR。"
        )


def _succeed(done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode:
        words = (done.stderr or done.stdout).strip()[-800:]
        raise EmbeddedError(f"准备 PostgreSQL 数据目录失败({Path(done.args[0]).name}):\n{words}")
