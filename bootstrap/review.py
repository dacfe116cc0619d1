"""The review of cases, put together for the desk."""

from adapters.photos.watermark import watermarked
from adapters.postgres.application_rows import ApplicationRows
from adapters.postgres.cases import PostgresCases
from bootstrap.clock import now
from bootstrap.domain import MARKED, personal_fields
from bootstrap.parts import Parts
from fund import calendar
from fund.judging import Judge
from fund.looks import Looks
from fund.numbers import IdNumber
from fund.review import Review
from fund.staff import Staff


def application_rows(parts: Parts) -> ApplicationRows:
    """An application as rows and back, with the marks the desk compares by."""
    return ApplicationRows(parts.cipher, personal_fields(parts.kinds), parts.index, MARKED)


def review(parts: Parts, staff: Staff) -> Review:
    """Nothing is connected to yet. Raises CalendarError when ``calendar.toml`` cannot be used."""

    def mark(number: IdNumber) -> str:
        return parts.index.of("id_number", number.value)

    return Review(
        businesses=parts.kinds,
        cases=_cases(parts),
        applications=parts.applications,
        people=parts.people,
        photos=parts.photos,
        case_photos=parts.photos,
        staff=staff,
        judge=Judge(parts.kinds, parts.applications, parts.members, mark),
        stamp=watermarked,
        calendar=calendar.load(),
        clock=now,
    )


def looks(parts: Parts) -> Looks:
    """Who saw what of a case. Nothing is connected to yet."""
    return Looks(parts.kinds, _cases(parts), parts.applications, parts.photos)


def _cases(parts: Parts) -> PostgresCases:
    rows = application_rows(parts)
    return PostgresCases(parts.database, parts.cipher, parts.index, rows, tuple(MARKED.values()))
