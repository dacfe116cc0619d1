"""Three deliveries of a push, one run of the handler, one answer."""

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis

from adapters.wechat.duplicates import Duplicates
from adapters.wechat.messages import BadPush, Delivery, Incoming
from bootstrap.embedded import running_valkey
from fund.errors import Unavailable
from tests.adapters.wechat.conftest import quick_client
from tests.adapters.wechat.relay import Relay

SECRET = b"a server-side secret"


def a_push(text: str = "进度", stamp: str = "1750000000.1", **changes: Any) -> Delivery:
    message = replace(Incoming("text", "o-follower-0001", "gh_1", 1_750_000_000, text, msg_id="77"), **changes)
    return Delivery(message, stamp, f"{message.event}{message.key}{text}".encode())


class Handler:
    """Counts its runs; its answer tells them apart."""

    def __init__(self, seconds: float = 0) -> None:
        self.runs = 0
        self.started = threading.Event()
        self._seconds = seconds

    def __call__(self) -> bytes:
        self.runs += 1
        self.started.set()
        time.sleep(self._seconds)
        return f"answer {self.runs}".encode()


def test_every_delivery_gets_the_first_ones_answer(store: redis.Redis) -> None:
    records, handler = Duplicates(store, SECRET), Handler()
    assert [records.answered(a_push(), handler) for _ in range(3)] == [b"answer 1"] * 3
    assert handler.runs == 1


def test_another_worker_knows_the_answer_too(store: redis.Redis) -> None:
    handler = Handler()
    Duplicates(store, SECRET).answered(a_push(), handler)
    assert Duplicates(store, SECRET).answered(a_push(stamp="1750000009.2"), handler) == b"answer 1"


@pytest.mark.parametrize(
    "other",
    [
        a_push(sender="o-follower-0002", stamp="1750000000.2"),
        a_push(at=1_750_000_001, stamp="1750000000.2"),
        a_push(msg_id="78", stamp="1750000000.2"),
    ],
)
def test_another_message_is_another_message(other: Delivery, store: redis.Redis) -> None:
    records, handler = Duplicates(store, SECRET), Handler()
    assert records.answered(a_push(), handler) == b"answer 1"
    assert records.answered(other, handler) == b"answer 2"


def test_an_answer_made_beforehand_is_kept_for_the_later_deliveries(store: redis.Redis) -> None:
    records, handler = Duplicates(store, SECRET), Handler()
    assert records.settled(a_push(), b"first") == b"first"
    assert Duplicates(store, SECRET).settled(a_push(stamp="1750000009.2"), b"second") == b"first"
    assert records.answered(a_push(), handler) == b"first"
    assert handler.runs == 0


def test_an_answer_made_beforehand_gives_way_to_one_that_is_being_made(store: redis.Redis) -> None:
    handler, records = Handler(seconds=0.3), Duplicates(store, SECRET)
    first = threading.Thread(target=records.answered, args=(a_push(), handler))
    first.start()
    assert handler.started.wait(5)
    assert Duplicates(store, SECRET).settled(a_push(), b"second") == b"answer 1"
    first.join(5)


def test_an_answer_made_beforehand_to_a_forged_push_is_not_kept(store: redis.Redis) -> None:
    records = Duplicates(store, SECRET)
    records.settled(a_push("true"), b"true")
    with pytest.raises(BadPush, match="another message"):
        records.settled(a_push("forged", msg_id="99"), b"forged")
    assert records.settled(a_push("forged", msg_id="99", stamp="1750000001.5"), b"anew") == b"anew"


def test_two_events_of_one_second_are_two(store: redis.Redis) -> None:
    records, handler = Duplicates(store, SECRET), Handler()
    tap = a_push("", kind="event", event="click", key="FAQ", msg_id="", stamp="1750000000.2")
    view = a_push("", kind="event", event="view", key="http://a/", msg_id="", stamp="1750000000.3")
    again = a_push("", kind="event", event="click", key="FAQ", msg_id="", stamp="1750000005.4")
    answers = [records.answered(push, handler) for push in (tap, view, again)]
    assert answers == [b"answer 1", b"answer 2", b"answer 1"]


def test_the_same_triple_with_another_message_is_refused_and_leaves_nothing(
    store: redis.Redis,
) -> None:
    records, handler = Duplicates(store, SECRET), Handler()
    records.answered(a_push("true"), handler)
    forged = a_push("forged", msg_id="99")
    for _ in range(2):
        with pytest.raises(BadPush, match="another message") as caught:
            records.answered(forged, handler)
        assert caught.value.status == 403
    assert handler.runs == 1
    assert records.answered(replace(forged, stamp="1750000001.5"), handler) == b"answer 2"


