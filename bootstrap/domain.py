"""The kinds of business this house offers. Adding one is adding a line here."""

from businesses.rent import terms
from businesses.rent.business import RentBusiness
from fund.business import Business


def businesses() -> dict[str, Business]:
    """By name. Raises TermsError when a terms file cannot be used."""
    rent: Business = RentBusiness(terms.load())
    return {rent.name: rent}


def personal_fields(kinds: dict[str, Business]) -> frozenset[str]:
    """The names of all answers that are encrypted one by one wherever they are kept."""
    return frozenset(
        f.name for kind in kinds.values() for step in kind.journey.steps for f in step.fields if f.personal
    )
