"""A worker at work in this process, and what stands around it in the tests."""

import asyncio
import contextlib
import functools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from procrastinate import App

from adapters.http import request_id
from adapters.jobs import jobs_app, requeue
from adapters.postgres.application_rows import ApplicationRows
from adapters.postgres.older_marks import OlderMarks
from adapters.postgres.older_people import OlderPeople
from adapters.postgres.payments import LostPayments, UnpreparedApplications
from bootstrap.domain import MARKED
from fund.application import Application
from fund.draft import Draft
from fund.notice import Channel, Notice, Told
from tests.adapters.postgres.servers import CIPHER, INDEX, NOW, PERSONAL, Stores, an_application, its_event
from worker import Worker, register
from worker.money import MoneyJobs
from worker.sweeping import ForgottenPhotos, LostJobs, MissingMarks


@dataclass
class Photos:
    """Remembers how it was asked to sweep."""

    asked: list[tuple[bool, timedelta]] = field(default_factory=list)

    def sweep(self, in_use: Callable[[UUID, str], bool], *, after: timedelta) -> int:
        self.asked.append((in_use(uuid.UUID(int=1), "key"), after))
        return 0


@dataclass
class Phone:
    """A follower's phone that takes every notice, unless there is a trouble."""

    shown: list[Notice] = field(default_factory=list)
    trouble: Exception | None = None

    def __call__(self, openid: str, notice: Notice, *, repeated: bool = False) -> Told:
        if self.trouble:
            raise self.trouble
        self.shown.append(notice)
        return Told(Channel.TEMPLATE)


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


def money_jobs(
    stores: Stores,
    now: Callable[[], datetime] = lambda: NOW,
    prepare: Callable[[UUID], None] = lambda _id: None,
    pay: Callable[[UUID], None] = lambda _id: None,
) -> MoneyJobs:
    """The money's jobs, leading to ``prepare`` and ``pay``."""
    return MoneyJobs(
        prepare=prepare,
        pay=pay,
        ask_about_returns=lambda: None,
        reconcile=lambda: 0,
        unprepared=LostJobs(UnpreparedApplications(stores.database), now),
        lost=LostJobs(LostPayments(stores.database), now),
    )


def missing_marks(stores: Stores, *, at_once: int = 200) -> MissingMarks:
    """What fills in the marks of older applications."""
    rows = ApplicationRows(CIPHER, PERSONAL, INDEX, MARKED)
    return MissingMarks(
        OlderMarks(stores.database, rows, MARKED), OlderPeople(stores.database, CIPHER, INDEX), at_once=at_once
    )


def an_app(
    stores: Stores,
    send: Callable[[UUID], None],
    answer: Callable[[UUID], None] = lambda _id: None,
    *,
    now: Callable[[], datetime] = lambda: NOW,
    prepare: Callable[[UUID], None] = lambda _id: None,
    pay: Callable[[UUID], None] = lambda _id: None,
    **options: Any,
) -> App:
    """An app whose jobs lead to ``send`` and ``answer``."""
    app = jobs_app(stores.url)
    register(
        app,
        send_notice=send,
        answer_late=answer,
        lost_notices=LostJobs(stores.notices, now),
        lost_answers=LostJobs(stores.late_pushes, now),
        forgotten_photos=ForgottenPhotos(Photos(), Drafts(), ["rent"]),
        missing_marks=missing_marks(stores),
        money=money_jobs(stores, now, prepare, pay),
        requeue=functools.partial(requeue, app),
        **options,
    )
    return app


@contextlib.contextmanager
def at_work(app: App, file: Path) -> Iterator[Worker]:
    """A worker in a thread of this process."""
    worker = Worker(app, heartbeat=file, poll=0.2, beat=0.1, serving=request_id.serving)
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


def do_now(app: App, task: str) -> None:
    """Run a periodic task now."""

    async def run() -> None:
        async with app.open_async():
            await app.tasks[task](timestamp=0)

    asyncio.run(run())
