"""A scripted neighbour and its clients: patient ones, and hasty ones where somebody stays silent."""

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
    """Makes clients and closes them afterwards; they have time enough for a busy machine."""
    made: list[Neighbour] = []

    def make(url: str, **different: Any) -> Neighbour:
        times = {"connect_timeout": 3, "read_timeout": 3, "total_timeout": 6}
        made.append(Neighbour("core", url, {"X-Core-Key": "the-secret-key"}, **(times | different)))
        return made[-1]

    yield make
    for neighbour in made:
        neighbour.close()


@pytest.fixture
def client(server: Scripted, client_of: Callable[..., Neighbour]) -> Neighbour:
    """A client of the scripted neighbour."""
    return client_of(server.url)


@pytest.fixture
def hasty(server: Scripted, client_of: Callable[..., Neighbour]) -> Neighbour:
    """A client that does not wait long."""
    return client_of(server.url, read_timeout=0.25, total_timeout=0.8)
