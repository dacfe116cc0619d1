"""双人控制: PostgreSQL and the fake keep the same promises; and of two who act at once one is told."""

import random
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from adapters.postgres.account_events import PostgresAccountEvents
from adapters.postgres.account_requests import PostgresAccountRequests
from adapters.postgres.staff import PostgresStaff
from fund.account_events import AccountEvents, Act, Kind, Place
from fund.account_requests import AccountRequest, AccountRequests, NewPassword, RequestState
from fund.accounts import Account, Accounts
from fund.application import Role
from fund.errors import FundError, NotAllowed, Refused, Stale, WrongState
from fund.numbers import IdNumber
from fund.staff import StaffMember
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import Stores, an_id_number
from tests.asking_memory import MemoryRequests
from tests.staff import a_staff_account
from tests.staff_memory import MemoryAccounts

NOW = servers.NOW
PASSWORD = NewPassword("hashed", "Ab3d-Ef5h", "Xy7k-Mn2p")


class Room:
    """Two administrators and their stores."""

    def __init__(self, accounts: Accounts, requests: AccountRequests, events: AccountEvents) -> None:
        self.accounts, self.requests, self.events = accounts, requests, events
        self.asker, self.other, self.third = (self.has(Role.ADMIN) for _ in range(3))

    def has(self, role: Role, number: IdNumber | None = None, **different: object) -> Account:
        account = a_staff_account(role, **({"password_set_at": NOW, "created_at": NOW} | different))
        self.accounts.add(account, number or an_id_number())
        return self.now(account.member.id)

    def now(self, staff_id: uuid.UUID) -> Account:
        found = self.accounts.by_id(staff_id)
        assert found is not None
        return found

    def asked(self, kind: Kind, account: Account | None = None, number: IdNumber | None = None) -> AccountRequest:
        if account is None:
            login = f"n{uuid.uuid4().hex[:10]}"
            subject, epoch = StaffMember(uuid.uuid4(), login, "新来的人", Role.REVIEWER), 0
            number = number or an_id_number()
        else:
            subject, epoch = self.now(account.member.id).member, self.now(account.member.id).epoch
        request = AccountRequest(uuid.uuid4(), kind, subject, epoch, self.asker.member.id, NOW)
        self.requests.ask(request, number)
        return request

    def approve(self, request: AccountRequest, by: Account | None = None, minutes: int = 1) -> None:
        password = None if request.kind is Kind.ENABLE else PASSWORD
        by = by or self.other
        self.requests.approve(request.id, by.member.id, NOW + timedelta(minutes=minutes), password)

    def state(self, request: AccountRequest) -> RequestState:
        found = self.requests.get(request.id)
        assert found is not None
        return found.state

    def told(self, staff_id: uuid.UUID) -> list[tuple[Act, uuid.UUID | None, Place]]:
        return [(each.act, each.actor, each.place) for each in reversed(self.events.latest(50, staff_id=staff_id))]


@pytest.fixture
def real(stores: Stores) -> Room:
    staff = PostgresStaff(stores.database, servers.CIPHER, servers.INDEX)
    requests = PostgresAccountRequests(stores.database, servers.CIPHER, servers.INDEX, staff)
    return Room(staff, requests, PostgresAccountEvents(stores.database))


@pytest.fixture(params=["postgres", "memory"])
def room(request: pytest.FixtureRequest, real: Room) -> Room:
    if request.param == "postgres":
        return real
    accounts = MemoryAccounts()
    return Room(accounts, MemoryRequests(accounts), accounts)


def code_of(what: Callable[[], object], kind: type[FundError]) -> str:
    with pytest.raises(kind) as told:
        what()
    return told.value.code


# The promises


