"""The worker: what happens later. ``python -m bootstrap.worker``."""

import os
from functools import partial

import worker
from adapters.jobs import jobs_app, requeue
from adapters.postgres.database import Database
from bootstrap import neighbours
from bootstrap.clock import now
from bootstrap.parts import build
from config import logging
from config.settings import load
from web.metrics import Metrics
from wechat_bot.messenger import TemplateMessenger
from worker.notices import NoticeSender
from worker.sweeping import ForgottenPhotos, LostNotices


def main() -> None:
    """Work until SIGTERM or SIGINT. Raises SettingsError."""
    settings = load(os.environ)
    logging.configure(settings)
    database = Database.connect(settings.database_url)
    parts = build(settings, database, Metrics().neighbour)
    messenger = TemplateMessenger(
        neighbours.wechat(settings, parts.valkey), settings.wechat.template_progress, parts.page
    )
    app = jobs_app(settings.database_url)
    worker.register(
        app,
        send_notice=NoticeSender(parts.notices, parts.bindings, messenger, now),
        lost_notices=LostNotices(parts.notices, now),
        forgotten_photos=ForgottenPhotos(parts.photos, parts.drafts, parts.kinds),
        requeue=partial(requeue, app),
    )
    try:
        worker.run(app, heartbeat=settings.var_dir / "run" / "worker.heartbeat")
    finally:
        database.close()


if __name__ == "__main__":
    main()
