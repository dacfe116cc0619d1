"""What was paid into a person's account and drawn from it, year by year, as the core system keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from fund.money import Money
from fund.months import Month
from fund.people import PastWithdrawal, Person

FIRST_YEAR = 1992
"""Before this there was no housing fund in the province to ask about."""

_REASONS = {
    "01": "购买住房", "02": "建造、翻建、大修住房", "03": "离休、退休", "04": "完全丧失劳动能力并终止劳动关系",
    "05": "户口迁出或出境定居", "06": "偿还购房贷款本息", "07": "租房提取", "08": "死亡", "09": "大病医疗",
}  # fmt: skip


class DepositKind(StrEnum):
    """归集业务类型."""

    REGULAR = "01"
    BACK_PAY = "02"
    OTHER = "99"

    @property
    def words(self) -> str:
        """As the counter says it."""
        return {"01": "汇缴", "02": "补缴"}.get(self.value, "其他")


@dataclass(frozen=True, slots=True)
class Deposit:
    """One amount paid in for one ``month`` (汇补缴年月), by the person and the employer together; booked ``on`` a day."""

    month: Month
    kind: DepositKind
    amount: Money
    on: date
    employer: str


class Passbook(Protocol):
    """The core system, for what happened in an account. It is asked for one person only, never for a couple."""

    def deposits(self, person: Person, year: int) -> Sequence[Deposit]:
        """What was booked in a calendar year, newest first. Raises Unavailable."""
        ...

    def withdrawals(self, person: Person, year: int) -> Sequence[PastWithdrawal]:
        """What the person drew in a calendar year, newest first. Raises Unavailable."""
        ...


def reason_words(code: str) -> str:
    """提取原因 (item 204008) in words.

    >>> reason_words("07"), reason_words("77")
    ('租房提取', '其他')
    """
    return _REASONS.get(code, "其他")
