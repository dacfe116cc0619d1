"""What an application records of a journey at the moment it is handed in."""

import uuid
from types import MappingProxyType

from fund.application import Actor, Application, Event, Move, Role, State
from fund.money import Money
from fund.ports import SpouseSeen
from fund.progress import Progress


def handed_in(now: Progress) -> tuple[Application, Event]:
    """The application and its first event: the answers of the pages that are asked, and all they were decided
    on at ``now.at`` (figures, terms, the sum explained, the words agreed to)."""
    business, pledge = now.business, now.pledge
    application = Application(
        id=uuid.uuid4(),
        reference=now.draft.reference,
        submission_key=now.draft.submission_key,
        person_id=now.person.id,
        business=business.name,
        year=business.year(now.case),
        state=State.SUBMITTED,
        version=1,
        answers=MappingProxyType(dict(now.answers)),
        amount=Money.parse(now.answers[business.amount_field()]),
        working=now.allowance.trace(),
        figures=business.figures(now.case),
        terms_version=business.terms_version(now.case),
        pledge_version=pledge.version,
        pledge_text=pledge.text,
        submitted_at=now.at,
    )
    actor = Actor(Role.CITIZEN, now.person.id)
    return application, Event(application.id, 1, Move.HAND_IN, State.SUBMITTED, actor, now.at)


def seen_of_spouse(now: Progress) -> SpouseSeen | None:
    """What was considered of the spouse's applications, if there is a spouse."""
    spouse = now.member.spouse
    return SpouseSeen(spouse, frozenset(a.id for a in now.spouses)) if spouse else None
