"""How to start one embedded server, as plain data."""

import sys
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class ServerPlan:
    """A server that is ready to be started."""

    command: tuple[str, ...]
    directory: Path
    """The data directory, which must be the server's working directory: it tells our servers from others'."""
    port: int
    url: str = field(repr=False)
    uid: int | None = None
    """The user to run as; None is whoever starts it."""
    gid: int | None = None

    @property
    def launch_command(self) -> tuple[str, ...]:
        """The command for a supervisor: clears what a killed server left, drops root, becomes the server."""
        user = "" if self.uid is None else f"{self.uid}:{self.gid}"
        return (sys.executable, "-m", "bootstrap.embedded.launch", str(self.directory), user, *self.command)
