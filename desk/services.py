"""What bootstrap hands to the desk: the use cases and ports a view may call."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from fund.account_events import AccountEvents
from fund.accounts import AccountKeeping, StaffSessions
from fund.asking import Asking
from fund.batches import Batches
from fund.by_hand import ByHand
from fund.looks import Looks
from fund.ports import Clock
from fund.reconciliation import Reconciliation
from fund.review import Review
from fund.sending_back import SendingBack
from fund.signing_in import SigningIn
from fund.staff import Staff
from web.services import Limiter


@dataclass(frozen=True, slots=True)
class DeskServices:
    """Collaborators of the staff's face."""

    signing_in: SigningIn
    keeping: AccountKeeping
    asking: Asking
    events: AccountEvents
    sessions: StaffSessions
    limiter: Limiter
    """Fails closed: with the store down nobody signs in."""
    clock: Clock
    review: Review
    looks: Looks


def desk_services() -> DeskServices:
    """The services of the running desk."""
    return cast(DeskServices, current_app.extensions["desk"])


@dataclass(frozen=True, slots=True)
class MoneyServices:
    """What the payers' pages call."""

    staff: Staff
    batches: Batches
    reconciliation: Reconciliation
    sending_back: SendingBack
    by_hand: ByHand


def money_services() -> MoneyServices:
    """Of the running desk."""
    return cast(MoneyServices, current_app.extensions["desk_money"])
