"""Where one person stands in one kind of business: computed afresh for each request, never stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fund.allowance import Allowance
from fund.application import Application
from fund.business import Business, Pledge
from fund.draft import Clash, Draft
from fund.journey import PhotoKind, Problem, Step
from fund.people import Member, Person
from fund.ports import Photo


@dataclass(frozen=True, slots=True, repr=False)
class Progress:
    """A journey seen through one person's answers. Faces read it; they decide nothing.

    ``at`` is the one moment all of it was judged by; ``spouses`` are the spouse's live applications then.
    """

    business: Business
    at: datetime
    person: Person
    member: Member
    case: Any
    draft: Draft
    earlier: tuple[Application, ...]
    spouses: tuple[Application, ...]
    photos: Mapping[str, tuple[Photo, ...]]
    path: tuple[Step, ...]
    problems: Mapping[str, tuple[Problem, ...]]

    @property
    def answers(self) -> Mapping[str, str]:
        """Canonical answers of the pages that are asked."""
        return self.business.journey.prune(self.case, self.draft.answers)

    @property
    def next(self) -> Step | None:
        """The first page that is not in order; None when all is ready to be handed in."""
        return next((step for step in self.path if step.name in self.problems), None)

    @property
    def reachable(self) -> tuple[Step, ...]:
        """The pages that may be opened now."""
        return self.business.journey.reachable(self.case, self.draft.answers, self.problems)

    def can_open(self, step: str) -> bool:
        """The step guard."""
        return any(page.name == step for page in self.reachable)

    def before(self, step: str) -> Step | None:
        """The page in front of a page of the path, for the back link."""
        names = [page.name for page in self.path]
        at = names.index(step)
        return self.path[at - 1] if at else None

    def after(self, step: str) -> Step | None:
        """The page behind a page of the path."""
        names = [page.name for page in self.path]
        at = names.index(step)
        return self.path[at + 1] if at + 1 < len(self.path) else None

    @property
    def allowance(self) -> Allowance:
        """The most that can be drawn, as far as the answers go."""
        return self.business.allowance(self.case, self.answers)

    @property
    def pledge(self) -> Pledge:
        """The pledge as this person is shown it."""
        return self.business.pledge(self.case)

    @property
    def warnings(self) -> Mapping[str, str]:
        """Doubts by field that stop nobody."""
        return self.business.warnings(self.case, self.answers)

    def photo_kinds(self, step: Step) -> tuple[PhotoKind, ...]:
        """The documents a page asks for."""
        return step.photos(self.case, self.answers) if step.photos else ()

    def can_take(self, steps: Collection[str]) -> bool:
        """The guard for pages given together: each page in front of them is in order, or is given with them."""
        wanted = [page.name for page in self.path if page.name in steps]
        for page in self.path:
            if page.name in wanted[-1:]:
                return True
            if page.name in self.problems and page.name not in wanted:
                return False
        return False

    @property
    def blockers(self) -> tuple[Problem, ...]:
        """Reasons that no answer can mend: all of them, told at once on the first page."""
        first = self.path[0].name
        return tuple(p for p in self.problems.get(first, ()) if p.code != "not_confirmed")


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a page, or of several at once, being given: exactly one of these is true.

    ``receipt``: handed in (now or before). ``problems`` or ``clashes``: stay on the page. Otherwise go to ``goto``.
    ``renewed``: answers that another window changed and this one did not; they stand, and the page shows them.
    ``unread``: of a half-filled screen, what could not be read and was not kept. ``elsewhere``: the receipt is of what
    another window handed in with other answers.
    """

    progress: Progress | None
    goto: Step | None = None
    problems: tuple[Problem, ...] = ()
    clashes: tuple[Clash, ...] = ()
    receipt: Application | None = None
    renewed: Mapping[str, str] = field(default_factory=dict, repr=False)
    unread: Collection[str] = frozenset()
    elsewhere: bool = False


def by_kind(photos: Sequence[Photo]) -> dict[str, tuple[Photo, ...]]:
    """Photos grouped by the document they show, in the order they were stored."""
    grouped: dict[str, tuple[Photo, ...]] = {}
    for photo in photos:
        grouped[photo.kind] = (*grouped.get(photo.kind, ()), photo)
    return grouped
