"""A journey whose first pages stand on one screen; the photos follow on a page of their own.

The same use cases, forms and photo pages as on the phone: here is only what a single screen needs besides.
"""

from collections.abc import Sequence

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from fund.journey import Step
from fund.people import Person
from fund.progress import Progress
from h5.applying import ApplyingPages
from h5.journey_views import Extras
from web.guards import signed_in


class OnePage(ApplyingPages):
    """``together``: the steps on the one screen, from the first of the journey on; its template is ``form.html``.
    ``last``: the question that stands at their end, in front of the pledge."""

    hall = True

    def __init__(self, business: str, templates: str, extras: Extras, together: Sequence[str], last: str) -> None:
        super().__init__(business, templates, extras)
        self._together = tuple(together)
        self._last = last

    def add_to(self, blueprint: Blueprint) -> None:
        """The screen at the blueprint's own address, its draft, and the pages behind it."""
        super().add_to(blueprint)
        blueprint.add_url_rule("", "give", signed_in(self.give), methods=["POST"], strict_slashes=False)
        blueprint.add_url_rule("/draft", "no_draft", signed_in(self.start))
        blueprint.add_url_rule("/draft", "keep", signed_in(self.keep), methods=["POST"])

    def start(self, person: Person) -> ResponseReturnValue:
        """The screen, with all that stands in the draft, wherever it was begun. From an address that only a script
        uses (after signing in again, say) one is led to it."""
        if request.path != url_for(".start"):
            return self.back()
        return self.opened(self.intake.look(person, self.business), self._together)

    def back(self) -> ResponseReturnValue:
        """To the screen."""
        return redirect(url_for(".start"), 303)

    def show(self, person: Person, step: str) -> ResponseReturnValue:
        """A page behind the screen."""
        return self.back() if step in self._together else super().show(person, step)

    def answer(self, person: Person, step: str) -> ResponseReturnValue:
        """Take a page behind the screen; of the screen's own steps there is no page."""
        return self.back() if step in self._together else super().answer(person, step)

    def give(self, person: Person) -> ResponseReturnValue:
        """提交申请: take the whole screen."""
        return self.take(person, self._together)

    def keep(self, person: Person) -> ResponseReturnValue:
        """Keep the whole screen as it stands so far."""
        return self.kept(person, self._together)

    def page(self, progress: Progress, step: str) -> Step:
        """The screen's questions, from the first to the last."""
        if step not in self._together:
            return super().page(progress, step)
        steps = [known for known in progress.path if known.name in self._together]
        fields = [f for known in steps for f in known.fields]
        fields.sort(key=lambda f: (f.kind.widget == "consent", f.name == self._last))
        return Step("form", progress.business.title, tuple(fields))

    def address(self, step: str, notice: str | None = None) -> str:
        """The screen, for each of its steps."""
        return url_for(".start", notice=notice) if step in self._together else super().address(step, notice)

    def application(self, reference: str, notice: str | None = None) -> str:
        """In the hall."""
        return url_for("hall_applications.show", reference=reference, notice=notice)
