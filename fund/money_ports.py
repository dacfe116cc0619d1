"""What the payout needs from outside: the bank that pays, the core system that books, and a memory of both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from fund.application import Application, Event
from fund.money import Money
from fund.payment import Batch, Near, Payee, Payment

Move = tuple[Application, Event]
"""An application after a move, and the event that says so (``fund.application.advance``)."""


class Status(StrEnum):
    """What the bank says of a payment. Accepted is not paid."""

    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"
    RETURNED = "returned"

    @property
    def words(self) -> str:
        """What the desk reads."""
        return {"accepted": "已受理", "done": "已付款", "failed": "付款失败", "returned": "已退回"}[self.value]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a payment stands at the bank. ``reason`` is the bank's own, '' if it gave none."""

    status: Status
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment on the bank's statement of a day."""

    payment_no: str
    amount: Money
    status: Status


@dataclass(frozen=True, slots=True)
class CoreEntry:
    """One withdrawal at the core system. ``state``: ``frozen``, ``booked``, ``released`` or ``reversed``."""

    payment_no: str
    amount: Money
    state: str


class Bank(Protocol):
    """The settlement application (结算应用系统)."""

    def pay(self, payment_no: str, payee: Payee, amount: Money) -> Outcome:
        """Instruct a payment. Raises Unavailable only when it is certain that nothing left the house; Refused
        when the bank did not take it, with a message for the desk; OutcomeUnknown when it may have."""
        ...

    def query(self, payment_no: str) -> Outcome | None:
        """How it stands; None when the bank has never had such a number. Raises Unavailable."""
        ...

    def statement(self, day: date) -> Sequence[BankLine]:
        """All payments the bank took on a day, as they stand now. Raises Unavailable."""
        ...


class Core(Protocol):
    """The core system (核心系统), for the money. Every call is idempotent by the number.

    All of them raise Refused with the core's own code, or Unavailable.
    """

    def freeze(self, payment_no: str, payee: Payee, amount: Money) -> None:
        """Keep the amount aside."""
        ...

    def book(self, payment_no: str) -> None:
        """Take what is frozen out of the account: the withdrawal has happened."""
        ...

    def release(self, payment_no: str) -> None:
        """Give back what is frozen."""
        ...

    def reverse(self, payment_no: str) -> None:
        """Undo a booking: the bank has sent the money back."""
        ...

    def entries(self, day: date) -> Sequence[CoreEntry]:
        """All withdrawals of which something happened on a day, and all still frozen, as they stand now."""
        ...


class Payments(Protocol):
    """Payments. Every method raises Unavailable; those that write raise OutcomeUnknown too."""

    def application(self, application_id: UUID) -> Application:
        """Raises NotFound."""
        ...

    def begin(self, application_id: UUID, make: Callable[[Application, Sequence[Payment]], Payment]) -> Payment | None:
        """The open payment of an application that is APPROVED, or the one that ``make`` makes of the application
        and the attempts before. None when it is not approved."""
        ...

    def get(self, payment_id: UUID) -> Payment:
        """Raises NotFound."""
        ...

    def by_number(self, payment_no: str) -> Payment | None: ...

    def earlier(self, payment: Payment) -> Sequence[Payment]:
        """The attempts for the same application before this one."""
        ...

    def given_up(self, payment: Payment) -> Sequence[Payment]:
        """Payments of the same person, for this application and others, that are over although the bank was
        instructed: NOT_ARRIVED, FAILED, RETURNED."""
        ...

    def save(self, payment: Payment, move: Move | None = None, also: Payment | None = None) -> None:
        """Store the next version, a move of its application and the next version of another payment (after it), in
        one transaction; a cancelled payment with a job that gives back what was frozen. Raises Stale when one of them
        has moved on."""
        ...

    def unsettled(self) -> Sequence[Payment]:
        """All with which something is still to happen, oldest first."""
        ...

    def to_ask_about(self, now: datetime, since: datetime, most: int) -> Sequence[UUID]:
        """Payments over since a moment of which the bank may have news: done, and the money sent back; or given up
        as never arrived, and executed after all. The older, the more seldom is one asked about."""
        ...

    def of_day(self, day: date) -> Sequence[Payment]:
        """Those instructed or settled on a day."""
        ...


class Batches(Protocol):
    """Batches. Every method raises Unavailable; those that write raise OutcomeUnknown and Stale too."""

    def waiting(self) -> Sequence[Payment]:
        """Payments of approved applications in no batch, oldest first, also those for which nothing is frozen yet."""
        ...

    def near(self, payments: Sequence[Payment]) -> Mapping[UUID, Near]:
        """By payment: who may not release it."""
        ...

    def references(self, payments: Sequence[Payment]) -> Mapping[UUID, str]:
        """The 受理编号 of what is paid, by application."""
        ...

    def make(self, batch: Batch, payments: Sequence[Payment]) -> None:
        """Store a batch of waiting payments; Stale when one of them waits no more."""
        ...

    def get(self, number: str) -> tuple[Batch, Sequence[Payment]]:
        """Raises NotFound."""
        ...

    def of(self, payment: Payment) -> tuple[Batch, Sequence[Payment]]:
        """The batch a payment is in, with all its payments. Raises NotFound."""
        ...

    def recent(self, most: int) -> Sequence[Batch]:
        """Newest first."""
        ...

    def seal(self, batch: Batch, moves: Sequence[Move]) -> None:
        """Store the sealed batch, the moves of all its applications and the jobs that pay, in one transaction.
        Raises Stale when it is no longer as it was made."""
        ...

    def dissolve(self, batch: Batch) -> None:
        """Its payments wait again. Raises Stale unless it still waits for its seal."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """Something on which the three books of a day disagree; '' where a book has nothing."""

    id: UUID
    day: date
    payment_no: str
    kind: str
    ours: str
    bank: str
    core: str
    found_at: datetime
    settled_at: datetime | None = None
    settled_by: UUID | None = None
    note: str = ""


LATE = "late"
"""Kind of a difference: a payment given up was executed all the same."""
FILE = "file"
"""Kind of a difference: a result file says otherwise than the bank."""


class Differences(Protocol):
    """What the reconciliation found. Every method raises Unavailable."""

    def add(self, found: Sequence[Difference]) -> int:
        """Keep those not known yet by day, number and kind; how many were new."""
        ...

    def all(self, most: int) -> Sequence[Difference]:
        """Unsettled first, then newest first."""
        ...

    def compared(self, day: date, at: datetime) -> None:
        """The books of a day were laid side by side at that moment, whatever was found."""
        ...

    def last_compared(self) -> tuple[date, datetime] | None:
        """The newest day that was compared, and when anything was compared last; None when nothing was yet."""
        ...

    def is_settled(self, payment_no: str, kind: str) -> bool:
        """Whether people have settled such a difference, and none of the kind is open."""
        ...

    def settle(self, difference_id: UUID, staff_id: UUID, note: str, at: datetime) -> None:
        """Raises Stale when it is settled already, NotFound."""
        ...
