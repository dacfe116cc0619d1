"""supervisord, which starts the programs, starts them again when they die, and rotates their logs."""

import ctypes
import http.client
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from bootstrap.run.programs import DATA, GROUPS, OURS, ROOT, Program

LOG_BYTES, LOG_BACKUPS = 10_000_000, 5
LONGEST_SOCKET_PATH = 100
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 40.0

HEAD = """\
[supervisord]
nodaemon=true
silent=true
logfile={log}/supervisor.log
logfile_maxbytes={bytes}
logfile_backups={backups}
pidfile={run}/supervisord.pid
childlogdir={log}
directory={root}
{user}
[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

PROGRAM = """
[program:{name}]
command={command}
directory={root}
environment={environ}
priority={priority}
autostart={autostart}
autorestart=true
startsecs=1
startretries=10
stopsignal={stop_signal}
stopwaitsecs={patience}
killasgroup=true
redirect_stderr=true
stdout_logfile={log}/{name}.log
stdout_logfile_maxbytes={bytes}
stdout_logfile_backups={backups}
"""


class Supervisor:
    """One supervisord with the given programs. Those of group "ours" wait until `start_ours`."""

    def __init__(self, var_dir: Path, programs: Sequence[Program]) -> None:
        self._run, self._log = var_dir / "run", var_dir / "log"
        self._programs = tuple(programs)
        self._process: subprocess.Popen[bytes] | None = None
        socket = self._run / "supervisor.sock"
        # A unix socket's path is short by nature; below a deep VAR_DIR it goes to a private temporary folder.
        self._private = None
        if len(os.fsencode(socket)) > LONGEST_SOCKET_PATH:
            self._private = tempfile.TemporaryDirectory(prefix="fund-run-")
            socket = Path(self._private.name) / "supervisor.sock"
        self._socket = socket

    def start(self, environ: Mapping[str, str]) -> None:
        """Start supervisord, and with it the databases and the sandbox."""
        self._run.mkdir(parents=True, exist_ok=True)
        self._log.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self._run / "supervisord.conf"
        configuration.write_text(self._configuration(), "utf-8")
        libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

        def end_with_starter() -> None:
            if libc is not None:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

        with (self._log / "supervisor.out").open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(configuration)],
                cwd=ROOT,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is the starter's to handle, in its order
                preexec_fn=end_with_starter,
            )

    def _configuration(self) -> str:
        places = {"log": self._log, "run": self._run, "root": ROOT, "socket": self._socket}
        common = {name: str(path).replace("%", "%%") for name, path in places.items()}
        common |= {"bytes": str(LOG_BYTES), "backups": str(LOG_BACKUPS)}
        user = "user=root\n" if os.geteuid() == 0 else ""  # says that root is meant; else it warns
        parts = [HEAD.format(user=user, **common)]
        for program in self._programs:
            environ = ",".join(f'{name}="{value}"' for name, value in program.environ.items())
            parts.append(
                PROGRAM.format(
                    name=program.name,
                    command=shlex.join(program.command).replace("%", "%%"),
                    environ=environ.replace("%", "%%"),
                    priority=GROUPS.index(program.group) * 10 + 10,
                    autostart=str(program.group != OURS).lower(),
                    stop_signal=program.stop_signal,
                    patience=20 if program.group == DATA else 12,
                    **common,
                )
            )
        for group in GROUPS:
            names = [program.name for program in self._programs if program.group == group]
            if names:
                priority = GROUPS.index(group) * 10 + 10
                parts.append(f"\n[group:{group}]\nprograms={','.join(names)}\npriority={priority}\n")
        return "".join(parts)

    def start_ours(self) -> bool:
        """Start our own processes; the databases are ready and migrated. False: not heard yet, ask again."""
        return self._call("startProcessGroup", OURS, False) is not None

    def start_again(self, name: str) -> None:
        """Start a program on which supervisord gave up."""
        group = next(program.group for program in self._programs if program.name == name)
        self._call("startProcess", f"{group}:{name}", False)

    def states(self) -> dict[str, dict[str, Any]]:
        """Program name → supervisord's word on it (statename, pid, …); empty while it does not answer."""
        answer = self._call("getAllProcessInfo")
        return {str(each["name"]): each for each in answer or ()}

    @property
    def is_alive(self) -> bool:
        """Whether supervisord itself runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> bool:
        """Stop all programs in order, then supervisord. Whether that went well."""
        try:
            if self._process is None:
                return True
            self._process.terminate()
            give_up_at = time.monotonic() + STOP_SECONDS
            while self.is_alive:
                if time.monotonic() > give_up_at:
                    self._process.kill()
                    self._process.wait()
                    return False
                # Left alone, supervisord looks after its dying children once a second; a question wakes it.
                self.states()
                time.sleep(0.05)
            return True
        finally:
            if self._private is not None:
                self._private.cleanup()

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        try:
            with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except (OSError, http.client.HTTPException):
            return None  # not there yet, or gone
        except xmlrpc.client.Fault as fault:
            if fault.faultCode in (Faults.SHUTDOWN_STATE, Faults.ALREADY_STARTED):
                return None
            raise
