"""One view for all pages of a journey; ``h5.applying``, ``h5.corrections`` and ``h5.hall`` mount it. Each POST calls
``intake`` once and only translates what came of it; where a person may go is computed from their answers,
never from the address they typed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund.application import Application
from fund.errors import NotFound, Unavailable
from fund.intake import Intake
from fund.journey import Problem, Step
from fund.people import Person
from fund.progress import Progress
from h5.login import bind_if_due
from h5.photo_views import PhotoPages
from h5.words import NOT_SAVED, notice_of, with_number
from web.forms import UNTOLD, step_form, window_of
from web.guards import signed_in
from web.kept import keep_form, kept_form, owner_mark
from web.services import services

Extras = Callable[[Progress, Step], Mapping[str, Any]]
"""Template variables that only one kind of business has."""


class JourneyPages:
    """The pages of one business in one channel. ``hall``: in the words of the desktop hall."""

    hall = False

    def __init__(self, business: str, templates: str, extras: Extras) -> None:
        self._business = business
        self.templates = templates
        self._extras = extras

    def add_to(self, blueprint: Blueprint) -> None:
        """The addresses of the pages, below the blueprint's own."""
        blueprint.add_url_rule("", "start", signed_in(self.start), strict_slashes=False)
        blueprint.add_url_rule("/<step>", "step", signed_in(self.show))
        blueprint.add_url_rule("/<step>", "answer", signed_in(self.answer), methods=["POST"])

    def add_helpers_to(self, blueprint: Blueprint) -> None:
        """The addresses that scripts use, and those of the photos."""
        blueprint.add_url_rule("/estimate", "no_estimate", signed_in(self.start))
        blueprint.add_url_rule("/estimate", "estimate", signed_in(self.estimate), methods=["POST"])
        PhotoPages(self).add_to(blueprint)

    @property
    def intake(self) -> Intake:
        """The use cases behind the pages."""
        return services().intake

    @property
    def business(self) -> str:
        """What they call what is being filled in."""
        return self._business

    def start(self, person: Person) -> ResponseReturnValue:
        """To the page that is next."""
        return self.to_current(self.intake.look(person, self.business), request.args.get("notice"))

    def show(self, person: Person, step: str) -> ResponseReturnValue:
        """A page, if the person has come that far."""
        progress = self.intake.look(person, self.business)
        if not progress.can_open(step):
            if all(step != known.name for known in progress.business.journey.steps):
                raise NotFound("no such step", code="no_such_page")
            return self.to_current(progress, None if progress.blockers else "not_yet")
        return self.opened(progress, (step,))

    def opened(self, progress: Progress, steps: Sequence[str]) -> ResponseReturnValue:
        """The screen with these pages, with what could not be taken from it the last time."""
        told = [p for step in steps for p in progress.problems.get(step, ()) if p.code not in UNTOLD]
        kept = kept_form(progress.draft.submission_key, owner_mark(progress.person.id))
        notice = request.args.get("notice") or ("kept" if kept else "")
        return self.render(progress, steps[0], typed=self.shown(progress), problems=told, kept=kept, notice=notice)

    def answer(self, person: Person, step: str) -> ResponseReturnValue:
        """Take a page."""
        return self.take(person, (step,))

    def take(self, person: Person, steps: Sequence[str]) -> ResponseReturnValue:
        """Take a screen; show what is wrong with it, or go on, or tell that it was handed in."""
        changing, window = "change" in request.args, window_of(request.form)
        bind_if_due(person)
        try:
            answered = self.intake.answer_together(
                person, self.business, steps, request.form, changing=changing, **window
            )
        except Unavailable:
            keep_form()
            return redirect(with_number(self.address(steps[0], NOT_SAVED)), 303)
        if answered.receipt:
            return self.received(answered.receipt, answered.elsewhere)
        progress = answered.progress
        assert progress is not None
        if answered.goto:
            names = [known.name for known in progress.path]
            went_back = steps[-1] not in names or names.index(answered.goto.name) < names.index(steps[-1])
            return redirect(self.address(answered.goto.name, "check" if went_back and not changing else None), 303)
        outcome = {name: getattr(answered, name) for name in ("problems", "clashes", "renewed")}
        return self.render(progress, steps[0], typed=request.form, **outcome)

    def received(self, receipt: Application, elsewhere: bool) -> ResponseReturnValue:
        """Where a hand-in leads: to 提交成功. ``elsewhere``: what counts was handed in by another window."""
        return redirect(url_for(".done", reference=receipt.reference, notice="elsewhere" if elsewhere else None), 303)

    def shown(self, progress: Progress) -> Mapping[str, str] | None:
        """What stands in the fields of a page that is opened; None for the draft as it is."""
        return None

    def estimate(self, person: Person) -> ResponseReturnValue:
        """The explained amount as it would be with what is typed so far: a fragment; nothing is kept."""
        progress = self.intake.estimate(person, self.business, "details", request.form)
        extras = self._extras(progress, progress.business.journey.step("details"))
        return render_template(f"{self.templates}/_allowance.html", progress=progress, **extras)

    def render(
        self, progress: Progress, step: str, *, problems: Sequence[Problem] = (), notice: str = "", **filled: Any
    ) -> ResponseReturnValue:
        """A page: 422 with problems of what was just given, 409 with clashes, else 200. ``filled``: what stands in its
        form, as ``web.forms.step_form`` takes it."""
        page, owner = self.page(progress, step), owner_mark(progress.person.id)
        form = step_form(progress, page, problems=problems, owner=owner, hall=self.hall, **filled)
        body = render_template(
            f"{self.templates}/{page.name}.html",
            progress=progress,
            step=page,
            form=form,
            changing="change" in request.args,
            notice=notice_of(notice),
            **self._extras(progress, page),
        )
        return body, 409 if form.clashed else 422 if problems and request.method == "POST" else 200

    def page(self, progress: Progress, step: str) -> Step:
        """What stands on the screen of a step."""
        return progress.business.journey.step(step)

    def address(self, step: str, notice: str | None = None) -> str:
        """Where the screen of a step is."""
        return url_for(".step", step=step, notice=notice)

    def to_current(self, progress: Progress, notice: str | None = None) -> ResponseReturnValue:
        """A redirect to the page that is next, or to the last when all is in order."""
        return redirect(self.address((progress.next or progress.path[-1]).name, notice), 303)
