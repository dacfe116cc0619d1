"""Every route of the desk with its access, tried as nobody and as each role; and nothing of the citizens' is there.

A new route must be entered here by somebody who thought about it.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fund.application import Role
from fund.staff import STAFF_ROLES
from tests.house import House
from tests.staff import Staffer, a_staffer
from web.guards import access_of

READERS, DECIDERS = "staff:reviewer,confirmer,auditor", "staff:reviewer,confirmer"
ROUTES = {
    "/": "public",
    "/cases/<reference>": READERS,
    "/cases/<reference>/approve": "staff:reviewer",
    "/cases/<reference>/claim": DECIDERS,
    "/cases/<reference>/confirm": "staff:confirmer",
    "/cases/<reference>/looks": "staff:auditor",
    "/cases/<reference>/photos/<uuid:photo_id>": READERS,
    "/cases/<reference>/reject": DECIDERS,
    "/cases/<reference>/release": DECIDERS,
    "/cases/<reference>/return": "staff:reviewer",
    "/cases/<reference>/reveal": READERS,
    "/cases/<reference>/send-back": "staff:confirmer",
    "/healthz": "public",
    "/metrics": "public",
    "/password": "staff",
    "/payouts": "staff:payer,auditor",
    "/payouts/batches": "staff:payer",
    "/payouts/batches/<number>": "staff:payer,auditor",
    "/payouts/batches/<number>/dissolve": "staff:payer",
    "/payouts/batches/<number>/seal": "staff:payer",
    "/payouts/payments/<number>": "staff:payer,auditor",
    "/payouts/payments/<number>/send-back": "staff:payer",
    "/payouts/payments/<number>/by-hand/<act>": "staff:payer",
    "/payouts/differences": "staff:payer,auditor",
    "/payouts/differences/<uuid:difference_id>/settle": "staff:payer",
    "/queue": READERS,
    "/queue/search": READERS,
    "/readyz": "public",
    "/sessions": "staff",
    "/sessions/<mark>/end": "staff",
    "/sessions/end-others": "staff",
    "/sign-in": "public",
    "/sign-in/code": "public",
    "/sign-out": "staff",
    "/staff": "staff:admin,auditor",
    "/staff/<uuid:staff_id>": "staff:admin,auditor",
    "/staff/<uuid:staff_id>/disable": "staff:admin",
    "/staff/<uuid:staff_id>/enable": "staff:admin",
    "/staff/<uuid:staff_id>/reset": "staff:admin",
    "/staff/<uuid:staff_id>/sessions/<mark>/end": "staff:admin",
    "/staff/<uuid:staff_id>/sessions/end": "staff:admin",
    "/staff/add": "staff:admin",
    "/staff/records": "staff:admin,auditor",
    "/staff/requests": "staff:admin,auditor",
    "/staff/requests/<uuid:request_id>": "staff:admin,auditor",
    "/staff/requests/<uuid:request_id>/approve": "staff:admin",
    "/staff/requests/<uuid:request_id>/half": "staff:admin",
    "/staff/requests/<uuid:request_id>/refuse": "staff:admin",
    "/staff/requests/<uuid:request_id>/take-back": "staff:admin",
    "/still-here": "staff",
}
NOBODY = "00000000-0000-4000-8000-000000000000"


def path_of(rule: str, staff_id: str = NOBODY) -> str:
    """A path that a rule matches, of things that are not there but for the account."""
    path = rule.replace("<uuid:staff_id>", staff_id).replace("<reference>", "AAAA-AAAA-AAAA")
    return re.sub("<[^>]*>", "x", re.sub("<uuid:[^>]*>", NOBODY, path))


def methods_of(desk: Flask, rule: str) -> set[str]:
    found = (each for each in desk.url_map.iter_rules() if each.rule == rule)
    return {method for each in found for method in (each.methods or set())} & {"GET", "POST"}


@pytest.fixture(scope="module")
def everybody(the_house: House) -> dict[Role, Staffer]:
    return {role: a_staffer(the_house, role).sign_in() for role in sorted(STAFF_ROLES)}


@pytest.fixture
def client(desk: Flask) -> Iterator[FlaskClient]:
    yield desk.test_client()


def test_the_list_of_routes_and_their_access_is_complete(desk: Flask) -> None:
    found: dict[str, set[str | None]] = {}
    for rule in desk.url_map.iter_rules():
        found.setdefault(rule.rule, set()).add(access_of(desk, rule.endpoint))
    assert found == {rule: {access} for rule, access in ROUTES.items()}


def test_nobody_gets_beyond_the_sign_in(desk: Flask, client: FlaskClient) -> None:
    for rule, access in ROUTES.items():
        if access == "public":
            continue
        for method in methods_of(desk, rule):
            answer = client.open(path_of(rule), method=method)
            assert answer.status_code == 303, (method, rule, answer.status_code)
            assert answer.headers["Location"].startswith("/sign-in"), (method, rule)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_each_role_gets_where_the_list_lets_it_and_nowhere_else(
    role: Role, desk: Flask, everybody: dict[Role, Staffer]
) -> None:
    cookie = str(everybody[role].browser.cookies.get("desk"))
    for rule, access in ROUTES.items():
        kind, _, named = access.partition(":")
        allowed = kind == "public" or not named or role.value in named.split(",")
        for method in methods_of(desk, rule):
            client = desk.test_client()
            client.set_cookie("desk", cookie)
            answer = client.open(path_of(rule), method=method)
            if not allowed:
                assert answer.status_code == 403, (method, rule, answer.status_code)
            elif method == "POST":
                # Let through by the guard, and stopped because there was no token.
                assert answer.status_code == 400, (method, rule, answer.status_code)
            else:
                assert answer.status_code in (200, 302, 303, 404), (method, rule, answer.status_code)


def test_a_view_without_a_mark_lets_nobody_in(everybody: dict[Role, Staffer]) -> None:
    from bootstrap.static import dressed
    from desk.guards import DOOR
    from web.metrics import Metrics

    app = dressed("open", Metrics(), secure=False, form_targets=(), proxies=0, door=DOOR)
    app.config["PROBLEM_TEMPLATE"] = "desk/problem.html"
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/nope", "/h5/", "/h5/applications", "/login/start", "/wechat/callback"])
def test_nothing_else_is_there_and_the_page_that_says_so_is_the_desks_own(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "返回后台审核" in answer.text
    assert "/h5/" not in answer.text


def test_the_citizens_cookie_opens_nothing_here_nor_the_desks_there(
    house: House, desk: Flask, public: Flask, everybody: dict[Role, Staffer]
) -> None:
    cookie = str(everybody[Role.ADMIN].browser.cookies.get("desk"))
    citizens = public.test_client()
    citizens.set_cookie("fund", cookie)
    assert citizens.get("/h5/inbox").status_code == 303
    here = desk.test_client()
    here.set_cookie("fund", cookie)
    assert here.get("/staff").status_code == 303
    here.set_cookie("desk", cookie)
    assert here.get("/staff").status_code == 200


@pytest.mark.parametrize(
    ("variable", "url", "down"),
    [
        ("REDIS_URL", "redis://127.0.0.1:1/0", "valkey"),
        ("DATABASE_URL", "postgresql://fund:x@127.0.0.1:1/fund", "postgresql"),
    ],
)
def test_without_either_store_the_desk_is_not_ready_and_lets_nobody_in(
    house: House, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, variable: str, url: str, down: str
) -> None:
    for name, value in (house.environ | {variable: url}).items():
        monkeypatch.setenv(name, value)
    from adapters.postgres.tables import db
    from bootstrap.desk import app

    built = app()
    client = built.test_client()
    with built.app_context():
        request.addfinalizer(db.engine.dispose)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"status": "down", "down": [down]})
    page = client.get("/sign-in")
    if down == "postgresql":
        assert page.status_code == 200
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        page = client.post("/sign-in", data={"login": "a", "password": "b", "csrf_token": token})
    assert page.status_code == 503
    assert "暂时连接不上" in page.text
    assert client.get("/sessions").status_code in (303, 503)
