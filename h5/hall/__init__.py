"""个人网厅: what a citizen sees on a desktop. The same journeys, drafts and applications as on the phone.

``blueprints()`` gives everything that ``h5.blueprints()`` registers of it; pages extend ``hall/layout.html``.
"""

from flask import Blueprint

from h5.corrections import correction_blueprints
from h5.hall.account import account
from h5.hall.applications import applications
from h5.hall.frame import framed
from h5.hall.home import home
from h5.hall.rent import rent_pages
from h5.inbox import inbox_blueprint
from h5.photos import large_photos


def blueprints() -> tuple[Blueprint, ...]:
    """The pages under ``/hall/``."""
    correct, card = correction_blueprints("hall_", "/hall/applications")
    inbox = inbox_blueprint("hall_inbox", "/hall/inbox", "hall/inbox.html")
    photos = framed(large_photos("hall_large", "/hall/photos"))
    return (home, rent_pages(), applications, framed(correct), framed(card), account, framed(inbox), photos)
