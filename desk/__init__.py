"""后台审核: the staff's own face. A second Flask app with its own port, cookie and policy, closed by default."""

from flask import Blueprint, Flask

from desk import session
from desk.account_records import account_records
from desk.account_requests import account_requests
from desk.accounts import accounts
from desk.cases import cases
from desk.front import front
from desk.navigation import places_of
from desk.own import own
from desk.payment import payment
from desk.payouts import payouts
from desk.queue import queue
from desk.sign_in import sign_in


def blueprints() -> tuple[Blueprint, ...]:
    """All pages of the desk."""
    return (front, sign_in, own, accounts, account_requests, account_records, queue, cases, payouts, payment)


def dress(app: Flask) -> None:
    """What the desk's templates may ask for."""

    @app.context_processor
    def of_whoever_is_here() -> dict[str, object]:
        return {
            "desk_account": session.who,
            "desk_places": places_of,
            "desk_idle": int(session.SURE.total_seconds()),
            "desk_here": session.this_page,
        }
