"""Measures for Prometheus, over all worker processes. Labels are endpoints and names of neighbours, never persons."""

import os
import time
from functools import lru_cache

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
"""Whoever asks may invent others, without end; each would be a measure of its own."""


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
        # `labels` counts, sorts and locks before it finds what is always the same few.
        self._request = lru_cache(maxsize=1024)(self._requests.labels)
        self._followers = Counter("fund_follow_total", "New followers", registry=self._registry)

    def neighbour(self, name: str, seconds: float, outcome: str) -> None:
        """One call to a neighbour."""
        self._neighbours.labels(name, outcome).observe(seconds)

    def followed(self) -> None:
        """One new follower."""
        self._followers.inc()

    def request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """One request answered."""
        self._request(endpoint, method if method in _METHODS else "other", status).observe(seconds)

    def register(self, app: Flask) -> None:
        """Measure every request of an app."""

        @app.before_request
        def start() -> None:
            g.started = time.perf_counter()

        @app.after_request
        def stop(response: Response) -> Response:
            took = time.perf_counter() - g.get("started", time.perf_counter())
            self.request(request.endpoint or "none", request.method, response.status_code, took)
            return response

    def render(self) -> bytes:
        """The text Prometheus reads."""
        directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
        if not directory:
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone, path=directory)
        return generate_latest(everyone)
