"""The short way for pushes: answers the good ones as Flask would, and hands on whatever else, untouched."""

import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from flask import Flask

from adapters.http import request_id
from adapters.wechat.duplicates import Duplicates
from adapters.wechat.messages import Delivery, Incoming
from adapters.wechat.wire import Wire
from tests.adapters.wechat.platform_double import OPENID, PlatformDouble
from tests.adapters.wechat.test_wechat_worst_bodies import FIELDS
from tests.adapters.wechat.worst_bodies import SEALED, worst
from tests.faces.wechat_bot.conftest import Counter, Desk, standing_clock
from tests.faces.wechat_bot.test_bot_callback import BAD, MODES
from web import headers
from wechat_bot import callback
from wechat_bot.answering import Answering
from wechat_bot.entry import PushEntry
from wechat_bot.replies import BOT

Asked = tuple[str, dict[str, str], bytes]


class Behind:
    """What stands behind the entry; remembers the bodies it was handed."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        start_response("418 HANDED ON", [])
        return [b"handed on"]


class Callback:
    """The entry and what it is made of, asked as gunicorn asks."""

    def __init__(self, desk: Desk, records: redis.Redis, mode: str = "encrypted", **changes: Any) -> None:
        self.double = PlatformDouble(mode=mode)
        self.wire = Wire(
            app_id=self.double.app_id, token=self.double.token, aes_key=self.double.aes_key, mode=mode, clock=standing_clock
        )  # fmt: skip
        self.duplicates: Any = Duplicates(records, b"a server-side secret")
        self.answering = Answering(BOT, desk.services(), desk, budget=desk.budget)
        self.behind, self.measured = Behind(), list[tuple[str, str, int]]()
        self.changes = changes

    def entry(self, app: Any = None) -> PushEntry:
        given: dict[str, Any] = {
            "hosts": (),
            "headers": headers.of_every_answer(secure=False),
            "serving": request_id.serving,
            "measure": lambda endpoint, method, status, seconds: self.measured.append((endpoint, method, status)),
        }
        return PushEntry(app or self.behind, self.wire, self.duplicates, self.answering, **given | self.changes)

    def flask(self) -> Flask:
        """The callback by way of Flask alone."""
        app = Flask("the-long-way")
        app.register_blueprint(callback.blueprint(callback.Bot(self.wire, self.duplicates, self.answering, Counter())))
        headers.register(app, secure=False)
        return app

    def ask(self, query: dict[str, str] | str, body: bytes, app: Any = None, **environ: str) -> Asked:
        told: list[Any] = []
        asked = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/wechat/callback",
            "QUERY_STRING": query if isinstance(query, str) else urlencode(query),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "gjj.example.cn",
            **environ,
            "wsgi.input": BytesIO(body),
        }
        found = b"".join(self.entry(app)(asked, lambda status, headers, *_info: told.append((status, dict(headers)))))
        return told[0][0], told[0][1], found

    def say(self, nonce: str = "1", **fields: str) -> Asked:
        return self.ask(*self.double.push(self.double.xml(**fields), nonce=nonce))


@pytest.fixture
def short(desk: Desk, records: redis.Redis) -> Callback:
    return Callback(desk, records)


@pytest.mark.parametrize("mode", MODES)
def test_a_good_push_is_answered_without_flask(mode: str, desk: Desk, records: redis.Redis) -> None:
    short = Callback(desk, records, mode)
    desk.progress[OPENID] = "租房提取：审核中"
    for number, (text, expected) in enumerate((("帮助", "进度"), ("进度", "审核中"))):
        status, _, body = short.say(nonce=str(number), Content=text, MsgId=str(number))
        assert status == "200 OK"
        assert expected in short.double.opened(body)["Content"]
    assert short.behind.bodies == []
    assert short.measured == [("wechat_callback.push", "POST", 200)] * 2


def test_the_answer_is_told_as_flask_tells_it(short: Callback) -> None:
    for number, fields in enumerate(({"Content": "帮助"}, {"MsgType": "event", "Event": "view"})):
        query, body = short.double.push(short.double.xml(MsgId=str(number), **fields), nonce=str(number))
        status, told, answer = short.ask(query, body)
        long = short.flask().test_client().post(f"/wechat/callback?{urlencode(query)}", data=body)
        assert (long.status, long.data) == (status, answer)
        request = told.pop("X-Request-Id")
        assert len(request) == 10
        assert dict(long.headers) == told


def test_whatever_is_not_good_is_handed_on_with_its_body(short: Callback, desk: Desk) -> None:
    for name, (query, body) in BAD.items():
        assert short.ask(query, body)[0] == "418 HANDED ON", name
        assert short.behind.bodies.pop() == body, name
    assert desk.asked == [] and short.measured == []


@pytest.mark.parametrize(
    "odd",
    [
        {"REQUEST_METHOD": "GET"},
        {"REQUEST_METHOD": "HEAD"},
        {"PATH_INFO": "/wechat/callback/"},
        {"PATH_INFO": "/h5/"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "+7"},
        {"CONTENT_LENGTH": "٧"},
        {"CONTENT_LENGTH": "99999999999"},
        {"HTTP_HOST": "elsewhere.example"},
    ],
)
def test_an_odd_request_is_handed_on_although_the_push_is_good(
    odd: dict[str, str], desk: Desk, records: redis.Redis
) -> None:
    short = Callback(desk, records, hosts=("gjj.example.cn",))
    query, body = short.double.push(short.double.xml(Content="帮助", MsgId="1"))
    assert short.ask(query, body, **odd)[0] == "418 HANDED ON"
    assert short.behind.bodies == [body]
    assert short.ask(query, body)[0] == "200 OK"


def test_a_push_that_is_handed_on_is_refused_there_once(short: Callback, desk: Desk) -> None:
    query, body = short.double.push(short.double.xml(Content="x") + b" ")
    short.ask(query, body)
    limiter = Counter()
    app = Flask("behind")
    bot = callback.Bot(short.wire, short.duplicates, short.answering, limiter)
    app.register_blueprint(callback.blueprint(bot))
    assert short.ask(query | {"msg_signature": "0" * 40}, body, app.wsgi_app, SERVER_NAME="a", SERVER_PORT="1",
                     **{"wsgi.url_scheme": "http"})[0].startswith("403")  # fmt: skip
    assert sum(limiter.counts.values()) == 1


def test_a_failure_of_ours_asks_for_another_delivery(short: Callback, desk: Desk) -> None:
    desk.down = desk.cannot_keep = True
    left = {"MsgType": "event", "Event": "unsubscribe"}
    assert short.say(**left)[0].startswith("503")
    desk.down = False
    assert short.say(**left)[2] == b"success"
    assert [status for _, _, status in short.measured] == [503, 200]


def test_a_fault_of_ours_is_logged_with_its_request_and_asks_for_another_delivery(
    short: Callback, desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def broken(_reply: object, _to: Delivery) -> bytes:
        seen.append(request_id.current())
        raise KeyError("nobody thought of this")

    monkeypatch.setattr(short.wire, "render", broken)
    for number, text in enumerate(("帮助", "进度")):
        status, told, body = short.say(nonce=str(number), Content=text, MsgId=str(number))
        assert (status[:3], body, told["X-Request-Id"]) == ("500", b"try again", seen[number])
    assert caplog.text.count("unforeseen error in wechat_callback.push") == 2
    assert request_id.current() == ""
    monkeypatch.undo()
    assert short.say(Content="进度", MsgId="1")[0] == "200 OK"
    assert len(desk.asked) == 2


def test_a_reply_that_asks_nobody_is_claimed_and_kept_in_one_command(short: Callback, desk: Desk) -> None:
    kept, made = list[bytes](), list[bytes]()

    class Watched:
        def settled(self, push: Delivery, answer: bytes) -> bytes:
            kept.append(answer)
            return answer

        def answered(self, push: Delivery, make: Any) -> bytes:
            made.append(make())
            return made[-1]

    short.duplicates = Watched()
    pure = ("帮助", "忘记密码", "210102199001010015", "谁也不认识的话")
    for number, text in enumerate(pure):
        short.say(nonce=str(number), Content=text, MsgId=str(number))
    assert (len(kept), len(made)) == (len(pure), 0)
    short.say(nonce="9", Content="进度", MsgId="9")
    short.say(nonce="10", MsgType="event", Event="subscribe")
    assert (len(kept), len(made)) == (len(pure), 2)
    assert len(desk.asked) == len(desk.followed) == 1


def test_no_handler_that_asks_nobody_touches_anything(desk: Desk) -> None:
    """``at_once`` makes such a reply before it is known whether the push is new, so it must change nothing."""
    desk.down = True  # whatever it asked would fail
    services = desk.services()
    for handler in BOT.handlers:
        if not BOT.may_take_long(handler):
            for kind in ("text", "event"):
                handler(Incoming(kind, OPENID, "gh_1", 1, "x"), services)
    assert (desk.asked, desk.followed, desk.forgotten, desk.delivered, desk.chosen) == ([], [], [], [], [])


def test_the_worst_bodies_are_answered_or_refused_in_no_time(short: Callback) -> None:
    slow = {}
    for number, (name, message) in enumerate(worst(SEALED, FIELDS).items()):
        query, body = short.double.push(message, nonce=str(number))
        begun = time.thread_time()
        assert short.ask(query, body)[0] in ("200 OK", "418 HANDED ON"), name
        slow[name] = time.thread_time() - begun
    assert {name: seconds for name, seconds in slow.items() if seconds > 0.25} == {}