def test_a_new_account_is_there_when_it_was_approved_and_not_before(room: Room) -> None:
    number = an_id_number()
    request = room.asked(Kind.ADD, number=number)
    assert room.accounts.by_login(request.subject.login) is None
    room.approve(request)
    made = room.now(request.subject.id)
    assert (made.member.login, made.member.name, made.member.role) == (request.subject.login, "新来的人", Role.REVIEWER)
    assert (made.password_hash, made.must_change, made.secret, made.is_active) == ("hashed", True, "", True)
    assert made.member.id_number_mark
    kept = room.requests.get(request.id)
    assert kept is not None and (kept.subject.name, kept.subject.id_number_mark) == ("", "")
    assert room.told(made.member.id) == [
        (Act.ASKED, room.asker.member.id, Place.DESK),
        (Act.APPROVED, room.other.member.id, Place.DESK),
        (Act.ADDED, room.other.member.id, Place.DESK),
    ]
    with pytest.raises(Refused):
        room.accounts.add(a_staff_account(), number)


def test_an_approved_reset_begins_the_account_anew(room: Room) -> None:
    someone = room.has(Role.PAYER)
    room.approve(room.asked(Kind.RESET, someone))
    now = room.now(someone.member.id)
    assert (now.password_hash, now.must_change, now.secret, now.epoch) == ("hashed", True, "", someone.epoch + 1)


def test_an_approved_return_to_work_leaves_password_and_second_factor(room: Room) -> None:
    someone = room.has(Role.PAYER)
    room.accounts.disable(someone.member.id)
    request = room.asked(Kind.ENABLE, someone)
    room.approve(request)
    now = room.now(someone.member.id)
    assert (now.is_active, now.secret, now.password_hash) == (True, someone.secret, someone.password_hash)
    assert room.requests.take_half(request.id, room.asker.member.id, NOW) is None


def test_nobody_approves_alone_nor_with_another_account_of_theirs(room: Room) -> None:
    request = room.asked(Kind.ADD)
    assert code_of(lambda: room.approve(request, room.asker), NotAllowed) == "own_request"
    assert code_of(lambda: room.requests.refuse(request.id, room.asker.member.id, NOW), NotAllowed) == "own_request"
    assert room.state(request) is RequestState.OPEN


def test_an_administrator_without_a_number_neither_asks_nor_approves(room: Room) -> None:
    unknown = a_staff_account(Role.ADMIN)
    room.accounts.add(unknown, None)
    request = room.asked(Kind.ADD)
    assert code_of(lambda: room.approve(request, unknown), Refused) == "unknown_person"
    mine = AccountRequest(uuid.uuid4(), Kind.ADD, request.subject, 0, unknown.member.id, NOW)
    assert code_of(lambda: room.requests.ask(mine, an_id_number()), Refused) == "unknown_person"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR])
def test_only_an_active_administrator_decides(room: Room, role: Role) -> None:
    request = room.asked(Kind.ADD)
    somebody = room.has(role)
    assert code_of(lambda: room.approve(request, somebody), NotAllowed) == "not_admin"
    room.accounts.disable(room.other.member.id)
    assert code_of(lambda: room.approve(request), NotAllowed) == "not_admin"
    assert code_of(lambda: room.requests.refuse(request.id, room.other.member.id, NOW), NotAllowed) == "not_admin"


def test_what_a_disabled_administrator_asked_is_not_approved_any_more(room: Room) -> None:
    request = room.asked(Kind.ADD)
    room.accounts.disable(room.asker.member.id)
    assert code_of(lambda: room.approve(request), WrongState) == "asker_gone"
    room.requests.refuse(request.id, room.other.member.id, NOW)
    assert room.state(request) is RequestState.REFUSED


def test_an_administrator_neither_asks_nor_approves_for_their_own_account(room: Room) -> None:
    assert code_of(lambda: room.asked(Kind.RESET, room.asker), NotAllowed) == "own_account"
    request = room.asked(Kind.RESET, room.other)
    assert code_of(lambda: room.approve(request), NotAllowed) == "own_account"
    room.approve(request, room.third)


def test_nor_for_a_new_account_of_their_own_person(room: Room) -> None:
    number = an_id_number()
    old = room.has(Role.ADMIN, number)
    room.accounts.disable(old.member.id)
    request = room.asked(Kind.ADD, number=number)
    room.accounts.enable(old.member.id)
    assert code_of(lambda: room.approve(request, old), NotAllowed) == "own_account"


