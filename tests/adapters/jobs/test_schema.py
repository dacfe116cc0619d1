"""The queue's tables are made once and brought up to date by the changes that are missing."""

import subprocess

import psycopg
import pytest

from adapters.jobs import schema
from tests.adapters.postgres import servers


@pytest.fixture
def empty(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> str:
    servers.close_with(pytestconfig)
    return servers.new_database(servers.shared_postgres().url, f"j_{abs(hash(request.node.name))}")


def schema_of(url: str) -> list[str]:
    """What pg_dump says of the queue's own things, in an order that does not depend on their age."""
    dumped = subprocess.run(
        [servers.postgres_program("pg_dump"), "--schema-only", "--no-owner", url],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return sorted(line.strip().rstrip(",") for line in dumped.stdout.splitlines() if not line.startswith(("--", "\\")))


def test_applying_makes_the_tables_and_again_does_nothing(empty: str) -> None:
    assert not schema.is_current(empty)
    assert schema.apply(empty) == ("schema",)
    before = schema_of(empty)
    assert schema.apply(empty) == ()
    assert schema_of(empty) == before
    assert schema.is_current(empty)


def test_an_older_schema_is_brought_up_to_date_step_by_step(empty: str) -> None:
    newest = servers.new_database(empty, "newest_jobs")
    schema.apply(newest)
    changes = schema._changes()
    older = [name for name in changes if name < "03.02"]
    assert 0 < len(older) < len(changes)
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("CREATE TABLE jobs_schema (change text PRIMARY KEY, applied_at timestamptz DEFAULT now())")
        for name in older:
            connection.execute(changes[name].encode())
            connection.execute("INSERT INTO jobs_schema (change) VALUES (%s)", (name,))
    assert not schema.is_current(empty)
    assert schema.apply(empty) == tuple(name for name in changes if name not in older)
    assert schema.is_current(empty)
    assert _functions(empty) == _functions(newest)
    assert _columns(empty) == _columns(newest)


def test_tables_of_an_unknown_version_are_not_touched(empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(b"CREATE TABLE procrastinate_jobs (id int)")
    with pytest.raises(RuntimeError, match="no record"):
        schema.apply(empty)


def _functions(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            """SELECT proname, pg_get_function_identity_arguments(oid) FROM pg_proc
            WHERE proname LIKE 'procrastinate%' ORDER BY 1, 2"""
        ).fetchall()


def _columns(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            """SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
            WHERE table_name LIKE 'procrastinate%' ORDER BY 1, 2"""
        ).fetchall()
