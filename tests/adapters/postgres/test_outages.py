"""What happens when the database is killed, slow, full up, or goes silent in the middle of a commit."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy.engine import make_url

from adapters.jobs import schema as jobs_schema
from adapters.postgres import migrate
from adapters.postgres.database import Database, engine_options, sqlalchemy_url
from bootstrap.embedded import RunningServer, running_postgres
from fund.application import Actor, Move, Role, advance
from fund.errors import OutcomeUnknown, Unavailable
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import NOW, Stores, an_application, an_identity, its_event


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_postgres(tmp_path_factory.mktemp("mortal"), unsafe_fast=False) as server:
        migrate.upgrade(server.url)
        jobs_schema.apply(server.url)
        yield server


@contextlib.contextmanager
def stores_at(url: str, **options: Any) -> Iterator[Stores]:
    made = servers.stores(url, **options)
    try:
        yield made
    finally:
        made.database.close()


class Wire:
    """A wire to the database that can be cut at the commit: before the server hears of it, or before its
    answer comes back."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname and parts.port
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = url.replace(f":{parts.port}/", f":{self._listener.getsockname()[1]}/")
        self.cut: str | None = None
        self._cuts_left = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_commits(self, when: str, times: int) -> None:
        """``before`` or ``after`` the server carries it out."""
        self.cut, self._cuts_left = when, times

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(self._server)
        threading.Thread(target=self._answer, args=(server, client), daemon=True).start()
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if b"COMMIT" in data and self._cuts_left:
                    self._cuts_left -= 1
                    if self.cut == "after":
                        client.shutdown(socket.SHUT_RDWR)
                        server.sendall(data)
                    break
                server.sendall(data)
        if self.cut != "after":
            _hang_up(server)
        _hang_up(client)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        _hang_up(server)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@pytest.fixture
def wire(pytestconfig: pytest.Config) -> Iterator[Wire]:
    servers.close_with(pytestconfig)
    made = Wire(servers.shared_database())
    yield made
    made.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hand_in_whose_commit_was_cut_off_is_asked_for_again_and_done_once(wire: Wire, when: str) -> None:
    with stores_at(wire.url) as stores:
        application = an_application(stores.someone().id)
        wire.cut_commits(when, 1)
        assert stores.applications.hand_in(application, its_event(application), []) == application
        assert len(stores.applications.of_person(application.person_id)) == 1
        assert len(stores.applications.events(application.id)) == 1


def test_a_hand_in_that_is_cut_off_twice_is_called_unknown_and_can_be_repeated(wire: Wire) -> None:
    with stores_at(wire.url) as stores:
        application = an_application(stores.someone().id)
        wire.cut_commits("before", 2)
        with pytest.raises(OutcomeUnknown):
            stores.applications.hand_in(application, its_event(application), [])
        assert stores.applications.hand_in(application, its_event(application), []) == application


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_move_whose_commit_was_cut_off_is_made_once(wire: Wire, when: str) -> None:
    with stores_at(wire.url) as stores:
        application = an_application(stores.someone().id)
        stores.applications.hand_in(application, its_event(application), [])
        moved, event = advance(application, Move.WITHDRAW, Actor(Role.CITIZEN, application.person_id), NOW)
        wire.cut_commits(when, 1)
        stores.applications.move(moved, event)
        assert list(stores.applications.events(application.id)) == [its_event(application), event]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_sign_in_whose_commit_was_cut_off_makes_one_person(wire: Wire, when: str) -> None:
    with stores_at(wire.url) as stores:
        identity = an_identity()
        wire.cut_commits(when, 1)
        person = stores.people.remember(identity)
        assert stores.people.get(person.id) == person


def test_a_killed_database_is_unavailable_and_back_by_itself(mortal: RunningServer) -> None:
    with stores_at(mortal.url) as stores:
        person = stores.someone()
        application = an_application(person.id)
        mortal.kill()
        for ask in (
            lambda: stores.people.get(person.id),
            lambda: stores.people.remember(an_identity()),
            lambda: stores.bindings.person_of("o-x"),
            lambda: stores.bindings.forget("o-x"),
            lambda: stores.applications.hand_in(application, its_event(application), []),
            lambda: stores.applications.of_person(person.id),
            lambda: stores.notices.overdue(NOW, 10),
        ):
            with pytest.raises(Unavailable) as unavailable:
                ask()
            assert "SELECT" not in str(unavailable.value)
            assert unavailable.value.__cause__ is None
        assert not stores.database.is_up()
        mortal.start()
        assert stores.database.is_up()
        assert stores.people.get(person.id) == person
        assert stores.applications.hand_in(application, its_event(application), []) == application


def test_what_was_committed_survives_the_kill(mortal: RunningServer) -> None:
    with stores_at(mortal.url) as stores:
        application = an_application(stores.someone().id)
        stores.applications.hand_in(application, its_event(application), [])
        mortal.kill()
        mortal.start()
        assert stores.applications.by_reference(application.person_id, application.reference) == application


def test_a_lock_that_is_held_too_long_is_unavailable_and_nothing_is_kept(pytestconfig: pytest.Config) -> None:
    servers.close_with(pytestconfig)
    with stores_at(servers.shared_database(), statement=0.4) as stores:
        application = an_application(stores.someone().id)
        with psycopg.connect(stores.url) as holder:
            holder.execute("SELECT 1 FROM people WHERE id = %s FOR UPDATE", (application.person_id,))
            with pytest.raises(Unavailable):
                stores.applications.hand_in(application, its_event(application), [])
        assert stores.applications.hand_in(application, its_event(application), []) == application


def test_when_all_connections_are_busy_one_waits_briefly_and_is_told(pytestconfig: pytest.Config) -> None:
    servers.close_with(pytestconfig)
    with stores_at(servers.shared_database(), pool=1, overflow=0, wait=0.2) as stores:
        person = stores.someone()
        with stores.database.reading() as session:
            session.connection()
            with pytest.raises(Unavailable, match="no free connection"):
                stores.people.get(person.id)
        assert stores.people.get(person.id) == person


def test_options_that_the_address_sets_are_left_alone() -> None:
    address = "postgresql://u:p%40ss@db.example:5433/fund?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=9"
    options = engine_options(address)
    kept = make_url(sqlalchemy_url(address))
    assert (kept.password, kept.port) == ("p@ss", 5433)
    assert kept.query == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "connect_timeout": "9"}
    assert "connect_timeout" not in options["connect_args"]
    assert "sslmode" not in options["connect_args"]
    assert "statement_timeout=10000" in options["connect_args"]["options"]


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="PostgreSQL"):
        Database.connect("sqlite:///x")


def test_an_error_quotes_no_values(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    servers.close_with(pytestconfig)
    with stores_at(servers.shared_database()) as stores:
        application = an_application(stores.someone().id, year=1900)
        with pytest.raises(Exception, match="applications_year_check") as raised:
            stores.applications.hand_in(application, its_event(application), [])
        assert application.reference not in str(raised.value).partition("DETAIL")[0]
        assert servers.CARD not in str(raised.value)