def test_a_request_waits_for_a_day(room: Room) -> None:
    request = room.asked(Kind.ADD)
    assert code_of(lambda: room.approve(request, minutes=24 * 60), WrongState) == "request_closed"
    other = room.asked(Kind.ADD)
    room.approve(other, minutes=24 * 60 - 1)


@pytest.mark.parametrize("end", ["refused", "taken_back", "approved"])
def test_what_is_closed_stays_closed(room: Room, end: str) -> None:
    request, at = room.asked(Kind.ADD), NOW + timedelta(minutes=5)
    if end == "refused":
        room.requests.refuse(request.id, room.other.member.id, at)
    elif end == "taken_back":
        room.requests.take_back(request.id, room.asker.member.id, at)
    else:
        room.approve(request)
    for again in (
        lambda: room.approve(request),
        lambda: room.requests.refuse(request.id, room.other.member.id, at),
        lambda: room.requests.take_back(request.id, room.asker.member.id, at),
    ):
        assert code_of(again, WrongState) == "request_closed"
    assert room.state(request) == end
    assert (room.accounts.by_id(request.subject.id) is None) == (end != "approved")


def test_only_who_asked_takes_back(room: Room) -> None:
    request = room.asked(Kind.ADD)
    assert code_of(lambda: room.requests.take_back(request.id, room.other.member.id, NOW), NotAllowed) == "not_asker"


@pytest.mark.parametrize("change", ["reset", "sessions", "password", "disabled"])
def test_an_account_that_changed_meanwhile_is_not_reset(room: Room, change: str) -> None:
    someone = room.has(Role.PAYER)
    request = room.asked(Kind.RESET, someone)
    if change == "reset":
        room.accounts.reset(someone.member.id, "by the house", NOW)
    elif change == "sessions":
        room.accounts.end_sessions(someone.member.id, room.third.member.id)
    elif change == "password":
        room.accounts.set_password(someone.member.id, "own", NOW, someone.epoch)
    else:
        room.accounts.disable(someone.member.id)
    before = room.now(someone.member.id)
    assert code_of(lambda: room.approve(request), Stale) == "account_changed"
    assert room.now(someone.member.id) == before


def test_one_request_at_a_time_for_an_account_and_for_a_login(room: Room) -> None:
    someone = room.has(Role.PAYER)
    room.asked(Kind.RESET, someone)
    assert code_of(lambda: room.asked(Kind.RESET, someone), Refused) == "already_asked"
    first = room.asked(Kind.ADD)
    again = AccountRequest(
        uuid.uuid4(), Kind.ADD, StaffMember(uuid.uuid4(), first.subject.login, "别的人", Role.PAYER), 0,
        room.other.member.id, NOW,
    )  # fmt: skip
    assert code_of(lambda: room.requests.ask(again, an_id_number()), Refused) == "already_asked"
    room.requests.take_back(first.id, room.asker.member.id, NOW)
    room.requests.ask(again, an_id_number())


def test_a_login_or_person_taken_is_told_when_it_is_asked_and_when_it_is_approved(room: Room) -> None:
    number = an_id_number()
    someone = room.has(Role.PAYER, number)
    assert code_of(lambda: room.asked(Kind.ADD, number=number), Refused) == "person_has_account"
    room.accounts.disable(someone.member.id)
    request = room.asked(Kind.ADD, number=number)
    room.accounts.enable(someone.member.id)
    assert code_of(lambda: room.approve(request), Refused) == "person_has_account"
    assert room.state(request) is RequestState.OPEN
    assert room.accounts.by_id(request.subject.id) is None
    assert [act for act, *_ in room.told(request.subject.id)] == [Act.ASKED]


def test_each_half_is_shown_once_to_the_right_one(room: Room) -> None:
    request, at = room.asked(Kind.ADD), NOW + timedelta(minutes=2)
    take = room.requests.take_half
    assert take(request.id, room.asker.member.id, at) is None, "nothing before the approval"
    room.approve(request)
    assert take(request.id, room.third.member.id, at) is None
    assert take(request.id, room.asker.member.id, at) == PASSWORD.first
    assert take(request.id, room.asker.member.id, at) is None
    assert take(request.id, room.other.member.id, at) == PASSWORD.second
    assert take(request.id, room.other.member.id, at) is None


