"""What administrators ask of the platform, and how patient their commands are with a busy one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from adapters.wechat.account import Ping, Quota, Template, WeChatAccount
from adapters.wechat.failures import WeChatBusy, WeChatRefused
from adapters.wechat.private_store import PrivateStore
from adapters.wechat.transport import Transport
from fund.errors import OutcomeUnknown, Unavailable
from tests.adapters.wechat.conftest import ScriptedPlatform, StandingClock
from tests.adapters.wechat.test_wechat_api import IPS, OK, SEND, TOKEN, send

BUSY = {"errcode": -1, "errmsg": "system error"}
QUOTA, CLEAR, CHECK = "/cgi-bin/openapi/quota/get", "/cgi-bin/clear_quota", "/cgi-bin/callback/check"


@pytest.fixture
def account_with(
    platform: ScriptedPlatform, store: redis.Redis, clock: StandingClock
) -> Iterator[Callable[..., WeChatAccount]]:
    transport = Transport(platform.url, connect=1, read=1, total=1.5)

    def make(kept: Any = store, waits: tuple[float, ...] = (0.01, 0.02)) -> WeChatAccount:
        return WeChatAccount(transport, kept, app_id="wx0", app_secret="APP-SECRET", clock=clock, busy_waits=waits)

    yield make
    transport.close()


@pytest.fixture
def account(account_with: Callable[..., WeChatAccount]) -> WeChatAccount:
    return account_with()


# What is asked


def test_tags_templates_and_quota(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    platform.say("/cgi-bin/tags/get", {"tags": [{"id": 100, "name": "单位经办人", "count": 3}]})
    assert account.tags() == {100: "单位经办人"}
    platform.say(
        "/cgi-bin/template/get_all_private_template",
        {"template_list": [{"template_id": "T", "title": "进度", "content": "类型:{{thing1.DATA}}\n", "example": ""}]},
    )
    assert account.templates() == [Template("T", "进度", "类型:{{thing1.DATA}}\n")]
    data = [{"priTmplId": "S", "title": "进度", "content": "c", "example": "", "type": kind} for kind in (2, 3)]
    platform.say("/wxaapi/newtmpl/gettemplate", OK | {"data": data})
    assert [template.long_term for template in account.subscribe_templates()] == [False, True]
    platform.say(QUOTA, OK | {"quota": {"daily_limit": 1000, "used": 7, "remain": 993}})
    assert account.quota("/cgi-bin/menu/create") == Quota(1000, 7)
    assert platform.last(QUOTA)[3] == {"cgi_path": "/cgi-bin/menu/create"}


def test_the_platforms_look_at_our_server(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    platform.say(
        CHECK,
        {
            "dns": [{"ip": f"203.0.113.{n}", "real_operator": "UNICOM"} for n in (1, 2, 3)],
            "ping": [
                {"ip": "203.0.113.1", "from_operator": "UNICOM", "package_loss": "0%", "time": "23.079ms"},
                {"ip": "203.0.113.2", "from_operator": "UNICOM", "package_loss": "100%", "time": ""},
            ],
        },
    )
    assert account.callback_check() == [
        Ping("203.0.113.1", "UNICOM", True, "23.079ms"),
        Ping("203.0.113.2", "UNICOM", False, ""),
        Ping("203.0.113.3", "UNICOM", None, ""),
    ]
    assert platform.last(CHECK)[3] == {"action": "all", "check_operator": "DEFAULT"}


@pytest.mark.parametrize(
    ("path", "answer", "ask"),
    [
        ("/cgi-bin/tags/get", {}, WeChatAccount.tags),
        ("/cgi-bin/tags/get", {"tags": [1]}, WeChatAccount.tags),
        ("/cgi-bin/tags/get", {"tags": [{"id": "x", "name": "a"}]}, WeChatAccount.tags),
        ("/cgi-bin/template/get_all_private_template", {"template_list": {}}, WeChatAccount.templates),
        ("/wxaapi/newtmpl/gettemplate", {"data": None}, WeChatAccount.subscribe_templates),
        (CHECK, {"dns": [{}]}, WeChatAccount.callback_check),
        (QUOTA, OK, lambda account: account.quota("/x")),
        (QUOTA, OK | {"quota": {"daily_limit": 5}}, lambda account: account.quota("/x")),
    ],
)
def test_an_answer_that_lacks_what_was_asked_for_is_an_error_of_ours(
    path: str,
    answer: dict[str, Any],
    ask: Callable[[WeChatAccount], object],
    account: WeChatAccount,
    platform: ScriptedPlatform,
) -> None:
    platform.say(path, answer)
    with pytest.raises(Unavailable):
        ask(account)


def test_token_and_ticket_can_be_asked_for_past_the_shared_ones(
    account: WeChatAccount, platform: ScriptedPlatform
) -> None:
    platform.say("/cgi-bin/ticket/getticket", OK | {"ticket": "TICKET", "expires_in": 6000})
    account.jsapi_ticket()
    assert (account.token_seconds(), account.ticket_seconds()) == (7200, 6000)
    assert platform.count(TOKEN) == 2
    assert platform.count("/cgi-bin/ticket/getticket") == 2


def test_a_conditional_menu_that_is_gone_already_is_gone(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    drop = "/cgi-bin/menu/delconditional"
    platform.say(drop, {"errcode": 65301, "errmsg": "no such conditional menu"}, {"errcode": 40097, "errmsg": ""})
    account.menu_delconditional("208379533")
    assert platform.last(drop)[3] == {"menuid": "208379533"}
    with pytest.raises(WeChatRefused):
        account.menu_delconditional("208379533")


@pytest.mark.parametrize("answer", [{"button": [{"name": "a"}]}, {"menu": {"button": [{"name": "a"}]}}])
def test_the_menu_a_follower_sees_is_told_in_one_form(
    answer: dict[str, Any], account: WeChatAccount, platform: ScriptedPlatform
) -> None:
    platform.say("/cgi-bin/menu/trymatch", answer)
    assert account.menu_trymatch("o-1") == {"button": [{"name": "a"}]}


# A quota cleared


def test_what_was_stopped_goes_on_once_the_quota_is_cleared(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    platform.say(IPS, {"errcode": 45009, "errmsg": ""}, {"ip_list": ["127.0.0.1"]})
    for _ in range(2):
        with pytest.raises(WeChatRefused):
            account.callback_ips()
    assert platform.count(IPS) == 1
    account.clear_quota()
    assert platform.last(CLEAR)[3] == {"appid": "wx0"}
    assert account.callback_ips() == ["127.0.0.1"]


def test_clearing_is_never_repeated_by_itself(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    platform.say(CLEAR, BUSY)
    with pytest.raises(WeChatBusy):
        account.clear_quota()
    assert platform.count(CLEAR) == 1
    platform.say(CLEAR, b"<html>")
    with pytest.raises(OutcomeUnknown):
        account.clear_quota()


# A busy platform


def test_a_command_asks_a_busy_platform_twice_more(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    platform.say(IPS, BUSY, BUSY, {"ip_list": ["127.0.0.1"]})
    assert account.callback_ips() == ["127.0.0.1"]
    assert platform.count(IPS) == 3
    platform.say(IPS, BUSY)
    with pytest.raises(WeChatBusy):
        account.callback_ips()
    assert platform.count(IPS) == 6


def test_a_busy_token_endpoint_is_asked_again_too(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    platform.say(TOKEN, BUSY, {"access_token": "token-SECRET", "expires_in": 7200})
    assert account.callback_ips() == ["127.0.0.1"]


def test_nothing_but_busy_is_asked_again(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    for errcode in (45011, 40037):
        platform.say(IPS, {"errcode": errcode, "errmsg": ""})
        before = platform.count(IPS)
        with pytest.raises((WeChatBusy, WeChatRefused)):
            account.callback_ips()
        assert platform.count(IPS) == before + 1


def test_what_may_not_be_done_twice_is_asked_once(account: WeChatAccount, platform: ScriptedPlatform) -> None:
    platform.say(SEND, BUSY)
    with pytest.raises(WeChatBusy):
        send(account)
    assert platform.count(SEND) == 1


def test_a_citizens_request_never_waits_for_a_busy_platform(
    account_with: Callable[..., WeChatAccount], platform: ScriptedPlatform
) -> None:
    platform.say(IPS, BUSY)
    with pytest.raises(WeChatBusy):
        account_with(waits=()).callback_ips()
    assert platform.count(IPS) == 1


# The shared store is down


def test_a_private_store_serves_one_command(
    account_with: Callable[..., WeChatAccount], platform: ScriptedPlatform
) -> None:
    account = account_with(PrivateStore())
    platform.say(IPS, {"ip_list": ["1"]}, {"errcode": 40001, "errmsg": ""}, {"errcode": 45009, "errmsg": ""})
    assert account.callback_ips() == ["1"]
    for _ in range(2):
        with pytest.raises(WeChatRefused) as caught:
            account.callback_ips()
        assert caught.value.errcode == 45009
    assert (platform.count(TOKEN), platform.count(IPS)) == (2, 3)
    account.clear_quota()
    platform.say(IPS, {"ip_list": ["2"]})
    assert account.callback_ips() == ["2"]
