"""The case page: all there is to one application, and the decisions that may be made on it now."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk.case_words import CaseWords, looked_at
from desk.guards import staff_only
from desk.saying import heard, say
from desk.services import desk_services
from desk.words import CLOSED, CORRECTED, DONE, NOTICES, is_good
from fund.application import Move, Role
from fund.case_file import CaseFile, MarksWrong
from fund.cases import WAITING
from fund.errors import InvalidValue, NotAllowed, Refused, Stale, Unavailable, WrongState
from fund.look_alikes import look_alikes
from fund.looks import PAGE
from fund.staff import StaffMember

cases = Blueprint("desk_cases", __name__, url_prefix="/cases/<reference>")
_readers = staff_only(Role.REVIEWER, Role.CONFIRMER, Role.AUDITOR)
_deciders = staff_only(Role.REVIEWER, Role.CONFIRMER)
_FEW = 10
"""Looks on the case page itself; all of them have pages of their own."""
_PASSES = frozenset({Move.APPROVE, Move.CONFIRM})


@cases.get("", strict_slashes=False)
@_readers
def show(member: StaffMember, reference: str) -> ResponseReturnValue:
    """The case as it stands, and once what came of a button."""
    said, since = heard()
    return _page(member, reference, said=said, since=since)


@cases.post("/claim")
@_deciders
def claim(member: StaffMember, reference: str) -> ResponseReturnValue:
    """Take it."""
    try:
        desk_services().review.claim(member, reference)
    except (Refused, NotAllowed, Stale) as error:
        return _back(reference, error.code)
    return _back(reference, "claimed")


@cases.post("/release")
@_deciders
def release(member: StaffMember, reference: str) -> ResponseReturnValue:
    """Give it back."""
    desk_services().review.release(member, reference)
    return _to_queue("released")


@cases.post("/approve")
@staff_only(Role.REVIEWER)
def approve(member: StaffMember, reference: str) -> ResponseReturnValue:
    """初审通过."""
    return _passed(member, reference, Move.APPROVE, lambda v: desk_services().review.approve(member, reference, v))


@cases.post("/confirm")
@staff_only(Role.CONFIRMER)
def confirm(member: StaffMember, reference: str) -> ResponseReturnValue:
    """复核通过."""
    return _passed(member, reference, Move.CONFIRM, lambda v: desk_services().review.confirm(member, reference, v))


@cases.post("/send-back")
@staff_only(Role.CONFIRMER)
def send_back(member: StaffMember, reference: str) -> ResponseReturnValue:
    """复核退回初审."""
    note = request.form.get("note", "")
    return _decided(
        member, reference, Move.SEND_BACK, lambda v: desk_services().review.send_back(member, reference, v, note)
    )


@cases.post("/return")
@staff_only(Role.REVIEWER)
def return_(member: StaffMember, reference: str) -> ResponseReturnValue:
    """退回补正: a chosen code beside a field or a document is a mark."""
    form, marks = request.form, []
    for name, code in form.items():
        kind, _, what = name.removeprefix("mark.").partition(".")
        if name.startswith("mark.") and code:
            marks.append((kind, what, code, form.get(f"say.{kind}.{what}", "")))
    note = form.get("note", "")
    return _decided(
        member, reference, Move.RETURN, lambda v: desk_services().review.return_(member, reference, v, marks, note)
    )


@cases.post("/reject")
@_deciders
def reject(member: StaffMember, reference: str) -> ResponseReturnValue:
    """不予通过: all reasons that are ticked, at once."""
    form = request.form
    filled: Mapping[str, Mapping[str, str]] = {
        code: {
            name.removeprefix(f"gap.{code}."): said for name, said in form.items() if name.startswith(f"gap.{code}.")
        }
        for code in form.getlist("reason")
    }
    return _decided(
        member, reference, Move.REJECT, lambda v: desk_services().review.reject(member, reference, v, filled)
    )


@cases.post("/reveal")
@_readers
def reveal(member: StaffMember, reference: str) -> ResponseReturnValue:
    """The whole number, once, on the page; who asked is written down first."""
    what = request.form.get("what", "")
    shown = desk_services().review.reveal(member, reference, what)
    return _page(member, reference, revealed={what: shown})


@cases.get("/looks")
@staff_only(Role.AUDITOR)
def looks(member: StaffMember, reference: str) -> ResponseReturnValue:
    """查看记录: all that was shown of the case, page by page."""
    page = max(_version(request.args.get("page")), 1)
    looked = desk_services().looks.page(reference, page)
    pages = max(1, -(-looked.count // PAGE))
    names = desk_services().review.names()
    return render_template(
        "desk/looks.html", looked=looked, told=looked_at(looked), names=names, page=page, pages=pages
    )


@cases.get("/photos/<uuid:photo_id>")
@_readers
def photo(member: StaffMember, reference: str, photo_id: UUID) -> ResponseReturnValue:
    """The JPEG with the looker's name in it, for nobody's cache and nobody's scripts."""
    response = Response(desk_services().review.photo(member, reference, photo_id), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = "inline; filename=photo.jpg"
    return response


def _page(
    member: StaffMember,
    reference: str,
    file: CaseFile | None = None,
    *,
    said: str = "",
    since: int = 0,
    problem: tuple[Move, str] | None = None,
    beside: Mapping[tuple[str, str], str] | None = None,
    asked: Move | None = None,
    revealed: Mapping[str, str] | None = None,
) -> str:
    file = file or desk_services().review.look(member, reference)
    looked = desk_services().looks.page(reference, 1, _FEW) if member.role is Role.AUDITOR else None
    return render_template(
        "desk/case.html",
        member=member,
        file=file,
        words=CaseWords(file),
        Move=Move,
        waiting=WAITING,
        closed=CLOSED,
        alike=look_alikes(file.signals),
        notice=NOTICES.get(said, ""),
        corrected=CORRECTED,
        notice_good=is_good(said),
        why_not=[NOTICES[code] for code in file.offer.why_not if code != said],
        meanwhile=[event for event in file.events if event.seq > since] if since else [],
        problem=problem,
        beside=beside or {},
        asked=asked,
        looked=looked,
        told_looks=looked_at(looked) if looked else (),
        unopened=desk_services().looks.unopened(member, reference) if file.offer.moves & _PASSES else (),
        typed=request.form if problem else {},
        ticked=request.form.getlist("reason") if problem else [],
        revealed=revealed or {},
    )


def _passed(member: StaffMember, reference: str, move: Move, decide: Callable[[int], None]) -> ResponseReturnValue:
    """With photos that were not opened it is asked once more; what cannot be passed anyway is refused at once."""
    if request.form.get("unopened") != "yes" and desk_services().looks.unopened(member, reference):
        file = desk_services().review.look(member, reference)
        if move in file.offer.moves and file.application.version == _version(request.form.get("version")):
            return _page(member, reference, file, asked=move)
    return _decided(member, reference, move, decide)


def _decided(member: StaffMember, reference: str, move: Move, decide: Callable[[int], None]) -> ResponseReturnValue:
    version = _version(request.form.get("version"))
    try:
        decide(version)
    except MarksWrong as error:
        return _page(member, reference, problem=(move, error.message), beside=error.rows), 422
    except InvalidValue as error:
        return _page(member, reference, problem=(move, error.message)), 422
    except (Stale, WrongState):
        return _back(reference, "stale", since=version)
    except (NotAllowed, Refused) as error:
        return _back(reference, error.code)
    except Unavailable as error:
        if error.code != "core_down":
            raise
        return _back(reference, error.code)
    return _to_queue(DONE[move])


def _back(reference: str, said: str, since: int = 0) -> ResponseReturnValue:
    say(said, since)
    return redirect(url_for(".show", reference=reference), 303)


def _to_queue(said: str) -> ResponseReturnValue:
    say(said)
    return redirect(url_for("desk_queue.index"), 303)


def _version(text: str | None) -> int:
    """A page's version; anything odd was never shown."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