def test_a_half_is_gone_after_a_day(room: Room) -> None:
    request = room.asked(Kind.ADD)
    room.approve(request, minutes=0)
    assert room.requests.take_half(request.id, room.asker.member.id, NOW + timedelta(days=1)) is None
    room.requests.take_half(request.id, room.asker.member.id, NOW + timedelta(hours=23))


def test_what_has_run_out_is_forgotten(room: Room) -> None:
    waiting, approved = room.asked(Kind.ADD), room.asked(Kind.ADD)
    room.approve(approved, minutes=0)
    room.requests.forget(NOW + timedelta(hours=23))
    assert room.state(waiting) is RequestState.OPEN
    assert room.requests.forget(NOW + timedelta(days=1)) >= 2
    kept = room.requests.get(waiting.id)
    assert kept is not None
    assert (kept.state, kept.subject.name, kept.subject.id_number_mark) == (RequestState.EXPIRED, "", "")
    assert room.requests.take_half(approved.id, room.asker.member.id, NOW + timedelta(hours=1)) is None
    assert waiting.id in {each.id for each in room.requests.latest(10_000)}


def test_the_record_is_read_page_by_page(room: Room) -> None:
    someone = room.has(Role.PAYER)
    for _ in range(4):
        room.accounts.end_sessions(someone.member.id, room.asker.member.id)
    first = room.events.latest(2, staff_id=someone.member.id)
    rest = room.events.latest(9, before=first[-1].number, staff_id=someone.member.id)
    numbers = [each.number for each in (*first, *rest)]
    assert len(numbers) == 5 and numbers == sorted(numbers, reverse=True)
    assert (rest[-1].act, rest[-1].place, rest[-1].actor) == (Act.ADDED, Place.COMMAND_LINE, None)


def test_what_an_account_does_itself_is_in_its_record(room: Room) -> None:
    someone = room.has(Role.PAYER, secret="")
    staff_id = someone.member.id
    room.accounts.enrol(staff_id, "A" * 32, 7, 1)
    room.accounts.enrol(staff_id, "B" * 32, 8, 1)
    room.accounts.use_code(staff_id, 9, 1)
    room.accounts.use_code(staff_id, 9, 1)
    room.accounts.set_password(staff_id, "own", NOW, 1)
    room.accounts.disable(staff_id, room.asker.member.id)
    room.accounts.disable(staff_id, room.asker.member.id)
    assert [act for act, *_ in room.told(staff_id)] == [
        Act.ADDED, Act.ENROLLED, Act.SIGNED_IN, Act.SIGNED_IN, Act.PASSWORD_CHANGED, Act.DISABLED,
    ]  # fmt: skip


# Two at once, against the real thing


def at_once(*what: Callable[[], object]) -> list[str]:
    def outcome(one: Callable[[], object]) -> str:
        try:
            return str(one() or "done")
        except FundError as error:
            return error.code

    order = list(range(len(what)))
    random.shuffle(order)
    with ThreadPoolExecutor(len(what)) as pool:
        begun = {n: pool.submit(outcome, what[n]) for n in order}
        return [begun[n].result() for n in range(len(what))]


def test_two_approvers_at_once_approve_once(real: Room) -> None:
    for _ in range(5):
        request = real.asked(Kind.RESET, real.has(Role.PAYER))
        told = at_once(lambda r=request: real.approve(r), lambda r=request: real.approve(r, real.third))  # type: ignore[misc]
        assert sorted(told) == ["done", "request_closed"]
        acts = [act for act, *_ in real.told(request.subject.id)]
        assert acts.count(Act.APPROVED) == acts.count(Act.RESET) == 1


def test_approving_and_taking_back_at_once_is_one_of_both(real: Room) -> None:
    for _ in range(6):
        request = real.asked(Kind.ADD)
        told = at_once(
            lambda r=request: real.approve(r),  # type: ignore[misc]
            lambda r=request: real.requests.take_back(r.id, real.asker.member.id, NOW),  # type: ignore[misc]
        )
        assert sorted(told) == ["done", "request_closed"]
        assert (real.accounts.by_id(request.subject.id) is not None) == (told[0] == "done")


