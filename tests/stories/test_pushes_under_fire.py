"""The platform pushes to a real house: 300 at once, two deliveries on two workers, Valkey killed, and odd requests.

Every push is answered within the platform's five seconds, and what a push does happens once.
"""

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import requests

from tests.adapters.wechat.test_wechat_worst_bodies import FIELDS
from tests.adapters.wechat.worst_bodies import SEALED, worst
from tests.house import House, eventually, running_house
from tests.pushes import PATIENCE, Answer, Platform

FOLLOWED = {"MsgType": "event", "Event": "subscribe"}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """At a house of its own, with two workers of eight threads."""
    directory: Path = tmp_path_factory.mktemp("under-fire")
    with running_house(directory) as house:
        yield Platform(house)


def followers(house: House) -> int:
    """How often the account was told of a new follower, over all workers."""
    found = re.search(r"^fund_follow_total (\S+)$", requests.get(f"{house.url}/metrics", timeout=10).text, re.MULTILINE)
    return int(float(found[1])) if found else 0


def workers(house: House) -> list[int]:
    return [worker.pid for worker in psutil.Process(house.web.pid).children()]


def test_three_hundred_pushes_at_once_are_answered_in_time_and_handled_once(platform: Platform) -> None:
    before = followers(platform.house)
    pushes = [platform.push(**FOLLOWED) for _ in range(300)]
    answers = platform.send(*(platform.request(*push) for push in pushes))
    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < PATIENCE
    assert all("感谢关注" in platform.opened(answer)["Content"] for answer in answers)
    assert followers(platform.house) - before == 300
    again = platform.send(*(platform.request(*push) for push in pushes[::10]))
    assert [answer.body for answer in again] == [answer.body for answer in answers[::10]]
    assert followers(platform.house) - before == 300


def test_three_hundred_deliveries_of_few_pushes_at_once_are_handled_once_each(platform: Platform) -> None:
    before = followers(platform.house)
    pushes = [platform.push(**FOLLOWED) for _ in range(10)] + [platform.push(Content="帮助") for _ in range(10)]
    answers = platform.send(*(platform.request(*push) for _ in range(15) for push in pushes))
    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < PATIENCE
    assert len({answer.body for answer in answers}) == 20
    assert followers(platform.house) - before == 10


def test_two_deliveries_that_overlap_on_two_workers_get_one_answer(platform: Platform) -> None:
    house, before = platform.house, followers(platform.house)
    one, other = workers(house)
    request = platform.request(*platform.push(**FOLLOWED))
    answers: list[Answer] = []

    def deliver() -> threading.Thread:
        thread = threading.Thread(target=lambda: answers.extend(platform.send(request)))
        thread.start()
        return thread

    with psycopg.connect(house.environ["DATABASE_URL"]) as database:
        database.execute("lock table bindings in access exclusive mode")
        with stopped(other):
            first = deliver()
            eventually(lambda: waiting_for_locks(house))
        with stopped(one):  # in the middle of its handler
            second = deliver()
            time.sleep(0.3)
            assert answers == []
        database.rollback()
    for thread in (first, second):
        thread.join(10)
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert followers(house) - before == 1


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process that does nothing meanwhile, and takes no connection."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def waiting_for_locks(house: House) -> bool:
    with psycopg.connect(house.environ["DATABASE_URL"]) as database:
        found: Any = database.execute("select count(*) from pg_stat_activity where wait_event_type = 'Lock'").fetchone()
        return bool(found[0])


def test_valkey_killed_and_restarted_during_pushes_keeps_no_follower_waiting(platform: Platform) -> None:
    house, over, answers = platform.house, threading.Event(), list[Answer]()

    def follower() -> None:
        while not over.is_set():
            answers.append(platform.deliver(*platform.push(Content="帮助")))

    threads = [threading.Thread(target=follower) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            time.sleep(0.7)
            house.valkey.kill()
            time.sleep(0.7)
            house.valkey.start()
        time.sleep(0.7)
    finally:
        over.set()
        for thread in threads:
            thread.join(20)
    assert len(answers) > 50
    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < PATIENCE
    assert "answering without" in house.web.log()
    before, push = followers(house), platform.push(**FOLLOWED)
    assert platform.deliver(*push).body == platform.deliver(*push).body
    assert followers(house) - before == 1


def test_the_worst_bodies_cost_a_worker_little_memory_and_none_that_lasts(platform: Platform) -> None:
    messages = list(worst(SEALED, FIELDS).values())

    def rounds(count: int) -> int:
        """How many bytes were sent."""
        sent = 0
        for _ in range(count):
            pushes = [platform.request(*platform.sealed(message)) for message in messages]
            answers = platform.send(*pushes)
            assert {answer.status for answer in answers} <= {200, 400, 403, 429}
            assert max(answer.seconds for answer in answers) < PATIENCE
            sent += sum(map(len, pushes))
        return sent

    began = grown = memory(platform.house, "VmRSS")
    for _ in range(8):
        # Each thread's allocator keeps what it needed once; then nothing more may come.
        before, sent = grown, rounds(12)
        grown = memory(platform.house, "VmRSS")
        if grown - before < sent / 16:
            break
    else:
        raise AssertionError(f"the workers keep growing: {grown - before} bytes by {sent}")
    # Two workers of eight threads, each with what its allocator keeps.
    assert memory(platform.house, "VmHWM") - began < 16 * 10 * 1024 * 1024


def memory(house: House, kind: str) -> int:
    """Bytes of all workers, now (``VmRSS``) or at most so far (``VmHWM``)."""
    told = [Path(f"/proc/{pid}/status").read_text() for pid in workers(house)]
    return sum(int(one.split(f"{kind}:")[1].split()[0]) * 1024 for one in told)
