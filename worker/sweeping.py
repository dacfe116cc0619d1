"""Setting right what a power cut, a lost job or a person who never came back has left."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from fund.correction import drafts_of
from fund.errors import FundError
from fund.ports import Clock, Drafts

log = logging.getLogger(__name__)

OVERDUE = timedelta(minutes=5)
"""What nobody has touched for so long should have a job; if it has none, the job was lost."""

FORGOTTEN = timedelta(days=31)
"""One day longer than a draft lives."""


class Requeue(Protocol):
    """Puts a job into the queue again unless one like it waits or runs (``adapters.jobs.requeue``)."""

    def __call__(self, task_name: str, /, **ids: str) -> Awaitable[bool]: ...


class PhotoStore(Protocol):
    """What is used of the photos (``adapters.photos``)."""

    def sweep(self, in_use: Callable[[UUID, str], bool], *, after: timedelta) -> int:
        """Delete photos older than ``after``, never handed in, of no draft in use. Returns how many."""
        ...


class Unsettled(Protocol):
    """Things that wait for a job of theirs (``fund.notice.Notices``, late pushes)."""

    def overdue(self, before: datetime, most: int) -> Sequence[UUID]:
        """Those not settled that were written, and last tried, before a moment. Raises Unavailable."""
        ...


class Unmarked(Protocol):
    """Rows from before there were marks (``adapters.postgres.older_marks``, ``adapters.postgres.older_people``)."""

    def fill_in(self, after: UUID | None, most: int) -> tuple[int, UUID | None]:
        """Mark the next ``most`` by id behind ``after``: how many were marked, and the last one looked at, None when
        there was nothing left. Raises Unavailable, OutcomeUnknown."""
        ...


class LostJobs:
    """Finds what should have a job and has none."""

    def __init__(self, unsettled: Unsettled, clock: Clock, *, overdue: timedelta = OVERDUE) -> None:
        self._unsettled = unsettled
        self._clock = clock
        self._overdue = overdue

    def find(self) -> tuple[str, ...]:
        """Ids of what should have a job. Raises Unavailable."""
        return tuple(str(one) for one in self._unsettled.overdue(self._clock() - self._overdue, 1000))


class MissingMarks:
    """Gives older applications the marks by which the desk finds what two have in common, and older persons that by
    which a masked id number finds them. Once all have theirs it asks
    no more: whatever is handed in now has them from the beginning."""

    def __init__(self, *unmarked: Unmarked, at_once: int = 200) -> None:
        """``at_once``: rows in one transaction."""
        self._unmarked = unmarked
        self._at_once = at_once
        self._all_there = False

    def fill_in(self) -> int:
        """Returns how many got theirs. Raises Unavailable, OutcomeUnknown; what was done by then stays done."""
        if self._all_there:
            return 0
        marked = 0
        for each in self._unmarked:
            more, after = each.fill_in(None, self._at_once)
            marked += more
            while after is not None:
                more, after = each.fill_in(after, self._at_once)
                marked += more
        self._all_there = True
        if marked:
            log.info("%s older applications and persons got the marks they are found by", marked)
        return marked


class ForgottenPhotos:
    """Deletes photos of drafts that were never handed in and are gone themselves."""

    def __init__(self, photos: PhotoStore, drafts: Drafts, businesses: Iterable[str]) -> None:
        self._photos = photos
        self._drafts = drafts
        self._businesses = tuple(businesses)

    def delete(self) -> int:
        """Returns how many went. Raises Unavailable."""
        gone = self._photos.sweep(self._is_of_a_draft, after=FORGOTTEN)
        if gone:
            log.info("%s forgotten photos deleted", gone)
        return gone

    def _is_of_a_draft(self, owner: UUID, submission_key: str) -> bool:
        # A draft lives from its last change, so an old photo may well belong to a young draft.
        for business in drafts_of(submission_key, self._businesses):
            try:
                draft = self._drafts.load(owner, business)
            except FundError as error:
                log.warning("a draft cannot be looked at, so its photos stay: %s", error)
                return True
            if draft is not None and draft.submission_key == submission_key:
                return True
        return False
