"""Web authorisation: the order of the parameters, whose phone it is, one code for one use."""

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.sandbox.platform import APP_ID, SECRET, ZHANG_WEI, Service, Wechat


def link(service: Service, **differs: str) -> str:
    """The authorisation link as the documentation writes it; a value of "-" leaves the parameter out."""
    values = {
        "appid": APP_ID,
        "redirect_uri": f"{service.url}/wechat/oauth/callback?a=1",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s1",
    } | differs
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items() if value != "-")
    return f"/connect/oauth2/authorize?{query}"


def code(wechat: Wechat, service: Service, **differs: str) -> str:
    """Open the link on a phone and take the code out of the redirect."""
    location = wechat.ask("GET", link(service, **differs)).headers["Location"]
    return parse_qs(urlsplit(location).query)["code"][0]


def exchange(wechat: Wechat, code: str, **differs: str) -> dict[str, Any]:
    query = {"appid": APP_ID, "secret": SECRET, "code": code, "grant_type": "authorization_code"} | differs
    answer: dict[str, Any] = wechat.ask("GET", "/sns/oauth2/access_token", params=query).json()
    return answer


def test_a_known_phone_is_sent_back_silently_and_its_code_is_good_once(wechat: Wechat, service: Service) -> None:
    wechat.ask("GET", f"/phone/{ZHANG_WEI}")
    answer = wechat.ask("GET", link(service))
    back = urlsplit(answer.headers["Location"])
    assert (answer.status_code, f"{back.scheme}://{back.netloc}", back.path) == (
        302, service.url, "/wechat/oauth/callback",
    )  # fmt: skip
    query = parse_qs(back.query)
    assert (query["a"], query["state"]) == (["1"], ["s1"])
    told = exchange(wechat, query["code"][0])
    assert (told["openid"], told["scope"], told["expires_in"]) == (ZHANG_WEI, "snsapi_base", 7200)
    assert "is_snapshotuser" not in told
    assert exchange(wechat, query["code"][0])["errcode"] == 40163


def test_a_code_ends_after_five_minutes_and_an_invented_one_is_unknown(wechat: Wechat, service: Service) -> None:
    wechat.ask("GET", f"/phone/{ZHANG_WEI}")
    late = code(wechat, service)
    wechat.later(301)
    assert exchange(wechat, late)["errcode"] == 42003
    assert exchange(wechat, "invented")["errcode"] == 40029
    assert exchange(wechat, "")["errcode"] == 41008
    fresh = code(wechat, service)
    assert exchange(wechat, fresh, secret="wrong")["errcode"] == 40125
    assert exchange(wechat, fresh, appid="wx0")["errcode"] == 40013
    assert exchange(wechat, fresh)["openid"] == ZHANG_WEI


def test_somebody_on_a_snapshot_page_gets_a_virtual_openid(wechat: Wechat, service: Service) -> None:
    wechat.ask("GET", "/phone/o-ma-chao")
    told = exchange(wechat, code(wechat, service))
    assert told["is_snapshotuser"] == 1
    assert told["openid"] not in ("o-ma-chao", "")
    assert wechat.get("user/info", openid=told["openid"])["errcode"] == 40003


def test_an_unknown_phone_is_asked_whose_it_is_and_goes_on_from_there(wechat: Wechat, service: Service) -> None:
    page = wechat.ask("GET", link(service))
    assert page.status_code == 200
    assert "以谁的微信打开" in page.text
    chosen = wechat.ask("POST", link(service), data={"openid": ZHANG_WEI})
    assert chosen.status_code == 303
    back = wechat.ask("GET", chosen.headers["Location"].removeprefix(wechat.url))
    assert back.headers["Location"].startswith(service.url)


@pytest.mark.parametrize(
    ("differs", "words"),
    [
        ({"appid": "wx0000000000000000"}, "AppID"),
        ({"redirect_uri": "https://evil.example/callback"}, "10003"),
        ({"redirect_uri": "/wechat/oauth/callback"}, "10003"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": "snsapi_login"}, "10005"),
        ({"state": "a-b"}, "state"),
        ({"state": "a" * 129}, "state"),
        ({"scope": "-"}, "参数"),
        ({"unknown": "1"}, "参数"),
    ],
)
def test_a_wrong_link_shows_a_page_and_sends_nobody_anywhere(
    wechat: Wechat, service: Service, differs: dict[str, str], words: str
) -> None:
    wechat.ask("GET", f"/phone/{ZHANG_WEI}")
    page = wechat.ask("GET", link(service, **differs))
    assert (page.status_code, words in page.text, "Location" in page.headers) == (400, True, False)


def test_the_parameters_must_stand_in_the_documented_order(wechat: Wechat, service: Service) -> None:
    wechat.ask("GET", f"/phone/{ZHANG_WEI}")
    right = link(service)
    path, _, query = right.partition("?")
    parts = query.split("&")
    swapped = f"{path}?{'&'.join([parts[1], parts[0], *parts[2:]])}"
    assert wechat.ask("GET", swapped).status_code == 400
    assert wechat.ask("GET", right + "&forcePopup=true").status_code == 302
    assert wechat.ask("GET", link(service, state="-")).status_code == 302


def test_userinfo_asks_for_consent_and_base_does_not_allow_it(wechat: Wechat, service: Service) -> None:
    wechat.ask("GET", f"/phone/{ZHANG_WEI}")
    asked = link(service, scope="snsapi_userinfo")
    assert "允许" in wechat.ask("GET", asked).text
    location = wechat.ask("POST", asked).headers["Location"]
    told = exchange(wechat, parse_qs(urlsplit(location).query)["code"][0])

    def info(token: str) -> dict[str, Any]:
        query = {"access_token": token, "openid": ZHANG_WEI}
        answer: dict[str, Any] = wechat.ask("GET", "/sns/userinfo", params=query).json()
        return answer

    assert info(told["access_token"])["nickname"] == "微信用户"
    assert info(exchange(wechat, code(wechat, service))["access_token"])["errcode"] == 48001
    assert [info("invented")["errcode"], info("")["errcode"]] == [40001, 41001]