def test_deliveries_that_overlap_run_the_handler_once_and_get_one_answer(store: redis.Redis) -> None:
    handler, answers = Handler(seconds=0.4), []
    workers = [Duplicates(store, SECRET) for _ in range(6)]
    threads = [
        threading.Thread(target=lambda worker=worker: answers.append(worker.answered(a_push(), handler)))
        for worker in workers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [b"answer 1"] * 6
    assert handler.runs == 1


def test_the_wait_for_the_first_delivery_is_bounded(store: redis.Redis) -> None:
    slow, records = Handler(seconds=0.8), Duplicates(store, SECRET, wait=0.2)
    first = threading.Thread(target=records.answered, args=(a_push(), slow))
    first.start()
    assert slow.started.wait(5)
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        records.answered(a_push(), slow)
    assert time.monotonic() - begun < 0.6
    first.join(5)
    assert records.answered(a_push(), slow) == b"answer 1"
    assert slow.runs == 1


def test_when_the_first_worker_died_a_later_delivery_runs_the_handler(store: redis.Redis) -> None:
    records, handler = Duplicates(store, SECRET, wait=3, pending=1), Handler()

    class Died(BaseException):
        pass

    def die() -> bytes:
        raise Died

    quiet = Duplicates(store, SECRET, pending=1)
    quiet._quietly = lambda *_args, **_options: None  # type: ignore[method-assign]  # a dead worker cleans up nothing
    with pytest.raises(Died):
        quiet.answered(a_push(), die)
    assert records.answered(a_push(), handler) == b"answer 1"


def test_a_handler_that_fails_leaves_the_message_free(store: redis.Redis) -> None:
    records, handler = Duplicates(store, SECRET), Handler()

    def fail() -> bytes:
        raise Unavailable("database")

    with pytest.raises(Unavailable):
        records.answered(a_push(), fail)
    assert records.answered(a_push(), handler) == b"answer 1"


def test_the_store_learns_neither_who_nor_what(store: redis.Redis) -> None:
    Duplicates(store, SECRET).answered(a_push(), lambda: "您的申请：审核中 o-follower-0001".encode())
    kept = b"".join(name + (store.get(name) or b"") for name in store.keys("*"))
    for secret in ("o-follower", "进度", "审核中", "1750000000.1"):
        assert secret.encode() not in kept


def test_records_go_away_by_themselves(store: redis.Redis) -> None:
    Duplicates(store, SECRET).answered(a_push(), lambda: b"x")
    lives = [store.ttl(name) for name in store.keys("*")]
    assert len(lives) == 2
    assert all(1200 < life <= 1260 for life in lives)


def test_a_record_from_another_secret_or_a_damaged_one_is_no_fault(store: redis.Redis) -> None:
    records = Duplicates(store, SECRET)
    records.answered(a_push(), lambda: b"x")
    name = next(key for key in store.keys("wechat:push:*"))
    for damaged in (b"D", b"Dshort", b"D" + b"\0" * 64):
        store.set(name, damaged)
        assert records.answered(a_push(), lambda: b"never") == b"success"


def test_without_the_store_the_push_is_still_answered_and_it_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with running_valkey(tmp_path) as server, quick_client(server.url) as client:
        records, handler = Duplicates(client, SECRET), Handler()
        assert records.answered(a_push(), handler) == b"answer 1"

        def killed_meanwhile() -> bytes:
            server.kill()
            return b"made"

        caplog.set_level(logging.WARNING)
        assert records.answered(a_push(msg_id="78", stamp="1750000000.9"), killed_meanwhile) == b"made"
        begun = time.monotonic()
        assert records.answered(a_push(), handler) == b"answer 2"
        assert time.monotonic() - begun < 2.5
        assert "answering without" in caplog.text
        server.start()
        assert records.answered(a_push(), handler) == b"answer 1"


def test_a_claim_whose_answer_was_lost_on_the_way_is_still_ours(tmp_path: Path) -> None:
    with (
        running_valkey(tmp_path, unsafe_fast=True) as server,
        Relay(server.url) as relay,
        quick_client(relay.url) as client,
    ):
        records, handler = Duplicates(client, SECRET), Handler()
        records.answered(a_push(msg_id="1", stamp="1750000000.1"), handler)
        relay.drops_an_answer()
        begun = time.monotonic()
        assert records.answered(a_push(msg_id="2", stamp="1750000000.2"), handler) == b"answer 2"
        relay.drops_an_answer()
        assert records.settled(a_push(msg_id="3", stamp="1750000000.3"), b"made") == b"made"
        assert time.monotonic() - begun < 1
        assert records.answered(a_push(msg_id="2", stamp="1750000000.2"), handler) == b"answer 2"


def test_a_short_secret_stops_the_start(store: redis.Redis) -> None:
    with pytest.raises(ValueError):
        Duplicates(store, b"short")
