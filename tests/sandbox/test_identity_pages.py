"""辽宁政务服务网: who is let in from where, and what the sign-in page offers on a phone and on a desktop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.neighbours import (
    SURL,
    Browser,
    Neighbours,
    a_person,
    b64,
    find_user,
    links,
    running,
    sent_back_with,
    title,
    trs_query,
    words,
)

PHONE = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36 MicroMessenger/8.0.50"


@pytest.fixture
def ids(tmp_path: Path) -> Iterator[Neighbours]:
    with running(tmp_path, a_person()) as neighbours:
        yield neighbours


@pytest.mark.parametrize(
    "surl",
    [
        "https://example.com/login/return",
        "http://127.0.0.1:9@example.com/",
        "http://127.0.0.1:99/login/return",
        "https://127.0.0.1:9/login/return",
        "http://127.0.0.1:9\\@example.com/",
        "//127.0.0.1:9/",
        "javascript:alert(1)",
        "http://[",
        "",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_applications(ids: Neighbours, surl: str) -> None:
    page = Browser(ids).open("/ids/LoginServlet", **trs_query(surl=surl))

    assert (page.status_code, title(page)) == (400, "无法登录")
    assert "example.com" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        trs_query(app="stranger"),
        trs_query(co_session=""),
        {"coAppName": "***", "coSessionId": "***", "surl": "***"},
        {"coAppName": b64("test-app")},
        trs_query() | {"surl": "/////w=="},
    ],
)
def test_a_request_that_cannot_be_read_gets_a_page_that_says_so(ids: Neighbours, query: dict[str, str]) -> None:
    for address in ("/ids/LoginServlet", "/ids/custom/liaoning/login.jsp"):
        page = Browser(ids).open(address, **query)
        assert (page.status_code, title(page)) == (400, "无法登录")


def test_on_a_phone_registering_and_forgotten_passwords_are_not_open_and_it_says_where_to_go(
    ids: Neighbours,
) -> None:
    browser = Browser(ids, PHONE)
    page = browser.open("/ids/LoginServlet", **trs_query())
    assert "注册账号" not in links(page)

    for link, headline in (("注册", "注册功能暂未开放"), ("忘记密码", "忘记密码功能暂未开放")):
        closed = browser.click(page, link)
        assert title(closed) == headline
        assert "本登录页面的注册、忘记密码功能暂未开放" in words(closed)
        assert "https://www.lnzwfw.gov.cn/" in words(closed) and "024-12345" in words(closed)
        back = browser.click(closed, "返回登录")
        assert sent_back_with(browser.send(back, login="zhangwei", password="Demo-2026"))
        browser.open("/ids/LogoutServlet")

        home = browser.click(closed, "打开模拟的政务服务网首页")
        assert title(browser.click(home, "注册")) == "注册账号"
        assert title(browser.click(browser.click(home, "登录"), "忘记密码")) == "找回密码"


def test_the_clickable_phones_cookie_gives_the_phones_page_in_any_browser(ids: Neighbours) -> None:
    browser = Browser(ids)
    browser.session.cookies.set("sandbox_phone", "o-zhang-wei")

    page = browser.open("/ids/LoginServlet", **trs_query())
    assert "注册" in links(page)
    assert "注册账号" in links(browser.click(page, "切换到电脑版页面"))


@pytest.mark.parametrize("state", ["hall-0123", "0123"])
def test_a_browser_that_has_played_the_phone_gets_the_desktops_page_from_the_hall(ids: Neighbours, state: str) -> None:
    browser = Browser(ids)
    browser.session.cookies.set("sandbox_phone", "o-zhang-wei")

    page = browser.open("/ids/LoginServlet", **trs_query(surl=SURL.replace("s1", state)))
    assert ("注册账号" in links(page)) is (state == "hall-0123")
    choice = browser.click(page, "忘记密码")
    assert title(choice) == ("找回密码" if state == "hall-0123" else "忘记密码功能暂未开放")


def test_on_a_desktop_registering_forgotten_passwords_and_the_manual_are_open(ids: Neighbours) -> None:
    browser = Browser(ids)
    page = browser.open("/ids/LoginServlet", **trs_query())

    assert title(browser.click(page, "注册账号")) == "注册账号"
    assert title(browser.click(page, "忘记密码")) == "找回密码"
    assert title(browser.click(page, "帮助手册")) == "帮助手册"


def test_whoever_came_by_themselves_signs_in_at_the_first_page_and_out_again(ids: Neighbours) -> None:
    browser = Browser(ids)
    signed_in = browser.send(browser.click(browser.open("/ids/"), "登录"), login="zhangwei", password="Demo-2026")
    assert title(signed_in) == "您已登录"
    assert title(browser.click(signed_in, "退出")) == "辽宁政务服务网首页"


def test_pages_are_not_kept_and_pass_no_address_on(ids: Neighbours) -> None:
    page = Browser(ids).open("/ids/LoginServlet", **trs_query())

    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_without_settings_the_sandboxs_own_account_counts(tmp_path: Path) -> None:
    unset = {"IDENTITY_APP_NAME": "", "IDENTITY_KEY": "", "PUBLIC_URL": "", "PORT": "8123"}
    with running(tmp_path, a_person(), **unset) as neighbours:
        query = trs_query(app="lnszgjj", surl="http://127.0.0.1:8123/login/return")
        back = Browser(neighbours).sign_in("zhangwei", "Demo-2026", **query)
        ticket = sent_back_with(back)["trsidsssosessionid"]
        assert find_user(neighbours, ticket, coAppName="lnszgjj")["code"] == 200


def test_a_key_of_a_wrong_length_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="24 bytes"), running(tmp_path, a_person(), IDENTITY_KEY="short"):
        pass
