"""Who is asking, and what the core system knows of them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from fund.money import Money
from fund.months import Month
from fund.numbers import IdNumber, mask_mobile, mask_name


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """What the government identity service vouches for: a real-name natural person."""

    name: str
    id_number: IdNumber
    mobile: str
    provider: str

    def __repr__(self) -> str:
        return f"Identity({mask_name(self.name)}, {self.id_number.masked})"


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A natural person known to this service. ``id`` is ours and may appear in logs and jobs."""

    id: UUID
    name: str
    id_number: IdNumber
    mobile: str

    @property
    def masked_name(self) -> str:
        """张*."""
        return mask_name(self.name)

    @property
    def masked_mobile(self) -> str:
        """138****0001."""
        return mask_mobile(self.mobile)

    def __repr__(self) -> str:
        return f"Person({self.id})"


class AccountStatus(StrEnum):
    """个人账户状态 (facts §3.6)."""

    NORMAL = "01"
    SEALED = "02"
    MERGED = "03"
    TRANSFERRED = "04"
    CLOSED = "05"
    FROZEN = "06"
    OTHER = "99"

    @property
    def words(self) -> str:
        """The name of the status as the counter says it."""
        return {
            "01": "正常", "02": "封存", "03": "合并销户", "04": "外部转出销户",
            "05": "提取销户", "06": "冻结",
        }.get(self.value, "其他")  # fmt: skip


class MaritalStatus(StrEnum):
    """婚姻状况 as the core system knows it."""

    SINGLE = "single"
    MARRIED = "married"
    DIVORCED = "divorced"
    WIDOWED = "widowed"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """For the personal-information page."""
        return {"single": "未婚", "married": "已婚", "divorced": "离异", "widowed": "丧偶"}.get(self.value, "未登记")


@dataclass(frozen=True, slots=True)
class Employer:
    """单位. ``city`` is a GB/T 2260 city code."""

    number: str
    name: str
    city: str


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """A personal fund account. ``paid_until`` is None when nothing was ever paid in."""

    number: str
    status: AccountStatus
    balance: Money
    frozen: Money
    monthly_deposit: Money
    paid_until: Month | None
    months_in_a_row: int
    opened: date | None

    @property
    def masked_number(self) -> str:
        """All but the last four digits hidden."""
        return "*" * max(len(self.number) - 4, 0) + self.number[-4:]

    def __repr__(self) -> str:
        return f"Account({self.masked_number}, {self.status})"


@dataclass(frozen=True, slots=True)
class Home:
    """A home owned by the applicant or the spouse, in a city (GB/T 2260)."""

    of_spouse: bool
    city: str


@dataclass(frozen=True, slots=True)
class PastWithdrawal:
    """A withdrawal already booked by the core system. ``reason`` is item 204008 (07 = rent)."""

    of_spouse: bool
    reason: str
    amount: Money
    on: date


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """Everything the core system says about one member, at one moment."""

    account: Account
    employer: Employer
    marital_status: MaritalStatus
    spouse: IdNumber | None = None
    homes: tuple[Home, ...] = ()
    withdrawals: tuple[PastWithdrawal, ...] = field(default=())

    def __repr__(self) -> str:
        return f"Member(account={self.account.masked_number})"
