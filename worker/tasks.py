"""The names of the jobs and what they lead to."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from procrastinate import App
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status

from worker.backoff import Backoff
from worker.money import MoneyJobs
from worker.sweeping import ForgottenPhotos, LostJobs, MissingMarks, Requeue

log = logging.getLogger(__name__)

QUEUE = "fund"
STALLED_AFTER = 45.0
"""Seconds without a sign of life after which a worker's jobs are given to others."""

RETURNS = "*/5 * * * *"
RECONCILIATION = "10 22 * * *"
"""Every five minutes; at 06:10 in 沈阳 (the queue's clock is UTC)."""

FINISHED_JOBS_KEPT = 30 * 24
"""Hours for which failed jobs are kept to be looked at; done ones are deleted at once."""


def register(
    app: App,
    *,
    send_notice: Callable[[UUID], None],
    answer_late: Callable[[UUID], None],
    lost_notices: LostJobs,
    lost_answers: LostJobs,
    forgotten_photos: ForgottenPhotos,
    missing_marks: MissingMarks,
    money: MoneyJobs,
    requeue: Requeue,
    stalled_after: float = STALLED_AFTER,
    also_tidy: Sequence[Callable[[], object]] = (),
) -> None:
    """Tell the app what its jobs do. Blocking use cases run in threads. ``also_tidy``: once an hour, with the rest."""

    @app.task(name="send_notice", queue=QUEUE, retry=Backoff())
    def _send_notice(notice_id: str) -> None:
        send_notice(UUID(notice_id))

    @app.task(name="answer_late", queue=QUEUE, retry=Backoff())
    def _answer_late(push_id: str) -> None:
        answer_late(UUID(push_id))

    @app.task(name="prepare_payment", queue=QUEUE, retry=Backoff())
    def _prepare_payment(application_id: str) -> None:
        money.prepare(UUID(application_id))

    @app.task(name="pay", queue=QUEUE, retry=Backoff())
    def _pay(payment_id: str) -> None:
        money.pay(UUID(payment_id))

    @app.periodic(cron=RETURNS)
    @app.task(name="ask_about_returns", queue=QUEUE, queueing_lock="ask_about_returns", lock="ask_about_returns")
    def _ask_about_returns(timestamp: int) -> None:
        money.ask_about_returns()

    @app.periodic(cron=RECONCILIATION)
    @app.task(name="reconcile", queue=QUEUE, queueing_lock="reconcile", lock="reconcile", retry=Backoff())
    def _reconcile(timestamp: int) -> None:
        if found := money.reconcile():
            log.warning("%s new differences between our payments, the core system and the bank", found)

    @app.periodic(cron="* * * * *")
    @app.task(name="sweep", queue=QUEUE, queueing_lock="sweep")  # no lock: one left by a dead worker would keep it
    async def _sweep(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_after):
            await _begin_again(app, job)
        for notice_id in await asyncio.to_thread(lost_notices.find):
            if await requeue("send_notice", notice_id=notice_id):
                log.warning("notice %s had lost its job", notice_id)
        for push_id in await asyncio.to_thread(lost_answers.find):
            if await requeue("answer_late", push_id=push_id):
                log.warning("late push %s had lost its job", push_id)
        for application_id in await asyncio.to_thread(money.unprepared.find):
            if await requeue("prepare_payment", application_id=application_id):
                log.warning("application %s waited for its payment without a job", application_id)
        for payment_id in await asyncio.to_thread(money.lost.find):
            if await requeue("pay", payment_id=payment_id):
                log.warning("payment %s had lost its job", payment_id)

    @app.periodic(cron="17 * * * *")
    @app.task(name="tidy", queue=QUEUE, queueing_lock="tidy", lock="tidy")
    async def _tidy(timestamp: int) -> None:
        await asyncio.to_thread(forgotten_photos.delete)
        await asyncio.to_thread(missing_marks.fill_in)
        for each in also_tidy:
            await asyncio.to_thread(each)
        await app.job_manager.delete_old_jobs(
            FINISHED_JOBS_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
        )


async def _begin_again(app: App, job: Job) -> None:
    """A job whose worker is gone. One of which the next is waiting already, or a sweep, is only put away."""
    try:
        if job.task_name != "sweep":
            await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
            log.warning("job %s was left by a worker that is gone and is begun again", job.id)
            return
    except UniqueViolation:
        log.info("job %s was left by a worker that is gone; its next one waits already", job.id)
    await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    log.warning("job %s (%s) was left by a worker that is gone and is put away", job.id, job.task_name)
