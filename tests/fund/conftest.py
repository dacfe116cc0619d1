"""Properties are tried without a stopwatch: a busy machine is no reason to fail. And one office for the money."""

import pytest
from hypothesis import HealthCheck, settings

from tests.fund.money_fakes import Office

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture
def office() -> Office:
    """Bank, core system and books of its own for each test."""
    return Office()
