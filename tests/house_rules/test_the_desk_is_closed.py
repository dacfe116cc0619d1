"""The desk lets nobody in yet, says so, and has no page of the citizens' on its port."""

import pytest
from flask.testing import FlaskClient

from tests.house import House


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    for name, value in house.environ.items():
        monkeypatch.setenv(name, value)
    from bootstrap.desk import app

    return app().test_client()


def test_the_front_says_that_it_is_not_open(desk: FlaskClient) -> None:
    answer = desk.get("/")
    assert answer.status_code == 200
    assert "尚未开放" in answer.text


@pytest.mark.parametrize("path", ["/nope", "/h5/", "/h5/applications", "/login/start", "/wechat/callback"])
def test_nothing_else_is_there_and_the_page_that_says_so_is_the_desks_own(desk: FlaskClient, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 404
    assert "返回后台审核" in answer.text
    assert "/h5/" not in answer.text
