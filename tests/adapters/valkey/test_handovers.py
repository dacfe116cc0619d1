"""Codes for another device: sealed, once, five minutes; the one in memory has the same manners."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from adapters.crypto import FieldCipher
from adapters.valkey import SealedCache, connect
from adapters.valkey.handovers import ValkeyHandOvers
from fund.errors import Unavailable
from fund.handover import Device, HandOver, HandOvers, code_of, new_code
from tests.adapters.postgres.servers import CIPHER, INDEX
from tests.faces.h5.fakes import MemoryHandOvers

MINE = HandOver(uuid.UUID(int=7), "rent/photos", Device.PHONE)


@pytest.fixture(params=["valkey", "memory"])
def handovers(request: pytest.FixtureRequest, client: "Redis") -> HandOvers:
    return ValkeyHandOvers(SealedCache(client, CIPHER, INDEX)) if request.param == "valkey" else MemoryHandOvers()


def test_a_code_may_be_looked_at_often_and_taken_once(handovers: HandOvers) -> None:
    code = handovers.make(MINE)
    assert [handovers.look(code), handovers.look(code)] == [MINE, MINE]
    assert [handovers.take(code), handovers.take(code), handovers.look(code)] == [MINE, None, None]


def test_of_many_who_take_it_at_once_one_gets_it(handovers: HandOvers) -> None:
    code = handovers.make(MINE)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: handovers.take(code), range(16)))
    assert [found for found in taken if found] == [MINE]


def test_every_code_is_another_and_a_made_up_one_is_nothing(handovers: HandOvers) -> None:
    assert len({handovers.make(MINE) for _ in range(50)}) == 50
    for made_up in ("", new_code(), "键", "a" * 5000):
        assert handovers.look(made_up) is None and handovers.take(made_up) is None


def test_it_is_kept_for_five_minutes_and_nothing_of_it_is_readable(client: "Redis") -> None:
    before = set(client.keys())
    code = ValkeyHandOvers(SealedCache(client, CIPHER, INDEX)).make(MINE)
    (key,) = set(client.keys()) - before
    assert 290_000 < client.pttl(key) <= 300_000
    stored = client.get(key) or b""
    for secret in (code.encode(), str(MINE.person_id).encode(), b"rent/photos"):
        assert secret not in key + stored


def test_with_a_lost_key_it_is_as_if_it_had_never_been(client: "Redis") -> None:
    code = ValkeyHandOvers(SealedCache(client, CIPHER, INDEX)).make(MINE)
    other = ValkeyHandOvers(SealedCache(client, FieldCipher([("k9", b"z" * 32)]), INDEX))
    assert other.look(code) is None and other.take(code) is None


def test_a_store_that_is_down_is_said_so() -> None:
    nobody = connect("redis://127.0.0.1:1/0", timeout=0.2, retries=0)
    down = ValkeyHandOvers(SealedCache(nobody, CIPHER, INDEX))
    asks: tuple[Callable[[], object], ...] = (
        lambda: down.make(MINE), lambda: down.look("x"), lambda: down.take("x"),
    )  # fmt: skip
    for ask in asks:
        with pytest.raises(Unavailable):
            ask()
    nobody.close()


@pytest.mark.parametrize("typed", ["3479ACDEFG", " 3479a-cdefg ", "3479A CDEFG", "3479a－cdefg".replace("－", "-")])
def test_a_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert code_of(typed) == "3479ACDEFG"


@pytest.mark.parametrize(
    "typed", ["", "3479ACDEF", "3479ACDEFGH", "3479ACDEF0", "../../../..", "３４７９ACDEFG", "x" * 9999]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert code_of(typed) == ""
