"""Taking in an application: look, answer page by page or several at once, attach photos, hand in once.

One use case, one transaction. Nothing a person gave is lost on the way: answers that are right are kept even
when another on the page is wrong, and a repeated hand-in is answered with the receipt of the first.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fund.answering import Window, differs, noted, take, take_along, told
from fund.application import Application
from fund.consent import mark
from fund.draft import Draft
from fund.errors import NotFound, Refused, Stale, Unavailable
from fund.handing_in import handed_in, seen_of_spouse
from fund.journey import Step
from fund.looking import Looking
from fund.people import Person
from fund.ports import Photo
from fund.progress import Answered, Progress

log = logging.getLogger(__name__)
_TRIES = 12
"""How often a page is merged again when other windows keep saving in between."""


class Intake(Looking):
    """The use cases of the citizen's side, for every kind of business."""

    def answer(
        self, person: Person, business: str, step_name: str, typed: Mapping[str, str], **window: Any
    ) -> Answered:
        """Take one page, as ``answer_together`` does."""
        return self.answer_together(person, business, (step_name,), typed, **window)

    def answer_together(
        self,
        person: Person,
        business: str,
        step_names: Collection[str],
        typed: Mapping[str, str],
        *,
        seen_version: int,
        submission_key: str = "",
        seen_pledge: str = "",
        agreed_at: str = "",
        changing: bool = False,
    ) -> Answered:
        """Take what was given on one page, or on several that stand on one screen; with the last of the path, hand in.

        ``seen_version`` is the draft version the screen was shown with, ``submission_key`` the draft's key,
        ``seen_pledge`` the mark of the pledge if that was on it, ``agreed_at`` what the screen stood at when it was
        ticked (``Window``); ``changing`` tells that the person came from a change link and wants to go back to where
        they were. Raises NotFound, Refused, Unavailable.
        """
        if receipt := self._receipt(person, submission_key):
            return self._received(receipt, step_names, typed)
        window = Window(seen_version, submission_key, seen_pledge, agreed_at)
        for _ in range(_TRIES):
            progress = self._look_from(window, person, business)
            try:
                if progress.can_take(step_names):
                    return self._answer_once(progress, step_names, typed, window, changing)
                if receipt := self._receipt(person, submission_key):
                    return self._received(receipt, step_names, typed)
                return self._answer_early(progress, step_names, typed, window)
            except Stale:
                continue
        raise Unavailable("the draft keeps changing under us", code="busy")

    def keep(
        self,
        person: Person,
        business: str,
        step_names: Collection[str],
        typed: Mapping[str, str],
        *,
        seen_version: int,
        submission_key: str = "",
    ) -> Answered:
        """Keep a half-filled screen as it stands, so that it can be gone on with elsewhere: what can be read, no
        agreement, nothing confirmed. With clashes nothing is kept: they are told when the screen is given.
        Raises NotFound, Refused, Unavailable."""
        if receipt := self._receipt(person, submission_key):
            return Answered(None, receipt=receipt)
        window = Window(seen_version, submission_key)
        for _ in range(_TRIES):
            before = self._look_from(window, person, business)
            taken = take_along(before, _of(before, step_names), typed, window, blanks=True)
            if taken.clashes:
                return Answered(before, clashes=taken.clashes)
            unread = frozenset(problem.field for problem in taken.wrong)
            try:
                return Answered(self._saved(before, taken.draft), renewed=taken.renewed, unread=unread)
            except Stale:
                continue
        raise Unavailable("the draft keeps changing under us", code="busy")

    def _received(self, receipt: Application, step_names: Collection[str], typed: Mapping[str, str]) -> Answered:
        """The receipt of what a window belongs to, for a window that gives these pages now."""
        steps = self._businesses[receipt.business].journey.steps
        return Answered(None, receipt=receipt, elsewhere=differs(receipt, _named(steps, step_names), typed))

    def _look_from(self, window: Window, person: Person, business: str) -> Progress:
        progress = self.look(person, business)
        draft = window.begins(progress)
        return progress if draft is progress.draft else self._again(progress, draft)

    def _answer_early(
        self, before: Progress, step_names: Collection[str], typed: Mapping[str, str], window: Window
    ) -> Answered:
        """A page of the path that may not be opened now, because an earlier one is not (or no longer) in order:
        what is right on it is kept, agreements excepted, and the person is led to the earlier one."""
        taken = take_along(before, _of(before, step_names), typed, window)
        now = self._saved(before, taken.draft)
        if taken.clashes:
            return Answered(now, clashes=taken.clashes, renewed=taken.renewed)
        return Answered(before, goto=before.next or before.path[-1])

    def _answer_once(
        self, before: Progress, step_names: Collection[str], typed: Mapping[str, str], window: Window, changing: bool
    ) -> Answered:
        steps = _of(before, step_names)
        taken = take(before, steps, typed, window)
        fine = [step for step in steps if taken.is_fine(step)]
        seen: dict[str, str] = {}
        for step in fine:
            seen |= before.business.observe(step.name, before.person, taken.draft.answers, self._cards)
        seen |= mark(before.pledge) if taken.agreed else {}
        done, observed = taken.draft.done | {step.name for step in fine}, {**taken.draft.observed, **seen}
        now = self._saved(before, noted(taken.draft, before.draft, done=done, observed=observed))
        problems = told(taken, now, steps)
        if problems or taken.clashes:
            return Answered(now, problems=problems, clashes=taken.clashes, renewed=taken.renewed)
        asked = [step.name for step in _of(now, step_names)]
        following = now.after(asked[-1]) if asked else now.next
        if following is None and now.next is None and not window.is_of(before.earlier):
            return self._hand_in(now)
        onward = now.next or now.path[-1]
        return Answered(now, goto=onward if changing else following or onward)

    def _saved(self, before: Progress, draft: Draft) -> Progress:
        """The person with this draft, kept if it is another one. Raises Stale, Unavailable."""
        if draft is before.draft:
            return self._again(before, draft)
        draft = replace(draft, terms_version=before.business.terms_version(before.case))
        self._drafts.save(before.person.id, draft, expected=before.draft.version)
        return self._again(before, draft)

    def _hand_in(self, progress: Progress) -> Answered:
        person, business = progress.person, progress.business
        key = progress.draft.submission_key
        now = self.look(person, business.name, fresh=True)
        if now.draft.submission_key == key:
            now = self._observed_anew(now)
        if now.draft.submission_key != key or now.problems:
            if receipt := self._receipt(person, key):
                return Answered(now, receipt=receipt)
            return Answered(now, goto=now.next or now.path[0])
        application, event = handed_in(now)
        ids = [
            photo.id for step in now.path for kind in now.photo_kinds(step) for photo in now.photos.get(kind.name, ())
        ]
        try:
            stored = self._applications.hand_in(application, event, ids, seen_of_spouse(now))
        except Refused as error:
            if error.code != "already_open":
                raise
            return Answered(self.look(person, business.name), goto=now.path[0])
        try:
            self._drafts.drop(person.id, business.name, key)
        except Unavailable:
            # Harmless: look() passes over a draft whose application exists, and it expires by itself.
            log.warning("draft of %s could not be dropped", stored.reference)
        return Answered(now, receipt=stored)

    def _observed_anew(self, now: Progress) -> Progress:
        """Ask the neighbours once more about all answers, and keep what they say: the page a person is then
        led to is opened by a request of its own, which has to know the reason. Raises Stale, Unavailable."""
        seen: dict[str, str] = {}
        for step in now.path:
            seen.update(now.business.observe(step.name, now.person, now.answers, self._cards))
        observed = {**now.draft.observed, **seen}
        draft = noted(now.draft, now.draft, done=now.draft.done, observed=observed)
        if draft is not now.draft:
            self._drafts.save(now.person.id, draft, expected=now.draft.version)
        return self._again(now, draft)

    def attach(self, person: Person, business: str, kind: str, upload: bytes, *, replaces: UUID | None = None) -> Photo:
        """Store one photo at once; then delete the one it ``replaces``, if that is of the same kind, so that a
        bad new one never costs the old one.

        Raises InvalidValue with a sentence for the person, NotFound when the page does not ask for such a photo
        now, WrongState once handed in, Unavailable.
        """
        progress = self.look(person, business)
        # Of the whole path: a photo must not be lost because an agreement is due again meanwhile.
        for step in progress.path:
            for wanted in progress.photo_kinds(step):
                if wanted.name != kind:
                    continue
                old = next((photo.id for photo in progress.photos.get(kind, ()) if photo.id == replaces), None)
                most = wanted.most + (1 if old else 0)
                photo = self._photos.add(person.id, progress.draft.submission_key, kind, upload, most=most)
                self._accept(progress, photo)
                if old and photo.id != old:
                    self._photos.remove(person.id, old)
                    # Another window may have replaced the same one at the same moment: the newest stay.
                    there = [p.id for p in self._photos.of(person.id, progress.draft.submission_key) if p.kind == kind]
                    for surplus in there[: -wanted.most]:
                        self._photos.remove(person.id, surplus)
                return photo
        raise NotFound("no such photo is asked for", code="photo_not_asked")

    def _accept(self, progress: Progress, photo: Photo) -> None:
        """A last look at a photo just stored. Raises InvalidValue if it will not do; then it is gone again."""


def _of(progress: Progress, names: Collection[str]) -> tuple[Step, ...]:
    """Those pages, as far as this person is asked them."""
    return _named(progress.path, names)


def _named(steps: Collection[Step], names: Collection[str]) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.name in names)
