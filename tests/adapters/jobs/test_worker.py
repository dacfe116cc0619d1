"""The worker does its jobs, survives what it needs, loses none, and stops when told."""

import asyncio
import json
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from adapters.http import request_id
from adapters.http.client import Neighbour
from adapters.jobs import jobs_app
from adapters.jobs import schema as jobs_schema
from adapters.postgres import migrate
from bootstrap.embedded import running_postgres
from config.logging import OneLine
from fund.errors import Unavailable
from tests.adapters.http.scripted import answer, scripted
from tests.adapters.jobs.at_work import Phone, a_followed_application, an_app, at_work, do_now, state_of, until
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import NOW, Stores
from worker import Worker, heartbeat
from worker.notices import NoticeSender

ROOT = Path(__file__).parents[3]


def test_a_hand_in_is_told_and_its_job_leaves_nothing(own: Stores, tmp_path: Path) -> None:
    phone = Phone()
    sender = NoticeSender(own.notices, own.bindings, phone, lambda: NOW)
    with at_work(an_app(own, sender), tmp_path / "heartbeat"):
        application = a_followed_application(own)
        until(lambda: state_of(own, application) == "sent")
        until(lambda: own.rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'send_notice'") == [])
    assert [notice.reference for notice in phone.shown] == [application.reference]


def test_a_worker_shows_that_it_is_well_and_that_it_left(own: Stores, tmp_path: Path) -> None:
    file = tmp_path / "var" / "heartbeat"
    assert not heartbeat.is_fresh(file)
    with at_work(an_app(own, lambda notice_id: None), file):
        until(lambda: heartbeat.is_fresh(file))
        first = file.stat().st_mtime
        until(lambda: file.stat().st_mtime > first)
    assert not file.exists()
    assert not heartbeat.is_fresh(file, late=1000)


def test_every_attempt_at_a_job_carries_an_id_to_the_neighbours_and_into_the_log(own: Stores, tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []
    with scripted() as server:
        server.on("/send", answer({"code": "DOWN"}, 503), answer({"ok": 1}))
        neighbour = Neighbour("core", server.url, {})

        def send(_notice_id: UUID) -> None:
            line = OneLine(request_id=request_id.current).format(logging.makeLogRecord({"msg": "x"}))
            seen.append((request_id.current(), json.loads(line)["request_id"]))
            neighbour.post("/send", {})

        with at_work(an_app(own, send), tmp_path / "heartbeat"):
            a_followed_application(own)
            until(lambda: len(seen) == 1)
            ((number,),) = own.rows("SELECT id FROM procrastinate_jobs WHERE task_name = 'send_notice'")
            until(lambda: len(seen) == 2)
            until(lambda: own.rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'send_notice'") == [])
        neighbour.close()
        told = [received.headers["x-request-id"] for received in server.received]
    assert told == [f"job-{number}-1", f"job-{number}-2"]
    assert seen == [(each, each) for each in told]
    assert request_id.current() == ""


def test_what_could_not_be_sent_waits_in_the_queue_for_another_attempt(own: Stores, tmp_path: Path) -> None:
    down = Phone(trouble=Unavailable("down", code="wechat_down"))
    sender = NoticeSender(own.notices, own.bindings, down, lambda: NOW)
    with at_work(an_app(own, sender), tmp_path / "heartbeat"):
        application = a_followed_application(own)
        until(lambda: state_of(own, application) == "failed")
        waiting = """SELECT scheduled_at - now() FROM procrastinate_jobs
            WHERE task_name = 'send_notice' AND status = 'todo'"""
        until(lambda: own.rows(waiting) != [])
        assert timedelta(seconds=1) < own.rows(waiting)[0][0] <= timedelta(seconds=5)


def test_a_worker_recovers_by_itself_when_the_database_was_killed(tmp_path: Path) -> None:
    with running_postgres(tmp_path / "postgres", unsafe_fast=False) as server:
        migrate.upgrade(server.url)
        jobs_schema.apply(server.url)
        stores = servers.stores(server.url)
        sender = NoticeSender(stores.notices, stores.bindings, Phone(), lambda: NOW)
        file = tmp_path / "heartbeat"
        with at_work(an_app(stores, sender), file):
            first = a_followed_application(stores)
            until(lambda: state_of(stores, first) == "sent")
            server.kill()
            until(lambda: not heartbeat.is_fresh(file, late=1.0))
            server.start()
            second = a_followed_application(stores)
            until(lambda: state_of(stores, second) == "sent")
            until(lambda: heartbeat.is_fresh(file, late=1.0))
        stores.database.close()


def test_a_worker_waits_for_a_database_that_is_not_there_yet_and_can_be_stopped_meanwhile(
    tmp_path: Path,
) -> None:
    app = jobs_app("postgresql://fund@127.0.0.1:1/fund")
    begun = time.monotonic()
    with at_work(app, tmp_path / "heartbeat"):
        time.sleep(0.1)
    assert time.monotonic() - begun < 8
    assert not (tmp_path / "heartbeat").exists()


def test_a_worker_that_was_stopped_before_it_ran_does_not_run(own: Stores, tmp_path: Path) -> None:
    worker = Worker(an_app(own, lambda notice_id: None), heartbeat=tmp_path / "heartbeat")
    worker.stop()
    worker.run()
    worker.stop()


SLOW_WORKER = """
import sys, time
from pathlib import Path
from tests.adapters.jobs.at_work import an_app
from tests.adapters.postgres import servers
from worker import run
url, heartbeat, begun, done = sys.argv[1:]
def slow(notice_id):
    Path(begun).touch()
    time.sleep(1)
    Path(done).touch()
run(an_app(servers.stores(url), slow), heartbeat=Path(heartbeat))
"""


@pytest.fixture
def process(own: Stores, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker process in the middle of a job that takes a second."""
    arguments = [own.url, *(str(tmp_path / name) for name in ("heartbeat", "begun", "done"))]
    made = subprocess.Popen([sys.executable, "-c", SLOW_WORKER, *arguments], cwd=ROOT)
    try:
        a_followed_application(own)
        until((tmp_path / "begun").exists)
        until((tmp_path / "heartbeat").exists)
        yield made
    finally:
        made.kill()
        made.wait(10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_finishes_what_it_is_at(
    own: Stores, process: "subprocess.Popen[bytes]", tmp_path: Path, number: signal.Signals
) -> None:
    process.send_signal(number)
    assert process.wait(10) == 0
    assert (tmp_path / "done").exists()
    assert not (tmp_path / "heartbeat").exists()
    assert own.rows("SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'") == []


def test_a_job_whose_worker_was_killed_is_begun_again(
    own: Stores, process: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    process.kill()
    process.wait(10)
    assert own.rows("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'send_notice'") == [("doing",)]
    done: list[UUID] = []
    app = an_app(own, done.append, stalled_after=0.01)
    do_now(app, "sweep")
    assert own.rows("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'send_notice'") == [("todo",)]
    with at_work(an_app(own, done.append), tmp_path / "heartbeat"):
        until(lambda: len(done) == 1)


LEFT = """INSERT INTO procrastinate_jobs (task_name, queue_name, queueing_lock, lock, args, status)
    VALUES (%s, 'fund', %s, %s, '{"timestamp": 0}', 'doing')"""
"""A job as a killed worker leaves it."""


def jobs_of(own: Stores, task: str) -> list[str]:
    return [
        str(status) for (status,) in own.rows("SELECT status::text FROM procrastinate_jobs WHERE task_name = %s", task)
    ]


def test_a_sweep_left_by_a_killed_worker_does_not_keep_the_next_from_sweeping(own: Stores, tmp_path: Path) -> None:
    """The sweep is what rescues: nothing would rescue it."""
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute(LEFT, ("sweep", None, "sweep"))
        connection.execute(LEFT, ("send_notice", None, None))
    app = an_app(own, lambda notice_id: None)

    async def defer() -> None:
        async with app.open_async():
            await app.tasks["sweep"].defer_async(timestamp=0)

    asyncio.run(defer())
    with at_work(app, tmp_path / "heartbeat"):
        until(lambda: "doing" not in jobs_of(own, "sweep") and "doing" not in jobs_of(own, "send_notice"))


def test_what_a_killed_worker_left_is_put_away_when_its_next_one_waits_already(own: Stores) -> None:
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute(LEFT, ("reconcile", "reconcile", "reconcile"))
        connection.execute(LEFT.replace("'doing'", "'todo'"), ("reconcile", "reconcile", "reconcile"))
    do_now(an_app(own, lambda notice_id: None), "sweep")
    assert jobs_of(own, "reconcile") == ["todo"]
