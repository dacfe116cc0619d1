"""Pushes that are answered late: kept with their job, and nothing of the follower once they are settled."""

import uuid
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from fund.errors import Unavailable
from fund.notice import Channel, Told
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import NOW, Stores

TEXT = "我的进度，卡号 6217000000000000012"


@pytest.fixture
def openid() -> str:
    return f"o-{uuid.uuid4().hex}"


def kept(stores: Stores, openid: str) -> UUID:
    before = set(stores.late_pushes.overdue(NOW + timedelta(days=1), 10_000))
    stores.late_pushes.keep(openid, TEXT + openid, NOW)
    (found,) = set(stores.late_pushes.overdue(NOW + timedelta(days=1), 10_000)) - before
    return found


def row(stores: Stores, push_id: UUID) -> str:
    return str(stores.rows("SELECT late_pushes::text FROM late_pushes WHERE id = %s", push_id)[0][0])


def test_a_push_is_kept_sealed_together_with_its_job(stores: Stores, openid: str) -> None:
    push_id = kept(stores, openid)
    assert openid not in row(stores, push_id) and "6217" not in row(stores, push_id)
    jobs = stores.rows("SELECT task_name, args FROM procrastinate_jobs WHERE args ->> 'push_id' = %s", str(push_id))
    assert jobs == [("answer_late", {"push_id": str(push_id)})]
    found = stores.late_pushes.due(push_id)
    assert found is not None and (found.openid, found.message, found.at) == (openid, TEXT + openid, NOW)
    assert openid not in repr(found) and "6217" not in repr(found)


def test_without_its_job_nothing_is_kept(pytestconfig: pytest.Config, openid: str) -> None:
    def no_queue(*_args: object, **_ids: str) -> None:
        raise Unavailable("no queue", code="database")

    servers.close_with(pytestconfig)
    made = servers.stores(servers.shared_database(), deferring=no_queue)
    before = made.rows("SELECT count(*) FROM late_pushes")
    with pytest.raises(Unavailable):
        made.late_pushes.keep(openid, TEXT, NOW)
    assert made.rows("SELECT count(*) FROM late_pushes") == before
    made.database.close()


def test_once_settled_nothing_of_the_follower_is_left(stores: Stores, openid: str) -> None:
    push_id, person = kept(stores, openid), stores.someone()
    told = Told(Channel.SUBSCRIBE, "custom:45015")
    stores.late_pushes.settle(push_id, told, person_id=person.id, words="租房提取：已提交")
    assert stores.late_pushes.due(push_id) is None
    columns = "openid_mark, openid_sealed, message_sealed, state, channel, reason"
    found = stores.rows(f"SELECT {columns} FROM late_pushes WHERE id = %s", push_id)
    assert found == [("", "", "", "sent", "subscribe", "custom:45015")]
    (message,) = stores.inbox.of(person.id)
    assert (message.words, message.state_words, message.is_read) == ("租房提取：已提交", "已答复", False)
    assert "租房提取" not in row(stores, push_id)


def test_what_could_not_be_told_to_a_stranger_is_over_and_says_why(stores: Stores, openid: str) -> None:
    push_id = kept(stores, openid)
    stores.late_pushes.settle(push_id, None, "custom:45015", person_id=None, words="x")
    found = stores.rows("SELECT state, channel, reason, answer_sealed FROM late_pushes WHERE id = %s", push_id)
    assert found == [("given_up", "", "custom:45015", "")]


def test_attempts_are_counted_and_an_unknown_one_is_dated(stores: Stores, openid: str) -> None:
    push_id, later = kept(stores, openid), NOW + timedelta(minutes=5)
    stores.late_pushes.trying(push_id, NOW)
    stores.late_pushes.trying(push_id, later)
    found = stores.late_pushes.due(push_id)
    assert found is not None and (found.attempts, found.unknown_since) == (2, NOW)
    stores.late_pushes.failed(push_id, "wechat_unreachable", None)
    assert push_id not in stores.late_pushes.overdue(later, 10_000)
    assert push_id in stores.late_pushes.overdue(later + timedelta(seconds=1), 10_000)


def test_a_forgotten_follower_takes_the_waiting_pushes_along(stores: Stores, openid: str) -> None:
    push_id, other = kept(stores, openid), kept(stores, f"o-{uuid.uuid4().hex}")
    stores.bindings.forget(openid)
    assert stores.late_pushes.due(push_id) is None
    assert stores.late_pushes.due(other) is not None
    with psycopg.connect(stores.url) as connection:
        assert connection.execute("SELECT 1 FROM late_pushes WHERE id = %s", (push_id,)).fetchone() is None


def test_one_push_is_kept_once_however_often_it_is_delivered(stores: Stores, openid: str) -> None:
    push_id = kept(stores, openid)
    stores.late_pushes.keep(openid, TEXT + openid, NOW + timedelta(seconds=5))
    stores.late_pushes.settle(push_id, Told(Channel.CUSTOM), person_id=None, words="")
    stores.late_pushes.keep(openid, TEXT + openid, NOW + timedelta(seconds=10))
    jobs = stores.rows("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'push_id' = %s", str(push_id))
    assert jobs == [(1,)]
    assert stores.late_pushes.due(push_id) is None
