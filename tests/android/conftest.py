"""One package for all tests that only read it."""

from pathlib import Path

import pytest

from tests.android.package import MISSING, Built, built, production


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """As it would be given to citizens."""
    if MISSING:
        pytest.skip(f"NO ANDROID TOOLS: apt-get install {' '.join(MISSING)} to build and check the package")
    folder: Path = tmp_path_factory.mktemp("released")
    return built(production(folder))
