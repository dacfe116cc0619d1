"""Whatever is sent, reading it costs little time and little memory: at once, not on average."""

import time
import tracemalloc
from collections.abc import Callable

import pytest

from adapters.wechat.messages import BadPush
from adapters.wechat.parsing import MAX_BYTES, read_fields
from adapters.wechat.wire import Wire
from tests.adapters.wechat.platform_double import NOW, PlatformDouble, lists
from tests.adapters.wechat.worst_bodies import BARE, SEALED, worst

MOST_SECONDS = 0.02
MOST_MEMORY = 2 * 1024 * 1024
"""Some thirty times what is let in."""

FIELDS = (
    "<ToUserName>gh_0123456789ab</ToUserName><FromUserName>o-follower-0001</FromUserName>"
    f"<CreateTime>{NOW}</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>"
)


def cost(read: Callable[[], object]) -> tuple[float, int]:
    """Seconds of CPU (the least of three) and the most bytes held at once."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        attempt(read)
        spent.append(time.process_time() - begun)
    tracemalloc.start()
    attempt(read)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return min(spent), peak


def attempt(read: Callable[[], object]) -> None:
    try:
        read()
    except BadPush:
        return


def test_the_bodies_are_as_large_as_is_let_in() -> None:
    for size in (SEALED, BARE):
        bodies = worst(size, FIELDS)
        assert len(bodies) > 25
        assert {name: len(body) for name, body in bodies.items() if not size - 30 <= len(body) <= size} == {}
    assert BARE == MAX_BYTES


def test_reading_an_unsigned_body_costs_little() -> None:
    found = {name: cost(lambda body=body: read_fields(body)) for name, body in worst(BARE).items()}  # type: ignore[misc]
    assert {name: c for name, c in found.items() if c[0] > MOST_SECONDS or c[1] > MOST_MEMORY} == {}


def test_receiving_a_signed_and_sealed_body_costs_little(wire_for: Callable[..., Wire]) -> None:
    double = PlatformDouble()
    wire, found = wire_for(double), {}
    for name, message in worst(SEALED, FIELDS).items():
        query, body = double.push(message)
        assert len(body) <= MAX_BYTES
        found[name] = cost(lambda query=query, body=body: wire.receive(lists(query), body))  # type: ignore[misc]
    assert {name: c for name, c in found.items() if c[0] > MOST_SECONDS or c[1] > MOST_MEMORY} == {}


@pytest.mark.parametrize("piece", ["<a{}/>", ' b{}=""'])
def test_elements_and_attributes_are_counted_together(piece: str) -> None:
    def made(count: int) -> bytes:
        inside = "".join(piece.format(number) for number in range(count))
        return f"<xml>{inside}</xml>".encode() if piece.startswith("<") else f"<xml><a{inside}/></xml>".encode()

    assert len(read_fields(made(200)).plain) in (1, 200)
    with pytest.raises(BadPush, match="too many"):
        read_fields(made(256))
