"""What the pages of 租房提取 show beside their questions, and an application of it in words."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from flask import has_request_context, request

from businesses.rent.amount import monthly_limits
from businesses.rent.facts import DOCUMENTS
from businesses.rent.journey import JOURNEY
from businesses.rent.policy import reasons
from businesses.rent.terms import Terms, TermsTable, load
from fund.application import Application
from fund.decision import Mark
from fund.journey import Step
from fund.progress import Progress
from h5.words import SHANGHAI
from web.forms import in_the_halls_words, rows


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
    told = (row for _, some in rows(JOURNEY.steps, application.answers) for row in some)
    return tuple((spoken(label), words) for label, words in told)


def label_of(mark: Mark) -> str:
    """What has to be put right, by the name it was asked for."""
    if mark.kind == "photo":
        return DOCUMENTS.get(mark.name, "影像")
    return spoken({f.name: f.label for step in JOURNEY.steps for f in step.fields}.get(mark.name, "填写的内容"))


def spoken(text: str) -> str:
    """A label, or a sentence of ours with labels in it, in the words of the channel at hand: the hall asks for some
    things by other names than the phone."""
    if has_request_context() and request.path.startswith("/hall/"):
        for step in JOURNEY.steps:
            text = in_the_halls_words(text, step)
    return text


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
