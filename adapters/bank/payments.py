"""Paying by the bank, as the settlement application (结算应用系统) does it (facts §3.7).

``pay`` stands for BDC101 单笔付款: ``serial`` is our TxSeqNo/RefSeqNo1, ``amount`` Amt, ``card`` CrAcctNo, ``name``
CrAcctName, ``bank`` CrBankClass; the answer's ``status`` is its HostStatus. ``query`` stands for BDC110 交易结果查询
by TxSeqNo, ``statement`` for BDC113 账户明细 of one day. BDC101's settlement and paying account (SettleType,
DeAcctNo, DeAcctName, DeAcctClass) are the gateway's own settings and do not travel with each payment.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from adapters.http.client import Neighbour
from adapters.http.fields import Fields, matching, money, one_of, truth
from fund.errors import OutcomeUnknown, Refused, Unavailable
from fund.money import ZERO, Money
from fund.money_ports import BankLine, Outcome, Status
from fund.payment import Payee, from_the_bank

NAME = "bank"
SERIAL = "[0-9A-Za-z_-]{1,64}"
REFUSALS = {
    "account_unknown": "收款账号不存在",
    "account_closed": "收款账户已销户",
    "account_class": "账户类别不符",
    "name_mismatch": "户名不符",
    "not_debit": "收款账户不是借记账户",
}
"""Codes with which the bank does not even take an instruction, and what its later answers call the same."""

_STATUS = one_of("accepted", "done", "failed")


class BankPayments:
    """Plays ``fund.money_ports.Bank``. ``bank`` carries the key header ``X-Bank-Key``."""

    def __init__(self, bank: Neighbour) -> None:
        self._bank = bank

    def pay(self, payment_no: str, payee: Payee, amount: Money) -> Outcome:
        """Instruct a payment. Never repeated here, whatever happens.

        Raises Unavailable when nothing left the house, Refused with the bank's code and words for the desk (our own:
        what the bank writes may hold a card number), OutcomeUnknown otherwise:
        also for an answer that cannot be read, for then it was carried out or not.
        """
        asked = {
            "serial": payment_no,
            "bank": payee.bank,
            "card": payee.card.value,
            "name": payee.name,
            "amount": amount.yuan,
        }
        try:
            answer = self._bank.post("/payments", asked, replayable=False)
        except Refused as refused:
            said = REFUSALS.get(refused.code, f"银行未受理（{refused.code}）")
            raise Refused(said, code=refused.code) from None
        try:
            return _outcome(answer, payment_no)
        except Unavailable as unreadable:
            raise OutcomeUnknown(unreadable.message, code="bank_outcome_unknown") from None

    def query(self, payment_no: str) -> Outcome | None:
        """How a payment stands; None when the bank says that it never had one. Raises Unavailable."""
        try:
            return _outcome(self._ask("/payments/query", {"serial": payment_no}), payment_no)
        except Refused as refused:
            if refused.code == "no_payment":
                return None
            raise _unavailable(refused) from None

    def statement(self, day: date) -> Sequence[BankLine]:
        """All payments the bank took on a day, as they stand now. Raises Unavailable."""
        try:
            answer = self._ask("/statement", {"day": day.isoformat()})
        except Refused as refused:
            raise _unavailable(refused) from None
        with Fields(NAME, answer) as fields:
            return tuple(
                BankLine(
                    row.read("serial", matching(SERIAL), ""),
                    row.read("amount", money, ZERO),
                    _status(row.read("status", _STATUS, ""), row.read("returned", truth, False)),
                )
                for row in fields.rows("payments")
            )

    def _ask(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        return self._bank.post(path, asked, replayable=True)


def _outcome(answer: dict[str, Any], payment_no: str) -> Outcome:
    with Fields(NAME, answer) as fields:
        fields.read("serial", one_of(payment_no), "")
        status = fields.read("status", _STATUS, "")
        returned = fields.read("returned", truth, False)
        reason = fields.read("reason", _words, "")
    return Outcome(_status(status, returned), reason)


def _status(status: str, returned: bool) -> Status:
    if returned and status == "failed":
        return Status.RETURNED
    return Status(status) if status else Status.ACCEPTED


def _words(value: Any) -> str:
    if not isinstance(value, str) or any(ord(sign) < 32 for sign in value):
        raise ValueError("not a reason")
    return from_the_bank(value)


def _unavailable(refused: Refused) -> Unavailable:
    return Unavailable(f"bank: a question was refused with {refused.code}", code="bank_unreachable")
