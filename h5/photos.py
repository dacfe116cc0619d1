"""A person's own photos, shown and deleted. Whose they are is decided by the store, by owner."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund.people import Person
from web.guards import local_path, signed_in
from web.services import services

photos = Blueprint("photos", __name__, url_prefix="/h5/photos")
_PAGE = "/h5/rent/photos"


@photos.get("/<uuid:photo_id>")
@signed_in
def show(person: Person, photo_id: UUID) -> ResponseReturnValue:
    """The JPEG, for nobody's cache and nobody's scripts."""
    response = Response(services().records.photo(person, photo_id), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = "inline; filename=photo.jpg"
    return response


def large_photos(name: str, url_prefix: str) -> Blueprint:
    """A photo on a page of its own, with a way back: a bare image has none, least of all in an installed app."""
    blueprint = Blueprint(name, __name__, url_prefix=url_prefix)

    @blueprint.get("/<uuid:photo_id>/large")
    @signed_in
    def large(person: Person, photo_id: UUID) -> ResponseReturnValue:
        """The page. Raises NotFound, also for somebody else's."""
        services().records.photo(person, photo_id)
        channel = url_prefix.removesuffix("photos")
        before = urlsplit(request.referrer or "").path
        fallback = before if before.startswith(channel) and before != request.path else f"{channel}applications"
        back = local_path(request.args.get("back", ""), fallback)
        return render_template("h5/photo.html", photo=url_for("photos.show", photo_id=photo_id), way_back=back)

    return blueprint


@photos.post("/<uuid:photo_id>/delete")
@signed_in
def delete(person: Person, photo_id: UUID) -> ResponseReturnValue:
    """Delete a photo not yet handed in, and back to where it was shown."""
    services().records.remove_photo(person, photo_id)
    return redirect(local_path(request.form.get("back", ""), f"{_PAGE}?notice=photo_deleted"), 303)


@photos.get("/<uuid:photo_id>/delete")
@signed_in
def not_deleted(person: Person, photo_id: UUID) -> ResponseReturnValue:
    """Where one lands after signing in again in the middle of deleting: the page where the photo was shown."""
    return redirect(local_path(request.args.get("page", ""), _PAGE), 303)
