"""Signing in by OAuth 2.0 with PKCE at the sandbox, well and badly."""

import logging
from collections.abc import Callable

import pytest

from adapters.identity.oauth2 import OAuth2Code
from fund.errors import Unavailable
from fund.numbers import IdNumber
from tests.adapters.http.sandboxed import PUBLIC_URL, SETTINGS, Sandbox
from tests.adapters.identity.visitor import Visitor, refusal, returned_with

RETURN = f"{PUBLIC_URL}/login/return?state=state-1"
ID_NUMBER, MOBILE = "210102199001010015", "13800000001"
SECRET = SETTINGS["IDENTITY_CLIENT_SECRET"]


@pytest.fixture
def real(ids: Sandbox, driver_at: Callable[..., OAuth2Code]) -> OAuth2Code:
    """The driver at the sandbox."""
    return driver_at(f"{ids.url}/ids/oauth2", read_timeout=0.5)


def test_a_citizen_signs_in_and_is_known(real: OAuth2Code, visitor: Visitor) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    identity = real.complete("state-1", query)
    assert (identity.name, identity.id_number, identity.mobile) == ("张伟", IdNumber(ID_NUMBER), MOBILE)
    assert identity.provider == "oauth2"


def test_somebody_signed_in_there_comes_straight_back(real: OAuth2Code, visitor: Visitor) -> None:
    visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    query = returned_with(visitor.open(real.begin("state-2", RETURN.replace("state-1", "state-2"))))
    assert real.complete("state-2", query).name == "张伟"


def test_coming_back_twice_with_the_same_address_works_once(real: OAuth2Code, visitor: Visitor) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    real.complete("state-1", query)
    assert refusal(real, query) == "expired"


def test_a_code_from_another_sign_in_does_not_fit_ours(real: OAuth2Code, visitor: Visitor) -> None:
    stolen = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")["code"]
    real.begin("state-2", RETURN.replace("state-1", "state-2"))
    assert refusal(real, {"state": "state-2", "code": stolen}, "state-2") == "expired"


def test_walking_away_from_the_sign_in_page_is_cancelling(real: OAuth2Code, visitor: Visitor) -> None:
    assert refusal(real, visitor.cancel(visitor.open(real.begin("state-1", RETURN)))) == "cancelled"


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ("unverified", "not_verified"),
        ("enterprise", "enterprise"),
        ("nomobile", "incomplete"),
        ("passport", "undecodable"),
    ],
)
def test_who_may_not_come_in_is_told_why(real: OAuth2Code, visitor: Visitor, login: str, code: str) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), login)
    assert refusal(real, query) == code


@pytest.mark.parametrize("path", ["/ids/oauth2/token", "/ids/oauth2/userinfo"])
@pytest.mark.parametrize("mode", ["slow", "error", "drop", "refuse", "unknown", "garbage"])
def test_whatever_goes_wrong_there_is_unavailable_here(
    ids: Sandbox, real: OAuth2Code, visitor: Visitor, caplog: pytest.LogCaptureFixture, mode: str, path: str
) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    ids.fault("identity", mode, path, times=2, seconds=0.6)
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as caught:
        real.complete("state-1", query)
    assert caught.value.code == "identity_unreachable"
    assert caught.value.__context__ is None
    seen = caplog.text + str(caught.value)
    assert query["code"] not in seen and ID_NUMBER not in seen and SECRET not in seen
