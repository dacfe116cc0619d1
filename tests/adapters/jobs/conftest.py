"""Real servers for the tests in this folder."""

from collections.abc import Iterator

import pytest

from tests.adapters.postgres import servers


@pytest.fixture
def stores(pytestconfig: pytest.Config) -> Iterator[servers.Stores]:
    """The repositories over the shared database."""
    servers.close_with(pytestconfig)
    made = servers.stores(servers.shared_database())
    yield made
    made.database.close()
