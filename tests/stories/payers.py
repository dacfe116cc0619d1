"""The staff's part of a story, played at the use cases, and what the bank and the core system have in the end."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg

from adapters.http.client import observe_nothing
from adapters.jobs import jobs_app, requeue
from adapters.postgres.database import Database
from adapters.postgres.older_marks import OlderMarks
from bootstrap.clock import now
from bootstrap.domain import MARKED
from bootstrap.money import Money, money, money_jobs
from bootstrap.parts import Parts, build
from bootstrap.review import application_rows
from config import settings
from fund.application import Actor, Application, Move, Role, State, advance
from fund.numbers import IdNumber
from fund.payment import Payment
from fund.staff import StaffMember
from tests.adapters.jobs.at_work import Drafts, Photos, do_now
from tests.house import House, eventually
from worker import register
from worker.sweeping import ForgottenPhotos, LostJobs, MissingMarks


class Payers:
    """Four members of staff over a running house's database."""

    def __init__(self, house: House, parts: Parts) -> None:
        self.house, self.parts = house, parts
        self.money: Money = money(parts, observe_nothing)
        self.reviewer, self.confirmer = self._member(Role.REVIEWER), self._member(Role.CONFIRMER)
        self.maker, self.checker = self._member(Role.PAYER), self._member(Role.PAYER)

    def confirms(self, person: dict[str, Any]) -> Application:
        """The one application of a person of the sandbox is reviewed, approved and confirmed."""
        (application,) = self.parts.applications.live_of(IdNumber(person["id_number"]))
        review = Move.CLAIM if application.state is State.SUBMITTED else None
        moves = [(review, self.reviewer)] if review else []
        for move, staff in [*moves, (Move.APPROVE, self.reviewer), (Move.CONFIRM, self.confirmer)]:
            application, event = advance(application, move, Actor(staff.role, staff.id), now())
            self.parts.applications.move(application, event)
        return application

    def corrects(self, application: Application, card: str) -> Application:
        """The citizen gives another card of the same bank, as 收款信息更正 does."""
        own = Actor(Role.CITIZEN, application.person_id)
        moved, event = advance(self.now(application), Move.FIX_CARD, own, now())
        moved = replace(moved, answers={**moved.answers, "card": card})
        self.parts.applications.move(moved, event)
        return moved

    def releases(self, *applications: Application) -> str:
        """One payer makes a batch of their payments once the money is frozen, the other seals it."""
        wanted = {application.id for application in applications}

        def ready() -> list[Payment]:
            waiting = [one.payment for one in self.money.batches.waiting(self.maker)]
            found = [p for p in waiting if p.application_id in wanted and p.may_be_batched]
            return found if len(found) == len(wanted) else []

        payments = eventually(ready, 40)
        batch = self.money.batches.make(self.maker, [payment.id for payment in payments])
        self.money.batches.seal(self.checker, batch.number, batch.digest)
        return batch.number

    def now(self, application: Application) -> Application:
        return self.parts.applications.by_reference(application.person_id, application.reference)

    def payments(self) -> list[tuple[str, str, str]]:
        """Number, our state and the core's, oldest first."""
        with psycopg.connect(self.house.postgres.url) as connection:
            return connection.execute("SELECT payment_no, state, core_state FROM payments ORDER BY made_at").fetchall()

    def instructions(self) -> int:
        """How often the bank was given an instruction, answered or not."""
        return sum(entry["path"] == "/bank/payments" for entry in self.house.control("GET", "journal"))

    def sweep(self) -> None:
        """What the worker does each minute, at once and with no patience for jobs of a worker that was killed."""
        app = jobs_app(self.house.postgres.url)
        register(
            app,
            send_notice=lambda _id: None,
            answer_late=lambda _id: None,
            lost_notices=LostJobs(self.parts.notices, now),
            lost_answers=LostJobs(self.parts.late_pushes, now),
            forgotten_photos=ForgottenPhotos(Photos(), Drafts(), ["rent"]),
            missing_marks=MissingMarks(OlderMarks(self.parts.database, application_rows(self.parts), MARKED)),
            money=money_jobs(self.parts, self.money),
            requeue=partial(requeue, app),
            stalled_after=0.0,
        )
        do_now(app, "sweep")

    def _member(self, role: Role) -> StaffMember:
        staff = StaffMember(uuid.uuid4(), uuid.uuid4().hex, "李工", role)
        sealed = self.parts.cipher.seal(staff.name, about=f"staff:{staff.id}:name")
        with psycopg.connect(self.house.postgres.url) as connection:
            connection.execute(
                "INSERT INTO staff (id, login, name_sealed, role, password_hash, password_set_at)"
                " VALUES (%s, %s, %s, %s, '', now())",
                (staff.id, staff.login, sealed, role.value),
            )
        return staff


@contextmanager
def payers(house: House) -> Iterator[Payers]:
    """The staff of a running house."""
    chosen = settings.load(house.environ)
    database = Database.connect(chosen.database_url)
    try:
        yield Payers(house, build(chosen, database, observe_nothing))
    finally:
        database.close()
