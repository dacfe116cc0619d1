"""Signing in by the TRS protocol at the sandbox, well and badly."""

import logging
from collections.abc import Iterator

import pytest

from adapters.http.client import Neighbour
from adapters.identity.trs_ids import TrsIds
from fund.errors import Unavailable
from fund.numbers import IdNumber
from tests.adapters.http.sandboxed import PUBLIC_URL, SETTINGS, Sandbox
from tests.adapters.identity.visitor import Visitor, refusal, returned_with

KEY = SETTINGS["IDENTITY_KEY"].encode()
RETURN = f"{PUBLIC_URL}/login/return?state=state-1"
ID_NUMBER, MOBILE = "210102199001010015", "13800000001"


@pytest.fixture
def real(ids: Sandbox) -> Iterator[TrsIds]:
    """The driver at the sandbox."""
    url = f"{ids.url}/ids"
    http = Neighbour("identity", url, read_timeout=0.5, any_content_type=True)
    yield TrsIds(url, "test-app", KEY, http, allow_http=True)
    http.close()


def test_a_citizen_signs_in_and_is_known(real: TrsIds, visitor: Visitor) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    assert query["state"] == "state-1"
    identity = real.complete("state-1", query)
    assert (identity.name, identity.id_number, identity.mobile) == ("张伟", IdNumber(ID_NUMBER), MOBILE)
    assert identity.provider == "trs_ids"


def test_somebody_signed_in_there_comes_straight_back(real: TrsIds, visitor: Visitor) -> None:
    visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    query = returned_with(visitor.open(real.begin("state-2", RETURN)))
    assert real.complete("state-2", query).name == "张伟"


def test_a_session_id_is_good_once(real: TrsIds, visitor: Visitor) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    real.complete("state-1", query)
    assert refusal(real, query) == "expired"


def test_a_session_id_taken_from_somebody_elses_address_is_worth_nothing(real: TrsIds, visitor: Visitor) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    assert refusal(real, query, state="state-of-the-thief") == "expired"


def test_walking_away_from_the_sign_in_page_is_cancelling(real: TrsIds, visitor: Visitor) -> None:
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
def test_who_may_not_come_in_is_told_why(real: TrsIds, visitor: Visitor, login: str, code: str) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), login)
    assert refusal(real, query) == code


@pytest.mark.parametrize("mode", ["slow", "error", "drop", "refuse", "unknown", "garbage"])
def test_whatever_goes_wrong_there_is_unavailable_here(
    ids: Sandbox, real: TrsIds, visitor: Visitor, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    query = visitor.sign_in(visitor.open(real.begin("state-1", RETURN)), "zhangwei")
    ids.fault("identity", mode, "/ids/service", seconds=0.6)
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as caught:
        real.complete("state-1", query)
    assert caught.value.code == "identity_unreachable"
    assert caught.value.__context__ is None
    assert query["trsidsssosessionid"] not in caplog.text + str(caught.value)


def test_an_application_the_service_does_not_know_is_unavailable(ids: Sandbox) -> None:
    url = f"{ids.url}/ids"
    http = Neighbour("identity", url, any_content_type=True)
    with pytest.raises(Unavailable, match="HTTP 401"):
        TrsIds(url, "another-app", KEY, http, allow_http=True).complete("s", {"trsidsssosessionid": "t1"})
    http.close()
