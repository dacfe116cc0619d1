"""Silent web authorisation, from the redirect to the clean address, and all that goes wrong between."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from werkzeug.test import TestResponse

from adapters.wechat.messages import OAuthAnswer
from fund.errors import FundError, OutcomeUnknown, Refused, Unavailable
from tests.faces.wechat_bot.conftest import Generous, OneTimes
from web.services import Site
from wechat_bot import oauth, verify

ROOT = Path(__file__).resolve().parents[3]
PUBLIC = "https://gjj.example.cn"


@dataclass
class World:
    """What the authorisation works with; the test plays the platform."""

    states: OneTimes = field(default_factory=OneTimes)
    openids: dict[str, OAuthAnswer] = field(default_factory=dict)
    failures: list[FundError] = field(default_factory=list)
    exchanged: list[str] = field(default_factory=list)
    remembered: list[str] = field(default_factory=list)
    mark: str = ""

    def exchange(self, code: str) -> OAuthAnswer:
        self.exchanged.append(code)
        if self.failures:
            raise self.failures.pop(0)
        if code not in self.openids:
            raise Refused("spent", code="40163")
        return self.openids.pop(code)


@pytest.fixture
def world() -> World:
    return World(openids={"CODE1": OAuthAnswer("o-1"), "CODE2": OAuthAnswer("o-1")})


@pytest.fixture
def browser(world: World) -> FlaskClient:
    app = Flask("oauth-under-test", template_folder=str(ROOT / "templates"))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(
        site=Site(PUBLIC, "12329", "9:00—16:30", "", "", "https://www.lnszgjj.com/"),
        asset=lambda name: f"/static/{name}",
        csp_nonce=lambda: "nonce",
    )
    collaborators = oauth.OAuth(
        app_id="wx0",
        open_url="https://open.weixin.qq.com/",
        public_url=PUBLIC + "/",
        states=world.states,
        exchange=world.exchange,
        remember=world.remembered.append,
        known=lambda: bool(world.remembered),
        session_mark=lambda: world.mark,
    )
    app.extensions["services"] = SimpleNamespace(limiter=Generous())
    app.register_blueprint(oauth.blueprint(collaborators))
    app.register_blueprint(verify.blueprint({"aB3dE5": "aB3dE5"}))
    return app.test_client()


def state_in(answer: TestResponse) -> str:
    """The state of a redirect to the platform."""
    assert answer.status_code == 302, answer.text
    assert answer.location.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?"), answer.location
    return parse_qs(urlsplit(answer.location).query)["state"][0]


def back(browser: FlaskClient, state: str, code: str = "CODE1", extra: str = "") -> TestResponse:
    return browser.get(f"/wechat/oauth/callback?{extra}code={code}&state={state}")


def start(browser: FlaskClient, next_path: str = "/h5/applications") -> str:
    return state_in(browser.get(f"/wechat/oauth/start?next={quote(next_path)}"))


def test_the_address_is_built_in_the_platforms_strict_order(browser: FlaskClient, world: World) -> None:
    answer = browser.get("/wechat/oauth/start?next=/h5/")
    assert re.fullmatch(
        r"https://open\.weixin\.qq\.com/connect/oauth2/authorize\?appid=wx0"
        r"&redirect_uri=https%3A%2F%2Fgjj\.example\.cn%2Fwechat%2Foauth%2Fcallback"
        r"&response_type=code&scope=snsapi_base&state=[0-9a-f]{32}#wechat_redirect",
        answer.location,
    )
    assert world.states.seconds == [600]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_follower_comes_back_to_a_clean_address(browser: FlaskClient, world: World) -> None:
    answer = back(browser, start(browser, "/h5/rent/details?from=menu"))
    assert (answer.status_code, answer.location) == (302, "/h5/rent/details?from=menu")
    assert world.remembered == ["o-1"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_two_starts_have_two_states(browser: FlaskClient) -> None:
    assert start(browser) != start(browser)


@pytest.mark.parametrize(
    "next_path",
    [
        "",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "h5/",
        "/h5/\r\nX: y",
        "\t//evil.example",
    ],
)
def test_the_way_never_leads_off_this_host(next_path: str, browser: FlaskClient) -> None:
    assert back(browser, start(browser, next_path)).location == "/h5/"


# Going back, reloading, sharing


def test_a_replayed_callback_goes_to_the_clean_page_without_a_second_exchange(
    browser: FlaskClient, world: World
) -> None:
    state = start(browser)
    back(browser, state)
    for _ in range(3):
        assert back(browser, state).location == "/h5/applications"
    assert world.exchanged == ["CODE1"]


def test_a_shared_callback_address_begins_anew_for_somebody_else(browser: FlaskClient, world: World) -> None:
    state = start(browser)
    back(browser, state)
    world.remembered.clear()
    again = back(browser, state)
    assert "again%3D1" in again.location
    answer = back(browser, state_in(again), "CODE2", "again=1&")
    assert answer.location == "/h5/applications"


@pytest.mark.parametrize("state", ["", "x", "0" * 31, "0" * 32, "G" * 32, "0" * 4000, "<script>", "０" * 32])
def test_an_unknown_state_begins_anew_once_and_then_says_so(state: str, browser: FlaskClient, world: World) -> None:
    state_in(back(browser, quote(state)))
    page = back(browser, quote(state), extra="again=1&")
    assert page.status_code == 400
    assert "重新进入" in page.text
    assert world.exchanged == []


@pytest.mark.parametrize("code", ["", "%20", "<script>", "a" * 600, "%0a"])
def test_a_missing_or_odd_code_is_never_exchanged(code: str, browser: FlaskClient, world: World) -> None:
    state_in(back(browser, start(browser), code))
    assert world.exchanged == []


# What the platform refuses


@pytest.mark.parametrize("errcode", ["40029", "40163", "42003"])
def test_a_spent_code_begins_anew_once_and_only_once(errcode: str, browser: FlaskClient, world: World) -> None:
    world.failures = [Refused("spent", code=errcode), Refused("spent", code=errcode)]
    second = state_in(back(browser, start(browser)))
    page = back(browser, second, "CODE2", "again=1&")
    assert page.status_code == 400
    assert 'href="/wechat/oauth/start?next=/h5/applications"' in page.text
    assert len(world.exchanged) == 2
    assert world.remembered == []


def test_after_a_spent_code_the_second_try_succeeds(browser: FlaskClient, world: World) -> None:
    world.failures = [Refused("spent", code="40163")]
    second = state_in(back(browser, start(browser)))
    assert back(browser, second, "CODE2", "again=1&").location == "/h5/applications"


def test_a_snapshot_follower_is_never_kept(browser: FlaskClient, world: World) -> None:
    world.openids["CODE1"] = OAuthAnswer("o-virtual", is_snapshot=True)
    page = back(browser, start(browser))
    assert page.status_code == 403
    assert "使用完整服务" in page.text
    assert "o-virtual" not in page.text
    assert world.remembered == []


@pytest.mark.parametrize(
    "failure",
    [
        Unavailable("hangs"),
        OutcomeUnknown("lost"),
        Refused("frozen", code="40243"),
        Refused("secret", code="40125"),
    ],
)
def test_a_platform_that_does_not_answer_gets_a_kind_page(
    failure: FundError, browser: FlaskClient, world: World
) -> None:
    world.failures = [failure]
    page = back(browser, start(browser))
    assert page.status_code == 503
    assert "没有丢失" in page.text
    assert 'href="/wechat/oauth/start?next=/h5/applications"' in page.text


# The browser's session


def test_a_state_of_another_browser_is_not_taken(browser: FlaskClient, world: World) -> None:
    world.mark = "browser one"
    state = start(browser)
    world.mark = "browser two"
    second = state_in(back(browser, state))
    assert world.exchanged == []
    assert back(browser, second, "CODE2", "again=1&").location == "/h5/applications"


def test_a_browser_that_keeps_no_session_ends_at_a_page_and_not_in_a_loop(browser: FlaskClient, world: World) -> None:
    marks = iter(f"fresh {number}" for number in range(10))
    world.mark = next(marks)
    state = start(browser)
    world.mark = next(marks)
    second = state_in(back(browser, state))
    world.mark = next(marks)
    assert back(browser, second, "CODE2", "again=1&").status_code == 400
    assert world.exchanged == []


def test_nothing_of_the_code_or_the_openid_is_logged(
    browser: FlaskClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    world.failures = [Unavailable("hangs", code="wechat_unreachable")]
    back(browser, start(browser), "CODE1")
    back(browser, start(browser), "CODE1")
    assert "CODE1" not in caplog.text
    assert "o-1" not in caplog.text
    assert "wechat_unreachable" in caplog.text


# Domain verification


def test_the_verification_file_is_served_as_set(browser: FlaskClient) -> None:
    answer = browser.get("/MP_verify_aB3dE5.txt")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "aB3dE5", "text/plain")


@pytest.mark.parametrize(
    "path", ["/MP_verify_other.txt", "/MP_verify_.txt", "/MP_verify_aB3dE5.html", "/MP_verify_../x.txt"]
)
def test_any_other_verification_file_is_not_there(path: str, browser: FlaskClient) -> None:
    assert browser.get(path).status_code == 404


def test_every_route_is_marked_with_who_may_open_it(browser: FlaskClient) -> None:
    views = browser.application.view_functions
    marks = {name: getattr(view, "access", None) for name, view in views.items() if name != "static"}
    assert marks == {
        "wechat_oauth.start": "public",
        "wechat_oauth.callback": "public",
        "wechat_verify.verify": "public",
    }
