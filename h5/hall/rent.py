"""租房提取 in the hall: the manual's one form page (操作手册 一（二）3-4), 影像上传, 提交成功."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from businesses.rent.journey import JOURNEY
from fund.journey import Step
from fund.progress import Progress
from h5.hall.frame import framed
from h5.hall.one_page import OnePage
from h5.rent import rent_extras
from web.forms import in_the_halls_words as words_for_hall

TOGETHER = tuple(step.name for step in JOURNEY.steps if step.photos is None)


def rent_pages() -> Blueprint:
    """``/hall/rent`` and what is below it."""
    blueprint = framed(Blueprint("hall_rent", __name__, url_prefix="/hall/rent"))
    OnePage("rent", "hall/rent", hall_extras, TOGETHER, last="amount").add_all_to(blueprint)
    blueprint.add_app_template_filter(in_the_halls_words)
    return blueprint


def in_the_halls_words(text: str) -> str:
    """A piece of a page that names the questions by the phone's words, with those of the hall; markup stays markup."""
    for step in JOURNEY.steps:
        text = words_for_hall(text, step)
    return text


def hall_extras(progress: Progress, page: Step) -> Mapping[str, Any]:
    """What the phone's pages show beside their questions, on one screen."""
    if page.name != "form":
        return rent_extras(progress, page)
    beside: dict[str, Any] = {"steps": {step.name: step for step in progress.path}}
    for step in progress.path:
        beside |= rent_extras(progress, step)
    return beside
