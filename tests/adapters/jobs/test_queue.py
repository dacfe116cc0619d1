"""A job exists if and only if the change that caused it was committed."""

import asyncio
import uuid

import psycopg
import pytest
from procrastinate import App

from adapters.jobs import defer, jobs_app, requeue
from adapters.postgres.database import driver_connection
from fund.errors import Unavailable
from tests.adapters.postgres.servers import Stores


def jobs(stores: Stores, notice_id: str) -> list[tuple[object, ...]]:
    return stores.rows(
        "SELECT task_name, queue_name, args, status::text FROM procrastinate_jobs WHERE args ->> 'notice_id' = %s",
        notice_id,
    )


@pytest.fixture
def notice_id() -> str:
    return str(uuid.uuid4())


def test_a_commit_leaves_one_job(stores: Stores, notice_id: str) -> None:
    with stores.database.writing() as session:
        defer(driver_connection(session), "send_notice", notice_id=notice_id)
        assert jobs(stores, notice_id) == []
    assert jobs(stores, notice_id) == [("send_notice", "fund", {"notice_id": notice_id}, "todo")]


def test_a_rollback_leaves_no_job(stores: Stores, notice_id: str) -> None:
    with pytest.raises(KeyError), stores.database.writing() as session:
        defer(driver_connection(session), "send_notice", notice_id=notice_id)
        raise KeyError("something went wrong afterwards")
    assert jobs(stores, notice_id) == []


@pytest.mark.parametrize("value", ["210102199001010015", "13800000001", "", "o-zhang-wei", "6217000000000000012"])
def test_a_job_is_given_ids_only(stores: Stores, value: str) -> None:
    with pytest.raises(ValueError, match="ids only") as refused, stores.database.writing() as session:
        defer(driver_connection(session), "send_notice", notice_id=value)
    assert not value or value not in str(refused.value)


def test_a_lost_connection_is_unavailable(stores: Stores, notice_id: str) -> None:
    with (
        psycopg.connect(stores.url) as other,
        pytest.raises(Unavailable),
        stores.database.writing() as session,
    ):
        connection = driver_connection(session)
        other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
        defer(connection, "send_notice", notice_id=notice_id)
    assert jobs(stores, notice_id) == []


def in_app(stores: Stores, *asked: str) -> list[bool]:
    """What ``requeue`` says for each id, with an open app."""

    async def ask(app: App) -> list[bool]:
        async with app.open_async():
            return [await requeue(app, "send_notice", notice_id=one) for one in asked]

    return asyncio.run(ask(jobs_app(stores.url)))


def test_a_job_is_queued_again_only_when_there_is_none(stores: Stores, notice_id: str) -> None:
    assert in_app(stores, notice_id, notice_id) == [True, False]
    assert len(jobs(stores, notice_id)) == 1


def test_a_job_that_runs_is_not_queued_again(stores: Stores, notice_id: str) -> None:
    with stores.database.writing() as session:
        defer(driver_connection(session), "send_notice", notice_id=notice_id)
    with psycopg.connect(stores.url) as connection:
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE args ->> 'notice_id' = %s", (notice_id,)
        )
    assert in_app(stores, notice_id) == [False]


def test_a_job_that_failed_is_queued_again(stores: Stores, notice_id: str) -> None:
    with stores.database.writing() as session:
        defer(driver_connection(session), "send_notice", notice_id=notice_id)
    with psycopg.connect(stores.url) as connection:
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'failed' WHERE args ->> 'notice_id' = %s", (notice_id,)
        )
    assert in_app(stores, notice_id) == [True]
