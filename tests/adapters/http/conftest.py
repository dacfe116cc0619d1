"""A scripted neighbour and short-tempered clients of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.http.client import Neighbour
from tests.adapters.http.scripted import Scripted, scripted


@pytest.fixture
def server() -> Iterator[Scripted]:
    """A neighbour that does what it is told."""
    with scripted() as running:
        yield running


@pytest.fixture
def client_of() -> Iterator[Callable[..., Neighbour]]:
    """Makes clients with small time-outs and closes them afterwards."""
    made: list[Neighbour] = []

    def make(url: str, **different: Any) -> Neighbour:
        times = {"connect_timeout": 0.5, "read_timeout": 0.25, "total_timeout": 0.8}
        made.append(Neighbour("core", url, {"X-Core-Key": "the-secret-key"}, **(times | different)))
        return made[-1]

    yield make
    for neighbour in made:
        neighbour.close()


@pytest.fixture
def client(server: Scripted, client_of: Callable[..., Neighbour]) -> Neighbour:
    """A client of the scripted neighbour."""
    return client_of(server.url)
