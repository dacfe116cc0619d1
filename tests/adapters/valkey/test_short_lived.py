"""Sessions, one-time values, limits, kept members: for a while, sealed, never the reason of an error."""

import logging
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from redis import Redis

from adapters.crypto import FieldCipher
from adapters.valkey import CachedMembers, OneTime, RateLimiter, SealedCache, Sessions, connect
from fund.errors import Refused, Unavailable
from fund.money import Money
from fund.months import Month
from fund.people import Account, AccountStatus, Employer, Home, MaritalStatus, Member, PastWithdrawal, Person
from tests.adapters.postgres.servers import CIPHER, INDEX, an_id_number

MINUTE = timedelta(minutes=1)


@pytest.fixture
def cache(client: "Redis") -> SealedCache:
    return SealedCache(client, CIPHER, INDEX)


@pytest.fixture
def sessions(client: "Redis") -> Sessions:
    return Sessions(client, CIPHER, ttl=MINUTE)


@pytest.fixture
def nobody() -> Iterator["Redis"]:
    """A client of a server that is not there."""
    client = connect("redis://127.0.0.1:1/0", timeout=0.2, retries=0)
    yield client
    client.close()


def a_person() -> Person:
    return Person(uuid.uuid4(), "张伟", an_id_number(), "13800000001")


def a_member(balance: int = 5_234_018) -> Member:
    return Member(
        account=Account("210000001", AccountStatus.NORMAL, Money(balance), Money(0), Money(210_000),
                        Month(2026, 10), 36, date(2019, 7, 1)),
        employer=Employer("100001", "辽宁省某某厅", "210100"),
        marital_status=MaritalStatus.MARRIED,
        spouse=an_id_number(),
        homes=(Home(True, "210200"),),
        withdrawals=(PastWithdrawal(False, "07", Money(800_000), date(2026, 3, 2)),),
    )  # fmt: skip


class Core:
    """A core system that counts how often it is asked."""

    def __init__(self, member: Member) -> None:
        self.member, self.asked = member, 0

    def find(self, person: Person, *, fresh: bool = False) -> Member:
        self.asked += 1
        return self.member


# Sessions


def test_a_session_is_found_by_its_id_and_ends_when_dropped(sessions: Sessions) -> None:
    session_id = sessions.create({"person": "1", "flags": [1, 2]})
    assert sessions.load(session_id) == {"person": "1", "flags": [1, 2]}
    assert sessions.save(session_id, {"person": "2"})
    assert sessions.load(session_id) == {"person": "2"}
    sessions.drop(session_id)
    assert sessions.load(session_id) is None


def test_a_session_that_was_ended_elsewhere_is_not_brought_back_by_saving(sessions: Sessions) -> None:
    session_id = sessions.create({})
    sessions.drop(session_id)
    assert not sessions.save(session_id, {"person": "1"})
    assert not sessions.touch(session_id)
    assert sessions.load(session_id) is None


def test_a_session_ends_by_itself_unless_touched(client: "Redis", sessions: Sessions) -> None:
    session_id = sessions.create({})
    key = sessions._key(session_id)
    assert 0 < client.pttl(key) <= 60_000
    client.pexpire(key, 500)
    assert sessions.touch(session_id)
    assert client.pttl(key) > 50_000


def test_neither_the_id_nor_the_data_of_a_session_is_in_the_store(client: "Redis", sessions: Sessions) -> None:
    session_id = sessions.create({"openid": "o-zhang-wei"})
    key = sessions._key(session_id)
    assert session_id not in key
    assert b"o-zhang-wei" not in (client.get(key) or b"")


@pytest.mark.parametrize("made_up", ["", "x", "../etc", "键", "\udcff", "a" * 5000])
def test_a_made_up_session_id_is_nothing(sessions: Sessions, made_up: str) -> None:
    assert sessions.load(made_up) is None


def test_a_session_of_the_other_app_or_of_a_lost_key_is_nothing(client: "Redis", sessions: Sessions) -> None:
    session_id = sessions.create({"a": 1})
    assert Sessions(client, CIPHER, ttl=MINUTE, name="desk").load(session_id) is None
    assert Sessions(client, FieldCipher([("k9", b"z" * 32)]), ttl=MINUTE).load(session_id) is None


def test_sessions_say_when_the_store_is_down(nobody: "Redis") -> None:
    sessions = Sessions(nobody, CIPHER, ttl=MINUTE)
    for ask in (lambda: sessions.create({}), lambda: sessions.load("x"), lambda: sessions.drop("x")):
        with pytest.raises(Unavailable):
            ask()


# One-time values


def test_a_one_time_value_is_taken_once_even_by_many(cache: SealedCache) -> None:
    once = OneTime(cache)
    once.put("oauth", "state-1", {"next": "/h5/", "openid": "o-1"}, MINUTE)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: once.take("oauth", "state-1"), range(8)))
    assert [value for value in taken if value] == [{"next": "/h5/", "openid": "o-1"}]


