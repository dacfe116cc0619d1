"""The apps in this process, over the running house's stores, so that their inside can be watched."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.house import House


@pytest.fixture(scope="module")
def public(the_house: House) -> Iterator[Flask]:
    """As gunicorn would build it."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in the_house.environ.items():
            patched.setenv(name, value)
        from adapters.postgres.tables import db
        from bootstrap.public import app

        built = app()
        yield built
        with built.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def desk(the_house: House) -> Iterator[Flask]:
    """The staff's, in the same way."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in the_house.environ.items():
            patched.setenv(name, value)
        from adapters.postgres.tables import db
        from bootstrap.desk import app

        built = app()
        yield built
        with built.app_context():
            db.engine.dispose()
