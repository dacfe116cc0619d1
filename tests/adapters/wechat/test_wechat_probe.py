"""Our own callback asked as the platform asks it: what is sent is what the wire accepts, and what it refuses."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, Response, request

from adapters.wechat.messages import NO_REPLY, BadPush
from adapters.wechat.probe import CALLBACK, CallbackProbe, Outside
from adapters.wechat.wire import MODES, Wire
from tests.adapters.wechat.platform_double import PlatformDouble
from tests.adapters.wechat.sandbox_server import served

DOUBLE = PlatformDouble()


def now() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai"))


def wire_of(mode: str, **changes: Any) -> Wire:
    settings: dict[str, Any] = {"app_id": DOUBLE.app_id, "token": DOUBLE.token, "aes_key": DOUBLE.aes_key}
    return Wire(**settings | changes, mode=mode, clock=now)


def probe_of(outside: Outside, mode: str, **changes: Any) -> CallbackProbe:
    settings: dict[str, Any] = {"app_id": DOUBLE.app_id, "token": DOUBLE.token, "aes_key": DOUBLE.aes_key}
    return CallbackProbe(outside, account=DOUBLE.account, mode=mode, clock=now, **settings | changes)


@pytest.fixture
def outside_of() -> Iterator[Callable[[Wire], Outside]]:
    """The wire behind a real server, and a stranger who asks it."""
    with ExitStack() as running:

        def serve(wire: Wire) -> Outside:
            app = Flask("callback")

            def view() -> Response:
                query = request.args.to_dict(flat=False)
                try:
                    if request.method == "GET":
                        return Response(wire.check_url(query), mimetype="text/plain")
                    push = wire.receive(query, request.get_data())
                    app.extensions["seen"] = push.message
                    return Response(wire.render(NO_REPLY, push), mimetype="text/plain")
                except BadPush as bad:
                    return Response("refused", bad.status)

            app.add_url_rule(CALLBACK, view_func=view, methods=["GET", "POST"])
            outside = Outside(running.enter_context(served(app)), timeout=3)
            running.callback(outside.close)
            return outside

        yield serve


@pytest.mark.parametrize("mode", MODES)
def test_in_every_mode_the_genuine_is_taken_and_the_forged_refused(
    mode: str, outside_of: Callable[[Wire], Outside]
) -> None:
    probe = probe_of(outside_of(wire_of(mode)), mode)
    echo, heard = probe.check_url()
    assert (heard.status, heard.content_type, heard.text) == (200, "text/plain", echo)
    taken = probe.push()
    assert (taken.status, taken.text) == (200, "success")
    assert probe.forge().status == 403


@pytest.mark.parametrize("wrong", [{"token": "another-token"}, {"aes_key": "A" * 43}])
def test_settings_that_differ_from_the_services_show(
    wrong: dict[str, str], outside_of: Callable[[Wire], Outside]
) -> None:
    probe = probe_of(outside_of(wire_of("encrypted")), "encrypted", **wrong)
    assert probe.push().status in {400, 403}


def test_nobody_there_is_an_answer_too() -> None:
    outside = Outside("http://127.0.0.1:1", timeout=1)
    heard = outside.get("/")
    assert (heard.status, bool(heard.lost)) == (0, True)
    outside.close()


def test_the_other_sides_clock_is_read_from_its_header() -> None:
    app = Flask("clock")
    with served(app) as url:
        outside = Outside(url, timeout=2)
        date = outside.get("/").date
        outside.close()
    assert date is not None
    assert abs(date - datetime.now(UTC)) < timedelta(seconds=3)


@pytest.mark.parametrize("header", ["yesterday", "", "Mon, 01 Jan 2024 00:00:00 -0000"])
def test_a_clock_that_cannot_be_read_is_none(header: str) -> None:
    app = Flask("clock")
    app.add_url_rule("/", view_func=lambda: Response("", headers={"Date": header}))
    with served(app) as url:
        outside = Outside(url, timeout=2)
        assert outside.get("/").date is None
        outside.close()
