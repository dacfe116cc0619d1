"""Real servers for the tests in this folder."""

from collections.abc import Iterator

import pytest
from redis import Redis

from adapters.valkey import connect
from tests.adapters.postgres import servers


@pytest.fixture
def client(pytestconfig: pytest.Config) -> Iterator["Redis"]:
    """A client of the shared Valkey."""
    servers.close_with(pytestconfig)
    made = connect(servers.shared_valkey().url)
    yield made
    made.close()
