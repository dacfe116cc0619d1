"""Signing in by OAuth 2.0 with PKCE: the way out, the way back, and every odd answer."""

import base64
import hashlib
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from adapters.http.client import Neighbour
from adapters.identity.oauth2 import OAuth2Code
from fund.errors import FundError, Unavailable
from fund.numbers import IdNumber
from tests.adapters.http.sandboxed import PUBLIC_URL, SETTINGS
from tests.adapters.http.scripted import Act, Scripted, answer, hang_up, silence
from tests.adapters.identity.memory import FIELDS, Memory
from tests.adapters.identity.visitor import refusal

RETURN = f"{PUBLIC_URL}/login/return?state=state-1"
ID_NUMBER, MOBILE = "210102199001010015", "13800000001"
SECRET = SETTINGS["IDENTITY_CLIENT_SECRET"]
TOKEN = {"access_token": "the-token", "token_type": "Bearer", "expires_in": 60}
USER: dict[str, Any] = {
    "sub": "1", "name": "张伟", "id_number": ID_NUMBER, "mobile": MOBILE, "level": "1", "kind": "person",
}  # fmt: skip
BACK = {"state": "state-1", "code": "the-code"}


@pytest.fixture
def oauth2(service: Scripted, driver_at: Callable[..., OAuth2Code]) -> OAuth2Code:
    """The driver at the scripted service, with a sign-in under way."""
    service.on("/token", answer(TOKEN))
    service.on("/userinfo", answer(USER))
    driver = driver_at(service.url)
    driver.begin("state-1", RETURN)
    return driver


# the way out


def test_the_way_out_carries_state_and_challenge_but_not_the_verifier(
    service: Scripted, driver_at: Callable[..., OAuth2Code], memory: Memory
) -> None:
    address = driver_at(service.url, scope="profile").begin("state-1", f"{RETURN}&next=%2Fh5%2F")
    assert address.startswith(f"{service.url}/authorize?")
    query = dict(parse_qsl(urlsplit(address).query))
    kept = next(iter(memory.kept.values()))
    challenge = hashlib.sha256(kept["verifier"].encode()).digest()
    assert query == {
        "response_type": "code",
        "client_id": "test-client",
        "redirect_uri": f"{PUBLIC_URL}/login/return?next=%2Fh5%2F",
        "state": "state-1",
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "scope": "profile",
    }
    assert 43 <= len(kept["verifier"]) <= 128
    assert "state-1" not in str(memory.kept.keys())
    assert memory.seconds == [600]


def test_no_two_sign_ins_share_a_verifier(
    service: Scripted, driver_at: Callable[..., OAuth2Code], memory: Memory
) -> None:
    driver = driver_at(service.url)
    for number in range(20):
        driver.begin(f"state-{number}", RETURN)
    assert len({kept["verifier"] for kept in memory.kept.values()}) == 20


def test_an_authorize_address_may_have_a_query_of_its_own() -> None:
    token, userinfo = (Neighbour("identity", f"https://ids.example/{name}") for name in "tu")
    url = "https://ids.example/authorize?theme=gov"
    driver = OAuth2Code(url, token, userinfo, "c", "s", Memory(), field_map=FIELDS)
    query = parse_qs(urlsplit(driver.begin("state-1", RETURN)).query)
    assert (query["theme"], query["state"]) == (["gov"], ["state-1"])
    token.close()
    userinfo.close()


# the way back


