"""The API client against the sandbox: an independent reading of the platform's rules, faults included."""

import io
import time
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import redis
from flask import Flask
from PIL import Image

from adapters.wechat.api import WeChatApi
from adapters.wechat.failures import Action, WeChatBusy, WeChatRefused
from adapters.wechat.transport import Transport
from fund.errors import OutcomeUnknown, Unavailable
from tests.adapters.wechat.platform_double import PlatformDouble
from tests.adapters.wechat.sandbox_server import SandboxServer, running_sandbox, served
from wechat_bot.notices import progress_notice

DOUBLE = PlatformDouble()
OPENID = "o-zhang-wei"
MENU = {"button": [{"type": "view", "name": "业务办理", "url": "http://127.0.0.1:9/h5/"}]}
SEND = "/cgi-bin/message/template/send"


def now() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def the_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    callback = Flask("takes every push")
    callback.add_url_rule("/wechat/callback", "callback", lambda: "success", methods=["POST"])
    with (
        served(callback) as public_url,
        running_sandbox(tmp_path_factory.mktemp("sandbox"), DOUBLE, public_url) as server,
    ):
        yield server


@pytest.fixture
def sandbox(the_sandbox: SandboxServer) -> SandboxServer:
    the_sandbox.control("POST", "reset", {"menu": True})
    the_sandbox.push(OPENID, event="subscribe")
    return the_sandbox


@pytest.fixture
def api(sandbox: SandboxServer, store: redis.Redis) -> Iterator[WeChatApi]:
    transport = Transport(sandbox.url, read=1, total=2)
    yield WeChatApi(transport, store, app_id=DOUBLE.app_id, app_secret="APP-SECRET", clock=now)
    transport.close()


def notice() -> dict[str, dict[str, str]]:
    return progress_notice("租房提取", "已提交", "ZF2026-7K3M", now(), "审核结果会在微信通知您")


def send(api: WeChatApi, once: str = "application-1-submitted") -> str:
    return api.send_template(OPENID, "PROGRESS-TEMPLATE", "http://127.0.0.1:9/h5/applications", notice(), once)


def test_a_notice_reaches_the_follower_once_however_often_it_is_sent(api: WeChatApi, sandbox: SandboxServer) -> None:
    assert send(api) == send(api)
    received = sandbox.inbox(OPENID, "template")
    assert len(received) == 1
    assert "ZF2026-7K3M" in str(received[0])


def test_a_menu_is_created_read_and_deleted(api: WeChatApi) -> None:
    assert api.menu_get() is None
    api.menu_create(MENU)
    live = api.menu_get()
    assert live is not None
    assert live["menu"]["button"][0]["name"] == "业务办理"
    api.menu_delete()
    assert api.menu_get() is None


def test_a_token_the_platform_ended_is_renewed_within_the_call(api: WeChatApi, sandbox: SandboxServer) -> None:
    api.callback_ips()
    sandbox.control("POST", "clock", {"advance": 7300})
    api.menu_create(MENU)
    assert sandbox.calls("/cgi-bin/stable_token") == 2
    assert sandbox.calls("/cgi-bin/menu/create") == 2


def test_the_ticket_the_follower_and_a_qr_code(api: WeChatApi, sandbox: SandboxServer) -> None:
    assert api.jsapi_ticket() == api.jsapi_ticket()
    assert sandbox.calls("/cgi-bin/ticket/getticket") == 1
    assert api.user_info(OPENID)["openid"] == OPENID
    assert api.qrcode_create("rent").expires_in == 0
    assert api.qrcode_create("rent", 600).expires_in == 600


def test_a_picture_is_uploaded_and_fetched_again(api: WeChatApi, sandbox: SandboxServer) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    api.callback_ips()
    sandbox.control("POST", "clock", {"advance": 7300})  # the token ends: the upload is made twice
    media_id = api.media_upload("image", "code.png", file.getvalue())
    assert sandbox.calls("/cgi-bin/media/upload") == 2
    fetched = api.media_get(media_id)
    assert (fetched.content_type, fetched.content) == ("image/png", file.getvalue())
    sandbox.control("POST", "clock", {"advance": 3 * 24 * 60 * 60})
    with pytest.raises(WeChatRefused):
        api.media_get(media_id)


def test_a_wrong_secret_is_an_alarm(sandbox: SandboxServer, store: redis.Redis) -> None:
    wrong = WeChatApi(Transport(sandbox.url), store, app_id=DOUBLE.app_id, app_secret="WRONG", clock=now)
    with pytest.raises(WeChatRefused) as caught:
        wrong.callback_ips()
    assert caught.value.action is Action.ALARM
    assert "WRONG" not in str(caught.value)


def test_a_code_that_was_never_given_out_restarts_the_authorisation(api: WeChatApi) -> None:
    with pytest.raises(WeChatRefused) as caught:
        api.exchange_code("0123456789abcdef")
    assert caught.value.action is Action.RESTART_OAUTH


def test_a_stranger_gets_no_message(api: WeChatApi) -> None:
    with pytest.raises(WeChatRefused) as caught:
        api.send_template("o-nobody-at-all", "PROGRESS-TEMPLATE", "", notice(), "x")
    assert caught.value.action in {Action.DROP_BINDING, Action.NOT_FOLLOWING}


def test_a_wrong_template_disables_it(api: WeChatApi) -> None:
    with pytest.raises(WeChatRefused) as caught:
        api.send_template(OPENID, "NO-SUCH-TEMPLATE", "", notice(), "x")
    assert caught.value.action is Action.DISABLE_TEMPLATE


def test_a_field_that_breaks_its_rule_is_refused_by_the_platform_too(api: WeChatApi) -> None:
    broken = notice() | {"phrase2": {"value": "passed"}}
    with pytest.raises(WeChatRefused) as caught:
        api.send_template(OPENID, "PROGRESS-TEMPLATE", "", broken, "x")
    assert caught.value.errcode == 47003


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("error", WeChatBusy),
        ("drop", OutcomeUnknown),
        ("unknown", OutcomeUnknown),
        ("garbage", OutcomeUnknown),
        ("refuse", WeChatBusy),
        ("slow", OutcomeUnknown),
    ],
)
def test_every_fault_of_a_send_becomes_the_right_error(
    mode: str, error: type[Exception], api: WeChatApi, sandbox: SandboxServer
) -> None:
    api.callback_ips()
    fault = {"service": "wechat", "path": SEND, "mode": mode, "times": 1, "seconds": 1.3}
    sandbox.control("POST", "faults", fault)
    with pytest.raises(error):
        send(api)
    until = time.monotonic() + 3
    while not sandbox.calls(SEND) and time.monotonic() < until:
        time.sleep(0.05)
    assert sandbox.calls(SEND) == 1


@pytest.mark.parametrize("mode", ["error", "drop", "garbage"])
def test_every_fault_of_a_question_may_be_asked_again(mode: str, api: WeChatApi, sandbox: SandboxServer) -> None:
    api.callback_ips()
    sandbox.control("POST", "faults", {"service": "wechat", "mode": mode, "times": 1})
    with pytest.raises(Unavailable):
        api.callback_ips()
    assert api.callback_ips()
