"""The migrations make what the models say, from nothing, once, whoever runs them."""

import subprocess
import threading

import psycopg
import pytest
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import create_engine

from adapters.jobs import schema as jobs_schema
from adapters.postgres import (
    desk_tables,  # noqa: F401 - its tables join the others
    migrate,
)
from adapters.postgres.base import Base, db
from adapters.postgres.database import engine_options, sqlalchemy_url
from tests.adapters.postgres import servers


@pytest.fixture
def empty(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> str:
    servers.close_with(pytestconfig)
    return servers.new_database(servers.shared_postgres().url, f"m_{abs(hash(request.node.name))}")


def schema_of(url: str) -> list[str]:
    """The schema as pg_dump writes it, without Alembic's own table."""
    dumped = subprocess.run(
        [
            servers.postgres_program("pg_dump"),
            "--schema-only",
            "--no-owner",
            "--exclude-table=alembic_version",
            url,
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return [line for line in dumped.stdout.splitlines() if line and not line.startswith(("--", "\\"))]


def test_the_newest_migration_equals_the_models(empty: str) -> None:
    by_migration = schema_of(_upgraded(empty))
    by_models = servers.new_database(empty, "by_models")
    engine = create_engine(sqlalchemy_url(by_models))
    Base.metadata.create_all(engine)
    engine.dispose()
    assert by_migration == schema_of(by_models)
    assert any("CREATE TRIGGER application_events_append_only" in line for line in by_migration)


def test_upgrading_twice_changes_nothing(empty: str) -> None:
    before = schema_of(_upgraded(empty))
    migrate.upgrade(empty)
    assert schema_of(empty) == before
    assert migrate.is_current(empty)


def test_a_database_without_the_newest_migration_is_not_current(empty: str) -> None:
    assert not migrate.is_current(empty)


def test_two_upgrades_at_once_wait_for_each_other(empty: str) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            migrate.upgrade(empty)
            jobs_schema.apply(empty)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed
    assert migrate.is_current(empty)
    assert jobs_schema.is_current(empty)


def test_going_back_leaves_nothing_behind(empty: str) -> None:
    before = schema_of(empty)
    migrate.upgrade(empty)
    migrate.downgrade(empty, "base")
    assert schema_of(empty) == before


def test_flask_db_upgrade_does_the_same(empty: str) -> None:
    app = Flask("upgraded")
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(empty)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(empty)
    db.init_app(app)
    Migrate(app, db, directory=str(migrate.DIRECTORY))
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.output
    assert migrate.is_current(empty)
    with app.app_context():
        db.engine.dispose()


def test_notices_written_before_the_ladder_say_how_they_were_told(empty: str) -> None:
    migrate.upgrade(empty, "0001")
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO people (id, id_number_mark, id_number_sealed, name_sealed, mobile_sealed)
                VALUES (gen_random_uuid(), 'm', '', '', '');
            INSERT INTO applications SELECT gen_random_uuid(), 'R', 'K', id, 'rent', 2026, 'submitted', 1, '{}', 1, '[]',
                '{}', '', '', '', now() FROM people;
            INSERT INTO application_events SELECT a.id, n, 'hand_in', 'submitted', 'citizen', p.id, now()
                FROM applications a, people p, generate_series(1, 3) n;
            INSERT INTO notices (id, application_id, seq, kind, state, client_msg_id, sent_at)
                SELECT gen_random_uuid(), application_id, seq, 'hand_in',
                    (ARRAY['sent', 'given_up', 'pending'])[seq], seq::text, CASE seq WHEN 1 THEN now() END
                FROM application_events;"""
        )
    migrate.upgrade(empty)
    with psycopg.connect(empty) as connection:
        rows = connection.execute("SELECT channel, read_at IS NULL FROM notices ORDER BY seq").fetchall()
    assert rows == [("template", False), ("inbox", False), ("", False)]
    migrate.downgrade(empty, "0001")
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT DISTINCT channel FROM notices").fetchall() == [("wechat",)]


def test_payments_made_before_there_were_two_numbers_have_their_money_under_the_one(empty: str) -> None:
    migrate.upgrade(empty, "0003")
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO people (id, id_number_mark, id_number_sealed, name_sealed, mobile_sealed)
                VALUES (gen_random_uuid(), 'm', '', '', '');
            INSERT INTO applications SELECT gen_random_uuid(), 'R', 'K', id, 'rent', 2026, 'approved', 1, '{}', 1, '[]',
                '{}', '', '', '', now() FROM people;
            INSERT INTO payments (id, application_id, attempt, payment_no, amount_fen, bank, payee_sealed, state, core_state,
                made_at)
                SELECT gen_random_uuid(), id, n, 'N' || n, 1, 'CCB', '', (ARRAY['not_arrived', 'waiting'])[n],
                    (ARRAY['released', 'frozen'])[n], now() FROM applications, generate_series(1, 2) n;"""
        )
    migrate.upgrade(empty)
    with psycopg.connect(empty, autocommit=True) as connection:
        numbers = connection.execute("SELECT payment_no, core_no, refusal FROM payments ORDER BY attempt").fetchall()
        connection.execute("UPDATE payments SET state = 'cancelled', core_state = 'passed_on' WHERE attempt = 1")
    assert numbers == [("N1", "N1", ""), ("N2", "N2", "")]
    migrate.downgrade(empty, "0003")
    with psycopg.connect(empty) as connection:
        states = connection.execute("SELECT state, core_state FROM payments ORDER BY attempt").fetchall()
    assert states == [("not_arrived", "released"), ("waiting", "frozen")]


def test_history_cannot_be_rewritten(empty: str) -> None:
    migrate.upgrade(empty)
    with psycopg.connect(empty, autocommit=True) as connection:
        for statement in (
            "UPDATE application_events SET seq = 2", "DELETE FROM application_events",
            "UPDATE account_events SET act = 'added'", "DELETE FROM account_events", "TRUNCATE account_events",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.RestrictViolation, match="only ever added"):
                connection.execute(statement.encode())


def test_migrations_are_numbered_in_a_row() -> None:
    names = sorted(path.name for path in (migrate.DIRECTORY / "versions").glob("*.py"))
    assert [name[:5] for name in names] == [f"{number:04d}_" for number in range(1, len(names) + 1)]


def _upgraded(url: str) -> str:
    migrate.upgrade(url)
    return url


def test_the_sql_can_be_written_out_for_a_database_administrator(empty: str) -> None:
    app = Flask("written_out")
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(empty)
    db.init_app(app)
    Migrate(app, db, directory=str(migrate.DIRECTORY))
    result = app.test_cli_runner().invoke(args=["db", "upgrade", "--sql"])
    assert result.exit_code == 0, result.output
    assert "CREATE TABLE applications" in result.output
    assert not migrate.is_current(empty)
