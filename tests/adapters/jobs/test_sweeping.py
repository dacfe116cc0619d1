"""What was lost is found again, what was forgotten goes, and waits between attempts grow."""

import functools
from datetime import datetime, timedelta

import psycopg
import pytest
from procrastinate.jobs import Job

from adapters.jobs import jobs_app, requeue
from fund.draft import Draft
from fund.errors import OutcomeUnknown, Refused, Unavailable
from tests.adapters.jobs.at_work import Drafts, Photos, a_followed_application, an_app, do_now, money_jobs
from tests.adapters.postgres.servers import NOW, Stores
from worker import register
from worker.backoff import Backoff
from worker.sweeping import ForgottenPhotos, LostJobs


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


def test_tidying_removes_photos_old_jobs_and_what_else_it_is_given(own: Stores) -> None:
    a_followed_application(own)
    with psycopg.connect(own.url) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        connection.execute("UPDATE procrastinate_events SET at = now() - interval '31 days'")
    photos, forgotten = Photos(), []
    app = jobs_app(own.url)
    register(
        app,
        send_notice=lambda notice_id: None,
        answer_late=lambda push_id: None,
        lost_notices=LostJobs(own.notices, lambda: NOW),
        lost_answers=LostJobs(own.late_pushes, lambda: NOW),
        forgotten_photos=ForgottenPhotos(photos, Drafts(), ["rent"]),
        money=money_jobs(own),
        requeue=functools.partial(requeue, app),
        also_tidy=[lambda: forgotten.append("requests")],
    )
    do_now(app, "tidy")
    assert len(photos.asked) == 1
    assert forgotten == ["requests"]
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
def test_waits_grow_up_to_an_hour_but_not_where_time_presses(trouble: Exception, attempts: int, seconds: int) -> None:
    before = datetime.now().astimezone()
    decision = Backoff().get_retry_decision(exception=trouble, job=_job(attempts))
    assert decision is not None and decision.retry_at is not None
    assert timedelta(seconds=seconds - 1) <= decision.retry_at - before <= timedelta(seconds=seconds + 2)


@pytest.mark.parametrize("fault", [KeyError("x"), Refused("no")])
def test_a_fault_is_not_tried_again(fault: Exception) -> None:
    assert Backoff().get_retry_decision(exception=fault, job=_job(0)) is None


def _job(attempts: int) -> Job:
    return Job(id=1, queue="fund", lock=None, queueing_lock=None, task_name="send_notice", attempts=attempts)