def test_the_code_is_exchanged_with_verifier_and_the_same_address(
    oauth2: OAuth2Code, service: Scripted, memory: Memory
) -> None:
    verifier = next(iter(memory.kept.values()))["verifier"]
    assert oauth2.complete("state-1", BACK).id_number == IdNumber(ID_NUMBER)
    token, userinfo = service.received
    assert (token.method, token.target) == ("POST", "/token")
    assert dict(parse_qsl(token.body.decode())) == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": f"{PUBLIC_URL}/login/return",
        "client_id": "test-client",
        "client_secret": SECRET,
        "code_verifier": verifier,
    }
    assert (userinfo.method, userinfo.target) == ("GET", "/userinfo")
    assert userinfo.headers["authorization"] == "Bearer the-token"
    assert memory.kept == {}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"state": "state-1"}, "cancelled"),
        ({"state": "state-1", "error": "access_denied"}, "cancelled"),
        ({"state": "state-1", "error": "login_required"}, "cancelled"),
        ({"state": "state-1", "error": "access_denied", "code": "the-code"}, "cancelled"),
        ({"state": "state-2", "code": "the-code"}, "expired"),
        ({"code": "the-code"}, "expired"),
        ({"state": "state-1", "code": "中"}, "expired"),
        ({"state": "state-1", "code": "x" * 1025}, "expired"),
    ],
)
def test_coming_back_without_a_good_code_asks_nobody(
    oauth2: OAuth2Code, service: Scripted, query: dict[str, str], code: str
) -> None:
    assert refusal(oauth2, query) == code
    assert service.received == []


def test_a_sign_in_that_never_began_or_took_too_long_is_expired(oauth2: OAuth2Code, memory: Memory) -> None:
    assert refusal(oauth2, {"state": "state-9", "code": "the-code"}, "state-9") == "expired"
    memory.kept.clear()
    assert refusal(oauth2, BACK) == "expired"


def test_a_service_that_says_it_is_in_trouble_is_unavailable(oauth2: OAuth2Code) -> None:
    with pytest.raises(Unavailable):
        oauth2.complete("state-1", {"state": "state-1", "error": "temporarily_unavailable"})


def test_a_code_that_is_no_longer_good_is_expired(oauth2: OAuth2Code, service: Scripted) -> None:
    service.on("/token", answer({"error": "invalid_grant"}, 400))
    assert refusal(oauth2, BACK) == "expired"
    assert service.paths() == ["/token"]


@pytest.mark.parametrize(
    "act",
    [
        answer({"error": "invalid_client"}, 401),
        answer({"error": "invalid_request"}, 400),
        answer({"error": "server_error"}, 500),
        answer({}),
        answer(TOKEN | {"access_token": None}),
        answer(TOKEN | {"access_token": ""}),
        answer(TOKEN | {"access_token": "a\r\nb"}),
        answer(TOKEN | {"access_token": ["a"]}),
        answer(TOKEN | {"token_type": "mac"}),
        answer("access_token=a", kind="application/x-www-form-urlencoded"),
        answer("", 302, Location="http://127.0.0.1:9/steal"),
        hang_up,
        silence,
    ],
)
def test_no_token_means_unavailable_and_the_code_is_tried_once(oauth2: OAuth2Code, service: Scripted, act: Act) -> None:
    service.on("/token", act)
    with pytest.raises(Unavailable) as caught:
        oauth2.complete("state-1", BACK)
    assert caught.value.__context__ is None
    assert service.paths() == ["/token"]


@pytest.mark.parametrize(
    "act",
    [
        answer({"error": "invalid_token"}, 401),
        answer({"error": "x"}, 404),
        answer({"code": 500, "msg": "busy"}),
        answer(USER | {"sub": None}),
        answer("<p>", kind="text/html"),
        hang_up,
    ],
)
def test_no_user_information_means_unavailable(oauth2: OAuth2Code, service: Scripted, act: Act) -> None:
    service.on("/userinfo", act)
    with pytest.raises(Unavailable) as caught:
        oauth2.complete("state-1", BACK)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"kind": "enterprise"}, "enterprise"),
        ({"kind": 2, "level": "0"}, "enterprise"),
        ({"level": "0"}, "not_verified"),
        ({"level": None}, "not_verified"),
        ({"level": "high"}, "not_verified"),
        ({"level": True}, "not_verified"),
        ({"name": ""}, "incomplete"),
        ({"name": ["张伟"]}, "incomplete"),
        ({"id_number": None}, "incomplete"),
        ({"mobile": {}}, "incomplete"),
        ({"mobile": "0241234567"}, "incomplete"),
        ({"id_number": "210102199001010016"}, "undecodable"),
        ({"id_number": "210***********0015"}, "undecodable"),
    ],
)
def test_every_way_not_to_get_in_has_its_code(
    oauth2: OAuth2Code, service: Scripted, different: dict[str, Any], code: str
) -> None:
    service.on("/userinfo", answer(USER | different))
    assert refusal(oauth2, BACK) == code


