"""Where a person stands in a kind of business, put together afresh each time. Reads only."""

import uuid
from collections.abc import Mapping
from dataclasses import replace

from fund.application import Application, new_reference
from fund.business import Business
from fund.consent import still_agreed, without
from fund.draft import Draft
from fund.errors import NotFound
from fund.journey import read_step
from fund.people import Member, Person
from fund.ports import Applications, Cards, Clock, Drafts, Members, Photos
from fund.progress import Progress, by_kind


class Looking:
    """What looking needs, and what everything else in ``Intake`` begins with."""

    def __init__(
        self,
        *,
        businesses: Mapping[str, Business],
        drafts: Drafts,
        applications: Applications,
        photos: Photos,
        members: Members,
        cards: Cards,
        clock: Clock,
    ) -> None:
        self._businesses = businesses
        self._drafts = drafts
        self._applications = applications
        self._photos = photos
        self._members = members
        self._cards = cards
        self._clock = clock

    def look(self, person: Person, business: str, *, fresh: bool = False) -> Progress:
        """Where the person stands. Reads only. Raises NotFound for an unknown business, and what the
        neighbours raise: Refused (``no_account``, ``name_mismatch``) or Unavailable."""
        kind = self._business(business)
        member = self._members.find(person, fresh=fresh)
        earlier = tuple(self._applications.of_person(person.id))
        draft = self._drafts.load(person.id, business)
        if draft is None or any(a.submission_key == draft.submission_key for a in earlier):
            # One that was handed in but could not be dropped still stands in the store: follow its version.
            version = draft.version if draft else 0
            draft = Draft(business, uuid.uuid4().hex, new_reference(), self._clock(), version=version)
        spouses = tuple(self._applications.live_of(member.spouse)) if member.spouse else ()
        return self._progress(kind, person, member, draft, earlier, spouses)

    def estimate(self, person: Person, business: str, step_name: str, typed: Mapping[str, str]) -> Progress:
        """The person's progress as if ``typed`` had been answered, as far as it can be read; for the
        explained amount that follows while they type. Nothing is kept. Raises NotFound for an unknown page."""
        progress = self.look(person, business)
        try:
            step = progress.business.journey.step(step_name)
        except KeyError:
            raise NotFound("no such step", code="no_such_page") from None
        given, wrong = read_step(step, typed)
        draft = without(progress.draft, {problem.field for problem in wrong})
        draft = replace(draft, answers={**draft.answers, **given})
        return self._again(progress, draft)

    def _business(self, name: str) -> Business:
        try:
            return self._businesses[name]
        except KeyError:
            raise NotFound("no such business", code="no_such_page") from None

    def _receipt(self, person: Person, submission_key: str) -> Application | None:
        """What a window's draft became. One taken back is no receipt: its windows begin anew."""
        found = self._applications.by_submission_key(person.id, submission_key) if submission_key else None
        return found if found is not None and found.state.is_live else None

    def _again(self, before: Progress, draft: Draft) -> Progress:
        """The same person with another draft."""
        return self._progress(before.business, before.person, before.member, draft, before.earlier, before.spouses)

    def _progress(
        self,
        business: Business,
        person: Person,
        member: Member,
        draft: Draft,
        earlier: tuple[Application, ...],
        spouses: tuple[Application, ...],
    ) -> Progress:
        at = self._clock()
        case = business.case(person, member, earlier, at.date(), draft.observed, spouses)
        draft = still_agreed(draft, business.journey.steps, business.pledge(case))
        photos = by_kind(self._photos.of(person.id, draft.submission_key)) if draft.version else {}
        counts = {kind: len(some) for kind, some in photos.items()}
        problems = business.journey.problems(case, draft.answers, draft.done, counts)
        path = business.journey.path(case, draft.answers)
        return Progress(business, at, person, member, case, draft, earlier, spouses, photos, path, problems)
