"""Access tokens and tickets, and what happens to a call without a valid one."""

import pytest

from tests.sandbox.platform import APP_ID, SECRET, Wechat


def classic(wechat: Wechat, **differs: str) -> dict[str, object]:
    query = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | differs
    answer: dict[str, object] = wechat.ask("GET", "/cgi-bin/token", params=query).json()
    return answer


def code_with(wechat: Wechat, token: object) -> int:
    answer = wechat.ask("GET", "/cgi-bin/getcallbackip", params={"access_token": token}).json()
    return int(answer.get("errcode", 0))


def test_the_stable_token_stays_the_same_until_shortly_before_its_end(wechat: Wechat) -> None:
    first = wechat.stable_token()
    assert first["expires_in"] in (7199, 7200)
    wechat.later(6000)
    again = wechat.stable_token()
    assert again["access_token"] == first["access_token"]
    assert 1190 <= again["expires_in"] <= 1200
    wechat.later(1000)
    renewed = wechat.stable_token()["access_token"]
    assert renewed != first["access_token"]
    assert code_with(wechat, first["access_token"]) == 0  # its last minutes overlap
    wechat.later(300)
    assert code_with(wechat, first["access_token"]) == 42001
    assert code_with(wechat, renewed) == 0


def test_a_forced_renewal_ends_the_old_stable_token_but_not_twice_in_half_a_minute(wechat: Wechat) -> None:
    first = wechat.stable_token()["access_token"]
    second = wechat.stable_token(force_refresh=True)["access_token"]
    assert second != first
    assert code_with(wechat, first) == 40001
    assert wechat.stable_token(force_refresh=True)["access_token"] == second
    wechat.later(30)
    assert wechat.stable_token(force_refresh=True)["access_token"] != second


def test_forced_renewals_run_out_after_twenty_a_day(wechat: Wechat) -> None:
    for _ in range(20):
        assert "access_token" in wechat.stable_token(force_refresh=True)
        wechat.later(30)
    assert wechat.stable_token(force_refresh=True)["errcode"] == 45009
    assert "access_token" in wechat.stable_token()
    wechat.later(24 * 3600)
    assert "access_token" in wechat.stable_token(force_refresh=True)


def test_every_classic_token_is_new_and_the_one_before_lives_five_minutes_longer(wechat: Wechat) -> None:
    first, stable = classic(wechat)["access_token"], wechat.stable_token()["access_token"]
    second = classic(wechat)["access_token"]
    assert second != first
    assert [code_with(wechat, token) for token in (first, second, stable)] == [0, 0, 0]
    wechat.later(301)
    assert [code_with(wechat, token) for token in (first, second, stable)] == [42001, 0, 0]


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ({"appid": ""}, 41002),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "password"}, 40002),
    ],
)
def test_a_wrong_caller_gets_no_token_of_either_kind(wechat: Wechat, differs: dict[str, str], code: int) -> None:
    assert classic(wechat, **differs)["errcode"] == code
    assert wechat.stable_token(**differs)["errcode"] == code


def test_a_call_without_a_valid_token_is_told_why_with_a_rid(wechat: Wechat) -> None:
    missing = wechat.ask("GET", "/cgi-bin/menu/get").json()
    assert (missing["errcode"], missing["errmsg"].startswith("access_token missing rid: ")) == (41001, True)
    assert code_with(wechat, "invented") == 40001


def test_wrong_methods_bodies_and_addresses_have_their_own_codes(wechat: Wechat) -> None:
    query = {"access_token": wechat.token}
    codes = [
        wechat.ask("POST", "/cgi-bin/menu/get", params=query).json()["errcode"],
        wechat.ask("GET", "/cgi-bin/menu/create", params=query).json()["errcode"],
        wechat.ask("POST", "/cgi-bin/menu/create", params=query, data="").json()["errcode"],
        wechat.ask("POST", "/cgi-bin/menu/create", params=query, data="{").json()["errcode"],
        wechat.ask("POST", "/cgi-bin/menu/create", params=query, data="[]").json()["errcode"],
        wechat.ask("GET", "/cgi-bin/menu/remove", params=query).json()["errcode"],
    ]
    assert codes == [43001, 43002, 44002, 47001, 47001, 40066]


def test_the_ticket_stays_the_same_until_it_ends_and_stands_in_the_script(wechat: Wechat) -> None:
    first = wechat.get("ticket/getticket", type="jsapi")
    assert (first["errcode"], first["expires_in"]) in ((0, 7200), (0, 7199))
    assert wechat.get("ticket/getticket", type="jsapi")["ticket"] == first["ticket"]
    assert first["ticket"] in wechat.ask("GET", "/jssdk/jweixin.js").text
    assert wechat.get("ticket/getticket", type="wx_card")["errcode"] == 40097
    wechat.control("POST", "reset")
    wechat.kept_token = ""
    assert wechat.get("ticket/getticket", type="jsapi")["ticket"] == first["ticket"]
    wechat.later(7200)
    wechat.kept_token = ""
    assert wechat.get("ticket/getticket", type="jsapi")["ticket"] != first["ticket"]
