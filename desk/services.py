"""What bootstrap hands to the desk: the use cases and ports a view may call."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from fund.batches import Batches
from fund.reconciliation import Reconciliation
from fund.staff import Staff


@dataclass(frozen=True, slots=True)
class DeskServices:
    """Collaborators of the desk."""

    staff: Staff
    batches: Batches
    reconciliation: Reconciliation


def desk_services() -> DeskServices:
    """The services of the running app."""
    return cast(DeskServices, current_app.extensions["desk_services"])
