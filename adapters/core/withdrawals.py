"""The core system's side of a withdrawal: freeze, book, release, reverse under our number (JGJ/T 320 names)."""

from collections.abc import Sequence
from datetime import date

from adapters.http.client import Neighbour
from adapters.http.fields import Fields, matching, money, one_of
from fund.errors import Unavailable
from fund.money import ZERO, Money
from fund.money_ports import CoreEntry
from fund.payment import Payee

NAME = "core"
RENT = "07"
"""提取原因 房租超出家庭工资收入的规定比例 (item 204008; facts §3.6)."""

STATES = ("frozen", "booked", "released", "reversed")


class CoreWithdrawals:
    """Plays ``fund.money_ports.Core``: YWLSH is the payment's number, FSE the amount, TQYY the reason.

    The core system does each step once per number, so a lost answer is simply asked for again. Every method
    raises Refused with the core's own code in lower case, or Unavailable.
    """

    def __init__(self, core: Neighbour, reason: str = RENT) -> None:
        self._core = core
        self._reason = reason

    def freeze(self, payment_no: str, payee: Payee, amount: Money) -> None:
        """Keep the amount aside. Refused: ``not_enough``, ``account_not_normal``, ``no_account``,
        ``name_mismatch``, ``number_used``, ``wrong_state``."""
        asked = {
            "YWLSH": payment_no,
            "XINGMING": payee.name,
            "ZJHM": payee.id_number.value,
            "FSE": amount.yuan,
            "TQYY": self._reason,
        }
        self._step("freeze", asked, "frozen")

    def book(self, payment_no: str) -> None:
        """The withdrawal has happened. Refused: ``no_entry``, ``wrong_state``."""
        self._step("book", {"YWLSH": payment_no}, "booked")

    def release(self, payment_no: str) -> None:
        """Give back what is frozen. Refused: ``no_entry``, ``wrong_state``."""
        self._step("release", {"YWLSH": payment_no}, "released")

    def reverse(self, payment_no: str) -> None:
        """Undo a booking. Refused: ``no_entry``, ``wrong_state``."""
        self._step("reverse", {"YWLSH": payment_no}, "reversed")

    def entries(self, day: date) -> Sequence[CoreEntry]:
        """All of which something happened on a day, and all still frozen, as they stand now."""
        answer = self._core.post("/withdrawals/entries", {"day": day.isoformat()}, replayable=True)
        with Fields(NAME, answer) as fields:
            return tuple(
                CoreEntry(
                    row.read("YWLSH", matching("[0-9A-Za-z_-]{1,64}"), ""),
                    row.read("FSE", money, ZERO),
                    row.read("state", one_of(*STATES), ""),
                )
                for row in fields.rows("entries")
            )

    def _step(self, step: str, asked: dict[str, str], state: str) -> None:
        answer = self._core.post(f"/withdrawals/{step}", asked, replayable=True)
        with Fields(NAME, answer) as fields:
            fields.read("YWLSH", one_of(asked["YWLSH"]), "")
            reached = fields.read("state", one_of(*STATES), state)
        if reached != state:
            raise Unavailable(f"core: {step} led to {reached}", code="core_unreachable")
