"""The payout put together: bank, core system, and the memory of both."""

from dataclasses import dataclass
from functools import partial

from adapters.bank.payments import BankPayments
from adapters.core.withdrawals import CoreWithdrawals
from adapters.http.client import Observe
from adapters.jobs import defer
from adapters.postgres.batches import PostgresBatches
from adapters.postgres.differences import PostgresDifferences
from adapters.postgres.payment_rows import PaymentRows
from adapters.postgres.payments import LostPayments, PostgresPayments, UnpreparedApplications
from bootstrap import neighbours
from bootstrap.clock import now
from bootstrap.parts import Parts
from fund.batches import Batches
from fund.by_hand import ByHand
from fund.numbers import CardNumber, IdNumber
from fund.payout import Payout
from fund.preparing import Preparing
from fund.reconciliation import Reconciliation
from fund.results import Results
from fund.sending_back import SendingBack
from fund.settling import Settling
from worker.money import MoneyJobs
from worker.sweeping import LostJobs


@dataclass(frozen=True, slots=True)
class Money:
    """The use cases of the money, for desk, worker and command line."""

    preparing: Preparing
    payout: Payout
    batches: Batches
    reconciliation: Reconciliation
    sending_back: SendingBack
    by_hand: ByHand
    results: Results


def money(parts: Parts, observe: Observe) -> Money:
    """Nothing is connected to yet."""
    rows = PaymentRows(parts.cipher, parts.index)
    payments = PostgresPayments(parts.database, rows, parts.applications, defer)
    batches = PostgresBatches(parts.database, rows, parts.applications, defer)
    bank = BankPayments(neighbours.paying_bank(parts.settings, observe))
    core = CoreWithdrawals(neighbours.booking_core(parts.settings, observe))

    def mark_of_id(id_number: IdNumber) -> str:
        return parts.index.of("id_number", id_number.value)

    def mark_of_card(card: CardNumber) -> str:
        return parts.index.of("card", card.value)

    differences, settling = PostgresDifferences(parts.database), Settling(payments, core, now)
    payout = Payout(payments, batches, bank, settling, differences, rows.keyed, now)
    preparing = Preparing(payments, core, parts.people, parts.members, mark_of_id, mark_of_card, payout.pay, now)
    return Money(
        preparing,
        payout,
        Batches(batches, payments, rows.keyed, now),
        Reconciliation(payments, bank, core, differences, payout, now),
        SendingBack(payments, batches, bank, now),
        ByHand(payments, batches, settling),
        Results(payments, payout, differences, now),
    )


def money_jobs(parts: Parts, built: Money) -> MoneyJobs:
    """For the worker."""
    lost = partial(LostJobs, clock=now)
    return MoneyJobs(
        prepare=built.preparing.prepare,
        pay=built.payout.pay,
        ask_about_returns=built.payout.ask_about_returns,
        reconcile=built.reconciliation.run,
        unprepared=lost(UnpreparedApplications(parts.database)),
        lost=lost(LostPayments(parts.database)),
    )
