"""Payments and batches in PostgreSQL: one attempt at a time, each step once, and all that follows with it."""

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from adapters.jobs import defer
from adapters.postgres.batches import PostgresBatches
from adapters.postgres.differences import PostgresDifferences
from adapters.postgres.payment_rows import PaymentRows
from adapters.postgres.payments import LostPayments, PostgresPayments, UnpreparedApplications
from fund.application import Actor, Application, Move, Role, State, advance
from fund.batches import Batches
from fund.errors import NotAllowed, NotFound, Refused, Stale
from fund.money import Money
from fund.money_ports import BankLine, Difference, Outcome
from fund.numbers import CardNumber
from fund.payment import Batch, BatchState, CoreState, Payee, Payment, PaymentState, new_payment_no
from fund.sending_back import SendingBack
from fund.staff import StaffMember
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import CARD, CIPHER, INDEX, NOW, Stores, an_application, its_event


class NoBank:
    """Knows no payment."""

    def pay(self, payment_no: str, payee: Payee, amount: Money) -> Outcome:
        raise AssertionError("nothing is paid here")

    def query(self, payment_no: str) -> Outcome | None:
        return None

    def statement(self, day: date) -> Sequence[BankLine]:
        return []


class Office:
    """A database of its own with a payer's two members of staff."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        rows = PaymentRows(CIPHER, INDEX)
        self.payments = PostgresPayments(stores.database, rows, stores.applications, defer)
        self.store = PostgresBatches(stores.database, rows, stores.applications, defer)
        self.batches = Batches(self.store, self.payments, rows.keyed, lambda: NOW)
        self.sending_back = SendingBack(self.payments, self.store, NoBank(), lambda: NOW)
        self.reviewer, self.confirmer = self.member("reviewer"), self.member("confirmer")
        self.maker, self.checker = self.member("payer"), self.member("payer")

    def member(self, role: str, mark: str = "") -> StaffMember:
        staff = StaffMember(uuid.uuid4(), uuid.uuid4().hex, "李工", Role(role), mark)
        with psycopg.connect(self.stores.url) as connection:
            connection.execute(
                "INSERT INTO staff (id, login, name_sealed, role, password_hash, password_set_at)"
                " VALUES (%s, %s, '', %s, '', now())",
                (staff.id, staff.login, role),
            )
        return staff

    def confirmed(self, person_id: UUID | None = None) -> Application:
        application = an_application(person_id or self.stores.someone().id)
        self.stores.applications.hand_in(application, its_event(application), [])
        for move, actor in (
            (Move.CLAIM, Actor(Role.REVIEWER, self.reviewer.id)),
            (Move.APPROVE, Actor(Role.REVIEWER, self.reviewer.id)),
            (Move.CONFIRM, Actor(Role.CONFIRMER, self.confirmer.id)),
        ):
            application, event = advance(application, move, actor, NOW)
            self.stores.applications.move(application, event)
        return application

    def attempt(self, application: Application, before: Sequence[Payment]) -> Payment:
        number = new_payment_no(NOW)
        person = self.stores.people.get(application.person_id)
        card = CardNumber(CARD)
        return Payment(
            id=uuid.uuid4(),
            application_id=application.id,
            attempt=len(before) + 1,
            payment_no=number,
            core_no=number,
            amount=application.amount,
            payee=Payee(person.name, person.id_number, "CCB", card),
            made_at=NOW,
            card_mark=INDEX.of("card", CARD),
            person_mark=INDEX.of("id_number", person.id_number.value),
        )

    def frozen(self) -> Payment:
        application = self.confirmed()
        payment = self.payments.begin(application.id, self.attempt)
        assert payment is not None
        self.payments.save(payment.but(core_state=CoreState.FROZEN))
        return self.payments.get(payment.id)

    def sealed(self) -> tuple[Batch, Payment]:
        payment = self.frozen()
        batch = self.batches.make(self.maker, [payment.id])
        return self.batches.seal(self.checker, batch.number, batch.digest), self.payments.get(payment.id)

    def jobs(self, task: str, wanted: UUID) -> int:
        found = self.stores.rows("SELECT args FROM procrastinate_jobs WHERE task_name = %s", task)
        return sum(str(wanted) in args.values() for (args,) in found)


@pytest.fixture
def office(pytestconfig: pytest.Config) -> Iterator[Office]:
    servers.close_with(pytestconfig)
    stores = servers.stores(servers.ready_database(f"p_{uuid.uuid4().hex[:12]}"))
    yield Office(stores)
    stores.database.close()


def test_a_confirmation_leaves_a_job_that_prepares_the_payment(office: Office) -> None:
    application = office.confirmed()
    assert office.jobs("prepare_payment", application.id) == 1


def test_a_payment_comes_back_as_it_was_kept(office: Office) -> None:
    payment = office.frozen()
    assert payment.payee.card == CardNumber(CARD)
    later = payment.but(
        reason="银行已受理", never_left=True, absent_since=NOW, asked_at=NOW, instructed_at=NOW, settled_at=NOW,
        spouse_mark="m", state=PaymentState.INSTRUCTED,
    )  # fmt: skip
    office.payments.save(later)
    assert office.payments.get(payment.id) == later
    assert office.payments.by_number(payment.payment_no) == later
    assert office.payments.by_number("20260101XXXX") is None


def test_nothing_readable_is_kept_of_the_payee(office: Office) -> None:
    payment = office.frozen()
    (row,) = office.stores.rows("SELECT payments::text FROM payments WHERE id = %s", payment.id)
    assert payment.payee.name not in row[0]
    assert payment.payee.id_number.value not in row[0]
    assert CARD not in row[0]


def test_many_workers_at_once_make_one_attempt(office: Office) -> None:
    application = office.confirmed()
    made: list[Payment | None] = []
    threads = [
        threading.Thread(target=lambda: made.append(office.payments.begin(application.id, office.attempt)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({payment.id for payment in made if payment is not None}) == 1
    assert len(made) == 6
    assert office.stores.rows("SELECT count(*) FROM payments WHERE application_id = %s", application.id) == [(1,)]


def test_an_application_that_is_not_approved_gets_no_attempt(office: Office) -> None:
    application = an_application(office.stores.someone().id)
    office.stores.applications.hand_in(application, its_event(application), [])
    assert office.payments.begin(application.id, office.attempt) is None
    with pytest.raises(NotFound):
        office.payments.begin(uuid.uuid4(), office.attempt)


def test_of_two_who_write_the_same_version_the_second_is_stale(office: Office) -> None:
    payment = office.frozen()
    office.payments.save(payment.but(reason="first"))
    office.payments.save(payment.but(reason="first"))
    with pytest.raises(Stale):
        office.payments.save(payment.but(reason="second"))
    assert office.payments.get(payment.id).reason == "first"


def test_the_database_itself_allows_one_open_payment_of_an_application(office: Office) -> None:
    payment = office.frozen()
    application = office.payments.application(payment.application_id)
    other = office.attempt(application, [payment])
    row = PaymentRows(CIPHER, INDEX).row(other)
    columns = ", ".join(row)
    with psycopg.connect(office.stores.url) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(
            f"INSERT INTO payments ({columns}) VALUES ({', '.join(['%s'] * len(row))})".encode(), list(row.values())
        )


def test_a_seal_moves_every_application_and_leaves_a_job_for_every_payment(office: Office) -> None:
    payments = [office.frozen() for _ in range(3)]
    batch = office.batches.make(office.maker)
    assert (batch.lines, batch.total.fen) == (3, 3 * 800_000)
    assert {office.payments.get(p.id).state for p in payments} == {PaymentState.BATCHED}
    sealed = office.batches.seal(office.checker, batch.number, batch.digest)
    assert office.batches.seal(office.checker, batch.number, batch.digest) == sealed
    for payment in payments:
        assert office.payments.application(payment.application_id).state is State.PAYING
        assert office.jobs("pay", payment.id) == 1
        (event,) = [e for e in office.stores.applications.events(payment.application_id) if e.move is Move.INSTRUCT]
        assert event.details == {"payment_no": payment.payment_no, "batch": batch.number}
    notices = office.stores.rows("SELECT count(*) FROM notices WHERE kind = 'instruct'")
    assert notices == [(3,)]


def test_whoever_made_reviewed_or_confirmed_does_not_seal(office: Office) -> None:
    payment = office.frozen()
    batch = office.batches.make(office.maker, [payment.id])
    near = [
        office.maker,
        replace(office.reviewer, role=Role.PAYER),
        replace(office.confirmer, role=Role.PAYER),
        office.member("payer", mark=payment.person_mark),
        office.confirmer,
    ]
    for staff in near:
        with pytest.raises(NotAllowed):
            office.batches.seal(staff, batch.number, batch.digest)
    assert office.payments.application(payment.application_id).state is State.APPROVED


@pytest.mark.parametrize("sql", ["amount_fen = amount_fen + 1", "bank = 'ICBC'", "payment_no = payment_no || 'X'"])
def test_a_line_changed_behind_our_back_breaks_the_seal(office: Office, sql: str) -> None:
    payment = office.frozen()
    batch = office.batches.make(office.maker, [payment.id])
    with psycopg.connect(office.stores.url) as connection:
        connection.execute(f"UPDATE payments SET {sql} WHERE id = %s".encode(), (payment.id,))
    with pytest.raises(Refused) as refused:
        office.batches.seal(office.checker, batch.number, batch.digest)
    assert refused.value.code == "changed"


def test_another_card_sealed_into_a_line_breaks_the_seal(office: Office) -> None:
    payment = office.frozen()
    batch = office.batches.make(office.maker, [payment.id])
    stolen = replace(payment, payee=replace(payment.payee, card=CardNumber("6222020000000000018")))
    sealed = PaymentRows(CIPHER, INDEX).row(stolen)["payee_sealed"]
    with psycopg.connect(office.stores.url) as connection:
        connection.execute("UPDATE payments SET payee_sealed = %s WHERE id = %s", (sealed, payment.id))
    with pytest.raises(Refused):
        office.batches.seal(office.checker, batch.number, batch.digest)


def test_a_dissolved_batch_lets_its_payments_wait_and_cannot_be_sealed(office: Office) -> None:
    payment = office.frozen()
    batch = office.batches.make(office.maker, [payment.id])
    office.batches.dissolve(office.checker, batch.number)
    dissolved, _ = office.batches.get(batch.number)
    assert dissolved.dissolved_by == office.checker.id and dissolved.dissolved_at is not None
    waits = office.payments.get(payment.id)
    assert (waits.state, waits.batch_id) == (PaymentState.WAITING, None)
    with pytest.raises(Stale):
        office.batches.seal(office.checker, batch.number, batch.digest)
    again = office.batches.make(office.maker, [payment.id])
    office.batches.seal(office.checker, again.number, again.digest)
    with pytest.raises(Stale):
        office.batches.dissolve(office.maker, again.number)


def test_a_seal_and_a_dissolution_at_once_end_in_one_of_them(office: Office) -> None:
    payment = office.frozen()
    batch = office.batches.make(office.maker, [payment.id])
    ended: list[str] = []

    def act(name: str, press: object) -> None:
        try:
            press()  # type: ignore[operator]
            ended.append(name)
        except (Stale, Refused):
            return

    threads = [
        threading.Thread(target=act, args=("seal", lambda: office.batches.seal(office.checker, batch.number, batch.digest))),
        threading.Thread(target=act, args=("dissolve", lambda: office.batches.dissolve(office.maker, batch.number))),
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 1
    found, lines = office.batches.get(batch.number)
    assert found.state is (BatchState.SEALED if ended == ["seal"] else BatchState.DISSOLVED)
    assert len(lines) == (1 if ended == ["seal"] else 0)


def test_the_last_word_of_a_payment_moves_its_application_in_the_same_transaction(office: Office) -> None:
    _, payment = office.sealed()
    system = Actor(Role.SYSTEM, uuid.UUID(int=0))
    application = office.payments.application(payment.application_id)
    paid = payment.but(state=PaymentState.PAID, core_state=CoreState.BOOKED, settled_at=NOW)
    office.payments.save(paid, advance(application, Move.PAY, system, NOW, {"tail": "0012"}))
    office.payments.save(paid, advance(application, Move.PAY, system, NOW, {"tail": "0012"}))
    assert office.payments.application(application.id).state is State.PAID
    with pytest.raises(Stale):
        office.payments.save(payment.but(reason="late"), advance(application, Move.FAIL, system, NOW))


def test_what_is_never_paid_is_prepared_again_by_a_job(office: Office) -> None:
    _, payment = office.sealed()
    application = office.payments.application(payment.application_id)
    over = payment.but(state=PaymentState.NOT_ARRIVED, core_state=CoreState.RELEASED, settled_at=NOW)
    office.payments.save(over, advance(application, Move.NOT_PAID, Actor(Role.SYSTEM, uuid.UUID(int=0)), NOW))
    assert office.payments.application(application.id).state is State.APPROVED
    assert office.jobs("prepare_payment", application.id) == 1, "the first still waits: no second beside it"
    second = office.payments.begin(application.id, office.attempt)
    assert second is not None and second.attempt == 2
    assert [p.id for p in office.payments.earlier(second)] == [payment.id]


def test_of_two_attempts_the_earlier_takes_the_place_of_the_later_in_one_transaction(office: Office) -> None:
    _, first = office.sealed()
    application = office.payments.application(first.application_id)
    gone = first.but(state=PaymentState.NOT_ARRIVED, core_state=CoreState.PASSED_ON, settled_at=NOW)
    office.payments.save(gone, advance(application, Move.NOT_PAID, Actor(Role.SYSTEM, uuid.UUID(int=0)), NOW))
    second = office.payments.begin(application.id, office.attempt)
    assert second is not None
    unused = second.but(state=PaymentState.CANCELLED, core_state=CoreState.PASSED_ON, settled_at=NOW)
    taken = gone.but(state=PaymentState.INSTRUCTED, core_no=second.core_no, core_state=CoreState.FROZEN)
    with pytest.raises(Stale):
        office.payments.save(unused, also=taken.but(reason="another version"))
    assert office.payments.get(second.id) == second, "neither was stored"
    for _ in range(2):
        office.payments.save(unused, also=taken)
    assert [office.payments.get(p.id) for p in (first, second)] == [taken, unused]


def test_a_payment_is_sent_back_or_batched_but_never_both(office: Office) -> None:
    payment = office.frozen()
    ended: list[str] = []

    def act(name: str, press: Callable[[], object]) -> None:
        with contextlib.suppress(Stale):
            press()
            ended.append(name)

    presses: dict[str, Callable[[], object]] = {
        "batched": lambda: office.batches.make(office.maker, [payment.id]),
        "sent back": lambda: office.sending_back.send_back(office.checker, payment.id, "收款信息存疑"),
    }
    threads = [threading.Thread(target=act, args=each) for each in presses.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 1
    state = PaymentState.BATCHED if ended == ["batched"] else PaymentState.CANCELLED
    assert office.payments.get(payment.id).state is state
    approved = office.payments.application(payment.application_id).state is State.APPROVED
    assert approved == (ended == ["batched"])


def test_a_payment_sent_back_leaves_a_job_that_gives_its_money_back(office: Office) -> None:
    payment = office.frozen()
    office.sending_back.send_back(office.maker, payment.id, "收款信息存疑")
    assert office.jobs("pay", payment.id) == 1


def test_a_number_that_cannot_be_one_of_ours_is_not_looked_up(office: Office) -> None:
    for number in ("\0", "", "2026' OR ''='", "编号"):
        assert office.payments.by_number(number) is None


def test_payments_given_up_are_found_by_person_whatever_they_were_for(office: Office) -> None:
    first, other = office.frozen(), office.frozen()
    for payment in (first, other):
        office.payments.save(
            payment.but(state=PaymentState.NOT_ARRIVED, core_state=CoreState.PASSED_ON, settled_at=NOW)
        )
    person = office.payments.application(first.application_id).person_id
    with psycopg.connect(office.stores.url) as connection:
        connection.execute("UPDATE applications SET state = 'rejected' WHERE id = %s", (first.application_id,))
    again = office.confirmed(person)
    payment = office.payments.begin(again.id, office.attempt)
    assert payment is not None
    assert [p.id for p in office.payments.given_up(payment)] == [first.id]


def test_the_spouse_of_the_day_it_was_handed_in_releases_nothing_either(office: Office) -> None:
    payment = office.frozen()
    with psycopg.connect(office.stores.url) as connection:
        connection.execute("UPDATE applications SET spouse_mark = 'theirs' WHERE id = %s", (payment.application_id,))
    batch = office.batches.make(office.maker, [payment.id])
    with pytest.raises(NotAllowed) as refused:
        office.batches.seal(office.member("payer", mark="theirs"), batch.number, batch.digest)
    assert refused.value.code == "own_case"


def test_a_difference_counts_as_settled_when_none_of_its_kind_is_open(office: Office) -> None:
    differences = PostgresDifferences(office.stores.database)

    def a_difference(day: date) -> Difference:
        return Difference(uuid.uuid4(), day, "N1", "late", "", "", "", NOW)

    assert not differences.is_settled("N1", "late")
    found = [a_difference(NOW.date()), a_difference(NOW.date() - timedelta(days=1))]
    differences.add(found)
    differences.settle(found[0].id, office.maker.id, "已追回", NOW)
    assert not differences.is_settled("N1", "late")
    differences.settle(found[1].id, office.maker.id, "已追回", NOW)
    assert differences.is_settled("N1", "late") and not differences.is_settled("N1", "file")


def test_a_payment_is_offered_only_while_its_application_is_approved(office: Office) -> None:
    payment = office.frozen()
    assert [p.id for p in office.store.waiting()] == [payment.id]
    with psycopg.connect(office.stores.url) as connection:
        connection.execute("UPDATE applications SET state = 'paying' WHERE id = %s", (payment.application_id,))
    assert list(office.store.waiting()) == []


def test_what_was_sent_back_is_swept_until_its_money_is_given_back(office: Office) -> None:
    lost, payment = LostPayments(office.stores.database), office.frozen()
    sent_back = office.sending_back.send_back(office.maker, payment.id, "收款信息存疑")
    assert list(lost.overdue(NOW, 10)) == []
    assert list(lost.overdue(NOW + timedelta(minutes=5), 10)) == [payment.id]
    office.payments.save(sent_back.but(core_state=CoreState.RELEASED))
    assert list(lost.overdue(NOW + timedelta(minutes=5), 10)) == []


def test_the_sweeping_finds_what_should_have_a_job(office: Office) -> None:
    unprepared, lost = UnpreparedApplications(office.stores.database), LostPayments(office.stores.database)
    waiting = office.confirmed()
    assert list(unprepared.overdue(NOW, 10)) == [waiting.id]
    _, payment = office.sealed()
    assert list(unprepared.overdue(NOW, 10)) == [waiting.id]
    assert list(lost.overdue(NOW, 10)) == []
    assert list(lost.overdue(NOW + timedelta(minutes=6), 10)) == [payment.id]
    assert [p.id for p in office.payments.unsettled()] == [payment.id]
    office.payments.save(payment.but(state=PaymentState.PAID, core_state=CoreState.BOOKED, settled_at=NOW))
    assert list(lost.overdue(NOW + timedelta(hours=1), 10)) == []
    assert list(office.payments.unsettled()) == []


def test_the_older_a_payment_the_more_seldom_is_it_asked_about(office: Office) -> None:
    _, payment = office.sealed()
    paid = payment.but(state=PaymentState.PAID, core_state=CoreState.BOOKED, settled_at=NOW, instructed_at=NOW)
    office.payments.save(paid)
    since = NOW - timedelta(days=10)

    def due(later: timedelta) -> bool:
        return payment.id in office.payments.to_ask_about(NOW + later, since + later, 10)

    assert not due(timedelta(minutes=4))
    assert due(timedelta(minutes=6))
    office.payments.save(paid.but(asked_at=NOW + timedelta(days=4)))
    assert not due(timedelta(days=4, hours=12))
    assert due(timedelta(days=6))
    assert not due(timedelta(days=11))
    assert [p.id for p in office.payments.of_day(NOW.date())] == [payment.id]
    assert list(office.payments.of_day(NOW.date() + timedelta(days=1))) == []


def test_a_difference_is_kept_once_and_settled_once(office: Office) -> None:
    differences = PostgresDifferences(office.stores.database)
    one = Difference(uuid.uuid4(), NOW.date(), "P1", "state", "已付款", "已退回", "已记账", NOW)
    assert differences.add([one]) == 1
    assert differences.add([replace(one, id=uuid.uuid4()), replace(one, id=uuid.uuid4(), kind="amount")]) == 1
    assert differences.add([]) == 0
    differences.settle(one.id, office.maker.id, "已核对", NOW)
    differences.settle(one.id, office.maker.id, "已核对", NOW)
    with pytest.raises(Stale):
        differences.settle(one.id, office.checker.id, "另一说法", NOW)
    with pytest.raises(NotFound):
        differences.settle(uuid.uuid4(), office.maker.id, "已核对", NOW)
    assert [(d.kind, d.note) for d in differences.all(10)] == [("amount", ""), ("state", "已核对")]


def test_a_batch_of_nobody_is_not_kept(office: Office) -> None:
    payment = office.frozen()
    stranger = replace(office.maker, id=uuid.uuid4())
    with pytest.raises(IntegrityError):
        office.batches.make(stranger, [payment.id])
    assert office.payments.get(payment.id).state is PaymentState.WAITING


def test_when_the_books_were_compared_is_kept_whatever_was_found(office: Office) -> None:
    differences = PostgresDifferences(office.stores.database)
    day, other = date(2199, 1, 2), date(2199, 1, 1)  # newer than any other test's
    differences.compared(day, NOW + timedelta(days=70_000))
    differences.compared(other, NOW + timedelta(days=70_001))
    differences.compared(other, NOW + timedelta(days=70_002))
    assert differences.last_compared() == (day, NOW + timedelta(days=70_002))
