"""A payment: one attempt to pay an approved application, under a number of its own that is instructed once."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from fund.application import ALPHABET, Application
from fund.decision import Because
from fund.money import Money, total
from fund.numbers import CardNumber, IdNumber

Keyed = Callable[[str], str]
"""A keyed hash (HMAC) of a text, in hexadecimal digits: whoever can change the lines in the database, but has not the
key, cannot make a seal that fits them."""


class PaymentState(StrEnum):
    """Where an attempt stands."""

    WAITING = "waiting"
    BATCHED = "batched"
    INSTRUCTED = "instructed"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    NOT_ARRIVED = "not_arrived"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """What the desk reads."""
        return {
            "waiting": "待组批", "batched": "已组批", "instructed": "已发银行", "paid": "已付款", "failed": "付款失败",
            "returned": "已退回", "not_arrived": "银行未收到", "cancelled": "已作废",
        }[self.value]  # fmt: skip

    @property
    def is_over(self) -> bool:
        """Whether no money moves under this number any more, so that another attempt may follow."""
        return self in (
            PaymentState.FAILED, PaymentState.RETURNED, PaymentState.NOT_ARRIVED, PaymentState.CANCELLED
        )  # fmt: skip


class CoreState(StrEnum):
    """What the core system has done for a payment, as far as we have written down."""

    NONE = ""
    FROZEN = "frozen"
    BOOKED = "booked"
    RELEASED = "released"
    PASSED_ON = "passed_on"
    """What is frozen stays so, for the next attempt."""

    @property
    def words(self) -> str:
        """What the desk reads."""
        return {"": "未冻结", "frozen": "已冻结", "booked": "已记账", "released": "已解冻", "passed_on": "转入另一次付款"}[self.value]  # fmt: skip


class BatchState(StrEnum):
    """Made by one person; then sealed by another, or dissolved."""

    MADE = "made"
    SEALED = "sealed"
    DISSOLVED = "dissolved"

    @property
    def words(self) -> str:
        """What the desk reads."""
        return {"made": "待复核封存", "sealed": "已封存", "dissolved": "已撤销"}[self.value]


@dataclass(frozen=True, slots=True, repr=False)
class Payee:
    """Who is to be paid, as the application said when the attempt was made."""

    name: str
    id_number: IdNumber
    bank: str
    card: CardNumber


@dataclass(frozen=True, slots=True, repr=False)
class Payment:
    """One attempt. ``version`` counts the writes, so that of two workers only one goes on.

    ``never_left``: it is certain that the instruction did not reach the bank, so this number may be instructed
    again once the bank has said that it has none. ``absent_since``: since when the bank says so. ``refusal``: what
    the bank said when it did not take the instruction, '' if it never said so. ``reason``: the bank's or the core's
    last word, in words for the desk. ``core_refusal``: with which code the core system refuses what comes next, ''
    while it does not; then two payers may settle its side ``by_hand_by`` one of them, with a note, and another.
    ``core_no``: the number under which the core system keeps the money; that of
    the attempt for which it was frozen, for a payment that never arrived hands it on to the next. ``spouse_mark``: blind index of the applicant's spouse,
    whom the core system named; with ``person_mark`` it keeps staff away from what concerns themselves.
    """

    id: UUID
    application_id: UUID
    attempt: int
    payment_no: str
    amount: Money
    payee: Payee
    made_at: datetime
    core_no: str = ""
    card_mark: str = ""
    person_mark: str = ""
    spouse_mark: str = ""
    state: PaymentState = PaymentState.WAITING
    core_state: CoreState = CoreState.NONE
    reason: str = ""
    refusal: str = ""
    core_refusal: str = ""
    by_hand_by: UUID | None = None
    by_hand_note: str = ""
    batch_id: UUID | None = None
    never_left: bool = False
    absent_since: datetime | None = None
    instructed_at: datetime | None = None
    asked_at: datetime | None = None
    settled_at: datetime | None = None
    version: int = 1

    def __repr__(self) -> str:
        return f"Payment({self.payment_no}, {self.state}, {self.core_state or '-'})"

    def but(self, **changed: Any) -> "Payment":
        """The same with other values, as the next version."""
        return replace(self, **changed, version=self.version + 1)

    @property
    def last_word(self) -> str:
        """``reason``; of one that was instructed and never answered, that the bank's result is not known."""
        if self.state is PaymentState.INSTRUCTED and not self.reason:
            return "银行结果尚不明确，正在查询；不会重复付款"
        return self.reason

    @property
    def may_be_batched(self) -> bool:
        """Whether it waits, and the money for it is kept aside."""
        return self.state is PaymentState.WAITING and self.core_state is CoreState.FROZEN

    def is_for(self, application: Application) -> bool:
        """Whether it would pay what was approved to where the citizen said."""
        return (self.amount, self.payee.bank, self.payee.card.value) == (
            application.amount, application.answers["bank"], application.answers["card"]
        )  # fmt: skip

    def may_stand_for(self, later: "Payment") -> bool:
        """Whether this one, executed late, pays what a later attempt was to pay. The card may be another of the same
        person's: the money has arrived there."""
        return self.application_id == later.application_id and self.amount == later.amount

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do, unless the bank sends the money back."""
        if self.state is PaymentState.PAID:
            return self.core_state is CoreState.BOOKED
        return self.state.is_over and self.core_state in (CoreState.RELEASED, CoreState.PASSED_ON)

    @property
    def line(self) -> str:
        """What the seal of a batch covers: whom and what, to the fen. The card by its mark, whole and unreadable."""
        return f"{self.payment_no}|{self.amount.fen}|{self.payee.bank}|{self.card_mark}"


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """Payments released together. ``digest``: a keyed hash over their lines, written when the batch was made."""

    id: UUID
    number: str
    maker_id: UUID
    made_at: datetime
    lines: int
    total: Money
    digest: str
    state: BatchState = BatchState.MADE
    checker_id: UUID | None = None
    sealed_at: datetime | None = None
    dissolved_by: UUID | None = None
    dissolved_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Batch({self.number}, {self.state})"

    def covers(self, payments: Sequence[Payment], keyed: Keyed) -> bool:
        """Whether these are, to the fen and the card, the payments it was made of."""
        there = (len(payments), total([payment.amount for payment in payments]), digest_of(payments, keyed))
        return there == (self.lines, self.total, self.digest)


@dataclass(frozen=True, slots=True)
class Near:
    """Who may not release a payment: ``decided`` are the staff members who reviewed or confirmed its case,
    ``marks`` the blind indexes of the applicant and the spouse."""

    decided: frozenset[UUID] = frozenset()
    marks: frozenset[str] = field(default=frozenset(), repr=False)


def digest_of(payments: Sequence[Payment], keyed: Keyed) -> str:
    """The keyed hash over the lines in the order of their numbers."""
    lines = sorted(payment.line for payment in payments)
    return keyed("".join(f"{line}\n" for line in lines))


def new_payment_no(at: datetime) -> str:
    """The day and twelve drawn characters: 流水号 at the bank and YWLSH at the core system."""
    return f"{at:%Y%m%d}{_drawn(12)}"


def new_batch_no(at: datetime) -> str:
    """The day and six drawn characters."""
    return f"{at:%Y%m%d}-{_drawn(6)}"


def _drawn(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


_WHY_NOT_PAID = (
    ("户名", Because("R06", "收款账户户名与申请人不一致")),
    ("账户类别", Because("R07", "收款账户不是一类账户，请更换本人名下的一类借记卡")),
    ("借记", Because("R07", "收款账户不是借记卡，请更换本人名下的一类借记卡")),
    ("销户", Because("R07", "收款账户已销户，请更换本人名下的一类借记卡")),
    ("不存在", Because("R07", "银行没有查到这个收款账号，请核对卡号")),
    ("挂失", Because("R07", "收款账户已挂失，请更换本人名下的一类借记卡")),
    ("冻结", Because("R07", "收款账户已被冻结，请更换本人名下的一类借记卡")),
    ("止付", Because("R07", "收款账户已止付，请更换本人名下的一类借记卡")),
    ("注销", Because("R07", "收款账户已注销，请更换本人名下的一类借记卡")),
    ("限额", Because("R07", "收款账户有收款限额，请更换本人名下的一类借记卡")),
    ("状态", Because("R07", "收款账户状态异常，请更换本人名下的一类借记卡")),
    ("卡号", Because("R07", "银行没有查到这个收款账号，请核对卡号")),
    ("账号", Because("R07", "银行没有查到这个收款账号，请核对卡号")),
    ("收款账户", Because("R07", "收款账户不能收款，请更换本人名下的一类借记卡")),
)
"""What banks say contains one of these; the codes are those of the centre's list of reasons."""


def is_of_the_payee(reason: str) -> bool:
    """Whether the bank's reason is about the account that was to be paid, so that another card helps."""
    return any(part in reason for part, _ in _WHY_NOT_PAID)


def because(reason: str) -> Because:
    """What the citizen is told of the bank's reason. Never the bank's own words, which may be anything."""
    for part, told in _WHY_NOT_PAID:
        if part in reason:
            return told
    return Because("R99", "银行未能付款，请核对收款账户或更换银行卡")


def from_the_bank(text: str) -> str:
    """The bank's own words as they may be kept for the desk: at most 60 characters, of a long number only its tail."""
    printable = "".join(sign for sign in text if sign.isprintable()).strip()
    return re.sub(r"\d{5,}(\d{4})", r"*\1", printable)[:60]