def test_an_approver_disabled_at_the_same_moment_has_approved_before_or_not_at_all(real: Room) -> None:
    for _ in range(6):
        approver = real.has(Role.ADMIN)
        request = real.asked(Kind.RESET, real.has(Role.PAYER))
        told = at_once(
            lambda r=request, a=approver: real.approve(r, a),  # type: ignore[misc]
            lambda a=approver: real.accounts.disable(a.member.id, real.third.member.id),  # type: ignore[misc]
        )
        assert told[1] == "True"
        assert told[0] in ("done", "not_admin")
        assert (real.state(request) is RequestState.APPROVED) == (told[0] == "done")


def test_approving_while_others_act_on_the_same_accounts_never_gets_stuck(real: Room) -> None:
    for _ in range(8):
        someone = real.has(Role.PAYER)
        request = real.asked(Kind.RESET, someone)
        told = at_once(
            lambda r=request: real.approve(r),  # type: ignore[misc]
            lambda s=someone: real.accounts.end_sessions(s.member.id, real.other.member.id),  # type: ignore[misc]
            lambda s=someone: real.accounts.disable(s.member.id, real.asker.member.id),  # type: ignore[misc]
        )
        assert told[0] in ("done", "account_changed")
        assert told[1].isdigit() and told[2] == "True"


def test_a_half_asked_for_twice_at_once_is_shown_once(real: Room) -> None:
    request = real.asked(Kind.ADD)
    real.approve(request)
    take = real.requests.take_half
    told = at_once(*[lambda: take(request.id, real.asker.member.id, NOW)] * 4)
    assert sorted(told) == sorted([PASSWORD.first, "done", "done", "done"])


def test_the_same_login_asked_twice_at_once_is_asked_once(real: Room) -> None:
    login = f"n{uuid.uuid4().hex[:8]}"

    def ask(by: Account) -> None:
        subject = StaffMember(uuid.uuid4(), login, "新来的人", Role.PAYER)
        real.requests.ask(AccountRequest(uuid.uuid4(), Kind.ADD, subject, 0, by.member.id, NOW), an_id_number())

    assert sorted(at_once(lambda: ask(real.asker), lambda: ask(real.other))) == ["already_asked", "done"]


# What the database itself refuses, and what it holds


@pytest.fixture
def plain(stores: Stores) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(stores.url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement", ["UPDATE account_events SET actor_id = NULL", "DELETE FROM account_events", "TRUNCATE account_events"]
)
def test_the_record_cannot_be_rewritten(real: Room, plain: "psycopg.Connection[Any]", statement: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="only ever added"):
        plain.execute(statement.encode())


def test_nobody_approves_their_own_request_in_the_database_either(real: Room, plain: "psycopg.Connection[Any]") -> None:
    request = real.asked(Kind.ADD)
    with pytest.raises(psycopg.errors.CheckViolation):
        plain.execute(
            f"UPDATE account_requests SET state = 'approved', decided_by = asked_by WHERE id = '{request.id}'".encode()
        )


def test_neither_name_nor_number_nor_a_half_can_be_read(real: Room, stores: Stores) -> None:
    number = an_id_number()
    request = real.asked(Kind.ADD, number=number)
    (open_row,) = stores.rows("SELECT account_requests::text FROM account_requests WHERE id = %s", request.id)
    real.approve(request)
    (row,) = stores.rows("SELECT account_requests::text FROM account_requests WHERE id = %s", request.id)
    lines = stores.rows("SELECT account_events::text FROM account_events WHERE staff_id = %s", request.subject.id)
    everything = open_row[0] + row[0] + "".join(line for (line,) in lines)
    for value in ("新来的人", number.value, PASSWORD.first, PASSWORD.second):
        assert value not in everything
    assert request.subject.login not in "".join(line for (line,) in lines)
    assert "新来的人" not in repr(real.requests.get(request.id))
