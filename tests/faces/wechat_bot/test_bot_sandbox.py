"""The account as a follower of the sandbox meets it: pushes, retries, silent authorisation, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import redis
import requests
from flask import Flask, session

from adapters.wechat.api import WeChatApi
from adapters.wechat.duplicates import Duplicates
from adapters.wechat.transport import Transport
from adapters.wechat.wire import Wire
from tests.adapters.wechat.platform_double import PlatformDouble
from tests.adapters.wechat.sandbox_server import SandboxServer, running_sandbox, served
from tests.faces.wechat_bot.conftest import Counter, Desk, Generous, OneTimes
from wechat_bot import callback, oauth
from wechat_bot.answering import Answering
from wechat_bot.replies import BOT

OPENID = "o-zhang-wei"


def now() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai"))


@dataclass
class Town:
    """The account's app and the sandbox, each behind its own server."""

    app_url: str
    sandbox: SandboxServer
    desk: Desk


@pytest.fixture
def town_in(records: redis.Redis, desk: Desk, tmp_path: Path) -> Iterator[Callable[[str], Town]]:
    with ExitStack() as running:

        def build(mode: str) -> Town:
            double = PlatformDouble(mode=mode)
            app = Flask("account-under-test")
            app.secret_key = "only in this test"
            app.add_url_rule("/h5/", "home", lambda: f"您好 {session.get('openid', '')}")
            app_url = running.enter_context(served(app))
            sandbox = running.enter_context(running_sandbox(tmp_path / mode, double, app_url))
            wire = Wire(app_id=double.app_id, token=double.token, aes_key=double.aes_key, mode=mode, clock=now)
            api = WeChatApi(Transport(sandbox.url), records, app_id=double.app_id, app_secret="APP-SECRET", clock=now)
            bot = callback.Bot(
                wire, Duplicates(records, b"a server-side secret"), Answering(BOT, desk.services(), desk), Counter()
            )
            app.register_blueprint(callback.blueprint(bot))
            collaborators = oauth.OAuth(
                app_id=double.app_id,
                open_url=sandbox.url,
                public_url=app_url,
                states=OneTimes(),
                exchange=api.exchange_code,
                remember=lambda openid: session.update(openid=openid),
                known=lambda: "openid" in session,
                session_mark=lambda: "",
            )
            app.extensions["services"] = SimpleNamespace(limiter=Generous())
            app.register_blueprint(oauth.blueprint(collaborators))
            return Town(app_url, sandbox, desk)

        yield build


@pytest.mark.parametrize("mode", ["encrypted", "compatible", "plain"])
def test_a_follower_is_welcomed_and_answered_in_every_mode(mode: str, town_in: Callable[[str], Town]) -> None:
    town = town_in(mode)
    [welcomed] = town.sandbox.push(OPENID, event="subscribe")
    assert "感谢关注" in welcomed["reply"]["content"]
    [answered] = town.sandbox.push(OPENID, text="业务办理")
    assert answered["reply"]["articles"][0]["url"].endswith("/wechat/oauth/start?next=/h5/")
    [tapped] = town.sandbox.push(OPENID, event="CLICK", event_key="CONTACT")
    assert "12329" in tapped["reply"]["content"]
    [left] = town.sandbox.push(OPENID, event="unsubscribe")
    assert (left["status"], left["reply"]) == (200, None)
    assert town.desk.forgotten == [OPENID]


def test_lost_answers_make_the_platform_ask_again_and_the_answer_is_the_same(
    town_in: Callable[[str], Town],
) -> None:
    town = town_in("encrypted")
    town.sandbox.push(OPENID, event="subscribe")
    town.desk.progress[OPENID] = "租房提取：审核中"
    attempts = town.sandbox.push(OPENID, text="进度", lost_answers=2)
    assert [attempt["status"] for attempt in attempts] == [200, 200, 200]
    assert len({attempt["reply"]["content"] for attempt in attempts}) == 1
    assert town.desk.asked == [OPENID]


def test_an_event_that_fails_at_first_is_handled_at_the_platforms_second_try(
    town_in: Callable[[str], Town],
) -> None:
    town = town_in("encrypted")
    town.sandbox.push(OPENID, event="subscribe")
    town.desk.fails, town.desk.cannot_keep = 1, True
    attempts = town.sandbox.push(OPENID, event="unsubscribe")
    assert [attempt["status"] for attempt in attempts] == [503, 200]
    assert town.desk.forgotten == [OPENID]


def test_the_silent_authorisation_brings_the_phones_follower_to_a_clean_address(
    town_in: Callable[[str], Town],
) -> None:
    town = town_in("encrypted")
    town.sandbox.push(OPENID, event="subscribe")
    with requests.Session() as phone:
        phone.headers["User-Agent"] = "Mozilla/5.0 MicroMessenger/8.0.50"
        phone.get(f"{town.sandbox.url}/phone/{OPENID}", timeout=10)
        url, passed = f"{town.app_url}/wechat/oauth/start?next=/h5/", []
        for _ in range(6):
            answer = phone.get(url, allow_redirects=False, timeout=10)
            passed.append(url)
            if not answer.is_redirect:
                break
            target = answer.headers["Location"]
            url = target if urlsplit(target).netloc else f"{town.app_url}{target}"
        assert url == f"{town.app_url}/h5/"
        assert answer.text == f"您好 {OPENID}"
        callback_url = next(address for address in passed if "/wechat/oauth/callback" in address)
        again = phone.get(callback_url, timeout=10)
        assert again.url == f"{town.app_url}/h5/"
    assert town.sandbox.calls("/sns/oauth2/access_token") == 1
