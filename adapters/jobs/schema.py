"""Procrastinate's own tables, brought up to date with the installed version.

Procrastinate ships its whole schema and one SQL file per later change, but does not record which of them a
database has. ``jobs_schema`` records that. Its ``pre`` and ``post`` files may be run in one go, since the
workers of this service are stopped for an upgrade.
"""

from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager, migrations_path

_LOCK = 5_010_021
"""Any number, the same in every process: one applies, the others wait and find it done."""


def apply(database_url: str) -> tuple[str, ...]:
    """Make or upgrade the tables; does nothing when they are up to date. Returns what was applied.

    Raises psycopg.Error, and RuntimeError if the tables were made by somebody else.
    """
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        connection.execute("SET lock_timeout = '60s'")
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        return _apply(connection, _changes())


def is_current(database_url: str) -> bool:
    """Whether nothing is left to apply; for readiness. Raises psycopg.Error."""
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        return _exists(connection, "jobs_schema") and set(_changes()) <= _applied(connection)


def _apply(connection: psycopg.Connection, changes: dict[str, str]) -> tuple[str, ...]:
    if not _exists(connection, "jobs_schema"):
        if _exists(connection, "procrastinate_jobs"):
            raise RuntimeError("procrastinate's tables are there, but no record of their version (jobs_schema)")
        with connection.transaction():
            connection.execute(
                "CREATE TABLE jobs_schema (change text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
            )
            connection.execute(SchemaManager.get_schema())
            _record(connection, *changes)
        return ("schema",)
    done = _applied(connection)
    missing = tuple(name for name in changes if name not in done)
    for name in missing:
        # One string is one transaction, so an interrupted upgrade goes on where it was.
        connection.execute(f"{changes[name]};\nINSERT INTO jobs_schema (change) VALUES ('{name}')".encode())
    return missing


def _changes() -> dict[str, str]:
    """Name and SQL of every change, in their order."""
    return {path.stem: path.read_text("utf-8") for path in sorted(Path(migrations_path).glob("*.sql"))}


def _exists(connection: psycopg.Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
    return row is not None and bool(row[0])


def _applied(connection: psycopg.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT change FROM jobs_schema")}


def _record(connection: psycopg.Connection, *names: str) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO jobs_schema (change) VALUES (%s)", [(name,) for name in names])
