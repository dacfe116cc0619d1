"""What a developer's machine makes once and keeps under VAR_DIR: secrets, and where the embedded servers are.

Both files are private to their owner (0600) and appear whole or not at all, also when several processes
ask for them at the same moment: each writes a candidate of its own and links it to the name; the first link
wins and everybody reads that file.
"""

import base64
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from config.errors import SettingsError

SECRETS_FILE = "secrets.env"
SERVERS_FILE = "servers.json"
SECRET_NAMES = ("SECRET_KEY", "DATA_KEYS", "INDEX_KEY")


@dataclass(frozen=True)
class LocalServer:
    """Port on 127.0.0.1 and password of one embedded server."""

    port: int
    password: str

    def __repr__(self) -> str:
        return f"LocalServer(port={self.port})"


@dataclass(frozen=True)
class LocalServers:
    """The embedded servers of one VAR_DIR."""

    postgres: LocalServer
    valkey: LocalServer

    @property
    def database_url(self) -> str:
        """Where the embedded PostgreSQL answers."""
        return f"postgresql://fund:{self.postgres.password}@127.0.0.1:{self.postgres.port}/fund"

    @property
    def redis_url(self) -> str:
        """Where the embedded Valkey answers."""
        return f"redis://:{self.valkey.password}@127.0.0.1:{self.valkey.port}/0"


def local_secrets(var_dir: Path) -> Mapping[str, str]:
    """SECRET_KEY, DATA_KEYS and INDEX_KEY of this VAR_DIR, made on first use.

    Raises SettingsError when the file is there but damaged: new keys could not open what the old ones sealed.
    """
    path = var_dir / SECRETS_FILE
    if not path.exists():
        _appear(path, "".join(f"{name}={value}\n" for name, value in _new_secrets().items()))
    lines = (line.partition("=") for line in path.read_text("utf-8").splitlines())
    found = {name: value for name, _, value in lines if name in SECRET_NAMES and value}
    lost = [name for name in SECRET_NAMES if name not in found]
    if lost:
        raise SettingsError((name, f"is gone from {path}; restore that file") for name in lost)
    return found


def local_servers(var_dir: Path) -> LocalServers:
    """Addresses and passwords of the embedded servers of this VAR_DIR, made on first use.

    Raises SettingsError when the file is there but damaged.
    """
    path = var_dir / SERVERS_FILE
    if not path.exists():
        fresh = LocalServers(
            postgres=LocalServer(55432, secrets.token_urlsafe(24)),
            valkey=LocalServer(56379, secrets.token_urlsafe(24)),
        )
        _appear(path, json.dumps(asdict(fresh)))
    try:
        kept = json.loads(path.read_text("utf-8"))
        return LocalServers(LocalServer(**kept["postgres"]), LocalServer(**kept["valkey"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError([("VAR_DIR", f"{path} is damaged; restore that file")]) from error


def keep_servers(var_dir: Path, servers: LocalServers) -> None:
    """Remember another port. Only the one process that starts the servers of this VAR_DIR may call this."""
    candidate = _candidate(var_dir / SERVERS_FILE, json.dumps(asdict(servers)))
    candidate.replace(var_dir / SERVERS_FILE)


def _new_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_KEYS": "local1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def _candidate(path: Path, text: str) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _appear(path: Path, text: str) -> None:
    candidate = _candidate(path, text)
    try:
        os.link(candidate, path)
    except FileExistsError:
        return  # another process was first; its file is the one to read
    finally:
        candidate.unlink()