def test_a_one_time_value_of_one_kind_is_nothing_in_another(cache: SealedCache) -> None:
    once = OneTime(cache)
    once.put("oauth", "state-2", {"next": "/"}, MINUTE)
    assert once.take("login", "state-2") is None
    assert once.take("oauth", "never kept") is None


def test_a_one_time_value_that_cannot_be_opened_is_nothing(client: "Redis", cache: SealedCache) -> None:
    OneTime(SealedCache(client, FieldCipher([("k9", b"z" * 32)]), INDEX)).put("oauth", "state-3", {}, MINUTE)
    assert OneTime(cache).take("oauth", "state-3") is None


def test_names_and_values_are_not_readable(client: "Redis", cache: SealedCache) -> None:
    OneTime(cache).put("readable", "state-4", {"openid": "o-4"}, MINUTE)
    (key,) = client.keys("once:readable:*")
    assert b"state-4" not in key
    assert b"o-4" not in (client.get(key) or b"")
    assert 0 < client.pttl(key) <= 60_000


# Limits


def test_tries_above_the_limit_are_refused_until_the_window_has_passed(client: "Redis") -> None:
    limiter = RateLimiter(client, INDEX)
    caller = uuid.uuid4().hex
    verdicts = [limiter.hit("login", caller, most=5, seconds=60) for _ in range(7)]
    assert [verdict.ok for verdict in verdicts] == [True] * 5 + [False] * 2
    assert 0 < verdicts[-1].wait <= 120
    assert limiter.hit("login", caller + "x", most=5, seconds=60).ok
    assert limiter.hit("callback", caller, most=5, seconds=60).ok


def test_a_refused_caller_may_try_again_when_the_window_has_passed(client: "Redis") -> None:
    limiter, caller = RateLimiter(client, INDEX), uuid.uuid4().hex

    def hit() -> bool:
        return limiter.hit("short", caller, most=3, seconds=0.15).ok

    while hit():
        pass
    begun = time.monotonic()
    while not hit():
        assert time.monotonic() - begun < 5
        time.sleep(0.005)
    assert time.monotonic() - begun < 0.4


def test_a_limit_counts_every_try_of_many_at_once(client: "Redis") -> None:
    limiter, caller = RateLimiter(client, INDEX), uuid.uuid4().hex
    with ThreadPoolExecutor(16) as pool:
        oks = list(pool.map(lambda _: limiter.hit("many", caller, most=10, seconds=600).ok, range(40)))
    assert oks.count(True) == 10


def test_without_the_store_everybody_may_and_the_log_says_so(nobody: "Redis", caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert RateLimiter(nobody, INDEX).hit("login", "13800000001", most=1, seconds=60).ok
    assert "login is not kept" in caplog.text
    assert "13800000001" not in caplog.text


# Members


def test_a_member_is_asked_for_once_and_comes_back_as_it_was(cache: SealedCache) -> None:
    core, person = Core(a_member()), a_person()
    members = CachedMembers(core, cache)
    assert members.find(person) == core.member
    assert members.find(person) == core.member
    assert core.asked == 1


def test_members_without_this_and_that_come_back_too(cache: SealedCache) -> None:
    account = Account("1", AccountStatus.SEALED, Money(0), Money(0), Money(0), None, 0, None)
    core = Core(Member(account, Employer("1", "x", "210200"), MaritalStatus.UNKNOWN))
    members, person = CachedMembers(core, cache), a_person()
    assert members.find(person) == members.find(person) == core.member
    assert core.asked == 1


def test_a_fresh_look_asks_again_and_is_kept(cache: SealedCache) -> None:
    core, person = Core(a_member()), a_person()
    members = CachedMembers(core, cache)
    members.find(person)
    core.member = a_member(balance=100)
    assert members.find(person).account.balance == Money(5_234_018)
    assert members.find(person, fresh=True).account.balance == Money(100)
    assert members.find(person).account.balance == Money(100)


def test_a_refusal_is_not_kept(cache: SealedCache) -> None:
    class Refusing(Core):
        def find(self, person: Person, *, fresh: bool = False) -> Member:
            self.asked += 1
            raise Refused("no account", code="no_account")

    core, person = Refusing(a_member()), a_person()
    for _ in range(2):
        with pytest.raises(Refused):
            CachedMembers(core, cache).find(person)
    assert core.asked == 2


def test_members_are_found_while_the_store_is_down(nobody: "Redis") -> None:
    core = Core(a_member())
    assert CachedMembers(core, SealedCache(nobody, CIPHER, INDEX)).find(a_person()) == core.member


def test_a_member_kept_in_another_shape_or_under_a_lost_key_is_asked_for_again(
    cache: SealedCache, client: "Redis"
) -> None:
    core, person = Core(a_member()), a_person()
    cache.put("member", str(person.id), '{"shape": 0}', MINUTE)
    assert CachedMembers(core, cache).find(person) == core.member
    CachedMembers(core, SealedCache(client, FieldCipher([("k9", b"z" * 32)]), INDEX)).find(person, fresh=True)
    assert CachedMembers(core, cache).find(person) == core.member
    assert core.asked == 3
