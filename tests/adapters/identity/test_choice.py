"""The driver is chosen by its name and signs people in as bootstrap would build it."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from adapters.http.client import Neighbour
from adapters.identity.choice import DRIVERS, identity_provider
from fund.errors import Refused
from fund.ports import IdentityProvider
from tests.adapters.http.sandboxed import PUBLIC_URL, SETTINGS, Sandbox
from tests.adapters.identity.visitor import Visitor


class OneTime:
    """Values that can be taken exactly once."""

    def __init__(self) -> None:
        self._kept: dict[str, Mapping[str, Any]] = {}

    def put(self, key: str, value: Mapping[str, Any], seconds: int) -> None:
        self._kept[key] = value

    def take(self, key: str) -> Mapping[str, Any] | None:
        return self._kept.pop(key, None)


@pytest.fixture(params=DRIVERS)
def provider(request: pytest.FixtureRequest, ids: Sandbox) -> Iterator[IdentityProvider]:
    """Each driver in turn, at the sandbox."""
    made: list[Neighbour] = []

    def neighbour(*args: Any, **options: Any) -> Neighbour:
        made.append(partial(Neighbour, read_timeout=2)(*args, **options))
        return made[-1]

    base = f"{ids.url}/ids"
    yield identity_provider(
        request.param,
        neighbour=neighbour,
        pending=OneTime(),
        allow_http=True,
        url=base,
        app_name=SETTINGS["IDENTITY_APP_NAME"],
        key=SETTINGS["IDENTITY_KEY"].encode(),
        authorize_url=f"{base}/oauth2/authorize",
        token_url=f"{base}/oauth2/token",
        userinfo_url=f"{base}/oauth2/userinfo",
        client_id=SETTINGS["IDENTITY_CLIENT_ID"],
        client_secret=SETTINGS["IDENTITY_CLIENT_SECRET"],
        field_map={name: name for name in ("sub", "name", "id_number", "mobile", "level", "kind")},
    )
    for each in made:
        each.close()


def test_each_driver_tells_who_signed_in_and_tells_it_once(provider: IdentityProvider, visitor: Visitor) -> None:
    address = provider.begin("state-1", f"{PUBLIC_URL}/login/return?state=state-1")
    query = visitor.sign_in(visitor.open(address), "zhangwei")
    assert query["state"] == "state-1"
    assert provider.complete("state-1", query).name == "张伟"
    with pytest.raises(Refused) as caught:
        provider.complete("state-1", query)
    assert caught.value.code == "expired"


def test_each_driver_tells_who_walked_away(provider: IdentityProvider, visitor: Visitor) -> None:
    page = visitor.open(provider.begin("state-1", f"{PUBLIC_URL}/login/return?state=state-1"))
    with pytest.raises(Refused) as caught:
        provider.complete("state-1", visitor.cancel(page))
    assert caught.value.code == "cancelled"


def test_a_driver_nobody_wrote_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="trs_ids, oauth2"):
        identity_provider("mock", pending=OneTime(), allow_http=True)


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_without_its_addresses_does_not_start(driver: str) -> None:
    with pytest.raises(ValueError, match="base URL of identity"):
        identity_provider(driver, pending=OneTime(), allow_http=True)
