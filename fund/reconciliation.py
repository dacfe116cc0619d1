"""对账: our payments, the core system's bookings and the bank's statement of a day, laid side by side."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from fund.application import Role
from fund.errors import FundError, InvalidValue, NotAllowed
from fund.money_ports import FILE, LATE, Bank, BankLine, Core, CoreEntry, Difference, Differences, Payments, Status
from fund.payment import CoreState, Payment, PaymentState
from fund.payout import Payout
from fund.ports import Clock
from fund.staff import StaffMember

log = logging.getLogger(__name__)

LOOKED_BACK = 3
"""Days before this one that are compared anew each time: what was under way then has ended since."""

KINDS = {
    "missing_ours": "本系统没有这笔付款",
    "missing_bank": "银行没有这笔付款",
    "missing_core": "核心系统没有这笔记录",
    "amount": "金额不一致",
    "state": "状态不一致",
    LATE: "已按未付款处理，银行实际已执行",
    FILE: "结果文件与银行答复不一致",
}

AT_THE_BANK = {
    PaymentState.PAID: {Status.DONE},
    PaymentState.FAILED: {Status.FAILED},
    PaymentState.RETURNED: {Status.RETURNED, Status.FAILED},
    PaymentState.INSTRUCTED: {Status.ACCEPTED},
    PaymentState.NOT_ARRIVED: {Status.FAILED, Status.RETURNED},  # it came late, and no money went
}
"""What the bank should say of a payment of ours; of all others it should have nothing."""

AT_THE_CORE = {
    CoreState.FROZEN: {"frozen"},
    CoreState.BOOKED: {"booked"},
    CoreState.RELEASED: {"released", "reversed"},
    CoreState.PASSED_ON: {"frozen", "booked", "released", "reversed"},
}
CORE_WORDS = {"frozen": "已冻结", "booked": "已记账", "released": "已解冻", "reversed": "已冲正"}


_KNOWN_TO_THE_BANK = (PaymentState.PAID, PaymentState.FAILED, PaymentState.RETURNED)


class Reconciliation:
    """Finds differences, and keeps them until somebody has settled each with a note."""

    def __init__(
        self, payments: Payments, bank: Bank, core: Core, differences: Differences, payout: Payout, clock: Clock
    ) -> None:
        self._payments = payments
        self._bank = bank
        self._core = core
        self._differences = differences
        self._payout = payout
        self._clock = clock

    def run(self) -> int:
        """Compare the last days; how many differences are new. Raises Unavailable, OutcomeUnknown."""
        today = self._clock().date()
        return sum(self.compare(today - timedelta(days=back)) for back in range(LOOKED_BACK, 0, -1))

    def compare(self, day: date) -> int:
        """Compare one day that is over; how many differences are new. Twice finds nothing new.

        Raises Unavailable, OutcomeUnknown.
        """
        books = _Books(self._bank, self._core, day, self._clock().date())
        own = {payment.payment_no for payment in self._payments.of_day(day)}
        numbers = own | books.statement(day).keys() | books.entries(day).keys()
        found = [difference for number in sorted(numbers) for difference in self._look(day, number, books)]
        new = self._differences.add(found) if found else 0
        self._differences.compared(day, self._clock())
        return new

    def last_compared(self) -> tuple[date, datetime] | None:
        """Up to which day the books were compared, and when last; None: not yet. Raises Unavailable."""
        return self._differences.last_compared()

    def all(self) -> Sequence[Difference]:
        """What was found, unsettled first. Raises Unavailable."""
        return self._differences.all(500)

    def settle(self, staff: StaffMember, difference_id: UUID, note: str) -> None:
        """Say what came of a difference. Raises NotAllowed, InvalidValue, Stale, NotFound, Unavailable."""
        if staff.role is not Role.PAYER:
            raise NotAllowed(f"{staff.role} settles no differences", code="not_allowed")
        note = note.strip()
        if not 2 <= len(note) <= 500:
            raise InvalidValue("请写明核对结果和处理办法（2至500字）", code="note")
        self._differences.settle(difference_id, staff.id, note, self._clock())

    def _look(self, day: date, number: str, books: "_Books") -> list[Difference]:
        payment = self._payments.by_number(number)
        core_no = payment.core_no if payment else number
        line, entry = books.at_the_bank(number, payment), books.at_the_core(core_no)
        if payment is not None and _kinds(payment, line, entry):
            payment = self._caught_up(payment)
            books.forget()
            line, entry = books.at_the_bank(number, payment), books.at_the_core(core_no)
        return [
            Difference(
                id=uuid.uuid4(),
                day=day,
                payment_no=number,
                kind=kind,
                ours=f"{payment.state.words} · {payment.core_state.words} · {payment.amount}" if payment else "",
                bank=f"{line.status.words} · {line.amount}" if line else "",
                core=f"{CORE_WORDS[entry.state]} · {entry.amount}" if entry else "",
                found_at=self._clock(),
            )
            for kind in _kinds(payment, line, entry)
        ]

    def _caught_up(self, payment: Payment) -> Payment:
        """Before a difference is put before people, the machine does what it would have done next anyway."""
        try:
            self._payout.pay(payment.id)
            self._payout.ask_again(payment.id)
        except FundError as error:
            log.warning("payment %s could not be brought up to date: %s", payment.id, error.code)
        return self._payments.get(payment.id)


class _Books:
    """What bank and core system wrote down around a day, each day asked for once.

    Around midnight the three sides may be of different days, and the core may have been told days later.
    """

    def __init__(self, bank: Bank, core: Core, day: date, today: date) -> None:
        self._bank, self._core = bank, core
        self._beside = [day + timedelta(days=shift) for shift in (-1, 0, 1)]
        self._until_today = [day + timedelta(days=n) for n in range(-1, max((today - day).days, 1) + 1)]
        self._statements: dict[date, dict[str, BankLine]] = {}
        self._entries: dict[date, dict[str, CoreEntry]] = {}

    def statement(self, day: date) -> Mapping[str, BankLine]:
        if day not in self._statements:
            self._statements[day] = {line.payment_no: line for line in self._bank.statement(day)}
        return self._statements[day]

    def entries(self, day: date) -> Mapping[str, CoreEntry]:
        if day not in self._entries:
            self._entries[day] = {entry.payment_no: entry for entry in self._core.entries(day)}
        return self._entries[day]

    def at_the_bank(self, number: str, payment: Payment | None) -> BankLine | None:
        days = list(self._beside)
        if payment is not None and payment.instructed_at is not None:
            instructed = payment.instructed_at.date()
            days = [instructed, instructed + timedelta(days=1), *days]
        return next((line for day in days if (line := self.statement(day).get(number))), None)

    def at_the_core(self, number: str) -> CoreEntry | None:
        return next((entry for day in self._until_today if (entry := self.entries(day).get(number))), None)

    def forget(self) -> None:
        """What was just brought up to date is asked for anew."""
        self._statements.clear()
        self._entries.clear()


def _kinds(payment: Payment | None, line: BankLine | None, entry: CoreEntry | None) -> list[str]:
    if payment is None:
        return ["missing_ours"]
    kinds = []
    if line is None and payment.state in _KNOWN_TO_THE_BANK and not payment.refusal:
        kinds.append("missing_bank")
    never_made = payment.state is PaymentState.CANCELLED  # taken back, perhaps before anything was frozen
    if entry is None and payment.core_state is not CoreState.NONE and not never_made:
        kinds.append("missing_core")
    if any(other is not None and other.amount != payment.amount for other in (line, entry)):
        kinds.append("amount")
    bank_fits = line is None or line.status in AT_THE_BANK.get(payment.state, set())
    core_fits = entry is None or entry.state in AT_THE_CORE.get(payment.core_state, set())
    if not (bank_fits and core_fits and (payment.is_settled or payment.settled_at is None)):
        kinds.append("state")
    return kinds
