"""Applying for something: the pages of a journey from the first to 提交成功."""

from collections.abc import Sequence

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from businesses.rent.payee import payout_words
from fund.application import State
from fund.people import Person
from h5.journey_views import Extras, JourneyPages
from h5.rent import review_days
from h5.words import notice_of
from web.forms import seen_version_of
from web.guards import signed_in
from web.services import services

KEPT = "已自动保存，换手机、换电脑登录后也能接着填写。"
NOT_ALL_KEPT = "{}还没填完或填写有误，暂未保存；其他内容已自动保存。"
CHANGED = "您刚在另一个窗口改过同样的内容，这里暂不自动保存。点“{}”时会请您核对。"
HANDED_IN = "这份申请已经提交，不用再填写。请到“我的申请”查看进度。"


def journey_blueprint(name: str, url_prefix: str, *, business: str, templates: str, extras: Extras) -> Blueprint:
    """``templates`` is a folder with one page per step (``info.html`` …) and ``done.html``."""
    blueprint = Blueprint(name, __name__, url_prefix=url_prefix)
    ApplyingPages(business, templates, extras).add_all_to(blueprint)
    return blueprint


class ApplyingPages(JourneyPages):
    """The pages of a new application."""

    def add_all_to(self, blueprint: Blueprint) -> None:
        """All its addresses."""
        self.add_to(blueprint)
        self.add_helpers_to(blueprint)
        if not self.hall:  # the hall keeps its one screen as a whole
            blueprint.add_url_rule("/<step>/draft", "no_step_draft", signed_in(self.to_step))
            blueprint.add_url_rule("/<step>/draft", "keep_step", signed_in(self.keep_step), methods=["POST"])
        blueprint.add_url_rule("/done/<reference>", "done", signed_in(self.done))

    def to_step(self, person: Person, step: str) -> ResponseReturnValue:
        """From an address that only a script uses (after signing in again, say) to its page."""
        return redirect(self.address(step), 303)

    def keep_step(self, person: Person, step: str) -> ResponseReturnValue:
        """Keep a half-filled page."""
        return self.kept(person, (step,))

    def kept(self, person: Person, steps: Sequence[str]) -> ResponseReturnValue:
        """Keep what stands on a screen with these pages so far, for a script; no agreement, nothing confirmed. Says with
        which version it goes on, what another window changed, what is not kept because it cannot be read yet, and the
        doubts that stop nobody (``warnings``); 409 when it had better stop."""
        kept = self.intake.keep(
            person, self.business, steps, request.form,
            seen_version=seen_version_of(request.form), submission_key=request.form.get("submission_key", ""),
        )  # fmt: skip
        if kept.progress is None:
            return jsonify(said=HANDED_IN), 409
        if kept.clashes:
            return jsonify(said=CHANGED.format(kept.progress.business.journey.step(steps[-1]).button)), 409
        fields = self.page(kept.progress, steps[0]).fields
        labels = ((f.hall_label if self.hall else "") or f.label for f in fields if f.name in kept.unread)
        unread = "、".join(labels)
        draft, doubts = kept.progress.draft, dict(kept.progress.warnings)
        goes_on = {"version": draft.version, "key": draft.submission_key, "renewed": dict(kept.renewed)}
        return jsonify(said=NOT_ALL_KEPT.format(unread) if unread else KEPT, warnings=doubts, **goes_on)

    def done(self, person: Person, reference: str) -> ResponseReturnValue:
        """提交成功; once it has moved on, its page says how it stands."""
        application, _, _ = services().records.history(person, reference)
        if application.state not in (State.SUBMITTED, State.IN_REVIEW):
            return redirect(self.application(reference, request.args.get("notice")), 303)
        return render_template(
            f"{self.templates}/done.html",
            application=application,
            payout=payout_words(application),
            days=review_days(application),
            elsewhere=notice_of(request.args.get("notice")) if request.args.get("notice") == "elsewhere" else "",
        )

    def application(self, reference: str, notice: str | None = None) -> str:
        """Where one reads how it stands."""
        return url_for("applications.show", reference=reference, notice=notice)
