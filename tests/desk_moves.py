"""The desk's part in a story, made straight through the port, so that the citizen's side is tested by itself."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from adapters.postgres.database import Database
from adapters.postgres.tables import ApplicationRow
from bootstrap.clock import now
from bootstrap.parts import build
from config import settings
from fund.application import Actor, Application, Move, Role, advance
from fund.decision import Because, Decision, Mark
from fund.ports import Applications
from tests.house import House

_WHO = {
    Move.CLAIM: Role.REVIEWER, Move.APPROVE: Role.REVIEWER, Move.RETURN: Role.REVIEWER, Move.REJECT: Role.REVIEWER,
    Move.CONFIRM: Role.CONFIRMER, Move.SEND_BACK: Role.CONFIRMER, Move.INSTRUCT: Role.PAYER, Move.PAY: Role.SYSTEM,
    Move.FAIL: Role.SYSTEM, Move.NOT_PAID: Role.SYSTEM,
}  # fmt: skip

UNCLEAR = Because("R08", "影像材料不清晰、不完整，请重新拍摄：房屋租赁合同")
DIFFERS = Because("R09", "租赁合同信息与填写内容不一致，请核对后修改")
NOT_FIRST_CLASS = {"reason": {"code": "R07", "words": "收款账户不是一类账户或状态异常，请更换"}, "tail": "0012"}

Step = Move | tuple[Move, Mapping[str, Any]]


def a_return(*fields: str, photos: tuple[str, ...] = (), note: str = "") -> tuple[Move, Mapping[str, Any]]:
    """退回补正 with these fields and documents marked."""
    marks = (*(Mark("field", name, DIFFERS) for name in fields), *(Mark("photo", name, UNCLEAR) for name in photos))
    return Move.RETURN, Decision(tuple({mark.because: 1 for mark in marks}), marks, note).details()


PAYING: tuple[Step, ...] = (Move.CLAIM, Move.APPROVE, Move.CONFIRM, Move.INSTRUCT)
FAILED: tuple[Step, ...] = (*PAYING, (Move.FAIL, NOT_FIRST_CLASS))


def desk(applications: Applications, person_id: UUID, reference: str, at: datetime, *steps: Step) -> Application:
    """Make these moves one after the other; the application after the last."""
    application = applications.by_reference(person_id, reference)
    for step in steps:
        move, details = step if isinstance(step, tuple) else (step, {})
        actor = Actor(_WHO[move], uuid.uuid5(uuid.NAMESPACE_OID, _WHO[move].value))
        application, event = advance(application, move, actor, at, details)
        applications.move(application, event)
    return application


@contextmanager
def desk_of(house: House) -> Iterator[Callable[..., Application]]:
    """The desk of a running house: ``at(openid, reference, *steps)`` makes moves in its database."""
    database = Database.connect(house.postgres.url)
    parts = build(settings.load(house.environ), database, lambda *seen: None)

    def at(openid: str, reference: str, *steps: Step) -> Application:
        person = parts.bindings.person_of(openid) or _whose(database, reference)
        assert person is not None
        return desk(parts.applications, person, reference, now(), *steps)

    try:
        yield at
    finally:
        parts.valkey.close()
        parts.quick_valkey.close()
        database.close()


def _whose(database: Database, reference: str) -> UUID | None:
    """Of somebody who came without WeChat."""
    with database.reading() as session:
        return session.scalar(select(ApplicationRow.person_id).where(ApplicationRow.reference == reference))
