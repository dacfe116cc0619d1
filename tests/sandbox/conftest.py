"""A sandbox behind a real HTTP server, and a service of the test's own at its callback address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.platform import Service, Wechat, running_sandbox


@pytest.fixture
def service() -> Iterator[Service]:
    """What stands at PUBLIC_URL in a test: it answers pushes as the test tells it to."""
    with Service.running() as running:
        yield running


@pytest.fixture
def wechat(tmp_path: Path, service: Service) -> Iterator[Wechat]:
    """The platform with the demo people, in encrypted mode."""
    with running_sandbox(tmp_path, service) as running:
        yield running
