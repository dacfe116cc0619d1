"""What the pages of 租房提取 show beside their questions, and an application of it in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from businesses.rent.amount import monthly_limits
from businesses.rent.cards import BANK_NAMES
from businesses.rent.facts import DOCUMENTS
from businesses.rent.journey import JOURNEY
from businesses.rent.policy import reasons
from businesses.rent.terms import Terms, TermsTable, load
from fund.application import Application, Event, Move, State
from fund.decision import Mark
from fund.errors import InvalidValue
from fund.journey import Step
from fund.numbers import CardNumber
from fund.progress import Progress
from h5.words import SHANGHAI
from web.forms import rows


def rent_extras(progress: Progress, step: Step) -> Mapping[str, Any]:
    """Template variables of one page beyond those every page has."""
    match step.name:
        case "info":
            return {"papers": {r.code: r.paper for r in reasons(progress.case, progress.answers)}}
        case "details":
            return {"limits": monthly_limits(progress.case)}
        case "pledge":
            return {"summary": tuple(rows(progress.path, progress.answers))}
    return {}


def answers_of(application: Application) -> tuple[tuple[str, str], ...]:
    """What was answered, in words, for its owner: the card masked, the address whole."""
    return tuple(row for _, told in rows(JOURNEY.steps, application.answers) for row in told)


def payout_words(application: Application) -> str:
    """Where the money goes: ``尾号0012的建设银行账户``."""
    bank = BANK_NAMES.get(application.answers.get("bank", ""), "收款银行")
    try:
        return f"尾号{CardNumber(application.answers.get('card', '')).tail}的{bank}账户"
    except InvalidValue:
        return f"您填写的{bank}账户"


def paid_words(application: Application, events: Sequence[Event]) -> str:
    """Where the money went, once it is there; until then where it goes. A payment that came late may have gone to a
    card that was corrected since."""
    paid = next((e.details for e in reversed(events) if e.move is Move.PAY), None)
    if application.state is not State.PAID or not paid or "tail" not in paid or "bank" not in paid:
        return payout_words(application)
    return f"尾号{paid['tail']}的{BANK_NAMES.get(str(paid['bank']), '收款银行')}账户"


def label_of(mark: Mark) -> str:
    """What has to be put right, by the name it was asked for."""
    if mark.kind == "photo":
        return DOCUMENTS.get(mark.name, "影像")
    return {f.name: f.label for step in JOURNEY.steps for f in step.fields}.get(mark.name, "填写的内容")


def terms_on(day: date) -> Terms:
    """The figures in force. Raises TermsError."""
    return _table().on(day)


def review_days(application: Application) -> int:
    """Within how many working days an application is decided, by the terms it was handed in under."""
    for terms in _table().periods:
        if terms.version == application.terms_version:
            return terms.review_working_days
    return terms_on(application.submitted_at.astimezone(SHANGHAI).date()).review_working_days


@cache
def _table() -> TermsTable:
    return load()
