"""查看记录: who saw what of a case, for the auditor; and which photos somebody who decides has not opened yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fund.application import Application
from fund.business import Reviewable
from fund.case_file import superseded
from fund.cases import Cases, Look
from fund.ports import Applications, Photo, Photos
from fund.staff import StaffMember

PAGE = 50
"""Looks on one page."""


@dataclass(frozen=True, slots=True, repr=False)
class Looked:
    """One page of what was shown of a case. ``photos`` has a photo's name by its id."""

    application: Application
    lines: Sequence[Look]
    count: int
    photos: Mapping[str, str]


class Looks:
    """Both read what was written down before it was shown (``fund.review``). They raise NotFound, Unavailable."""

    def __init__(
        self, businesses: Mapping[str, Reviewable], cases: Cases, applications: Applications, photos: Photos
    ) -> None:
        self._businesses = businesses
        self._cases = cases
        self._applications = applications
        self._photos = photos

    def page(self, reference: str, number: int, size: int = PAGE) -> Looked:
        """Newest first; ``number`` counts from 1."""
        application = self._cases.by_reference(reference)
        lines, count = self._cases.shown(application.id, size, (max(number, 1) - 1) * size)
        names = self._businesses[application.business].document_names
        photos = self._photos.of(application.person_id, application.submission_key)
        return Looked(application, lines, count, photo_names(photos, names))

    def unopened(self, member: StaffMember, reference: str) -> tuple[tuple[UUID, str], ...]:
        """Photos that count now and that this person has never opened: id and name, in the order of the page."""
        application = self._cases.by_reference(reference)
        photos = self._photos.of(application.person_id, application.submission_key)
        names = photo_names(photos, self._businesses[application.business].document_names)
        gone = superseded(self._applications.events(application.id))
        opened = self._cases.opened(application.id, member.every_id)
        return tuple(
            (photo.id, names[str(photo.id)]) for photo in photos if str(photo.id) not in gone and photo.id not in opened
        )


def photo_names(photos: Sequence[Photo], documents: Mapping[str, str]) -> Mapping[str, str]:
    """By id: the document's name, counted where there are several of one."""
    names, seen = {}, dict[str, int]()
    kinds = [photo.kind for photo in photos]
    for photo in photos:
        seen[photo.kind] = seen.get(photo.kind, 0) + 1
        name = documents.get(photo.kind, photo.kind)
        names[str(photo.id)] = f"{name}（第{seen[photo.kind]}张）" if kinds.count(photo.kind) > 1 else name
    return names
