"""The identity service, core system and bank behind a real HTTP server, and a browser to visit them."""

from __future__ import annotations

import base64
import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox import bank, core, identity
from sandbox.world import World

PUBLIC_URL = "http://127.0.0.1:9"
SURL = f"{PUBLIC_URL}/login/return?state=s1"
APP_NAME, CLIENT_ID, CLIENT_SECRET = "test-app", "test-client", "test-secret"
TRIPLE_DES_KEY = "0123456789abcdefFEDCBA98"
SETTINGS = {
    "PUBLIC_URL": PUBLIC_URL,
    "IDENTITY_APP_NAME": APP_NAME,
    "IDENTITY_KEY": TRIPLE_DES_KEY,
    "IDENTITY_CLIENT_ID": CLIENT_ID,
    "IDENTITY_CLIENT_SECRET": CLIENT_SECRET,
    "CORE_KEY": "test-core",
    "BANK_KEY": "test-bank",
}
TIMEOUT_SECONDS = 5


def a_person(**differs: Any) -> dict[str, Any]:
    """Somebody ordinary: verified, employed, with an account at the fund and a card of class I."""
    return {
        "openid": None,
        "login": "zhangwei",
        "password": "Demo-2026",
        "name": "张伟",
        "id_number": "210102199001010015",
        "mobile": "13800000001",
        "verified": True,
        "kind": "person",
        "employer": {"number": "100001", "name": "辽宁省某某厅", "city": "210100"},
        "account": {
            "number": "210000001",
            "status": "01",
            "balance": "52340.18",
            "frozen": "120.50",
            "monthly_deposit": "2100.00",
            "paid_until": "2026-10",
            "months_in_a_row": 36,
            "opened": "2019-07-01",
        },
        "marital_status": "single",
        "spouse_id_number": None,
        "homes": [],
        "cards": [{"number": "6217000000000000012", "bank": "CCB", "class": 1}],
    } | differs


@dataclass(frozen=True)
class Neighbours:
    """The running services: `url` without a slash at the end, and the world behind them."""

    url: str
    world: World

    def later(self, seconds: float) -> None:
        """Let time pass in the sandbox."""
        with self.world.changing() as data:
            clock = data.setdefault("clock", {})
            clock["advanced"] = clock.get("advanced", 0) + seconds

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        """Send JSON as the service's adapters do."""
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                self.url + path, json=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )


@dataclass
class Browser:
    """Somebody at a browser: keeps cookies, follows redirects, stops where the identity service is left."""

    neighbours: Neighbours
    agent: str = "Mozilla/5.0 (X11; Linux x86_64)"
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.headers["User-Agent"] = self.agent

    def open(self, path: str, **query: str) -> requests.Response:
        """Open an address of the neighbours, a path or in full."""
        return self._follow(self._ask("GET", urljoin(self.neighbours.url, path), params=query))

    def send(self, page: requests.Response, **values: str) -> requests.Response:
        """Fill in the form of `page` and press its button; hidden fields go along."""
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
        return self._follow(self._ask("POST", page.url, data=hidden | values))

    def click(self, page: requests.Response, words: str) -> requests.Response:
        """Follow the link with exactly these words."""
        return self.open(urljoin(page.url, links(page)[words]))

    def sign_in(self, login: str, password: str, **query: str) -> requests.Response:
        """From LoginServlet through the sign-in page; the answer is where the browser was sent at last."""
        return self.send(self.open("/ids/LoginServlet", **(trs_query() | query)), login=login, password=password)

    def _ask(self, method: str, url: str, **how: Any) -> requests.Response:
        return self.session.request(method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **how)

    def _follow(self, response: requests.Response) -> requests.Response:
        while response.is_redirect:
            target = urljoin(response.url, response.headers["Location"])
            if not target.startswith(self.neighbours.url):
                return response
            response = self._ask("GET", target)
        return response


def b64(text: str) -> str:
    """As the TRS protocol writes its parameters."""
    return base64.b64encode(text.encode()).decode()


def trs_query(co_session: str = "co-1", surl: str = SURL, app: str = APP_NAME) -> dict[str, str]:
    """The query of LoginServlet."""
    return {"coAppName": b64(app), "coSessionId": b64(co_session), "surl": b64(surl)}


def sent_back_with(response: requests.Response) -> dict[str, str]:
    """The query of the address outside that the browser was sent to."""
    assert response.is_redirect, f"{response.status_code}: {words(response)}"
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def words(page: requests.Response) -> str:
    """What a citizen reads on the page."""
    text = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", page.text)
    return " ".join(unescape(text).split())


def title(page: requests.Response) -> str:
    """The page's headline."""
    found = re.search(r"(?s)<h1>(.*?)</h1>", page.text)
    assert found, page.text
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def links(page: requests.Response) -> dict[str, str]:
    """Words → address of every link."""
    found = re.findall(r'(?s)<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.text)
    return {re.sub(r"<[^>]+>|\s", "", inside): unescape(href) for href, inside in found}


def error_beside(page: requests.Response, name: str) -> str | None:
    """The words beside one field."""
    found = re.search(rf'id="{name}-error"[^>]*>([^<]*)<', page.text)
    return unescape(found[1]) if found else None


def code_shown(page: requests.Response) -> str:
    """The code of the simulated text message."""
    found = re.search(r"<strong>(\d{6})</strong>", page.text)
    assert found, words(page)
    return found[1]


def find_user(neighbours: Neighbours, ticket: str, co_session: str = "co-1", **query: str) -> dict[str, Any]:
    """Ask the back channel. The answer has `status` besides, and `user` when there is one."""
    asked = {
        "idsServiceType": "httpssoservice",
        "serviceName": "findUserBySSOID",
        "coAppName": APP_NAME,
        "ssoSessionId": ticket,
        "coSessionId": co_session,
        "type": "json",
    } | query
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(f"{neighbours.url}/ids/service", params=asked, timeout=TIMEOUT_SECONDS)
    answer: dict[str, Any] = response.json() | {"status": response.status_code}
    if "data" in answer:
        answer["user"] = json.loads(answer["data"])["user"]
    return answer


def decrypted(text: str) -> str:
    """3DES as the application undoes it: ECB, PKCS#7, base64."""
    decryptor = Cipher(TripleDES(TRIPLE_DES_KEY.encode()), modes.ECB()).decryptor()
    padded = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
    return padded[: -padded[-1]].decode()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: a test's own words are enough."""


@contextmanager
def running(folder: Path, *people: dict[str, Any], **environ: str) -> Iterator[Neighbours]:
    """The three services over a world of these people, until the block ends."""
    people_file = folder / "people.json"
    people_file.write_text(json.dumps(list(people), ensure_ascii=False), encoding="utf-8")
    world = World(SETTINGS | {"VAR_DIR": str(folder), "SANDBOX_PEOPLE": str(people_file)} | environ)
    app = Flask(__name__)
    for name, neighbour in (("ids", identity), ("core", core), ("bank", bank)):
        app.register_blueprint(neighbour.blueprint(world), url_prefix=f"/{name}")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Neighbours(f"http://127.0.0.1:{server.port}", world)
    finally:
        server.shutdown()
        thread.join(timeout=TIMEOUT_SECONDS)
        server.server_close()
