"""gunicorn's configuration for the public web and for the desk (which sets BIND_PORT=$DESK_PORT).

Run as `gunicorn -c config/gunicorn.py 'bootstrap.public:app()'` from the checkout.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Any

from config.access import AccessLog
from config.logging import logging_config
from config.settings import SettingsError, load

try:
    _settings = load(os.environ)
except SettingsError as error:
    sys.exit(str(error))

_host = os.environ.get("BIND_HOST") or "127.0.0.1"
_port = os.environ.get("BIND_PORT") or str(_settings.port)
bind = [f"{_host}:{_port}"]

worker_class = "gthread"
workers = _settings.web_concurrency
threads = _settings.web_threads
# Slow phones send photos: a thread may wait on its socket; only a worker that stops beating is replaced.
timeout = 60
graceful_timeout = 10
keepalive = 5
# A worker is renewed now and then, not all at the same moment, so that a slow leak cannot grow for weeks.
max_requests = 20_000
max_requests_jitter = 4_000

limit_request_line = 4_094
limit_request_fields = 64
limit_request_field_size = 8_190

forwarded_allow_ips = _settings.forwarded_allow_ips
# Nobody in front of us moves the service to another path.
forwarder_headers = ""
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}

accesslog = "-"
errorlog = "-"
logger_class = AccessLog
logconfig_dict = logging_config(_settings)

# Prometheus measures of all workers meet in one directory, which is fresh for each start of the server.
# Set before any worker imports prometheus_client, which looks for it at that moment and never again.
_measures = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", f"{_settings.var_dir}/run/measures-{_port}"))


def post_worker_init(worker: Any) -> None:
    """What a worker has loaded stays until it ends: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def on_starting(server: Any) -> None:
    """Begin with no measures of earlier processes."""
    _measures.mkdir(parents=True, exist_ok=True)
    for old in _measures.glob("*.db"):
        old.unlink()


def child_exit(server: Any, worker: Any) -> None:
    """Forget the live gauges of a worker that ended."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


# Web and desk would fight over the one control socket in the home directory; nobody uses it.
control_socket_disable = True
