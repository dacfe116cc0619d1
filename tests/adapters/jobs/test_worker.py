"""The worker does its jobs, survives what it needs, loses none, and stops when told."""

import asyncio
import contextlib
import functools
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from procrastinate import App
from procrastinate.jobs import Job

from adapters.jobs import jobs_app, requeue
from adapters.jobs import schema as jobs_schema
from adapters.postgres import migrate
from bootstrap.embedded import running_postgres
from fund.application import Application
from fund.draft import Draft
from fund.errors import OutcomeUnknown, Refused, Unavailable
from fund.notice import Notice
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import NOW, Stores, an_application, its_event
from worker import Worker, heartbeat, register
from worker.backoff import Backoff
from worker.notices import NoticeSender
from worker.sweeping import ForgottenPhotos, LostNotices

ROOT = Path(__file__).parents[3]


@dataclass
class Photos:
    """Remembers how it was asked to sweep."""

    asked: list[tuple[bool, timedelta]] = field(default_factory=list)

    def sweep(self, in_use: Callable[[UUID, str], bool], *, after: timedelta) -> int:
        self.asked.append((in_use(uuid.UUID(int=1), "key"), after))
        return 0


@dataclass
class Drafts:
    """Holds one draft for everybody, or fails."""

    draft: Draft | None = None
    trouble: Exception | None = None

    def load(self, person_id: UUID, business: str) -> Draft | None:
        if self.trouble:
            raise self.trouble
        return self.draft

    def save(self, person_id: UUID, draft: Draft, *, expected: int) -> None: ...

    def drop(self, person_id: UUID, business: str, submission_key: str) -> None: ...


def an_app(
    stores: Stores, send: Callable[[UUID], None], *, now: Callable[[], datetime] = lambda: NOW, **options: Any
) -> App:
    """An app whose jobs lead to ``send``."""
    app = jobs_app(stores.url)
    register(
        app,
        send_notice=send,
        lost_notices=LostNotices(stores.notices, now),
        forgotten_photos=ForgottenPhotos(Photos(), Drafts(), ["rent"]),
        requeue=functools.partial(requeue, app),
        **options,
    )
    return app


@contextlib.contextmanager
def at_work(app: App, file: Path) -> Iterator[Worker]:
    """A worker in a thread of this process."""
    worker = Worker(app, heartbeat=file, poll=0.2, beat=0.1)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at, "waited too long"
        time.sleep(0.02)


def a_followed_application(stores: Stores) -> Application:
    person = stores.someone()
    stores.bindings.bind(f"o-{uuid.uuid4().hex}", person.id)
    application = an_application(person.id)
    return stores.applications.hand_in(application, its_event(application), [])


def state_of(stores: Stores, application: Application) -> object:
    return stores.rows("SELECT state FROM notices WHERE application_id = %s", application.id)[0][0]


@pytest.fixture
def own(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Stores]:
    """A database whose queue holds this test's jobs only."""
    servers.close_with(pytestconfig)
    made = servers.stores(servers.ready_database(f"w_{abs(hash(request.node.name))}"))
    yield made
    made.database.close()


