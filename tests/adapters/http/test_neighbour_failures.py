"""A neighbour that is away, slow or gone in mid-sentence: which error, how soon, after how many tries."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from adapters.http.client import Neighbour
from fund.errors import OutcomeUnknown, Unavailable
from tests.adapters.http.scripted import (
    Act,
    Scripted,
    answer,
    drip,
    flood,
    half_close,
    hang_up,
    raw,
    reset,
    scripted,
    silence,
)

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LOST: dict[str, Act] = {
    "closed": hang_up,
    "reset": reset,
    "half-closed": half_close,
    "closed in the first line": raw(b"HTTP/1.", then_hang_up=True),
    "closed in the body": raw(JSON_HEAD + b'Content-Length: 50\r\n\r\n{"a":', then_hang_up=True),
    "closed in a chunk": raw(JSON_HEAD + b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"a":', then_hang_up=True),
    "silent": silence,
}


@contextmanager
def taking_at_most(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@contextmanager
def nobody_there() -> Iterator[str]:
    """A port that is taken but does not listen."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{reserved.getsockname()[1]}"


@contextmanager
def nobody_accepting() -> Iterator[str]:
    """A port whose queue is full: connecting to it takes for ever."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("replayable", [True, False])
def test_nobody_there_means_nothing_was_done(client_of: Callable[..., Neighbour], replayable: bool) -> None:
    with nobody_there() as url, pytest.raises(Unavailable, match="core POST /payments: ConnectionError"):
        client_of(url).post("/payments", {}, replayable=replayable)


def test_nobody_accepting_means_nothing_was_done(client_of: Callable[..., Neighbour]) -> None:
    with nobody_accepting() as url, taking_at_most(2), pytest.raises(Unavailable, match="ConnectTimeout"):
        client_of(url, connect_timeout=0.1).post("/payments", {})


@pytest.mark.parametrize("act", LOST.values(), ids=LOST.keys())
def test_an_answer_lost_after_a_write_is_an_unknown_outcome(server: Scripted, hasty: Neighbour, act: Act) -> None:
    server.on("/payments", act)
    with pytest.raises(OutcomeUnknown) as caught:
        hasty.post("/payments", {})
    assert caught.value.code == "core_outcome_unknown"
    assert server.paths() == ["/payments"]


@pytest.mark.parametrize("act", LOST.values(), ids=LOST.keys())
def test_an_answer_lost_after_a_read_is_asked_for_once_more(server: Scripted, hasty: Neighbour, act: Act) -> None:
    server.on("/homes/find", act, answer({"homes": []}))
    assert hasty.post("/homes/find", {}, replayable=True) == {"homes": []}
    assert server.paths() == ["/homes/find"] * 2


@pytest.mark.parametrize("act", LOST.values(), ids=LOST.keys())
def test_a_read_that_stays_unanswered_is_unavailable_after_two_tries(
    server: Scripted, hasty: Neighbour, act: Act
) -> None:
    server.on("/homes/find", act)
    with taking_at_most(2), pytest.raises(Unavailable) as caught:
        hasty.get("/homes/find")
    assert caught.value.code == "core_unreachable"
    assert server.paths() == ["/homes/find"] * 2


@pytest.mark.parametrize(
    "act",
    [
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 400),
        drip(JSON_HEAD + b"Content-Length: 402\r\n\r\n{" + b" " * 400 + b"}", every=0.01),
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 40, every=0.01, then=silence),
        flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 4000),
    ],
    ids=["head", "body", "silent in the end", "continue"],
)
def test_a_neighbour_that_keeps_talking_is_cut_off_at_the_deadline(
    server: Scripted, client_of: Callable[..., Neighbour], act: Act
) -> None:
    server.on("/a", act)
    patient = client_of(server.url, read_timeout=5, total_timeout=0.9)
    with taking_at_most(1.4), pytest.raises(OutcomeUnknown):
        patient.post("/a", {})


def test_no_second_try_begins_after_the_deadline(server: Scripted, client_of: Callable[..., Neighbour]) -> None:
    server.on("/a", silence)
    with pytest.raises(Unavailable, match="ReadTimeout"):
        client_of(server.url, read_timeout=5, total_timeout=0.2).get("/a")
    assert server.paths() == ["/a"]


def test_several_calls_can_share_one_deadline(server: Scripted, hasty: Neighbour) -> None:
    server.on("/a", silence)
    server.on("/b", answer({}))
    by = hasty.deadline()
    with pytest.raises(Unavailable):
        hasty.get("/a", by=by)
    with pytest.raises(Unavailable, match="no time left"):
        hasty.post("/b", {}, by=by - 60)
    assert "/b" not in server.paths()


def test_a_write_never_meets_a_kept_connection_that_is_dying(server: Scripted, client: Neighbour) -> None:
    last_words = JSON_HEAD + b"Content-Length: 2\r\n\r\n{}"
    server.on("/payments", raw(last_words, then_hang_up=True))
    for _ in range(20):
        assert client.post("/payments", {}) == {}
    assert server.paths() == ["/payments"] * 20
    assert server.connections == 20


def test_a_read_survives_a_kept_connection_that_died(server: Scripted, client: Neighbour) -> None:
    server.on("/a", answer({}))
    server.on("/b", raw(JSON_HEAD + b"Content-Length: 2\r\n\r\n{}", then_hang_up=True))
    for path in ("/b", "/a", "/b", "/a", "/a"):
        assert client.get(path) == {}


def test_a_neighbour_may_take_in_a_large_question_slowly(client_of: Callable[..., Neighbour]) -> None:
    question = 6_000_000

    def take_in_slowly(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            time.sleep(0.1)
            taken = 0
            while taken < question and (piece := connection.recv(1_000_000)):
                taken += len(piece)
            connection.sendall(JSON_HEAD + b"Content-Length: 2\r\n\r\n{}")

    with socket.create_server(("127.0.0.1", 0)) as slow:
        slow.settimeout(5)
        taking = threading.Thread(target=take_in_slowly, args=(slow,))
        taking.start()
        url = f"http://127.0.0.1:{slow.getsockname()[1]}"
        neighbour = client_of(url, connect_timeout=0.05, read_timeout=2, total_timeout=5)
        assert neighbour.post("/a", {"photo": "x" * question}) == {}
        taking.join(5)


def test_a_neighbour_that_does_not_take_in_the_question_is_not_waited_for(
    server: Scripted, client_of: Callable[..., Neighbour]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with taking_at_most(3), pytest.raises(OutcomeUnknown):
            client_of(url, total_timeout=0.3).post("/a", {"photo": "x" * 30_000_000})


def test_environment_proxies_never_see_a_call_to_this_machine(
    server: Scripted, client_of: Callable[..., Neighbour], monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")
        server.on("/a", answer({"from": "core"}))
        assert client_of(server.url).get("/a") == {"from": "core"}
        assert client_of(server.url.replace("127.0.0.1", "localhost")).get("/a") == {"from": "core"}
        assert proxy.received == []


def test_a_neighbour_elsewhere_is_reached_through_the_environments_proxy(
    client_of: Callable[..., Neighbour], monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        proxy.on("http://core.invalid/a", answer({"from": "proxy"}), silence)
        neighbour = client_of("http://core.invalid", read_timeout=0.5)
        assert neighbour.get("/a") == {"from": "proxy"}
        with pytest.raises(OutcomeUnknown):
            neighbour.post("/a", {})


def test_a_proxy_that_does_not_let_us_through_means_nothing_was_done(
    client_of: Callable[..., Neighbour], monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted() as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        proxy.on("core.invalid:443", hang_up)
        with pytest.raises(Unavailable):
            client_of("https://core.invalid").post("/payments", {})
        assert [request.method for request in proxy.received] == ["CONNECT"]
