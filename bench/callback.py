"""The encrypted callback: ours with every check, beside two that do without, in one run.

The same for all: the pushes, no two alike; gunicorn with our own ``config/gunicorn.py`` (worker class, two workers of
eight threads, access log through the last guard in front of the logs into a file each); a new connection for each
push, as nginx opens them to its upstream unless told otherwise. Valkey writes its append-only file to the disk once a
second, which is what it does unless told otherwise. Two more rows show the peers as their users start
them, with the same workers and threads but without our configuration and without any access log.

Rounds take turns, so that a busy machine hits all alike; the figures are medians over the rounds. Counted is the CPU
of gunicorn and its workers, user and system; that of Valkey, which only ours asks, is shown apart.
"""

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from bench.pushes import Platform, deliver
from bench.servers import Server, cpu_of, serving
from bootstrap.embedded.valkey import running_valkey
from config import settings

ROUNDS, PUSHES, AT_ONCE = 7, 400, 4
OURS, RAW, ECHO = "ours", "raw WSGI, SHA-1 and AES only", "wechatpy + Flask echo"
CONFIGURED = ["--config", "config/gunicorn.py"]
PLAIN = ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"]
SERVERS = {
    OURS: ("bootstrap.public:app()", CONFIGURED),
    RAW: ("bench.raw_app:app", CONFIGURED),
    ECHO: ("bench.echo_app:app", CONFIGURED),
    f"{RAW}, no log": ("bench.raw_app:app", PLAIN),
    f"{ECHO}, no log": ("bench.echo_app:app", PLAIN),
}
MARK, MARK_RAW, MARK_ECHO = 0.90, 0.58, 1.09
"""Milliseconds: the goal, and what the two peers took on the machine it was set on."""
CHECKS = (
    "ours besides: size, mode, time window, padding, app id, bounded XML, repeated parameters; duplicate record claimed "
    "and kept; replies of the service; request id, measures, security headers"
)


@dataclass
class Figures:
    """What one server's rounds gave: seconds of CPU per push each round, seconds of waiting for each push."""

    cpu: list[float] = field(default_factory=list)
    store: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        return median(self.cpu) * 1000

    @property
    def store_ms(self) -> float:
        return median(self.store) * 1000

    def wait_ms(self, percent: int) -> float:
        return quantiles(self.waits, n=100)[percent - 1] * 1000


def main(rounds: int = ROUNDS, pushes: int = PUSHES) -> None:
    """Run it and print the table."""
    with tempfile.TemporaryDirectory() as directory, running_valkey(Path(directory), unsafe_fast=True) as valkey:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "C.UTF-8",
            "APP_ENV": "test",
            "VAR_DIR": directory,
            "REDIS_URL": valkey.url,
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",  # no message of this benchmark asks it
            "WEB_CONCURRENCY": "2",
            "WEB_THREADS": "8",
        }
        account = settings.load(environ).wechat
        environ |= {
            "WECHAT_TOKEN": account.token,
            "WECHAT_APP_ID": account.app_id,
            "WECHAT_AES_KEY": account.aes_key,
        }
        with serving(SERVERS, environ, Path(directory)) as servers:
            found = measured(servers, Platform(account), valkey.pid, rounds, pushes)
    print(f"encrypted callback: medians of {rounds} rounds of {pushes} pushes, {AT_ONCE} at a time")
    table(found)


def measured(servers: list[Server], platform: Platform, valkey: int, rounds: int, count: int) -> dict[str, Figures]:
    """All servers' figures; the first round warms up and does not count."""
    found = {server.name: Figures() for server in servers}
    for number in range(rounds + 1):
        for server in servers:
            pushes = [platform.push() for _ in range(count)]
            used, stored = server.cpu(), cpu_of(valkey)
            answers = deliver(server.port, pushes, at_once=AT_ONCE)
            cpu, store = server.cpu() - used, cpu_of(valkey) - stored
            for answer in answers:
                platform.check(answer)
            if number:
                figures = found[server.name]
                figures.cpu.append(cpu / count)
                figures.store.append(store / count)
                figures.waits.extend(answer.seconds for answer in answers)
    return found


def table(found: dict[str, Figures]) -> None:
    """Print it, with the goal in the same units."""
    ours, raw, echo = (max(found[name].cpu_ms, 0.001) for name in (OURS, RAW, ECHO))
    print(f"{'':38}{'CPU':>9}{'to raw':>8}{'to echo':>9}{'p50':>10}{'p99':>10}{'Valkey':>10}")
    for name, figures in found.items():
        cpu = figures.cpu_ms
        store = f"{figures.store_ms:>7.2f} ms" if name == OURS else f"{'–':>10}"
        print(
            f"{name:38}{cpu:>6.2f} ms{cpu / raw:>8.2f}{cpu / echo:>9.2f}"
            f"{figures.wait_ms(50):>7.1f} ms{figures.wait_ms(99):>7.1f} ms{store}"
        )
    print(CHECKS)
    print(
        f"goal: {MARK:.2f} ms, where raw took {MARK_RAW} ms and the echo {MARK_ECHO} ms: {MARK / MARK_RAW:.2f} of raw and "
        f"{MARK / MARK_ECHO:.2f} of the echo; here {ours:.2f} ms, {ours / raw:.2f} of raw and {ours / echo:.2f} of the echo"
    )
