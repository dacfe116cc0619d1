"""The sandbox's identity service with everybody who can fail to sign in, and a scripted one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.http.client import Neighbour
from adapters.identity.oauth2 import OAuth2Code
from tests.adapters.http.sandboxed import SETTINGS, Sandbox, running_sandbox
from tests.adapters.http.scripted import Scripted, scripted
from tests.adapters.identity.memory import FIELDS, Memory
from tests.adapters.identity.visitor import Visitor

ZHANG_WEI: dict[str, Any] = {
    "openid": None, "login": "zhangwei", "password": "Demo-2026", "verified": True, "kind": "person",
    "name": "张伟", "id_number": "210102199001010015", "mobile": "13800000001", "account": None,
}  # fmt: skip
ENTERPRISE = {"login": "enterprise", "kind": "enterprise", "id_number": None, "uscc": "912101020000000007"}
PEOPLE = [
    ZHANG_WEI,
    ZHANG_WEI | {"login": "unverified", "id_number": "210281199212310027", "verified": False},
    ZHANG_WEI | ENTERPRISE,
    ZHANG_WEI | {"login": "nomobile", "id_number": "11010519491231002X", "mobile": ""},
    ZHANG_WEI | {"login": "passport", "id_number": "E12345678"},
]


@pytest.fixture(scope="session")
def _ids(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(directory) as running:
        yield running


@pytest.fixture
def ids(_ids: Sandbox) -> Sandbox:
    """The sandbox, its identity service at ``/ids``."""
    _ids.world.reset()
    _ids.world.replace_people(PEOPLE)
    return _ids


@pytest.fixture
def visitor(ids: Sandbox) -> Iterator[Visitor]:
    """A browser that has never been there."""
    browser = Visitor(ids.url)
    yield browser
    browser.close()


@pytest.fixture
def service() -> Iterator[Scripted]:
    """An identity service that does what it is told."""
    with scripted() as running:
        yield running


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def driver_at(memory: Memory) -> Iterator[Callable[..., OAuth2Code]]:
    """Makes drivers for a base URL whose endpoints are named as in the sandbox."""
    made: list[Neighbour] = []

    def make(url: str, *, read_timeout: float = 0.4, **different: Any) -> OAuth2Code:
        times: dict[str, Any] = {"read_timeout": read_timeout, "total_timeout": 3.0}
        for name in ("token", "userinfo"):
            made.append(Neighbour("identity", f"{url}/{name}", code_field="error", **times))
        given: dict[str, Any] = {"field_map": FIELDS, "allow_http": True} | different
        secret = SETTINGS["IDENTITY_CLIENT_SECRET"]
        return OAuth2Code(f"{url}/authorize", made[-2], made[-1], "test-client", secret, memory, **given)

    yield make
    for neighbour in made:
        neighbour.close()
