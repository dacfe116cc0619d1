"""The guides as the citizens' channels show them: which there are, and where the pages lie that they lead to."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from flask import Blueprint

from businesses.rent import leaflet
from h5.rent import terms_on
from web.guides import Group, Place, Shelf, guides_blueprint, house
from web.guides.branches import Branch, load
from web.services import services

GROUPS = (
    Group("租房提取", ("rent", "materials", "faq", "pledge")),
    Group("登录和联系我们", ("account", "contact")),
)
PHONE_PAGES = {"to_rent": "/h5/rent", "to_applications": "/h5/applications", "to_sign_in": "/login/start?next=/h5/"}
"""The pages of the phone that guides lead to; another channel names its own."""
HALL_PAGES = {
    "to_rent": "/hall/rent",
    "to_applications": "/hall/applications",
    "to_sign_in": "/login/start?next=/hall/home",
}


def shelf(pages: Mapping[str, str]) -> Shelf:
    """All guides, leading to these pages. Raises GuideError when they cannot be used as they stand."""

    def words(day: date) -> Mapping[str, str]:
        return {**house.words(services().site, _branches()), **leaflet.words(terms_on(day)), **pages}

    return Shelf(GROUPS, (*house.sources_in(files("businesses.rent") / "guides"), *house.sources()), words)


def phone_guides() -> Blueprint:
    """``/h5/guides/``."""
    place = Place("/h5/guides", "layout.html", shelf(PHONE_PAGES), ("业务办理", "/h5/business"), leaflet.REMEDIES)
    return guides_blueprint("h5_guides", place)


def hall_guides() -> Blueprint:
    """``/hall/guides/``, in the hall's frame."""
    place = Place(
        "/hall/guides", "hall/layout.html", shelf(HALL_PAGES), ("个人网厅", "/hall/"), leaflet.REMEDIES, "/h5/guides"
    )
    return guides_blueprint("hall_guides", place)


@cache
def _branches() -> tuple[Branch, ...]:
    return load()
