"""双人控制 as the fund has it: what takes two, and what each of the two gets."""

import uuid
from datetime import timedelta

import pytest

from adapters.credentials import TotpCodes
from fund.account_events import Act, Kind, Place
from fund.account_requests import RequestState
from fund.accounts import Account, AccountKeeping
from fund.application import Role
from fund.asking import Asking
from fund.errors import InvalidValue, NotAllowed, NotFound, Refused, WrongState
from fund.numbers import IdNumber
from fund.passwords import halved_password, kinds_of
from fund.signing_in import SigningIn
from tests.asking_memory import MemoryRequests
from tests.fakes import FakeClock
from tests.makers import ID_NUMBERS
from tests.staff import CHEAP, PASSWORD, a_staff_account
from tests.staff_memory import MemoryAccounts, MemorySessions

NEW = IdNumber(ID_NUMBERS[0])


class Desk:
    """Two administrators, as two persons."""

    def __init__(self) -> None:
        self.clock, self.accounts, self.sessions = FakeClock(), MemoryAccounts(), MemorySessions()
        self.requests = MemoryRequests(self.accounts)
        self.asking = Asking(self.requests, self.accounts, self.sessions, CHEAP, self.clock)
        self.keeping = AccountKeeping(self.accounts, self.sessions)
        self.signing_in = SigningIn(self.accounts, self.sessions, CHEAP, TotpCodes(self.clock), self.clock)
        self.first, self.second = (self.somebody(Role.ADMIN, IdNumber(number)) for number in ID_NUMBERS[2:4])

    def somebody(self, role: Role, number: IdNumber | None = None, **different: object) -> Account:
        account = a_staff_account(role, **({"password_set_at": self.clock()} | different))
        self.accounts.add(account, number)
        return self.accounts.kept[account.member.id]

    def acts(self, staff_id: uuid.UUID) -> list[Act]:
        return [each.act for each in reversed(self.accounts.latest(99, staff_id=staff_id))]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_both_halves_together_let_in_and_neither_alone(desk: Desk) -> None:
    request = desk.asking.add(desk.first.member, " Wang.Min ", "王  敏", Role.PAYER, NEW)
    assert (request.subject.login, request.subject.name) == ("wang.min", "王 敏")
    desk.asking.approve(request.id, by=desk.second.member.id)
    first = desk.asking.half(request.id, by=desk.first.member.id)
    second = desk.asking.half(request.id, by=desk.second.member.id)
    for part in (first, second, second + first):
        with pytest.raises(Refused):
            desk.signing_in.password("wang.min", part)
    assert not desk.signing_in.password("wang.min", first + second).enrolled


def test_a_half_is_shown_once(desk: Desk) -> None:
    request = desk.asking.add(desk.first.member, "wang.min", "王敏", Role.PAYER, NEW)
    desk.asking.approve(request.id, by=desk.second.member.id)
    desk.asking.half(request.id, by=desk.first.member.id)
    with pytest.raises(WrongState) as told:
        desk.asking.half(request.id, by=desk.first.member.id)
    assert told.value.code == "half_gone"


def test_halves_are_long_enough_that_neither_can_be_guessed() -> None:
    for _ in range(200):
        first, second = halved_password()
        assert min(len(first), len(second)) >= 8
        assert kinds_of(first + second) == 4
        assert first != second


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.CONFIRMER, Role.PAYER, Role.ADMIN])
def test_a_new_account_of_who_decides_needs_a_number(desk: Desk, role: Role) -> None:
    with pytest.raises(InvalidValue) as told:
        desk.asking.add(desk.first.member, "wang.min", "王敏", role, None)
    assert told.value.code == "staff_id_number"
    desk.asking.add(desk.first.member, "wang.min", "王敏", Role.AUDITOR, None)


