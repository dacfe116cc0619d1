"""The worker: what happens later. ``python -m bootstrap.worker``."""

import os
from functools import partial

import worker
from adapters.http import request_id
from adapters.jobs import jobs_app, requeue
from adapters.postgres.database import Database
from adapters.postgres.older_marks import OlderMarks
from adapters.postgres.older_people import OlderPeople
from bootstrap import neighbours
from bootstrap.bot import bot_services
from bootstrap.clock import now
from bootstrap.domain import MARKED
from bootstrap.money import money, money_jobs
from bootstrap.parts import build
from bootstrap.review import application_rows
from config import logging
from config.settings import load
from web.metrics import Metrics
from wechat_bot.ladder import Ladder
from wechat_bot.late import LateAnswers
from wechat_bot.replies import BOT
from worker.notices import NoticeSender
from worker.sweeping import ForgottenPhotos, LostJobs, MissingMarks


def main() -> None:
    """Work until SIGTERM or SIGINT. Raises SettingsError."""
    settings = load(os.environ)
    logging.configure(settings, request_id.current)
    database = Database.connect(settings.database_url)
    observe = Metrics().neighbour
    parts = build(settings, database, observe)
    api = neighbours.wechat(settings, parts.valkey)
    ladder = Ladder(
        api,
        parts.followers,
        parts.bindings.forget,
        template_id=settings.wechat.template_progress,
        subscribe_id=settings.wechat.subscribe_progress,
        page=parts.page,
        clock=now,
    )
    services = bot_services(parts, followed=lambda: None, api=api)
    app = jobs_app(settings.database_url)
    worker.register(
        app,
        send_notice=NoticeSender(parts.notices, parts.bindings, ladder, now),
        answer_late=LateAnswers(parts.late_pushes, BOT, services, ladder, parts.bindings.person_of, now),
        lost_notices=LostJobs(parts.notices, now),
        lost_answers=LostJobs(parts.late_pushes, now),
        forgotten_photos=ForgottenPhotos(parts.photos, parts.drafts, parts.kinds),
        missing_marks=MissingMarks(
            OlderMarks(database, application_rows(parts), MARKED), OlderPeople(database, parts.cipher, parts.index)
        ),
        money=money_jobs(parts, money(parts, observe)),
        requeue=partial(requeue, app),
        also_tidy=[lambda: parts.account_requests.forget(now())],
    )
    try:
        worker.run(app, heartbeat=settings.var_dir / "run" / "worker.heartbeat", serving=request_id.serving)
    finally:
        database.close()


if __name__ == "__main__":
    main()
