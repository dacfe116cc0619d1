"""The pages of the guides: contents, one guide, the search. One blueprint for each channel that shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from fund.errors import NotFound
from web.devices import on_phone
from web.guards import public
from web.guides.search import LONGEST, find, holds_a_number_of_a_person
from web.guides.shelf import Shelf
from web.services import services

_MOUNTS = "guides"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a channel shows the guides.

    ``layout`` is the template that the pages extend; it has the blocks ``title``, ``back`` and ``content``. ``back``
    is the page above the contents, as (words, address). ``remedies`` says which section helps against a problem:
    the code of a reason or an error → ``guide#section``.
    """

    prefix: str
    layout: str
    shelf: Shelf
    back: tuple[str, str]
    remedies: Mapping[str, str]
    phones: str = ""
    """The prefix of the same guides for phones, if there they are another channel's."""

    @property
    def channel(self) -> str:
        """The beginning of all addresses of the channel: ``/h5/``."""
        return f"/{self.prefix.strip('/').partition('/')[0]}/"


def guides_blueprint(name: str, place: Place) -> Blueprint:
    """Contents, guides and search below ``place.prefix``; and ``guide_url``, ``guide_for`` and ``guides_for`` for every template."""
    guides = Blueprint(name, __name__, url_prefix=place.prefix)
    guides.add_url_rule("/", "contents", public(partial(_contents, place)), strict_slashes=False)
    guides.add_url_rule("/search", "search", public(partial(_search, place)))
    guides.add_url_rule("/<slug>", "guide", public(partial(_guide, place)))
    guides.record(lambda state: _mount(state, place))
    return guides


def _contents(place: Place) -> ResponseReturnValue:
    """All guides, and the search."""
    return _page(place, "contents", warned=request.args.get("notice") == "number")


def _guide(place: Place, slug: str) -> ResponseReturnValue:
    """How something is done, with the figures in force today."""
    guide = place.shelf.on(_today()).get(slug)
    if guide is None:
        raise NotFound("no such guide", code="no_such_page")
    return _page(place, "guide", guide=guide)


def _search(place: Place) -> ResponseReturnValue:
    """Where it is written. An id or card number is not searched for, and does not stay in the address."""
    typed = request.args.get("q", "").strip()
    if holds_a_number_of_a_person(typed):
        return redirect(url_for(".contents", notice="number"), 303)
    if not typed:
        return redirect(url_for(".contents"), 303)
    typed = typed[:LONGEST]
    return _page(place, "search", typed=typed, hits=find(place.shelf.entries(_today()), typed))


def _page(place: Place, name: str, **more: object) -> ResponseReturnValue:
    if place.phones and on_phone():
        return redirect(place.phones + request.full_path.rstrip("?").removeprefix(place.prefix), 302)
    guides = place.shelf.on(_today())
    groups = [(group.title, [guides[slug] for slug in group.slugs]) for group in place.shelf.groups]
    return render_template(f"guides/{name}.html", layout=place.layout, back=place.back, groups=groups, **more)


def guide_url(address: str = "") -> str:
    """The address of ``guide`` or ``guide#section`` in the channel of the page at hand."""
    return f"{_here().prefix}/{address}"


def guide_for(code: str) -> tuple[str, str] | None:
    """(heading, address) of the section that helps against a problem, if there is one."""
    place = _here()
    slug, _, anchor = place.remedies.get(code, "").partition("#")
    guide = place.shelf.on(_today()).get(slug)
    headings = {section.anchor: section.heading for section in guide.sections} if guide else {}
    return (headings[anchor], guide_url(f"{slug}#{anchor}")) if anchor in headings else None


def guides_for(codes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The same for several problems at once; what helps against two of them is named once."""
    return tuple(dict.fromkeys(found for code in codes if (found := guide_for(code)) is not None))


def titles() -> Mapping[str, str]:
    """Slug → title of every guide of the channel at hand."""
    return {slug: guide.title for slug, guide in _here().shelf.on(_today()).items()}


def _here() -> Place:
    """The place whose channel the page at hand belongs to; the first one for pages of no channel."""
    mounts: list[Place] = current_app.extensions[_MOUNTS]
    return next((place for place in mounts if request.path.startswith(place.channel)), mounts[0])


def _mount(state: BlueprintSetupState, place: Place) -> None:
    app: Flask = state.app  # type: ignore[assignment]
    app.extensions.setdefault(_MOUNTS, []).append(place)
    app.jinja_env.globals.update(guide_url=guide_url, guide_for=guide_for, guides_for=guides_for)


def _today() -> date:
    return services().clock().date()
