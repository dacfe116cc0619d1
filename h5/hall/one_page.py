"""A journey whose first pages stand on one screen; the photos follow on a page of their own.

The same use cases, forms and photo pages as on the phone: here is only what a single screen needs besides.
"""

from collections.abc import Sequence

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from fund.journey import Step
from fund.people import Person
from fund.progress import Answered, Progress
from h5.applying import ApplyingPages
from h5.journey_views import Extras
from web.forms import seen_version_of
from web.guards import signed_in

KEPT = "已自动保存，在手机上也可以接着填写。"
NOT_ALL_KEPT = "{}还没填完或填写有误，暂未保存；其他内容已自动保存。"
CHANGED = "您刚在另一个窗口改过同样的内容，这里暂不自动保存。点“提交申请”时会请您核对。"
HANDED_IN = "这份申请已经提交，不用再填写。请到“我的申请”查看进度。"


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
        """Keep what stands on the screen so far. Says with which version it goes on, what another window changed, and
        the doubts that the phone tells on the pledge's page (``warnings``), which come too late here."""
        key = request.form.get("submission_key", "")
        kept = self.intake.keep(
            person, self.business, self._together, request.form,
            seen_version=seen_version_of(request.form), submission_key=key,
        )  # fmt: skip
        if kept.receipt or kept.progress is None:
            return jsonify(said=HANDED_IN), 409
        if kept.clashes:
            return jsonify(said=CHANGED), 409
        draft, doubts = kept.progress.draft, dict(kept.progress.warnings)
        goes_on = {"version": draft.version, "key": draft.submission_key, "renewed": dict(kept.renewed)}
        return jsonify(said=self._said(kept), warnings=doubts, **goes_on)

    def _said(self, kept: Answered) -> str:
        """What has been kept, and what has not because it cannot be read yet."""
        assert kept.progress is not None
        fields = self.page(kept.progress, self._together[0]).fields
        unread = "、".join(f.hall_label or f.label for f in fields if f.name in kept.unread)
        return NOT_ALL_KEPT.format(unread) if unread else KEPT

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
