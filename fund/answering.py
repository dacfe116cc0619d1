"""What a window gave, read and laid over the draft: one page of a journey, or several that stand on one screen.

Pure: it tells what is to be kept, what is wrong, and what another window had changed meanwhile.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from fund.application import Application
from fund.consent import CHANGED_ELSEWHERE, OTHER_WORDS, TAKEN_BACK, TO_BE_TICKED_AGAIN, consents, without, words_mark
from fund.draft import Clash, Draft
from fund.journey import Problem, Step, read_step
from fund.progress import Progress

_FRESH_KEY = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Window:
    """What a page was shown with: the draft's version and key, and the mark of the pledge if that stood on it.

    ``agreed_at`` is what stood there when the tick was given, as ``version:key``, where a screen goes on by itself from
    what it kept; a page that does not leaves it empty.
    """

    seen_version: int
    submission_key: str = ""
    seen_pledge: str = ""
    agreed_at: str = ""

    def seen(self, draft: Draft) -> int:
        """The version it was shown of this draft: a window of another one (that expired, say) was shown nothing."""
        return 0 if self.submission_key not in ("", draft.submission_key) else self.seen_version

    def renewed_since_the_tick(self, draft: Draft, agreements: frozenset[str]) -> bool:
        """Whether the screen was given answers of other windows after it was ticked, or went over to another draft."""
        version, _, key = self.agreed_at.partition(":")
        if not self.agreed_at or self.agreed_at == f"{self.seen_version}:{self.submission_key}":
            return False
        if key != self.submission_key or not (version.isascii() and version.isdigit()):
            return True
        return draft.changed_since(int(version), but=agreements)

    def is_of(self, earlier: Iterable[Application]) -> bool:
        """Whether what it shows was handed in before, and is over."""
        return self.submission_key in {application.submission_key for application in earlier}

    def begins(self, progress: Progress) -> Draft:
        """The person's draft; one that is not kept yet takes the key this window was shown, so that the same form sent
        twice is known again. (A draft whose key says what it is about, as a correction's, keeps that.)"""
        draft, key = progress.draft, self.submission_key
        fresh = not draft.version and not self.seen_version and not self.is_of(progress.earlier)
        keys = _FRESH_KEY.fullmatch(key) and _FRESH_KEY.fullmatch(draft.submission_key)
        return replace(draft, submission_key=key) if fresh and keys else draft


@dataclass(frozen=True, slots=True)
class Taken:
    """The draft as it would be, and what stands against it.

    ``renewed`` are answers another window changed and this one did not: they stand. ``agreed`` were ticked and count;
    ``ticked`` were ticked at all.
    """

    draft: Draft
    wrong: tuple[Problem, ...] = ()
    clashes: tuple[Clash, ...] = ()
    renewed: Mapping[str, str] = field(default_factory=dict, repr=False)
    agreed: frozenset[str] = frozenset()
    ticked: frozenset[str] = frozenset()

    def is_fine(self, step: Step) -> bool:
        """Whether nothing on that page is wrong or in dispute."""
        bad = {problem.field for problem in self.wrong} | {clash.field for clash in self.clashes}
        return not bad & {f.name for f in step.fields}


def take(before: Progress, steps: tuple[Step, ...], typed: Mapping[str, str], window: Window) -> Taken:
    """Read some pages together. All that is right is kept, whatever else is wrong.

    An agreement counts for what was on the screen: these very answers, these words, and only if all of it could be
    taken. Ticked beside something wrong, it has to be sent again with the rest.
    """
    seen, every_consent = window.seen(before.draft), consents(before.business.journey.steps)
    given, wrong = _read(before, steps, typed, seen)
    ticked = consents(steps) & given.keys()
    plain = {name: value for name, value in given.items() if name not in ticked}
    plain |= {problem.field: "" for problem in wrong}
    merged, clashes = before.draft.merge(plain, seen)
    renewed = _renewed(given, merged, clashes, ticked)
    agreed = ticked if not wrong and not clashes else frozenset[str]()
    asked = {f.name for step in steps for f in step.fields}
    changed = bool(renewed) or before.draft.changed_since(seen, but=every_consent | asked)
    if ticked and window.is_of(before.earlier):
        wrong, agreed = wrong + _to_be_ticked_again(steps, ticked, TAKEN_BACK), frozenset()
    elif ticked and (changed or window.renewed_since_the_tick(before.draft, every_consent)):
        wrong, agreed = wrong + _to_be_ticked_again(steps, ticked, CHANGED_ELSEWHERE), frozenset()
    elif ticked and window.seen_pledge not in ("", words_mark(before.pledge)):
        wrong, agreed = wrong + _to_be_ticked_again(steps, ticked, OTHER_WORDS), frozenset()
    plain |= {problem.field: "" for problem in wrong}
    merged, clashes = before.draft.merge({**plain, **{name: given[name] for name in agreed}}, seen)
    if merged is not before.draft:
        merged = without(merged, every_consent - agreed)
    return Taken(merged, wrong, clashes, renewed, agreed, ticked)


def take_along(
    before: Progress, steps: tuple[Step, ...], typed: Mapping[str, str], window: Window, *, blanks: bool = False
) -> Taken:
    """Only what can be read, and no agreement: of a page that may not be given yet, or is still being filled in.
    ``blanks``: a field that was emptied is emptied in the draft.

    What cannot be read is left as it stands there; if another window changed that meanwhile it is a clash, or the
    screen would go on from a version whose value it never showed."""
    seen, every_consent = window.seen(before.draft), consents(before.business.journey.steps)
    given, wrong = _read(before, steps, typed, seen)
    plain = {name: value for name, value in given.items() if name not in every_consent}
    if blanks:
        plain |= {p.field: "" for p in wrong if not p.typed.strip() and p.field not in every_consent}
    merged, clashes = before.draft.merge(plain, seen)
    unread = [p for p in wrong if p.typed.strip() and p.field not in every_consent]
    there = before.draft.answers
    clashes += tuple(
        Clash(p.field, p.typed, there.get(p.field, ""))
        for p in unread
        if there.get(p.field, "") not in (before.draft.shown_to(p.field, seen), "")
    )
    if merged is not before.draft:
        merged = without(merged, every_consent)
    return Taken(merged, tuple(unread), clashes, _renewed(given, merged, clashes, every_consent))


def told(taken: Taken, now: Progress, steps: tuple[Step, ...]) -> tuple[Problem, ...]:
    """All that is wrong on these pages, from the top of the screen to its end. An agreement that was ticked and could
    not count yet still stands on the screen: nobody is asked for it as if it were missing."""
    known = {problem.field for problem in taken.wrong} | (taken.ticked - taken.agreed)
    names = {step.name for step in steps}
    found = [p for step in now.path if step.name in names for p in now.problems.get(step.name, ())]
    places = [(step.name, f.name) for step in steps for f in step.fields]
    pages = [step.name for step in steps]

    def place(problem: Problem) -> tuple[int, int]:
        spot = (problem.step, problem.field)
        return pages.index(problem.step), places.index(spot) if spot in places else -1 if not problem.field else 999

    return tuple(sorted((*taken.wrong, *(p for p in found if p.field not in known)), key=place))


def differs(receipt: Application, steps: tuple[Step, ...], typed: Mapping[str, str]) -> bool:
    """Whether these pages, given once more, say something else than what was handed in."""
    agreements = consents(steps)
    for step in steps:
        given, wrong = read_step(step, typed)
        if any(p.typed.strip() for p in wrong if p.field not in agreements):
            return True
        if any(receipt.answers.get(name, "") != value for name, value in given.items() if name not in agreements):
            return True
    return False


def noted(draft: Draft, stored: Draft, *, done: frozenset[str], observed: Mapping[str, str]) -> Draft:
    """The draft with confirmations and observations; a new version only if that changes anything."""
    if done == draft.done and dict(observed) == dict(draft.observed):
        return draft
    if draft is stored:
        return draft.changed(done=done, observed=observed)
    return replace(draft, done=done, observed=observed)


def _read(
    before: Progress, steps: tuple[Step, ...], typed: Mapping[str, str], seen: int
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    given: dict[str, str] = {}
    wrong: list[Problem] = []
    for step in steps:
        right, bad = read_step(step, typed)
        given |= right
        elsewhere = {p.field for p in bad if _was_filled_elsewhere(before.draft, p, seen, consents((step,)))}
        given |= dict.fromkeys(elsewhere, "")
        wrong += [p for p in bad if p.field not in elsewhere]
    return given, tuple(wrong)


def _was_filled_elsewhere(draft: Draft, problem: Problem, seen: int, agreements: Iterable[str]) -> bool:
    """Left blank as it was shown, and filled in by another window since: that is nobody's mistake."""
    name = problem.field
    blank = not problem.typed.strip() and not draft.shown_to(name, seen)
    return blank and name not in agreements and bool(draft.answers.get(name))


def _renewed(
    given: Mapping[str, str], merged: Draft, clashes: tuple[Clash, ...], agreements: frozenset[str]
) -> dict[str, str]:
    """Where the draft holds something else than was given, and it is no clash."""
    but = agreements | {clash.field for clash in clashes}
    there = {name: merged.answers.get(name, "") for name in given if name not in but}
    return {name: value for name, value in there.items() if value != given[name]}


def _to_be_ticked_again(steps: tuple[Step, ...], ticked: frozenset[str], words: str) -> tuple[Problem, ...]:
    return tuple(
        Problem(step.name, f.name, words, TO_BE_TICKED_AGAIN, "yes")
        for step in steps
        for f in step.fields
        if f.name in ticked
    )
