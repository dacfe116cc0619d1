"""Batches: two people, exactly what was approved, and a seal that needs a key."""

import hashlib
from dataclasses import replace
from uuid import uuid4

import pytest

from fund.application import Role, State
from fund.errors import NotAllowed, Refused
from fund.money import Money
from fund.payment import BatchState, CoreState, PaymentState, digest_of
from tests.fund.money_fakes import Office, a_staff_member, release
from tests.makers import SPOUSE


def test_a_batch_changed_after_its_seal_is_not_paid_and_what_was_approved_is_arranged_anew(office: Office) -> None:
    application, other = office.confirmed(), office.confirmed()
    office.work()
    release(office)
    payment = office.payment_of(application)
    office.books.payments[payment.id] = replace(payment, amount=Money(1_000_000))
    for _ in range(3):
        office.work()
    assert office.bank.taken == {}
    for each in (application, other):
        first, second = (p for p in office.books.payments.values() if p.application_id == each.id)
        assert (first.state, first.core_state) == (PaymentState.CANCELLED, CoreState.RELEASED)
        assert "不一致" in first.reason
        assert second.may_be_batched and second.amount == each.amount
        assert office.state_of(each) is State.APPROVED
    release(office)
    office.work()
    assert {office.state_of(each) for each in (application, other)} == {State.PAID}


def test_a_payment_that_is_not_what_was_approved_is_neither_sealed_nor_paid(office: Office) -> None:
    """Also when whoever changed it could make a seal that fits."""
    application = office.confirmed()
    office.work()
    payment = office.payment_of(application)
    office.books.payments[payment.id] = replace(payment, payee=replace(payment.payee, bank="ICBC"))
    batch = office.batches.make(office.maker)
    with pytest.raises(Refused) as refused:
        office.batches.seal(office.checker, batch.number, batch.digest)
    assert refused.value.code == "changed"


def test_a_released_payment_that_is_not_what_was_approved_is_not_paid(office: Office) -> None:
    application = office.released()
    payment = office.payment_of(application)
    office.books.payments[payment.id] = replace(payment, payee=replace(payment.payee, bank="ICBC"))
    (number,) = office.books.batches
    forged = office.batches.digest_of(office.books.lookup(number)[1])
    office.books.batches[number] = replace(office.books.batches[number], digest=forged)
    office.work()
    assert office.bank.taken == {} and office.state_of(application) is State.APPROVED


def test_nothing_is_paid_before_its_batch_is_sealed(office: Office) -> None:
    application = office.confirmed()
    office.work()
    office.batches.make(office.maker)
    office.payout.pay(office.payment_of(application).id)
    assert office.bank.taken == {}


def test_staff_keep_away_from_their_own_and_their_spouses_cases(office: Office) -> None:
    office.household.spouse = SPOUSE
    application = office.confirmed()
    office.work()
    payment = office.payment_of(application)
    for mark in (payment.person_mark, f"id:{SPOUSE.value}"):
        maker = a_staff_member(Role.PAYER, mark)
        assert [one.barred for one in office.batches.waiting(maker)] == [True]
        with pytest.raises(NotAllowed) as not_allowed:
            office.batches.make(maker, [payment.id])
        assert not_allowed.value.code == "own_case"
        with pytest.raises(Refused):
            office.batches.make(maker)
    batch = office.batches.make(office.maker)
    with pytest.raises(NotAllowed):
        office.batches.seal(a_staff_member(Role.PAYER, f"id:{SPOUSE.value}"), batch.number, batch.digest)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.CONFIRMER, Role.ADMIN, Role.AUDITOR])
def test_only_payers_make_seal_dissolve_and_settle(office: Office, role: Role) -> None:
    application = office.confirmed()
    office.work()
    batch = office.batches.make(office.maker)
    staff = a_staff_member(role)
    for act in (
        lambda: office.batches.make(staff),
        lambda: office.batches.seal(staff, batch.number, batch.digest),
        lambda: office.batches.dissolve(staff, batch.number),
        lambda: office.reconciliation.settle(staff, batch.id, "已核对"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert office.state_of(application) is State.APPROVED


def test_the_makers_other_account_does_not_seal_nor_does_a_reviewers(office: Office) -> None:
    """Another desk is another account of the same person."""
    office.confirmed()
    office.work()
    batch = office.batches.make(office.maker)
    for before in (office.maker, office.reviewer, office.confirmer):
        again = replace(office.checker, id=uuid4(), same_person=frozenset({before.id}))
        with pytest.raises(NotAllowed):
            office.batches.seal(again, batch.number, batch.digest)
    assert office.batches.seal(office.checker, batch.number, batch.digest).checker_id == office.checker.id


def test_a_seal_over_another_hash_than_was_shown_is_refused(office: Office) -> None:
    office.confirmed()
    office.work()
    batch = office.batches.make(office.maker)
    with pytest.raises(Refused) as refused:
        office.batches.seal(office.checker, batch.number, "0" * 64)
    assert refused.value.code == "changed"
    sealed = office.batches.seal(office.checker, batch.number, batch.digest)
    assert office.batches.seal(office.checker, batch.number, batch.digest) == sealed
    assert sealed.state is BatchState.SEALED


def test_the_hash_of_a_batch_does_not_depend_on_the_order_and_covers_every_line(office: Office) -> None:
    for _ in range(3):
        office.confirmed()
    office.work()
    payments = list(office.books.payments.values())
    digests = office.batches.digest_of
    assert digests(payments) == digests(payments[::-1])
    assert len({digests(payments), digests(payments[:2]), digests([])}) == 3


def test_the_hash_of_a_batch_cannot_be_made_without_the_key(office: Office) -> None:
    office.confirmed()
    office.work()
    payments = list(office.books.payments.values())
    assert digest_of(payments, lambda lines: hashlib.sha256(lines.encode()).hexdigest()) != office.batches.digest_of(
        payments
    )
