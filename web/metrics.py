"""Measures for Prometheus, over all worker processes. Labels are endpoints and names of neighbours, never persons."""

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector


class Metrics:
    """One process's measures; ``render`` gives those of all processes that share the directory.

    prometheus_client decides at import time by ``PROMETHEUS_MULTIPROC_DIR`` where values live, so
    ``config/gunicorn.py`` sets it before a worker loads the app.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "fund_request_seconds", "Time to answer", ["endpoint", "method", "status"], registry=self._registry
        )
        self._neighbours = Histogram(
            "fund_neighbour_seconds", "Time of calls to neighbours", ["neighbour", "outcome"], registry=self._registry
        )
        self._followers = Counter("fund_follow_total", "New followers", registry=self._registry)

    def neighbour(self, name: str, seconds: float, outcome: str) -> None:
        """One call to a neighbour."""
        self._neighbours.labels(name, outcome).observe(seconds)

    def followed(self) -> None:
        """One new follower."""
        self._followers.inc()

    def register(self, app: Flask) -> None:
        """Measure every request of an app."""

        @app.before_request
        def start() -> None:
            g.started = time.perf_counter()

        @app.after_request
        def stop(response: Response) -> Response:
            took = time.perf_counter() - g.get("started", time.perf_counter())
            self._requests.labels(request.endpoint or "none", request.method, response.status_code).observe(took)
            return response

    def render(self) -> bytes:
        """The text Prometheus reads."""
        directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
        if not directory:
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone, path=directory)
        return generate_latest(everyone)
