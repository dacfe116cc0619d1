"""The same people through OAuth 2.0 with PKCE, for the generic identity driver."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.neighbours import (
    CLIENT_ID,
    CLIENT_SECRET,
    PUBLIC_URL,
    TIMEOUT_SECONDS,
    Browser,
    Neighbours,
    a_person,
    links,
    running,
    sent_back_with,
    title,
)

REDIRECT = f"{PUBLIC_URL}/login/return"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
QUERY = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": REDIRECT,
    "scope": "identity",
    "state": "s-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def ids(tmp_path: Path) -> Iterator[Neighbours]:
    company = a_person(login="qiye", kind="enterprise", id_number=None, uscc="912101020000000007", mobile="1")
    unverified = a_person(login="zhouting", id_number="210105198907088091", mobile="2", verified=False)
    with running(tmp_path, a_person(), company, unverified) as neighbours:
        yield neighbours


def code_for(ids: Neighbours, login: str = "zhangwei") -> str:
    browser = Browser(ids)
    page = browser.open("/ids/oauth2/authorize", **QUERY)
    answer = sent_back_with(browser.send(page, login=login, password="Demo-2026"))
    assert answer["state"] == "s-1"
    return answer["code"]


def exchange(ids: Neighbours, code: str, /, **differs: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code_verifier": VERIFIER,
    } | differs
    return requests.post(f"{ids.url}/ids/oauth2/token", data=form, timeout=TIMEOUT_SECONDS)


def userinfo(ids: Neighbours, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{ids.url}/ids/oauth2/userinfo", headers=headers, timeout=TIMEOUT_SECONDS)


def person_of(ids: Neighbours, login: str) -> dict[str, Any]:
    answer: dict[str, Any] = userinfo(ids, exchange(ids, code_for(ids, login)).json()["access_token"]).json()
    return answer


def test_a_code_becomes_a_token_and_the_token_tells_who(ids: Neighbours) -> None:
    response = exchange(ids, code_for(ids))

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    token = response.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    person = userinfo(ids, token["access_token"]).json()
    assert person.pop("sub")
    assert person == {
        "name": "张伟", "id_number": "210102199001010015", "mobile": "13800000001", "level": "1",
        "kind": "person",
    }  # fmt: skip


def test_enterprises_and_unverified_people_are_told_apart(ids: Neighbours) -> None:
    assert person_of(ids, "qiye")["kind"] == "enterprise"
    assert person_of(ids, "zhouting")["level"] == "0"


def test_whoever_is_signed_in_goes_straight_back(ids: Neighbours) -> None:
    browser = Browser(ids)
    browser.sign_in("zhangwei", "Demo-2026")

    assert exchange(ids, sent_back_with(browser.open("/ids/oauth2/authorize", **QUERY))["code"]).ok


def test_a_client_may_name_itself_by_basic_authentication(ids: Neighbours) -> None:
    form = {
        "grant_type": "authorization_code", "code": code_for(ids), "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }  # fmt: skip
    url = f"{ids.url}/ids/oauth2/token"
    wrong = requests.post(url, data=form, auth=(CLIENT_ID, "wrong"), timeout=TIMEOUT_SECONDS)
    right = requests.post(url, data=form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=TIMEOUT_SECONDS)

    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    assert right.ok


def test_a_code_is_good_once_and_a_second_try_ends_the_token_it_gave(ids: Neighbours) -> None:
    code = code_for(ids)
    token = exchange(ids, code).json()["access_token"]

    second = exchange(ids, code)
    assert (second.status_code, second.json()) == (400, {"error": "invalid_grant"})
    assert userinfo(ids, token).status_code == 401


def test_a_code_is_good_for_five_minutes(ids: Neighbours) -> None:
    code = code_for(ids)
    ids.later(301)

    assert exchange(ids, code).json() == {"error": "invalid_grant"}


def test_a_token_is_good_for_an_hour(ids: Neighbours) -> None:
    token = exchange(ids, code_for(ids)).json()["access_token"]
    assert userinfo(ids, token).ok
    ids.later(3601)

    refused = userinfo(ids, token)
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_token"})


@pytest.mark.parametrize(
    ("differs", "status", "error"),
    [
        ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"redirect_uri": f"{PUBLIC_URL}/elsewhere"}, 400, "invalid_grant"),
        ({"code": "guess"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "stranger"}, 401, "invalid_client"),
    ],
)
def test_a_wrong_exchange_is_refused(ids: Neighbours, differs: dict[str, str], status: int, error: str) -> None:
    response = exchange(ids, code_for(ids), **differs)

    assert (response.status_code, response.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    "differs", [{"client_id": "stranger"}, {"redirect_uri": "https://example.com/"}, {"redirect_uri": ""}]
)
def test_a_stranger_is_never_sent_back(ids: Neighbours, differs: dict[str, str]) -> None:
    page = Browser(ids).open("/ids/oauth2/authorize", **(QUERY | differs))

    assert (page.status_code, title(page)) == (400, "无法登录")


@pytest.mark.parametrize(
    ("differs", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
    ],
)
def test_a_wrong_request_of_the_right_client_is_sent_back_with_its_error(
    ids: Neighbours, differs: dict[str, str], error: str
) -> None:
    response = Browser(ids).open("/ids/oauth2/authorize", **(QUERY | differs))

    assert sent_back_with(response) == {"error": error, "state": "s-1"}


def test_cancel_goes_back_as_the_protocol_says(ids: Neighbours) -> None:
    cancel = links(Browser(ids).open("/ids/oauth2/authorize", **QUERY))["取消"]

    assert urlsplit(cancel).query == "error=access_denied&state=s-1"


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer guess", "Basic guess"])
def test_nobody_is_told_without_a_token(ids: Neighbours, header: str) -> None:
    response = requests.get(
        f"{ids.url}/ids/oauth2/userinfo", headers={"Authorization": header}, timeout=TIMEOUT_SECONDS
    )

    assert response.status_code == 401
