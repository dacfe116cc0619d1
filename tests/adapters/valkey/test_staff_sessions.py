"""The desk's sessions by account, in a real Valkey."""

import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from redis import Redis

from adapters.crypto import BlindIndex
from adapters.valkey import RateLimiter, Sessions, connect
from adapters.valkey.staff_sessions import StaffSessionStore
from fund.errors import Unavailable
from tests.adapters.postgres.servers import CIPHER, INDEX

TTL, ABSOLUTE = timedelta(minutes=15), timedelta(hours=10)


@pytest.fixture
def store(client: "Redis") -> StaffSessionStore:
    return StaffSessionStore(client, CIPHER, ttl=TTL, absolute=ABSOLUTE)


def data_of(staff_id: UUID, **different: Any) -> Mapping[str, Any]:
    now = time.time()
    given = {"staff_id": str(staff_id), "epoch": 1, "address": "10.1.2.3", "browser": "Chrome · Windows"}
    return given | {"_born": now, "_written": now} | different


def test_every_session_of_an_account_is_listed_and_no_other(store: StaffSessionStore) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    mine = {store.create(data_of(one, epoch=n)) for n in (1, 2)}
    store.create(data_of(other))
    store.create({"csrf_token": "x", "_born": 1, "_written": 1})
    found = store.of(one)
    assert {each.mark for each in found} == {store.mark_of(each) for each in mine}
    assert {each.epoch for each in found} == {1, 2}
    assert {(each.address, each.browser) for each in found} == {("10.1.2.3", "Chrome · Windows")}
    assert all(abs(each.since.timestamp() - time.time()) < 60 for each in found)


def test_a_session_is_ended_by_its_mark_and_only_by_its_own_account(store: StaffSessionStore) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    session_id = store.create(data_of(one))
    mark = store.mark_of(session_id)
    assert not store.end(other, mark)
    assert store.load(session_id) is not None
    assert store.end(one, mark)
    assert store.load(session_id) is None
    assert not store.end(one, mark)
    assert not store.save(session_id, data_of(one))


def test_all_are_ended_at_once(store: StaffSessionStore) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    mine = [store.create(data_of(one)) for _ in range(3)]
    theirs = store.create(data_of(other))
    store.end_all(one)
    assert [store.load(each) for each in mine] == [None] * 3
    assert store.of(one) == []
    assert store.load(theirs) is not None


def test_sessions_that_are_gone_by_themselves_are_passed_over(store: StaffSessionStore, client: "Redis") -> None:
    one = uuid.uuid4()
    store.create(data_of(one))
    gone = store.create(data_of(one))
    client.delete(f"desk:{store.mark_of(gone)}")
    assert len(store.of(one)) == 1


def test_a_session_and_its_place_in_the_list_end_in_time(store: StaffSessionStore, client: "Redis") -> None:
    one = uuid.uuid4()
    session_id = store.create(data_of(one))
    assert 0 < int(client.pttl(f"desk:{store.mark_of(session_id)}")) <= TTL.total_seconds() * 1000
    lasting = int(client.pttl(f"desk-sessions:{one}"))
    assert TTL.total_seconds() * 1000 < lasting <= ABSOLUTE.total_seconds() * 1000


def test_the_store_holds_neither_ids_nor_addresses_in_readable_form(store: StaffSessionStore, client: "Redis") -> None:
    one = uuid.uuid4()
    session_id = store.create(data_of(one))
    kept = client.get(f"desk:{store.mark_of(session_id)}")
    assert isinstance(kept, bytes)
    for value in (session_id.encode(), b"10.1.2.3", b"Chrome"):
        assert value not in kept


def test_an_id_of_the_citizens_app_is_nothing_here(store: StaffSessionStore, client: "Redis") -> None:
    citizens = Sessions(client, CIPHER, ttl=TTL)
    session_id = citizens.create({"person_id": "1"})
    assert store.load(session_id) is None
    assert citizens.load(store.create(data_of(uuid.uuid4()))) is None


def test_with_the_store_down_nothing_is_listed_nothing_begun_and_no_try_allowed() -> None:
    nobody = connect("redis://127.0.0.1:1/0", timeout=0.2, retries=0)
    store = StaffSessionStore(nobody, CIPHER, ttl=TTL, absolute=ABSOLUTE)
    limiter = RateLimiter(nobody, BlindIndex(b"i" * 32), fails_open=False)
    for what in (
        lambda: store.create(data_of(uuid.uuid4())),
        lambda: store.of(uuid.uuid4()),
        lambda: store.end_all(uuid.uuid4()),
        lambda: limiter.hit("desk-password", "10.1.2.3", most=5, seconds=60),
    ):
        with pytest.raises(Unavailable):
            what()
    assert RateLimiter(nobody, INDEX).hit("x", "10.1.2.3", most=5, seconds=60).ok
    nobody.close()
