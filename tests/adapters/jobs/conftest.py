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


@pytest.fixture
def own(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[servers.Stores]:
    """A database whose queue holds this test's jobs only."""
    servers.close_with(pytestconfig)
    made = servers.stores(servers.ready_database(f"w_{abs(hash(request.node.name))}"))
    yield made
    made.database.close()
