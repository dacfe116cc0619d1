"""个人网厅: what a citizen sees on a desktop. The same journeys, drafts and applications as on the phone.

``blueprints()`` gives everything that ``h5.blueprints()`` registers of it; pages extend ``hall/layout.html``.
"""

from flask import Blueprint

from h5.hall.home import home
from h5.hall.rent import rent_pages


def blueprints() -> tuple[Blueprint, ...]:
    """The pages under ``/hall/``."""
    return (home, rent_pages())
