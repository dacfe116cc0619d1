"""Where the money of an application goes, or went, in words for its owner: the bank and the last four digits."""

from collections.abc import Sequence

from businesses.rent.cards import BANK_NAMES
from fund.application import Application, Event, Move, State
from fund.errors import InvalidValue
from fund.numbers import CardNumber

_SOME_BANK = "收款银行"


def payout_words(application: Application) -> str:
    """Where the money goes: ``尾号0012的建设银行账户``."""
    return _words(*_given(application))


def paid_words(application: Application, events: Sequence[Event]) -> str:
    """Where the money went, once it is there; until then where it goes."""
    return _words(*payee(application, events))


def payee(application: Application, events: Sequence[Event]) -> tuple[str, str]:
    """(name of the bank, last four digits) of the same; either may be empty. A payment that came late may have gone to
    a card that was corrected since."""
    paid = next((e.details for e in reversed(events) if e.move is Move.PAY), None)
    if application.state is not State.PAID or not paid or "tail" not in paid or "bank" not in paid:
        return _given(application)
    return BANK_NAMES.get(str(paid["bank"]), ""), str(paid["tail"])


def _given(application: Application) -> tuple[str, str]:
    bank = BANK_NAMES.get(application.answers.get("bank", ""), "")
    try:
        return bank, CardNumber(application.answers.get("card", "")).tail
    except InvalidValue:
        return bank, ""


def _words(bank: str, tail: str) -> str:
    return f"尾号{tail}的{bank or _SOME_BANK}账户" if tail else f"您填写的{bank or _SOME_BANK}账户"
