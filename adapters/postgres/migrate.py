"""Bringing the schema up to date, for processes without Flask; ``flask db upgrade`` does the same."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from adapters.postgres.database import sqlalchemy_url

DIRECTORY = Path(__file__).parents[2] / "migrations"
"""Also Flask-Migrate's ``directory``."""

_LOCK = 5_010_020


def upgrade(database_url: str, revision: str = "head") -> None:
    """Apply every migration the database does not have yet. Two at once wait for each other."""
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
        connection.commit()
        command.upgrade(_config(connection), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Go back to a revision; ``base`` removes everything. For tests and for taking back a release."""
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def is_current(database_url: str) -> bool:
    """Whether the database has the newest revision; for readiness."""
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_heads()
    return set(present) == set(ScriptDirectory(str(DIRECTORY)).get_heads())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(DIRECTORY).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