def test_an_account_in_use_is_not_enabled_and_a_disabled_one_not_reset(desk: Desk) -> None:
    someone = desk.somebody(Role.PAYER)
    with pytest.raises(WrongState):
        desk.asking.enable(desk.first.member, someone.member.id)
    desk.keeping.disable(someone.member.id, by=desk.first.member.id)
    with pytest.raises(WrongState):
        desk.asking.reset(desk.first.member, someone.member.id)
    desk.asking.enable(desk.first.member, someone.member.id)


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for what in (desk.asking.reset, desk.asking.enable):
        with pytest.raises(NotFound):
            what(desk.first.member, uuid.uuid4())
    with pytest.raises(NotFound):
        desk.asking.approve(uuid.uuid4(), by=desk.first.member.id)


def test_what_has_run_out_frees_the_account_for_another_request(desk: Desk) -> None:
    someone = desk.somebody(Role.PAYER)
    old = desk.asking.reset(desk.first.member, someone.member.id)
    with pytest.raises(Refused):
        desk.asking.reset(desk.second.member, someone.member.id)
    desk.clock.now += timedelta(hours=24)
    assert desk.asking.find(old.id).state is RequestState.EXPIRED
    new = desk.asking.reset(desk.second.member, someone.member.id)
    assert [each.id for each in desk.asking.latest()] == [new.id, old.id]


def test_an_approved_reset_ends_every_session_also_with_their_store_down(desk: Desk) -> None:
    someone = desk.somebody(Role.PAYER)
    request = desk.asking.reset(desk.first.member, someone.member.id)
    desk.sessions.down = True
    desk.asking.approve(request.id, by=desk.second.member.id)
    assert desk.signing_in.let_in(someone.member.id, someone.epoch) is None


def test_who_could_approve_is_counted_by_person(desk: Desk) -> None:
    first, second = desk.first.member, desk.second.member
    assert desk.asking.can_approve(first, None) == 1
    assert desk.asking.can_approve(first, second) == 0
    desk.somebody(Role.ADMIN)
    assert desk.asking.can_approve(first, None) == 1, "nobody knows who that is"
    desk.somebody(Role.ADMIN, NEW)
    assert desk.asking.can_approve(first, second) == 1
    desk.keeping.disable(second.id, by=None)
    assert desk.asking.can_approve(first, None) == 1


def test_an_own_second_account_can_be_asked_for_by_nobody_alone(desk: Desk) -> None:
    with pytest.raises((NotAllowed, Refused)):
        desk.asking.add(desk.first.member, "admin.two", "周宁", Role.PAYER, IdNumber(ID_NUMBERS[2]))
    assert desk.asking.latest() == []


def test_closing_a_door_takes_one_and_is_written_down(desk: Desk) -> None:
    someone = desk.somebody(Role.PAYER)
    desk.keeping.end_sessions(someone.member.id, by=desk.first.member.id)
    desk.keeping.disable(someone.member.id, by=desk.first.member.id)
    assert desk.acts(someone.member.id) == [Act.ADDED, Act.SESSIONS_ENDED, Act.DISABLED]
    assert desk.accounts.latest(1)[0].actor == desk.first.member.id


def test_a_lock_is_written_down_once_it_holds_and_nobody_is_named_for_it(desk: Desk) -> None:
    someone = desk.somebody(Role.PAYER)
    for _ in range(4):
        with pytest.raises(Refused):
            desk.signing_in.password(someone.member.login, "wrong")
    desk.signing_in.password(someone.member.login, PASSWORD)
    assert Act.LOCKED not in desk.acts(someone.member.id), "the fifth try was right"
    for _ in range(3):
        with pytest.raises(Refused):
            desk.signing_in.password(someone.member.login, "wrong")
    (line,) = [each for each in desk.accounts.latest(9, staff_id=someone.member.id) if each.act is Act.LOCKED]
    assert (line.actor, line.place) == (None, Place.DESK)


def test_every_word_of_the_record_is_chinese() -> None:
    for each in (*Act, *Kind, *Place, *RequestState):
        assert each.words and not any("a" <= letter.lower() <= "z" for letter in each.words)
