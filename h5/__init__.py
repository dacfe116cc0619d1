"""What a citizen sees: the phone pages, the hall for the desktop (``h5.hall``), the app. Pages translate; they decide nothing.

``blueprints()`` gives everything bootstrap has to register; filters and words come along with it.
"""

from pathlib import Path

from flask import Blueprint

from h5 import hall
from h5.app import app_blueprint
from h5.applications import applications_blueprint
from h5.applying import journey_blueprint
from h5.corrections import correction_blueprints
from h5.guides import hall_guides, phone_guides
from h5.hall.frame import framed
from h5.handover import handover
from h5.home import home
from h5.inbox import inbox_blueprint
from h5.login import login
from h5.photos import large_photos, photos
from h5.portal import portal
from h5.rent import rent_extras


def blueprints(package_folder: Path) -> tuple[Blueprint, ...]:
    """The pages under ``/``, ``/h5/``, ``/hall/``, ``/login/`` and ``/app/``. Journeys are made anew, so that each app has
    its own. ``package_folder``: where the Android package lies, if one was built."""
    rent = journey_blueprint("rent", "/h5/rent", business="rent", templates="h5/rent", extras=rent_extras)
    inbox = inbox_blueprint("inbox", "/h5/inbox", "h5/inbox.html")
    mine = applications_blueprint("applications", "/h5/applications", "h5")
    return (
        portal, home, login, rent, photos, large_photos("large", "/h5/photos"), mine, *correction_blueprints(), inbox, phone_guides(),
        app_blueprint(package_folder), handover, *hall.blueprints(), framed(hall_guides()),
    )  # fmt: skip
