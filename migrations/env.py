"""How Alembic reaches the database: a connection it is handed, or that of the Flask application."""

from alembic import context
from sqlalchemy import Connection

from adapters.postgres import desk_tables  # noqa: F401 - its tables join the others
from adapters.postgres.base import Base

OTHERS = ("procrastinate_", "jobs_schema")
"""Tables in the same database that are not ours to migrate."""


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether a table belongs to this service's own models."""
    return kind != "table" or not (name or "").startswith(OTHERS)


def migrate(connection: Connection) -> None:
    """Run the migrations that were asked for, all in one transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata, include_name=ours, compare_type=True)
    with context.begin_transaction():
        connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
        context.run_migrations()


def main() -> None:
    """Find the connection. Writing SQL to a file (``--sql``) needs none."""
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    handed = context.config.attributes.get("connection")
    if handed is not None:
        migrate(handed)
        return
    from flask import current_app

    with current_app.extensions["migrate"].db.engine.connect() as connection:
        migrate(connection)


main()
