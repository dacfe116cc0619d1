"""What every request gets, whichever view answers it: an id, headers, a measure."""

import re

import pytest
from flask import Flask, Response

from adapters.http import request_id
from web import headers, requests
from web.metrics import Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def app(metrics: Metrics) -> Flask:
    made = Flask("every-request")
    requests.register(made, request_id.begin, request_id.end)
    metrics.register(made)
    headers.register(made, secure=True)

    @made.get("/")
    def page() -> Response:
        return Response(request_id.current(), headers={"cache-control": "max-age=60", "Referrer-Policy": "origin"})

    return made


def test_the_id_of_a_request_is_told_to_whoever_asks_and_to_what_serves_it(app: Flask) -> None:
    answers = [app.test_client().get("/") for _ in range(500)]
    ids = {answer.headers["X-Request-Id"] for answer in answers}
    assert len(ids) == 500
    assert all(re.fullmatch("[34679ACDEFGHJKMNPRTUVWXY]{10}", one) for one in ids)
    assert all(answer.text == answer.headers["X-Request-Id"] for answer in answers)
    assert len({sign for one in ids for sign in one}) == 24
    assert request_id.current() == ""


def test_what_a_view_says_itself_stands_and_nothing_is_said_twice(app: Flask) -> None:
    answer = app.test_client().get("/")
    assert answer.headers.getlist("Cache-Control") == ["max-age=60"]
    assert answer.headers.getlist("Referrer-Policy") == ["origin"]
    for name, value in headers.of_every_answer(secure=True).items():
        assert len(answer.headers.getlist(name)) == 1, name
        assert name in ("Cache-Control", "Referrer-Policy") or answer.headers[name] == value


def test_only_a_secure_app_asks_for_https_for_good() -> None:
    assert "Strict-Transport-Security" in headers.of_every_answer(secure=True)
    assert "Strict-Transport-Security" not in headers.of_every_answer(secure=False)


def test_invented_methods_do_not_make_measures_without_end(app: Flask, metrics: Metrics) -> None:
    for number in range(50):
        assert app.test_client().open("/", method=f"INVENTED{number}").status_code == 405
    app.test_client().get("/")
    series = re.findall(
        r'fund_request_seconds_count{endpoint="(\w+)",method="(\w+)",status="(\d+)"} (\S+)', _text(metrics)
    )
    assert sorted(series) == [("none", "other", "405", "50.0"), ("page", "GET", "200", "1.0")]


def _text(metrics: Metrics) -> str:
    return metrics.render().decode()
