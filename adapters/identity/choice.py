"""Which identity driver is used: told by name, handed plain values."""

from collections.abc import Callable, Mapping

from adapters.http.client import Neighbour
from adapters.identity.oauth2 import OAuth2Code, Pending
from adapters.identity.trs_ids import TrsIds
from fund.ports import IdentityProvider

DRIVERS = ("trs_ids", "oauth2")


def identity_provider(
    driver: str,
    *,
    neighbour: Callable[..., Neighbour] = Neighbour,
    pending: Pending,
    allow_http: bool,
    url: str = "",
    app_name: str = "",
    key: bytes = b"",
    decrypt: str = "",
    authorize_url: str = "",
    token_url: str = "",
    userinfo_url: str = "",
    client_id: str = "",
    client_secret: str = "",
    field_map: Mapping[str, str] | None = None,
    min_level: int = 1,
    scope: str = "",
) -> IdentityProvider:
    """The driver with this name.

    ``neighbour`` makes back channels; bootstrap gives ``functools.partial(Neighbour, observe=…)``.
    ``allow_http`` is for development and test only. Raises ValueError for another name, or for values that
    the driver cannot use.
    """
    if driver == "trs_ids":
        # Java servers of this kind label JSON as text/html; what counts is that it parses.
        http = neighbour("identity", url, any_content_type=True)
        return TrsIds(url, app_name, key, http, decrypt=decrypt or "3des", allow_http=allow_http)
    if driver == "oauth2":
        return OAuth2Code(
            authorize_url,
            neighbour("identity", token_url, code_field="error"),
            neighbour("identity", userinfo_url, code_field="error"),
            client_id,
            client_secret,
            pending,
            field_map=field_map or {},
            min_level=min_level,
            scope=scope,
            decrypt=decrypt or "none",
            key=key,
            allow_http=allow_http,
        )
    raise ValueError(f"the identity driver is one of {', '.join(DRIVERS)}")