def test_a_hand_in_is_told_and_its_job_leaves_nothing(own: Stores, tmp_path: Path) -> None:
    told: list[Notice] = []
    sender = NoticeSender(own.notices, own.bindings, lambda openid, notice: told.append(notice), lambda: NOW)
    with at_work(an_app(own, sender), tmp_path / "heartbeat"):
        application = a_followed_application(own)
        until(lambda: state_of(own, application) == "sent")
        until(lambda: own.rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'send_notice'") == [])
    assert [notice.reference for notice in told] == [application.reference]


def test_a_worker_shows_that_it_is_well_and_that_it_left(own: Stores, tmp_path: Path) -> None:
    file = tmp_path / "var" / "heartbeat"
    assert not heartbeat.is_fresh(file)
    with at_work(an_app(own, lambda notice_id: None), file):
        until(lambda: heartbeat.is_fresh(file))
        first = file.stat().st_mtime
        until(lambda: file.stat().st_mtime > first)
    assert not file.exists()
    assert not heartbeat.is_fresh(file, late=1000)


def test_what_could_not_be_sent_waits_in_the_queue_for_another_attempt(own: Stores, tmp_path: Path) -> None:
    def down(openid: str, notice: Notice) -> None:
        raise Unavailable("down", code="wechat_down")

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
        sender = NoticeSender(stores.notices, stores.bindings, lambda openid, notice: None, lambda: NOW)
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
from tests.adapters.jobs import test_worker
from tests.adapters.postgres import servers
from worker import run
url, heartbeat, begun, done = sys.argv[1:]
def slow(notice_id):
    Path(begun).touch()
    time.sleep(1)
    Path(done).touch()
run(test_worker.an_app(servers.stores(url), slow), heartbeat=Path(heartbeat))
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
    assert own.rows("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'send_notice'") == [
        ("doing",)
    ]
    done: list[UUID] = []
    app = an_app(own, done.append, stalled_after=0.01)
    do_now(app, "sweep")
    assert own.rows("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'send_notice'") == [
        ("todo",)
    ]
    with at_work(an_app(own, done.append), tmp_path / "heartbeat"):
        until(lambda: len(done) == 1)


def do_now(app: App, task: str) -> None:
    """Run a periodic task now."""

    async def run() -> None:
        async with app.open_async():
            await app.tasks[task](timestamp=0)

    asyncio.run(run())


def test_the_sweep_finds_notices_that_lost_their_job_and_doubles_none(own: Stores) -> None:
    lost, waiting = a_followed_application(own), a_followed_application(own)
    with psycopg.connect(own.url) as connection:
        connection.execute(
            """DELETE FROM procrastinate_jobs WHERE args ->> 'notice_id' =
            (SELECT id::text FROM notices WHERE application_id = %s)""",
            (lost.id,),
        )
    jobs = """SELECT application_id FROM procrastinate_jobs
        JOIN notices ON notices.id::text = args ->> 'notice_id' ORDER BY application_id"""
    do_now(an_app(own, lambda notice_id: None, now=lambda: NOW + timedelta(minutes=4)), "sweep")
    assert own.rows(jobs) == [(waiting.id,)]
    late = an_app(own, lambda notice_id: None, now=lambda: NOW + timedelta(minutes=6))
    do_now(late, "sweep")
    do_now(late, "sweep")
    assert own.rows(jobs) == sorted([(lost.id,), (waiting.id,)])


@pytest.mark.parametrize(
    ("drafts", "in_use"),
    [
        (Drafts(), False),
        (Drafts(Draft("rent", "key", "ref", NOW)), True),
        (Drafts(Draft("rent", "another key", "ref", NOW)), False),
        (Drafts(trouble=Unavailable("valkey")), True),
    ],
)
def test_photos_go_only_when_their_draft_is_surely_gone(own: Stores, drafts: Drafts, in_use: bool) -> None:
    photos = Photos()
    ForgottenPhotos(photos, drafts, ["rent"]).delete()
    assert photos.asked == [(in_use, timedelta(days=31))]


def test_tidying_removes_photos_and_old_jobs(own: Stores) -> None:
    a_followed_application(own)
    with psycopg.connect(own.url) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        connection.execute("UPDATE procrastinate_events SET at = now() - interval '31 days'")
    photos = Photos()
    app = jobs_app(own.url)
    register(
        app,
        send_notice=lambda notice_id: None,
        lost_notices=LostNotices(own.notices, lambda: NOW),
        forgotten_photos=ForgottenPhotos(photos, Drafts(), ["rent"]),
        requeue=functools.partial(requeue, app),
    )
    do_now(app, "tidy")
    assert len(photos.asked) == 1
    assert own.rows("SELECT 1 FROM procrastinate_jobs") == []


@pytest.mark.parametrize(
    ("trouble", "attempts", "seconds"),
    [
        (Unavailable("x"), 0, 5),
        (Unavailable("x"), 3, 40),
        (Unavailable("x"), 30, 3600),
        (OutcomeUnknown("x"), 9, 60),
    ],
)
def test_waits_grow_up_to_an_hour_but_not_where_time_presses(
    trouble: Exception, attempts: int, seconds: int
) -> None:
    before = datetime.now().astimezone()
    decision = Backoff().get_retry_decision(exception=trouble, job=_job(attempts))
    assert decision is not None and decision.retry_at is not None
    assert timedelta(seconds=seconds - 1) <= decision.retry_at - before <= timedelta(seconds=seconds + 2)


@pytest.mark.parametrize("fault", [KeyError("x"), Refused("no")])
def test_a_fault_is_not_tried_again(fault: Exception) -> None:
    assert Backoff().get_retry_decision(exception=fault, job=_job(0)) is None


def _job(attempts: int) -> Job:
    return Job(id=1, queue="fund", lock=None, queueing_lock=None, task_name="send_notice", attempts=attempts)
