"""Becomes an embedded server: `python -m bootstrap.embedded.launch DIRECTORY UID:GID COMMAND…`.

UID:GID is empty where the server runs as whoever starts it.

A supervisor starts the server through this at first and again after every death.
"""

import os
import sys
from pathlib import Path

from bootstrap.embedded.errors import EmbeddedError
from bootstrap.embedded.processes import ensure_unused


def main(arguments: list[str]) -> None:
    """Clear what a killed server left, enter the data directory, give up root, become the command."""
    directory, user, *command = arguments
    try:
        ensure_unused(Path(directory), Path(command[0]).name)
    except EmbeddedError as error:
        sys.exit(str(error))
    # First the directory, as root, then the user: that user may be unable to walk the path to it.
    os.chdir(directory)
    if user:
        uid, _, gid = user.partition(":")
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
