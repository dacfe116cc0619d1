"""Where the money of an application goes, or went, in words for its owner: the bank and the last four digits."""

from collections.abc import Sequence

from businesses.rent.cards import BANK_NAMES
from fund.application import Application, Event, Move, State
from fund.errors import InvalidValue
from fund.numbers import CardNumber


def payout_words(application: Application) -> str:
    """Where the money goes: ``尾号0012的建设银行账户``."""
    bank = BANK_NAMES.get(application.answers.get("bank", ""), "收款银行")
    try:
        return f"尾号{CardNumber(application.answers.get('card', '')).tail}的{bank}账户"
    except InvalidValue:
        return f"您填写的{bank}账户"


def paid_words(application: Application, events: Sequence[Event]) -> str:
    """Where the money went, once it is there; until then where it goes. A payment that came late may have gone to a
    card that was corrected since."""
    paid = next((e.details for e in reversed(events) if e.move is Move.PAY), None)
    if application.state is not State.PAID or not paid or "tail" not in paid or "bank" not in paid:
        return payout_words(application)
    return f"尾号{paid['tail']}的{BANK_NAMES.get(str(paid['bank']), '收款银行')}账户"
