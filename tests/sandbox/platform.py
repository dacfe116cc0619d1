"""The sandbox's platform behind a real HTTP server, and a small service at its callback address.

The service decrypts and encrypts with wechatpy, so that the sandbox's own cryptography meets another one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import requests
from flask import Flask
from wechatpy.crypto import WeChatCrypto
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.app import create_app

APP_ID, SECRET, TOKEN = "wx5a4d9b0c1e2f3a6b", "7c1f0a52e9b64d3f8a20cd15be97f641", "sandboxToken2026"
AES_KEY = "c2FuZGJveC1hZXMta2V5LW5vdC1mb3ItcmVhbC11c2U"
ACCOUNT = "gh_5a4d9b0c1e2f"
TEMPLATE = "Sbx0PROGRESSn0ticeForRentWithdrawal00000001"
SUBSCRIBE_TEMPLATE = "Sbx0SUBSCRIBEn0ticeForRentWithdrawal0000001"
ONE_TIME_TEMPLATE = "Sbx0ONCEn0ticeOfServiceHours000000000000001"
TIMEOUT_SECONDS = 10
ZHANG_WEI, LI_NA = "o-zhang-wei", "o-li-na"


@dataclass(frozen=True)
class Pushed:
    """One request that reached the service."""

    query: dict[str, str]
    body: str
    xml: ElementTree.Element

    def says(self, name: str) -> str | None:
        """The text of one element of the message."""
        return self.xml.findtext(name)


@dataclass
class Service:
    """Stands at PUBLIC_URL. `answer` turns a push into (status, body); `pushes` is everything that came; `app` is
    where a test may put pages of its own before the first request."""

    url: str = ""
    mode: str = "encrypted"
    app: Flask = field(default_factory=lambda: Flask("service"))
    pushes: list[Pushed] = field(default_factory=list)
    answer: Callable[[Pushed], tuple[int, str]] = lambda _: (200, "success")

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Service]:
        """Until the block ends."""
        service = cls()
        service.app.add_url_rule("/wechat/callback", view_func=service._take, methods=["POST"])
        with serving(service.app) as url:
            service.url = url
            yield service

    def sealed(self, xml: str, **changes: str) -> str:
        """A reply in its envelope, made by wechatpy; `changes` replace words of it."""
        sealed = str(WeChatCrypto(TOKEN, AES_KEY, APP_ID).encrypt_message(xml, "n0nce", str(int(time.time()))))
        for words, others in changes.items():
            sealed = sealed.replace(words, others)
        return sealed

    def of_event(self, event: str) -> list[Pushed]:
        """The pushes of one event."""
        return [push for push in self.pushes if push.says("Event") == event]

    def _take(self) -> tuple[str, int]:
        from flask import request

        body, query = request.get_data(as_text=True), request.args.to_dict()
        plain = body
        if "<Encrypt>" in body and "msg_signature" in query:
            crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
            plain = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        push = Pushed(query, body, ElementTree.fromstring(plain))
        self.pushes.append(push)
        status, answer = self.answer(push)
        return answer, status


@dataclass
class Wechat:
    """A client of the running platform, the way the service and a test see it."""

    url: str
    app: Flask
    session: requests.Session = field(default_factory=requests.Session)
    kept_token: str = ""

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        """One request as it is; redirects are not followed."""
        how.setdefault("allow_redirects", False)
        return self.session.request(method, self.url + path, timeout=TIMEOUT_SECONDS, **how)

    @property
    def token(self) -> str:
        """The stable token, fetched once."""
        self.kept_token = self.kept_token or self.stable_token()["access_token"]
        return self.kept_token

    def stable_token(self, **differs: Any) -> dict[str, Any]:
        """Ask for the shared token."""
        asked = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | differs
        answer: dict[str, Any] = self.ask("POST", "/cgi-bin/stable_token", json=asked).json()
        return answer

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """GET an address of the API with the token."""
        answer: dict[str, Any] = self.ask("GET", f"/cgi-bin/{path}", params={"access_token": self.token} | query).json()
        return answer

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """POST to an address of the API with the token."""
        answer: dict[str, Any] = self.ask(
            "POST", f"/cgi-bin/{path}", params={"access_token": self.token}, json=body
        ).json()
        return answer

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Use the control interface; anything but success fails the test."""
        response = self.ask(method, f"/_control/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def push(self, openid: str = ZHANG_WEI, **what: Any) -> list[dict[str, Any]]:
        """Push as a follower, with impatient retries."""
        asked = {"openid": openid, "retry_seconds": 0.05, **what}
        attempts: list[dict[str, Any]] = self.control("POST", "push", asked)["attempts"]
        return attempts

    def inbox(self, openid: str = ZHANG_WEI) -> list[dict[str, Any]]:
        """What a follower received."""
        found: list[dict[str, Any]] = self.control("GET", f"inbox/{openid}")
        return found

    def later(self, seconds: float) -> None:
        """Let time pass on the platform."""
        self.control("POST", "clock", {"advance": seconds})


def text_reply(push: Pushed, content: str, **differs: str) -> str:
    """A passive reply to `push`, not yet in an envelope."""
    names = {"to": push.says("FromUserName"), "from": ACCOUNT} | differs
    return (
        f"<xml><ToUserName><![CDATA[{names['to']}]]></ToUserName>"
        f"<FromUserName><![CDATA[{names['from']}]]></FromUserName><CreateTime>1790000000</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content></xml>"
    )


def news_reply(push: Pushed, *titles: str) -> str:
    """A passive reply of cards."""
    items = "".join(
        f"<item><Title>{title}</Title><Description>看一看</Description><PicUrl></PicUrl>"
        f"<Url>https://example.com/</Url></item>"
        for title in titles
    )
    return (
        f"<xml><ToUserName>{push.says('FromUserName')}</ToUserName><FromUserName>{ACCOUNT}</FromUserName>"
        f"<CreateTime>1790000000</CreateTime><MsgType>news</MsgType>"
        f"<ArticleCount>{len(titles)}</ArticleCount><Articles>{items}</Articles></xml>"
    )


def a_menu(*buttons: dict[str, Any]) -> dict[str, Any]:
    """A menu; without buttons it has one that opens a page."""
    return {"button": list(buttons or ({"type": "view", "name": "业务办理", "url": "https://example.com/h5/"},))}


def a_notice(openid: str = ZHANG_WEI, **differs: Any) -> dict[str, Any]:
    """A template message of progress that has nothing wrong with it."""
    data = {
        "thing1": {"value": "租房提取"},
        "phrase2": {"value": "已提交"},
        "character_string3": {"value": "ZF26-7K2M-9Q4X"},
        "time4": {"value": "2026年7月15日 10:20"},
        "thing5": {"value": "我们将在3个工作日内完成审核"},
    }
    url = "https://example.com/h5/applications"
    return {"touser": openid, "template_id": TEMPLATE, "url": url, "data": data} | differs


def eventually(found: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Look again and again until there is something; fails when there never is."""
    end = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: a test's own words are enough."""


def _whole(app: Flask) -> Any:
    """Every file in full: of one that the browser already has, werkzeug answers 304 and leaves it open."""

    def answer(environ: dict[str, Any], start: Any) -> Any:
        for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
            environ.pop(name, None)
        return app(environ, start)

    return answer


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` on a free port until the block ends; gives its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.002}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(timeout=TIMEOUT_SECONDS)
        server.server_close()


@contextmanager
def running_sandbox(folder: Path, service: Service, **environ: str) -> Iterator[Wechat]:
    """The whole sandbox over the world kept in `folder`."""
    settings = {"VAR_DIR": str(folder), "PUBLIC_URL": service.url, "WECHAT_MODE": service.mode}
    app = create_app(settings | environ)
    with serving(app) as url:
        wechat = Wechat(url, app)
        try:
            yield wechat
        finally:
            app.extensions["wechat"].pusher.close()
            wechat.session.close()
