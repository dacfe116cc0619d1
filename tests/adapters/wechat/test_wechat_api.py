"""The API client against a platform that answers, refuses, hangs and talks nonsense."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import redis

from adapters.wechat.api import WeChatApi
from adapters.wechat.failures import Action, WeChatBusy, WeChatRefused, failure
from adapters.wechat.messages import OAuthAnswer, TextReply
from adapters.wechat.transport import Transport
from fund.errors import OutcomeUnknown, Refused, Unavailable
from tests.adapters.wechat.conftest import Answer, ScriptedPlatform, StandingClock, quick_client

TOKEN, IPS, SEND = "/cgi-bin/stable_token", "/cgi-bin/getcallbackip", "/cgi-bin/message/template/send"
OK = {"errcode": 0, "errmsg": "ok"}


def send(api: WeChatApi) -> str:
    return api.send_template("o-1", "T", "http://a/", {"thing1": {"value": "租房提取"}}, "application-1-submitted")


# What is sent


def test_every_call_carries_the_shared_token_and_the_token_is_asked_for_in_a_body(
    api: WeChatApi, platform: ScriptedPlatform
) -> None:
    assert api.callback_ips() == api.callback_ips() == ["127.0.0.1"]
    assert platform.count(TOKEN) == 1
    assert platform.last(TOKEN)[2:] == (
        {},
        {"grant_type": "client_credential", "appid": "wx0", "secret": "APP-SECRET", "force_refresh": False},
    )
    assert platform.last(IPS)[2] == {"access_token": "token-1-SECRET"}


def test_a_template_message_carries_its_once_only_id(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(SEND, OK | {"msgid": 7})
    assert send(api) == "7"
    assert platform.last(SEND)[3] == {
        "touser": "o-1",
        "template_id": "T",
        "url": "http://a/",
        "client_msg_id": "application-1-submitted",
        "data": {"thing1": {"value": "租房提取"}},
    }


def test_a_customer_message(api: WeChatApi, platform: ScriptedPlatform) -> None:
    api.send_custom("o-1", TextReply("您好"))
    sent = platform.last("/cgi-bin/message/custom/send")[3]
    assert sent == {"touser": "o-1", "msgtype": "text", "text": {"content": "您好"}}


def test_chinese_goes_out_as_utf8_and_not_as_escapes(api: WeChatApi, platform: ScriptedPlatform) -> None:
    menu = {"button": [{"type": "click", "name": "业务办理", "key": "BUSINESS"}]}
    api.menu_create(menu)
    assert platform.last("/cgi-bin/menu/create")[3] == menu
    content_type, body = platform.bodies[-1]
    assert content_type == "application/json; charset=utf-8"
    assert "业务办理".encode() in body


def test_menu_qr_code_user_and_ticket(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say("/cgi-bin/menu/get", {"menu": {"button": []}})
    assert api.menu_get() == {"menu": {"button": []}}
    platform.say("/cgi-bin/menu/get", {"errcode": 46003, "errmsg": "menu no exist"})
    assert api.menu_get() is None
    api.menu_delete()
    platform.say("/cgi-bin/menu/addconditional", {"menuid": "208379533"})
    assert api.menu_addconditional({"button": [], "matchrule": {"tag_id": "2"}}) == "208379533"
    api.menu_trymatch("o-1")
    assert platform.last("/cgi-bin/menu/trymatch")[3] == {"user_id": "o-1"}
    platform.say("/cgi-bin/qrcode/create", {"ticket": "t", "url": "http://w/q/1", "expire_seconds": 60})
    code = api.qrcode_create("rent", 60)
    assert (code.url, code.expires_in) == ("http://w/q/1", 60)
    assert platform.last("/cgi-bin/qrcode/create")[3] == {
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "rent"}},
        "expire_seconds": 60,
    }
    platform.say("/cgi-bin/qrcode/create", {"ticket": "t", "url": "http://w/q/2"})
    assert api.qrcode_create("rent").expires_in == 0
    assert platform.last("/cgi-bin/qrcode/create")[3]["action_name"] == "QR_LIMIT_STR_SCENE"
    platform.say("/cgi-bin/user/info", {"subscribe": 0, "openid": "o-1"})
    assert api.user_info("o-1")["subscribe"] == 0
    platform.say("/cgi-bin/ticket/getticket", OK | {"ticket": "TICKET", "expires_in": 7200})
    assert [api.jsapi_ticket(), api.jsapi_ticket()] == ["TICKET", "TICKET"]
    assert platform.count("/cgi-bin/ticket/getticket") == 1


@pytest.mark.parametrize(
    ("mark", "snapshot"), [({}, False), ({"is_snapshotuser": 1}, True), ({"is_snapshotuser": 0}, False)]
)
def test_a_code_is_exchanged_and_a_snapshot_is_told(
    mark: dict[str, int], snapshot: bool, api: WeChatApi, platform: ScriptedPlatform
) -> None:
    platform.say("/sns/oauth2/access_token", {"access_token": "x", "openid": "o-1", "scope": "snsapi_base"} | mark)
    assert api.exchange_code("CODE") == OAuthAnswer("o-1", snapshot)
    assert platform.last("/sns/oauth2/access_token")[2] == {
        "appid": "wx0",
        "secret": "APP-SECRET",
        "code": "CODE",
        "grant_type": "authorization_code",
    }
    assert platform.count(TOKEN) == 0


# A refused token


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_renewed_and_the_call_made_once_more(
    errcode: int, api: WeChatApi, platform: ScriptedPlatform
) -> None:
    platform.say(SEND, {"errcode": errcode, "errmsg": "bad"}, OK | {"msgid": 8})
    assert send(api) == "8"
    assert platform.count(TOKEN) == 2
    first, second = (call for call in platform.calls if call[1] == SEND)
    assert first[3] == second[3]
    assert [first[2]["access_token"], second[2]["access_token"]] == ["token-1-SECRET", "token-2-SECRET"]


def test_a_token_that_always_fails_makes_two_calls_and_no_more(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(IPS, {"errcode": 40001, "errmsg": "invalid credential rid: 1-2-3"})
    for asked in range(1, 4):
        with pytest.raises(WeChatRefused) as caught:
            api.callback_ips()
        assert caught.value.errcode == 40001
        assert platform.count(IPS) == 2 * asked
        assert platform.count(TOKEN) <= 2 * asked


def test_a_newer_token_of_another_process_is_used_and_not_thrown_away(
    platform: ScriptedPlatform, store: redis.Redis, clock: StandingClock
) -> None:
    one, other = (
        WeChatApi(Transport(platform.url), store, app_id="wx0", app_secret="S", clock=clock) for _ in range(2)
    )
    one.callback_ips()

    def renewed_meanwhile(handler: BaseHTTPRequestHandler) -> None:
        platform.say(IPS, {"errcode": 40001, "errmsg": "x"}, OK | {"ip_list": []})
        other.callback_ips()
        body = b'{"errcode":40001,"errmsg":"x"}'
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    platform.say(IPS, renewed_meanwhile)
    assert one.callback_ips() == []
    assert platform.count(TOKEN) == 2
    assert platform.last(IPS)[2]["access_token"] == "token-2-SECRET"


def test_the_token_itself_may_be_refused(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(TOKEN, {"errcode": 40125, "errmsg": "invalid appsecret"})
    with pytest.raises(WeChatRefused) as caught:
        api.callback_ips()
    assert caught.value.action is Action.ALARM
    assert platform.count(IPS) == 0


# Refusals


@pytest.mark.parametrize(
    ("errcode", "action"),
    [
        (40003, Action.DROP_BINDING),
        (40029, Action.RESTART_OAUTH),
        (40163, Action.RESTART_OAUTH),
        (42003, Action.RESTART_OAUTH),
        (40037, Action.DISABLE_TEMPLATE),
        (43004, Action.NOT_FOLLOWING),
        (43101, Action.MARK_REFUSED),
        (45015, Action.FALL_BACK),
        (45047, Action.FALL_BACK),
        (47003, Action.BUG),
        (40018, Action.FIX_MENU),
        (99999, Action.ALARM),
    ],
)
def test_each_refusal_says_what_to_do(errcode: int, action: Action, api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(SEND, {"errcode": errcode, "errmsg": "o-1 is bad rid: 65a0-abc-12"})
    with pytest.raises(WeChatRefused) as caught:
        send(api)
    refused = caught.value
    assert isinstance(refused, Refused)
    assert (refused.errcode, refused.code, refused.action, refused.rid) == (
        errcode,
        str(errcode),
        action,
        "65a0-abc-12",
    )
    assert "o-1" not in str(refused)


def send_custom(api: WeChatApi) -> None:
    api.send_custom("o-1", TextReply("您好"))


@pytest.mark.parametrize(
    ("path", "errcode"),
    [
        (SEND, 45009),
        (SEND, 48001),
        (SEND, 50002),
        (SEND, 40001),
        (TOKEN, 40164),
        (TOKEN, 40125),
        (TOKEN, 40013),
        (TOKEN, 40243),
    ],
)
@pytest.mark.parametrize(("ask", "own_path"), [(send, SEND), (send_custom, "/cgi-bin/message/custom/send")])
def test_a_message_waits_until_the_trouble_of_the_account_is_over(
    path: str,
    errcode: int,
    ask: Callable[[WeChatApi], object],
    own_path: str,
    api: WeChatApi,
    platform: ScriptedPlatform,
    store: redis.Redis,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = own_path if path == SEND else path
    platform.say(path, {"errcode": errcode, "errmsg": "o-1 invalid ip 203.0.113.7 rid: 6-1"})
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            ask(api)
        assert caught.value.code == str(errcode)
    assert f"errcode {errcode}" in caplog.text
    assert "o-1" not in caplog.text
    del platform.answers[path]
    for name in store.keys("wechat:wx0:stopped:*"):
        store.delete(name)
    before = platform.count(own_path)
    ask(api)
    assert platform.count(own_path) == before + 1


def test_the_same_trouble_is_a_refusal_for_a_call_of_the_menu(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(TOKEN, {"errcode": 40164, "errmsg": "invalid ip 203.0.113.7, not in whitelist"})
    with pytest.raises(WeChatRefused) as caught:
        api.menu_create({"button": []})
    assert caught.value.ip == "203.0.113.7"


@pytest.mark.parametrize("errcode", [-1, 45011])
def test_a_busy_platform_is_not_asked_again_within_the_request(
    errcode: int, api: WeChatApi, platform: ScriptedPlatform
) -> None:
    platform.say(SEND, {"errcode": errcode, "errmsg": "system error"})
    with pytest.raises(WeChatBusy) as caught:
        send(api)
    assert isinstance(caught.value, Unavailable)
    assert platform.count(SEND) == 1


def test_a_used_up_quota_stops_this_call_until_midnight_in_shanghai(
    api: WeChatApi, platform: ScriptedPlatform, store: redis.Redis, clock: StandingClock
) -> None:
    platform.say(IPS, {"errcode": 45009, "errmsg": "reach max api daily quota limit"})
    for _ in range(3):
        with pytest.raises(WeChatRefused) as caught:
            api.callback_ips()
        assert caught.value.action is Action.STOP_UNTIL_RESET
    assert platform.count(IPS) == 1
    api.menu_delete()
    [name] = store.keys("wechat:wx0:stopped:*")
    now = clock()
    assert 0 < store.ttl(name) <= 86400 - now.hour * 3600 - now.minute * 60 - now.second


@pytest.mark.parametrize(
    ("errmsg", "ip"),
    [
        ("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6-1", "203.0.113.7"),
        ("invalid ip 2001:db8::7, not in whitelist", "2001:db8::7"),
        ("something else", ""),
    ],
)
def test_the_address_to_whitelist_is_told(errmsg: str, ip: str) -> None:
    refused = failure("/cgi-bin/stable_token", 40164, errmsg)
    assert isinstance(refused, WeChatRefused)
    assert refused.ip == ip
    assert ip in str(refused)


# Silence and nonsense


def hang(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.3)


def drop(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.close()


def half(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"errcode"')
    drop(handler)


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        for _ in range(60):
            handler.wfile.write(b"1\r\n \r\n")
            time.sleep(0.1)
    except OSError:
        return


NONSENSE: dict[str, Answer] = {
    "html": b"<html>maintenance</html>",
    "empty": b"",
    "a list": b"[]",
    "a number": b"7",
    "deep json": b"[" * 100_000,
    "invalid utf-8": b'{"a": "\xff"}',
    "too large": b" " * (1024 * 1024 + 1),
    "502": 502,
    "404": 404,
    "redirect": 302,
    "hangs": hang,
    "drops": drop,
    "half an answer": half,
    "drips": drip,
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_an_error_of_ours(name: str, api: WeChatApi, platform: ScriptedPlatform) -> None:
    api.callback_ips()
    platform.say(IPS, NONSENSE[name])
    platform.say(SEND, NONSENSE[name])
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        api.callback_ips()
    if name not in {"drips", "hangs"}:
        with pytest.raises(OutcomeUnknown):
            send(api)
    assert time.monotonic() - begun < 4
    assert platform.count(IPS) == 2


@pytest.mark.parametrize("silent", [{}, {"errmsg": "ok"}])
def test_a_send_that_is_not_confirmed_is_of_unknown_outcome(
    silent: dict[str, str], api: WeChatApi, platform: ScriptedPlatform
) -> None:
    platform.say(SEND, silent)
    with pytest.raises(OutcomeUnknown):
        send(api)


@pytest.mark.parametrize(
    ("path", "answer", "ask"),
    [
        (TOKEN, {"expires_in": 7200}, lambda api: api.callback_ips()),
        (TOKEN, {"access_token": "", "expires_in": 7200}, lambda api: api.callback_ips()),
        (TOKEN, {"access_token": "x"}, lambda api: api.callback_ips()),
        (TOKEN, {"access_token": "x", "expires_in": "soon"}, lambda api: api.callback_ips()),
        (IPS, {"errcode": 0}, lambda api: api.callback_ips()),
        (IPS, {"errcode": "zero"}, lambda api: api.callback_ips()),
        ("/sns/oauth2/access_token", {"access_token": "x"}, lambda api: api.exchange_code("C")),
        ("/cgi-bin/ticket/getticket", {"errcode": 0, "ticket": "t"}, lambda api: api.jsapi_ticket()),
        ("/cgi-bin/qrcode/create", {"ticket": "t"}, lambda api: api.qrcode_create("rent")),
    ],
)
def test_a_missing_field_is_an_error_of_ours(
    path: str,
    answer: dict[str, Any],
    ask: Callable[[WeChatApi], object],
    api: WeChatApi,
    platform: ScriptedPlatform,
) -> None:
    platform.say(path, answer)
    with pytest.raises(Unavailable):
        ask(api)


def test_a_platform_that_is_not_there_never_got_the_message(
    store: redis.Redis, clock: StandingClock, platform: ScriptedPlatform
) -> None:
    WeChatApi(Transport(platform.url), store, app_id="wx0", app_secret="S", clock=clock).callback_ips()
    nowhere = WeChatApi(Transport("http://127.0.0.1:1"), store, app_id="wx0", app_secret="S", clock=clock)
    with pytest.raises(Unavailable):
        send(nowhere)


def test_every_call_is_counted_by_how_it_ended(
    platform: ScriptedPlatform, store: redis.Redis, clock: StandingClock
) -> None:
    seen: list[tuple[str, str]] = []
    transport = Transport(platform.url, observe=lambda name, _seconds, outcome: seen.append((name, outcome)))
    watched = WeChatApi(transport, store, app_id="wx0", app_secret="S", clock=clock)
    platform.say(SEND, OK, {"errcode": 43004, "errmsg": "x"}, 502)
    send(watched)
    for error in (WeChatRefused, OutcomeUnknown):
        with pytest.raises(error):
            send(watched)
    platform.say(IPS, 502)
    with pytest.raises(Unavailable):
        watched.callback_ips()
    transport.close()
    outcomes = ["ok", "ok", "refused", "unknown", "unavailable"]
    assert seen == [("wechat", outcome) for outcome in outcomes]


def test_a_platform_that_keeps_failing_is_left_alone_for_a_moment(
    platform: ScriptedPlatform, store: redis.Redis, clock: StandingClock
) -> None:
    api = WeChatApi(Transport(platform.url), store, app_id="wx0", app_secret="S", clock=clock)
    api.callback_ips()
    platform.say(IPS, 502)
    for _ in range(8):
        with pytest.raises(Unavailable):
            api.callback_ips()
    assert platform.count(IPS) == 6


def test_without_the_token_store_nothing_is_called(platform: ScriptedPlatform, clock: StandingClock) -> None:
    with quick_client("redis://127.0.0.1:1") as nowhere:
        api = WeChatApi(Transport(platform.url), nowhere, app_id="wx0", app_secret="S", clock=clock)
        with pytest.raises(Unavailable):
            api.callback_ips()
    assert platform.calls == []
