"""Sessions: loaded when touched, ended in time, never under an id of the browser's choosing."""

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from fund.errors import Unavailable
from tests.session_shelf import Shelf
from web.session import ABSOLUTE_SECONDS, StoredSession, StoredSessions


def an_app(shelf: Shelf, *, secure: bool = False) -> Flask:
    app = Flask("sessions")
    app.session_interface = StoredSessions(shelf, secure=secure)

    @app.get("/nothing")
    def nothing() -> str:
        return "ok"

    @app.get("/put")
    def put() -> str:
        session["name"] = "value"
        return "ok"

    @app.get("/get")
    def get() -> str:
        return str(session.get("name", "-"))

    @app.get("/in")
    def sign_in() -> str:
        mine = session._get_current_object()  # type: ignore[attr-defined]
        assert isinstance(mine, StoredSession)
        mine.rotate(keep=("name",))
        mine.write()
        return "ok"

    return app


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def client(shelf: Shelf) -> FlaskClient:
    return an_app(shelf).test_client()


def test_a_page_that_does_not_look_at_the_session_asks_nothing_of_the_store(client: FlaskClient, shelf: Shelf) -> None:
    client.get("/put")
    before = shelf.asked
    assert client.get("/nothing").status_code == 200
    assert shelf.asked == before


def test_merely_looking_makes_no_session(client: FlaskClient, shelf: Shelf) -> None:
    answer = client.get("/get")
    assert "Set-Cookie" not in answer.headers
    assert shelf.kept == {}


def test_what_was_put_is_there_on_the_next_page(client: FlaskClient) -> None:
    client.get("/put")
    assert client.get("/get").text == "value"


def test_an_id_the_store_does_not_know_is_never_taken_up(client: FlaskClient, shelf: Shelf) -> None:
    client.set_cookie("fund", "chosen-by-the-attacker")
    client.get("/put")
    assert "chosen-by-the-attacker" not in shelf.kept
    assert len(shelf.kept) == 1


def test_signing_in_changes_the_id_and_ends_the_old_one(client: FlaskClient, shelf: Shelf) -> None:
    client.get("/put")
    [old] = shelf.kept
    client.get("/in")
    [new] = shelf.kept
    assert new != old
    assert client.get("/get").text == "value"
    client.set_cookie("fund", old)
    assert client.get("/get").text == "-"


def test_a_session_ends_twelve_hours_after_it_began(client: FlaskClient, shelf: Shelf) -> None:
    client.get("/put")
    [name] = shelf.kept
    shelf.kept[name]["_born"] -= ABSOLUTE_SECONDS + 1
    assert client.get("/get").text == "-"
    assert shelf.kept == {}


def test_a_session_ended_in_another_window_stays_ended(client: FlaskClient, shelf: Shelf) -> None:
    app = an_app(shelf)
    client.get("/put")
    [name] = shelf.kept
    with app.test_request_context("/get", headers={"Cookie": f"fund={name}"}):
        mine = session._get_current_object()  # type: ignore[attr-defined]
        assert mine["name"] == "value"
        shelf.drop(name)
        mine["name"] = "again"
        mine.write()
    assert name not in shelf.kept


def test_the_idle_time_begins_anew_at_most_once_a_minute(client: FlaskClient, shelf: Shelf) -> None:
    client.get("/put")
    [name] = shelf.kept
    client.get("/get")
    written = shelf.kept[name]["_written"]
    client.get("/get")
    assert shelf.kept[name]["_written"] == written
    shelf.kept[name]["_written"] -= 61
    client.get("/get")
    assert shelf.kept[name]["_written"] >= written


def test_a_store_that_is_down_is_told_where_the_session_is_needed_and_nowhere_else(
    client: FlaskClient, shelf: Shelf
) -> None:
    client.get("/put")
    shelf.down = True
    assert client.get("/nothing").status_code == 200
    with pytest.raises(Unavailable):
        client.application.testing = True
        client.get("/get")


def test_in_production_the_cookie_belongs_to_this_host_and_to_https(shelf: Shelf) -> None:
    answer = an_app(shelf, secure=True).test_client().get("/put", base_url="https://example.test")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-fund=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
