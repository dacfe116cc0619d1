"""/wechat/jssdk/config: which addresses are signed, and what a page is told when there is nothing to sign with."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fund.errors import FundError, Unavailable
from tests.faces.wechat_bot.conftest import Counter
from wechat_bot import jssdk

PUBLIC = "https://gjj.example.cn"
CONFIG = "/wechat/jssdk/config?url="


class Signer:
    """Remembers what it was to sign."""

    def __init__(self) -> None:
        self.signed: list[str] = []
        self.failure: FundError | None = None

    def __call__(self, url: str) -> dict[str, str | int]:
        if self.failure:
            raise self.failure
        self.signed.append(url)
        return {"appId": "wx0", "timestamp": 1, "nonceStr": "n", "signature": "s"}


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def browser(signer: Signer) -> FlaskClient:
    return a_browser(signer, PUBLIC)


def a_browser(signer: Signer, public_url: str) -> FlaskClient:
    app = Flask("jssdk-under-test")
    app.extensions["services"] = SimpleNamespace(limiter=Counter())
    app.register_blueprint(jssdk.blueprint(signer, public_url))
    return app.test_client()


@pytest.mark.parametrize(
    "page",
    [
        f"{PUBLIC}/",
        f"{PUBLIC}/h5/",
        f"{PUBLIC}/h5/applications/AAAA-BBBB-CCCC?notice=kept",
        f"{PUBLIC}/h5/?a=1&b=%E5%85%AC+x&c=a/b:c@d",
        f"{PUBLIC}/h5/%E6%8C%87",
        f"{PUBLIC}/" + "a" * (jssdk.LONGEST_URL - len(PUBLIC) - 1),
    ],
)
def test_pages_of_our_own_are_signed_exactly_as_the_browser_has_them(
    browser: FlaskClient, signer: Signer, page: str
) -> None:
    answer = browser.get(CONFIG + quote(page, safe=""))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {"appId": "wx0", "timestamp": 1, "nonceStr": "n", "signature": "s"}
    assert signer.signed == [page]


def test_the_fragment_is_not_signed(browser: FlaskClient, signer: Signer) -> None:
    assert browser.get(CONFIG + quote(f"{PUBLIC}/h5/?a=1#wechat_redirect", safe="")).status_code == 200
    assert signer.signed == [f"{PUBLIC}/h5/?a=1"]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "/h5/",
        "//gjj.example.cn/h5/",
        PUBLIC,
        f"{PUBLIC}#/",
        f"{PUBLIC}?a=1",
        f"{PUBLIC}:443/h5/",
        f"{PUBLIC}:8443/h5/",
        f"{PUBLIC}.evil.example/h5/",
        f"{PUBLIC}@evil.example/h5/",
        "https://user@gjj.example.cn/h5/",
        "https://gjj.example.cn:x@evil.example/",
        "https://evil.example/https://gjj.example.cn/",
        "https://evil.example/?https://gjj.example.cn/h5/",
        "http://gjj.example.cn/h5/",
        "HTTPS://gjj.example.cn/h5/",
        "https://GJJ.example.cn/h5/",
        "https://xgjj.example.cn/h5/",
        "https://gjj.example.cn\\@evil.example/",
        f"{PUBLIC}/h5/\\..\\",
        f" {PUBLIC}/h5/",
        f"{PUBLIC}/h5/ ",
        f"{PUBLIC}/h5/\n",
        f"{PUBLIC}/h5/\x00",
        f"{PUBLIC}/h5/\x7f",
        f"{PUBLIC}/h5/公积金",
        f"{PUBLIC}/" + "a" * jssdk.LONGEST_URL,
        "javascript:alert(1)//https://gjj.example.cn/",
    ],
)
def test_anything_else_is_not_signed(browser: FlaskClient, signer: Signer, page: str) -> None:
    answer = browser.get(CONFIG + quote(page, safe=""))
    assert (answer.status_code, answer.json) == (400, {"error": "not_our_page"})
    assert signer.signed == []


def test_without_an_address_nothing_is_signed(browser: FlaskClient, signer: Signer) -> None:
    assert browser.get("/wechat/jssdk/config").status_code == 400
    assert signer.signed == []


@pytest.mark.parametrize(
    ("public_url", "page"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/h5/"),
        ("https://GJJ.example.cn:443", "https://gjj.example.cn/h5/"),
        ("http://gjj.example.cn:80", "http://gjj.example.cn/h5/"),
        ("https://gjj.example.cn:8443", "https://gjj.example.cn:8443/h5/"),
        ("http://[::1]:8000", "http://[::1]:8000/h5/"),
    ],
)
def test_our_own_address_is_meant_as_a_browser_writes_it(signer: Signer, public_url: str, page: str) -> None:
    assert a_browser(signer, public_url).get(CONFIG + quote(page, safe="")).status_code == 200
    assert signer.signed == [page]


def test_without_a_ticket_the_page_is_told_so_in_json(
    browser: FlaskClient, signer: Signer, caplog: pytest.LogCaptureFixture
) -> None:
    signer.failure = Unavailable("secret words", code="wechat_unreachable")
    answer = browser.get(CONFIG + quote(f"{PUBLIC}/h5/applications/AAAA-BBBB-CCCC", safe=""))
    assert (answer.status_code, answer.json) == (503, {"error": "unavailable"})
    assert "wechat_unreachable" in caplog.text
    assert "AAAA" not in caplog.text


def test_one_address_gets_six_hundred_a_minute(browser: FlaskClient, signer: Signer) -> None:
    from fund.errors import Refused

    page = CONFIG + quote(f"{PUBLIC}/h5/", safe="")
    for _ in range(600):
        assert browser.get(page).status_code == 200
    browser.application.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(Refused, match="too many"):
        browser.get(page)
    assert len(signer.signed) == 600
