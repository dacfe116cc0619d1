"""No token and no secret in any exception, log line or key of the store."""

import gc
import logging
import traceback
from collections.abc import Callable

import pytest
import redis

from adapters.wechat.api import WeChatApi
from adapters.wechat.transport import Transport
from fund.errors import FundError
from tests.adapters.wechat.conftest import ScriptedPlatform, StandingClock
from tests.adapters.wechat.test_wechat_api import IPS, NONSENSE, SEND, TOKEN, send

CODE = "ONE-TIME-CODE"
SECRETS = ("APP-SECRET", "-SECRET", CODE)


def everything_in(error: BaseException | None) -> str:
    """An exception with all that hangs on it, as an error collector would see it."""
    seen: list[str] = []
    while error is not None:
        request = getattr(error, "request", None)
        seen += [repr(error), str(error), repr(vars(error)), repr(getattr(request, "url", ""))]
        error = error.__cause__ or error.__context__
    return "\n".join(seen)


@pytest.mark.parametrize("name", [name for name in NONSENSE if name not in {"drips", "hangs"}])
@pytest.mark.parametrize("path", [TOKEN, IPS, SEND, "/sns/oauth2/access_token"])
def test_no_failure_shows_a_secret(
    name: str, path: str, api: WeChatApi, platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asks: dict[str, Callable[[], object]] = {
        TOKEN: api.callback_ips,
        IPS: api.callback_ips,
        SEND: lambda: send(api),
        "/sns/oauth2/access_token": lambda: api.exchange_code(CODE),
    }
    platform.say(path, NONSENSE[name])
    with pytest.raises(FundError) as caught:
        asks[path]()
    shown = everything_in(caught.value) + "".join(traceback.format_exception(caught.value)) + caplog.text
    for secret in SECRETS:
        assert secret not in shown


def test_a_refused_connection_shows_no_secret(
    store: redis.Redis, clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = WeChatApi(Transport("http://127.0.0.1:1"), store, app_id="wx0", app_secret="APP-SECRET", clock=clock)
    for ask in (api.callback_ips, lambda: api.exchange_code(CODE)):
        with pytest.raises(FundError) as caught:
            ask()
        assert "SECRET" not in everything_in(caught.value) + caplog.text
        assert CODE not in everything_in(caught.value) + caplog.text


def test_urllib3_logs_the_path_and_not_the_query(
    api: WeChatApi, platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.callback_ips()
    assert "/cgi-bin/getcallbackip" in caplog.text
    assert "access_token=" not in caplog.text


def test_the_store_holds_no_secret_in_keys_or_values(
    api: WeChatApi, platform: ScriptedPlatform, store: redis.Redis
) -> None:
    platform.say("/cgi-bin/ticket/getticket", {"errcode": 0, "ticket": "TICKET", "expires_in": 7200})
    platform.say(SEND, {"errcode": 45009, "errmsg": ""})
    api.jsapi_ticket()
    with pytest.raises(FundError):
        send(api)
    names = b" ".join(store.keys("*")).decode()
    assert {"wechat:wx0:access_token", "wechat:wx0:jsapi_ticket"} <= set(names.split())
    assert not any(secret in names for secret in (*SECRETS, "TICKET"))
    values = b" ".join(store.get(name) or b"" for name in names.split())
    assert not any(secret.encode() in values for secret in (*SECRETS, "TICKET"))


def test_values_of_the_store_last_no_longer_than_they_are_good(
    api: WeChatApi, store: redis.Redis, platform: ScriptedPlatform
) -> None:
    api.callback_ips()
    assert 0 < store.ttl("wechat:wx0:access_token") <= 7200
    assert not store.exists("wechat:wx0:access_token:lock")
    gc.collect()  # an unclosed connection would be a warning, and a warning an error
