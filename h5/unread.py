"""How many messages wait to be read: the number on the bottom bar."""

import logging

from flask import Blueprint, g

from fund.errors import FundError
from web.services import services

log = logging.getLogger(__name__)


def unread_here() -> int:
    """Of the person whom the view at hand has looked at; 0 for a page that is about nobody, and while it cannot be
    told: the number is no reason for a page to fail."""
    person = g.get("person")
    if person is None:
        return 0
    try:
        return services().records.unread(person)
    except FundError as failure:
        log.warning("no number of messages: %s", failure.code or type(failure).__name__)
        return 0


def register(blueprint: Blueprint) -> None:
    """Make it known to every page's frame."""
    blueprint.add_app_template_global(unread_here)
