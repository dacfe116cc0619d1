"""待办队列: what waits, how long, and who holds it. A search by id number leaves no number in any address."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk.guards import staff_only
from desk.saying import heard, say
from desk.services import desk_services
from desk.words import CORRECTED, NOTICES, is_good, register
from fund.application import Role, State
from fund.cases import WAITING, Wanted, worked_on_by
from fund.errors import InvalidValue
from fund.numbers import IdNumber, masked_id_number, tidy
from fund.staff import StaffMember

queue = Blueprint("desk_queue", __name__, url_prefix="/queue")
register(queue)
TODO, ALL = "todo", "all"


@queue.get("", strict_slashes=False)
@staff_only(Role.REVIEWER, Role.CONFIRMER, Role.AUDITOR)
def index(member: StaffMember) -> ResponseReturnValue:
    """One page of it. Without filters: what this role has to do, waiting longest first."""
    review = desk_services().review
    wanted = _wanted(member)
    lines, count = review.queue(member, wanted)
    said, _ = heard()
    return render_template(
        "desk/queue.html",
        member=member,
        rows=[(line, *review.age(line)) for line in lines],
        backs=review.backs(lines),
        corrected=CORRECTED,
        waiting=WAITING,
        count=count,
        wanted=wanted,
        pages=max(1, -(-count // wanted.size)),
        chosen=request.args.get("state", TODO),
        searched=bool(wanted.reference or wanted.person_id or wanted.masked_id_number),
        states=tuple(State),
        names=review.names(),
        titles=review.titles,
        notice=NOTICES.get(said, ""),
        notice_good=is_good(said),
    )


@queue.post("/search")
@staff_only(Role.REVIEWER, Role.CONFIRMER, Role.AUDITOR)
def search(member: StaffMember) -> ResponseReturnValue:
    """By 受理编号, or by a 证件号码, whole or masked as the pages show it; what comes of it is an address without a whole
    number of a person."""
    typed = tidy(request.form.get("q", "")).upper()
    if masked := masked_id_number(typed):
        return redirect(url_for(".index", state=ALL, masked=masked), 303)
    try:
        person_id = desk_services().review.person_with(IdNumber(typed))
    except InvalidValue:
        if len(typed) == 12 and typed.isascii() and typed.isalnum():
            reference = f"{typed[:4]}-{typed[4:8]}-{typed[8:]}"
            return redirect(url_for(".index", state=ALL, reference=reference), 303)
        return _nobody()
    if person_id is None:
        return _nobody()
    return redirect(url_for(".index", state=ALL, person=person_id), 303)


def _nobody() -> ResponseReturnValue:
    say("nobody")
    return redirect(url_for(".index"), 303)


def _wanted(member: StaffMember) -> Wanted:
    """What the address asks for; anything odd asks for nothing."""
    given = request.args
    page = given.get("page", "1")
    return Wanted(
        states=_states(member, given.get("state", TODO)),
        business=given.get("business", "")[:32],
        mine=given.get("mine") == "1",
        reference=given.get("reference", "")[:32].replace("\0", ""),
        person_id=_uuid(given.get("person", "")),
        masked_id_number=masked_id_number(given.get("masked", "")[:32]),
        newest_first=given.get("order") == "newest",
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1,
    )


def _states(member: StaffMember, chosen: str) -> frozenset[State]:
    if chosen in tuple(State):
        return frozenset({State(chosen)})
    if chosen == ALL or member.role is Role.AUDITOR:
        return frozenset(State)
    return worked_on_by(member.role)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
