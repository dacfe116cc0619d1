"""Photos of a journey: one request per photo, stored at once, so that nothing is lost when the camera app
makes the phone throw the page away. Works without JavaScript; with it, a row is exchanged in place."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund.errors import InvalidValue, NotFound
from fund.intake import Intake
from fund.journey import PhotoKind, Problem, Step
from fund.people import Person
from fund.progress import Progress
from web.guards import signed_in, takes_files

EMPTY = "请先选择一张照片，再点“上传”"


class Pages(Protocol):
    """What uploading needs of the pages it belongs to: the use cases, what they call the business, its templates, and
    how a page is drawn."""

    templates: str

    @property
    def intake(self) -> Intake: ...
    @property
    def business(self) -> str: ...
    @property
    def render(self) -> Callable[..., ResponseReturnValue]: ...


class PhotoPages:
    """Uploading for the pages of one business in one channel."""

    def __init__(self, pages: "Pages") -> None:
        self._pages = pages

    def add_to(self, blueprint: Blueprint) -> None:
        """The addresses, below the journey's own."""
        blueprint.add_url_rule("/photos/<kind>", "photo_row", signed_in(self.show))
        blueprint.add_url_rule("/photos/<kind>", "attach", takes_files(signed_in(self.attach)), methods=["POST"])

    def show(self, person: Person, kind: str) -> ResponseReturnValue:
        """One row for a script that asks for it; others get the page (after signing in again, say)."""
        progress = self._pages.intake.look(person, self._pages.business)
        found = _asked(progress, kind)
        if found is None:
            return redirect(url_for(".start"), 303)
        if not _wants_row():
            return self._to_page("choose_again", kind)
        return self._row(progress, found[1])

    def attach(self, person: Person, kind: str) -> ResponseReturnValue:
        """Store one photo; with ``replaces`` it takes the place of another."""
        upload = request.files.get("photo")
        content = upload.read() if upload else b""
        try:
            if not content:
                raise InvalidValue(EMPTY, code="photo_empty")
            replaces = _uuid(request.form.get("replaces", ""))
            self._pages.intake.attach(person, self._pages.business, kind, content, replaces=replaces)
        except InvalidValue as error:
            return self._refused(person, kind, error)
        except NotFound:
            return redirect(url_for(".start", notice="photo_not_asked"), 303)
        if _wants_row():
            return redirect(url_for(".photo_row", kind=kind, stored=1), 303)
        return self._to_page("photo_stored", kind)

    def _refused(self, person: Person, kind: str, error: InvalidValue) -> ResponseReturnValue:
        progress = self._pages.intake.look(person, self._pages.business)
        found = _asked(progress, kind)
        if found is None:
            return redirect(url_for(".start"), 303)
        if _wants_row():
            return self._row(progress, found[1], error.message)
        problem = Problem(found[0].name, kind, f"{found[1].label}：{error.message}", error.code)
        return self._pages.render(progress, found[0].name, problems=(problem,))

    def _to_page(self, notice: str, kind: str) -> ResponseReturnValue:
        return redirect(url_for(".step", step="photos", notice=notice, _anchor=f"kind-{kind}"), 303)

    def _row(self, progress: Progress, kind: PhotoKind, problem: str = "") -> ResponseReturnValue:
        row = f"{self._pages.templates}/_photo_row.html"
        body = render_template(row, progress=progress, kind=kind, problem=problem)
        # The script must take neither another page for a row nor a bare row for a stored photo.
        return body, 422 if problem else 200, {"X-Fragment": "stored" if "stored" in request.args else "row"}


def _asked(progress: Progress, kind: str) -> tuple[Step, PhotoKind] | None:
    for step in progress.path:
        for wanted in progress.photo_kinds(step):
            if wanted.name == kind:
                return step, wanted
    return None


def _wants_row() -> bool:
    return request.headers.get("X-Fragment") == "row"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