@pytest.mark.parametrize(
    ("level", "min_level", "enough"),
    [("1", 1, True), (2, 1, True), ("L3", 2, True), ("l1", 2, False), ("1", 2, False), (None, 0, False)],
)
def test_the_level_must_reach_the_least_one(
    service: Scripted, driver_at: Callable[..., OAuth2Code], level: Any, min_level: int, enough: bool
) -> None:
    service.on("/token", answer(TOKEN))
    service.on("/userinfo", answer(USER | {"level": level}))
    driver = driver_at(service.url, min_level=min_level)
    driver.begin("state-1", RETURN)
    if enough:
        assert driver.complete("state-1", BACK).name == "张伟"
    else:
        assert refusal(driver, BACK) == "not_verified"


def test_fields_are_found_where_the_map_says(service: Scripted, driver_at: Callable[..., OAuth2Code]) -> None:
    service.on("/token", answer(TOKEN))
    person = {"id": 7, "xm": "张伟", "zjhm": ID_NUMBER, "sjh": MOBILE, "lv": "L2"}
    service.on("/userinfo", answer({"data": {"user": person}, "type": "1"}))
    where = {
        "sub": "data.user.id", "name": "data.user.xm", "id_number": "data.user.zjhm",
        "mobile": "data.user.sjh", "level": "data.user.lv", "kind": "type",
    }  # fmt: skip
    driver = driver_at(service.url, field_map=where)
    driver.begin("state-1", RETURN)
    assert driver.complete("state-1", BACK).mobile == MOBILE
    service.on("/userinfo", answer({"data": ["nobody"]}))
    driver.begin("state-1", RETURN)
    with pytest.raises(Unavailable, match="no subject"):
        driver.complete("state-1", BACK)


def test_no_error_shows_anything_personal_or_secret(
    oauth2: OAuth2Code, service: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    service.on("/userinfo", answer(USER | {"id_number": "210102199001010016"}))
    with caplog.at_level(logging.DEBUG), pytest.raises(FundError) as caught:
        oauth2.complete("state-1", BACK)
    seen = repr(caught.value) + caplog.text
    private = ("2101021990", MOBILE, "张伟", "the-code", "the-token", SECRET)
    assert [word for word in private if word in seen] == []


# what does not fit together


@pytest.mark.parametrize("odd", range(3))
def test_all_three_addresses_are_https(odd: int) -> None:
    urls = ["http://ids.example/x" if number == odd else "https://ids.example/x" for number in range(3)]
    token, userinfo = Neighbour("identity", urls[1]), Neighbour("identity", urls[2])
    with pytest.raises(ValueError, match="https"):
        OAuth2Code(urls[0], token, userinfo, "c", "s", Memory(), field_map=FIELDS)
    token.close()
    userinfo.close()


def test_a_field_map_without_a_needed_field_is_refused_by_name() -> None:
    there = Neighbour("identity", "https://ids.example/x")
    with pytest.raises(ValueError, match="lacks mobile, level"):
        OAuth2Code(
            "https://ids.example/a", there, there, "c", "s", Memory(),
            field_map={"sub": "s", "name": "n", "id_number": "i", "mobile": "", "kind": "k"},
        )  # fmt: skip
    there.close()
