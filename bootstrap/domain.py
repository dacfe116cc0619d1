"""The kinds of business this house offers. Adding one is adding a line here."""

from collections.abc import Mapping

from businesses.rent import terms
from businesses.rent.business import RentBusiness
from fund.business import Business, Reviewable

MARKED = {"card": "card_mark", "address": "address_mark"}
"""Answers of which a blind index is kept, in which column: the desk looks for the same in other applications."""


def businesses() -> dict[str, Reviewable]:
    """By name. Raises TermsError or ReasonListError when a file of theirs cannot be used."""
    rent: Reviewable = RentBusiness(terms.load())
    return {rent.name: rent}


def personal_fields(kinds: Mapping[str, Business]) -> frozenset[str]:
    """The names of all answers that are encrypted one by one wherever they are kept."""
    return frozenset(
        f.name for kind in kinds.values() for step in kind.journey.steps for f in step.fields if f.personal
    )
