"""Many threads, a hanging neighbour, and what the metrics are told."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.http.breaker import Breaker
from adapters.http.client import Neighbour
from fund.errors import FundError, OutcomeUnknown, Refused, Unavailable
from tests.adapters.http.scripted import Scripted, answer, hang_up, silence


class Hands:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_threads_share_connections_and_each_gets_its_own_answer(
    server: Scripted, client_of: Callable[..., Neighbour]
) -> None:
    for number in range(200):
        server.on(f"/{number}", answer({"number": number}))
    neighbour = client_of(server.url, read_timeout=5, total_timeout=10, most_at_once=4)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: neighbour.get(f"/{number}"), range(200)))
    assert [each["number"] for each in answers] == list(range(200))
    assert 1 <= server.connections <= 4


def test_one_persons_cookie_never_travels_with_anothers_question(server: Scripted, client: Neighbour) -> None:
    server.on("/a", answer({}, Set_Cookie="JSESSIONID=of-zhang-wei; Path=/"))
    client.get("/a")
    client.get("/a")
    assert all("cookie" not in request.headers for request in server.received)


def test_a_hanging_neighbour_holds_only_some_of_the_threads(
    server: Scripted, client_of: Callable[..., Neighbour]
) -> None:
    server.on("/a", silence)
    neighbour = client_of(server.url, read_timeout=3, total_timeout=3, most_at_once=2)
    held = [threading.Thread(target=_quietly, args=(neighbour,)) for _ in range(2)]
    for thread in held:
        thread.start()
    until = time.monotonic() + 2
    while len(server.received) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(Unavailable, match="too many calls at once"):
        neighbour.post("/a", {}, by=time.monotonic() + 0.1)
    server.over.set()
    for thread in held:
        thread.join(5)
    server.on("/b", answer({}))
    assert neighbour.get("/b") == {}


def _quietly(neighbour: Neighbour) -> None:
    with pytest.raises(FundError):
        neighbour.post("/a", {})


def test_after_failures_in_a_row_the_neighbour_is_left_alone_until_one_try_succeeds(
    server: Scripted, client_of: Callable[..., Neighbour]
) -> None:
    hands = Hands()
    server.on("/a", hang_up)
    server.on("/b", answer({}))
    neighbour = client_of(server.url, breaker=Breaker(3, 5.0, now=hands))
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            neighbour.post("/a", {})
    with pytest.raises(Unavailable, match="left alone"):
        neighbour.post("/b", {})
    assert server.paths() == ["/a"] * 3

    hands.seconds += 5
    with pytest.raises(OutcomeUnknown):
        neighbour.post("/a", {})
    with pytest.raises(Unavailable, match="left alone"):
        neighbour.post("/b", {})

    hands.seconds += 5
    assert neighbour.post("/b", {}) == {}
    with pytest.raises(OutcomeUnknown):
        neighbour.post("/a", {})
    assert neighbour.post("/b", {}) == {}


@pytest.mark.parametrize(("body", "status"), [({"code": "NO_ACCOUNT"}, 404), ({}, 401), ({}, 429)])
def test_a_neighbour_that_says_no_is_not_out_of_order(
    server: Scripted, client_of: Callable[..., Neighbour], body: Any, status: int
) -> None:
    server.on("/a", answer(body, status))
    neighbour = client_of(server.url, breaker=Breaker(2, 60))
    for _ in range(4):
        with pytest.raises(FundError):
            neighbour.get("/a")
    assert len(server.received) == 4


def test_while_one_try_is_under_way_nobody_else_is_let_through() -> None:
    hands = Hands()
    breaker = Breaker(1, 5.0, now=hands)
    assert breaker.admits()
    breaker.note(alive=False)
    assert not breaker.admits()
    hands.seconds += 5
    assert breaker.admits()
    assert not breaker.admits()
    breaker.note(alive=True)
    assert breaker.admits()
    assert breaker.admits()


def test_a_success_forgets_earlier_failures() -> None:
    breaker = Breaker(2, 60)
    for _ in range(5):
        assert breaker.admits()
        breaker.note(alive=False)
        assert breaker.admits()
        breaker.note(alive=True)
    assert breaker.admits()


def test_metrics_are_told_name_seconds_and_outcome_of_every_call(
    server: Scripted, client_of: Callable[..., Neighbour]
) -> None:
    told: list[tuple[str, float, str]] = []
    server.on("/ok", answer({}))
    server.on("/no", answer({"code": "NO"}, 404))
    server.on("/gone", hang_up)
    neighbour = client_of(server.url, observe=lambda *what: told.append(what), breaker=Breaker(2, 60))
    neighbour.get("/ok")
    with pytest.raises(Refused):
        neighbour.get("/no")
    with pytest.raises(Unavailable):
        neighbour.get("/gone")
    with pytest.raises(OutcomeUnknown):
        neighbour.post("/gone", {})
    with pytest.raises(Unavailable):
        neighbour.get("/ok")
    assert [outcome for _, _, outcome in told] == ["ok", "refused", "unavailable", "unknown", "unavailable"]
    assert {name for name, _, _ in told} == {"core"}
    assert all(0 <= seconds < 2 for _, seconds, _ in told)
