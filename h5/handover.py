"""接力: a code on one device, opened on another, leads the same person to the same place of their draft.

Opening a code signs nobody in: whoever has not signed in there is asked to, and somebody else is told plainly. Only the
right person, signed in, uses it up."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund.errors import InvalidValue, NotFound, WrongState
from fund.handover import KEPT, Device, HandOver, code_of
from fund.people import Person
from fund.progress import Progress
from h5.hall.frame import framed
from h5.places import address_of, words_of
from web.devices import on_phone
from web.guards import public, signed_in
from web.limits import limited
from web.qr import picture_of
from web.services import services
from web.signin import current_person

handover = framed(Blueprint("handover", __name__))
_MINUTES = int(KEPT.total_seconds()) // 60


@handover.get("/to")
@public
def ask() -> ResponseReturnValue:
    """Where a code is typed in, on a device without a camera; on a phone, where to do that."""
    if on_phone():
        return render_template("hall/to/on_phone.html", address=_ours("handover.ask"))
    return render_template("hall/to/ask.html", typed="", problem="")


@handover.post("/to")
@public
@limited("handover", most=60, seconds=60, by_person=True)
def typed() -> ResponseReturnValue:
    """A code as it was typed."""
    given = request.form.get("code", "")
    code = code_of(given)
    if not code:
        problem = "接力码是10位字母和数字，请对照手机上显示的核对"
        return render_template("hall/to/ask.html", typed=given[:40], problem=problem), 422
    return redirect(url_for(".open_code", code=code), 303)


@handover.get("/to/<code>")
@public
@limited("handover", most=120, seconds=60, by_person=True)
def open_code(code: str) -> ResponseReturnValue:
    """Lead on, or say what to do."""
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return "", 204  # a browser that only looks ahead must not use it up
    known = code_of(code)
    found = services().handovers.look(known) if known else None
    person = current_person()
    if found is None:
        return _gone()
    if person is None:
        return render_template(
            "hall/to/sign_in.html", what=words_of(found.place), code=known, on_phone=_is_phone(found)
        )
    if person.id != found.person_id:
        return render_template("hall/to/other.html", on_phone=_is_phone(found)), 403
    taken = services().handovers.take(known)
    address = address_of(taken.place, taken.to) if taken else None
    return redirect(address, 303) if address else _gone()


@handover.post("/hall/by-phone")
@signed_in
@limited("handover-new", most=60, seconds=300)
def by_phone(person: Person) -> ResponseReturnValue:
    """用手机拍照上传: the code to scan. A script takes it as a piece of the page; others get a page."""
    place = request.form.get("place", "")
    code = _new(person, place, Device.PHONE)
    said = {"code": code, "picture": picture_of(_address(code)), "minutes": _MINUTES, "place": place}
    said["there"] = _photos_of(_waiting(person, place))
    if request.headers.get("X-Fragment") == "code":
        return _fragment("code", render_template("hall/_code.html", **said))
    return render_template("hall/by_phone.html", what=words_of(place), back=address_of(place, Device.DESKTOP), **said)


@handover.get("/hall/by-phone")
@signed_in
def not_by_phone(person: Person) -> ResponseReturnValue:
    """Where one lands after signing in again in the middle of it."""
    return redirect(url_for("hall.start"), 303)


@handover.get("/hall/by-phone/arrived")
@signed_in
def arrived(person: Person) -> ResponseReturnValue:
    """Which photos are there, for a desktop that waits for them; ``gone`` once none are waited for any more. It knows by
    their numbers which of them came since its code was made."""
    progress = _waiting(person, request.args.get("place", "rent/photos"))
    photos = _photos_of(progress)
    awaited = progress is not None and any(progress.photo_kinds(step) for step in progress.path)
    body = render_template("hall/_arrived.html", photos=photos, awaited=awaited)
    return _fragment("photos" if awaited else "gone", body)


@handover.post("/h5/on-desktop")
@signed_in
@limited("handover-new", most=60, seconds=300)
def on_desktop(person: Person) -> ResponseReturnValue:
    """到电脑上继续办理: what to type there."""
    place = request.form.get("place", "")
    code = _new(person, place, Device.DESKTOP)
    return render_template(
        "h5/on_desktop.html",
        code=code,
        picture=picture_of(_address(code)),
        minutes=_MINUTES,
        address=_ours("handover.ask"),
        what=words_of(place),
        back=address_of(place, Device.PHONE),
    )


@handover.get("/h5/on-desktop")
@signed_in
def ask_on_desktop(person: Person) -> ResponseReturnValue:
    """到电脑上继续办理: how it goes; the code is made when it is asked for."""
    place = request.args.get("place", "rent")
    back = address_of(place, Device.PHONE)
    if back is None:
        return redirect(url_for("h5.business"), 303)
    return render_template("h5/to_desktop.html", place=place, what=words_of(place), back=back)


def _photos_of(progress: Progress | None) -> list[str]:
    """The numbers of the photos of the documents that are asked for now."""
    if progress is None:
        return []
    kinds = [kind for step in progress.path for kind in progress.photo_kinds(step)]
    return [str(photo.id) for kind in kinds for photo in progress.photos.get(kind.name, ())]


def _waiting(person: Person, place: str) -> Progress | None:
    """Where the person stands in what a place belongs to; None when it takes no photos (any more)."""
    match place.split("/"):
        case ["rent", _]:
            progress = services().intake.look(person, "rent")
            return None if progress.blockers else progress
        case ["correct", number, _]:
            try:
                return services().corrections.look(person, number)
            except (WrongState, NotFound):
                return None
    return None


def _new(person: Person, place: str, to: Device) -> str:
    if address_of(place, to) is None:
        raise InvalidValue("no such place", code="bad_request")
    return services().handovers.make(HandOver(person.id, place, to))


def _address(code: str) -> str:
    return _ours("handover.open_code", code=code)


def _ours(endpoint: str, **values: Any) -> str:
    return services().site.public_url.rstrip("/") + url_for(endpoint, **values)


def _is_phone(found: HandOver) -> bool:
    return found.to is Device.PHONE


def _gone() -> ResponseReturnValue:
    return render_template("hall/to/gone.html", on_phone=on_phone(), minutes=_MINUTES), 410


def _fragment(name: str, body: str) -> Response:
    response = make_response(body)
    response.headers["X-Fragment"] = name
    return response
