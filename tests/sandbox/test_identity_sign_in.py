"""辽宁政务服务网: signing in, the one-time session id, signing out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.sandbox.neighbours import (
    PUBLIC_URL,
    SURL,
    Browser,
    Neighbours,
    a_person,
    decrypted,
    error_beside,
    find_user,
    links,
    running,
    sent_back_with,
    title,
    trs_query,
)

ENTERPRISE = a_person(
    login="qiye", name="辽宁某某集团有限公司", kind="enterprise", id_number=None, uscc="912101020000000007",
    mobile="13800000010", account=None,
)  # fmt: skip
UNVERIFIED = a_person(
    login="zhouting", name="周婷", id_number="210105198907088091", mobile="13800000009", verified=False
)


@pytest.fixture
def ids(tmp_path: Path) -> Iterator[Neighbours]:
    with running(tmp_path, a_person(), ENTERPRISE, UNVERIFIED) as neighbours:
        yield neighbours


def ticket_of(response: requests.Response) -> str:
    return sent_back_with(response)["trsidsssosessionid"]


@pytest.mark.parametrize("typed", ["zhangwei", "210102199001010015", "13800000001", " １３８００００００01 "])
def test_a_citizen_signs_in_by_login_name_number_or_mobile_and_the_application_learns_who(
    ids: Neighbours, typed: str
) -> None:
    response = Browser(ids).sign_in(typed, "Demo-2026")

    assert response.headers["Location"].startswith(f"{PUBLIC_URL}/login/return?state=s1&trsidsssosessionid=")
    answer = find_user(ids, ticket_of(response))
    assert (answer["status"], answer["code"]) == (200, 200)
    user = answer["user"]
    assert (user["USERNAME"], user["trueName"], user["SCORE"], user["IDSEXT_relNameAuth"]) == (
        "zhangwei", "张伟", "1", "1",
    )  # fmt: skip
    assert decrypted(user["creditID"]) == "210102199001010015"
    assert decrypted(user["mobile"]) == "13800000001"
    assert user["uuid"] and user["TOKEN"]


def test_a_session_id_is_good_once(ids: Neighbours) -> None:
    ticket = ticket_of(Browser(ids).sign_in("zhangwei", "Demo-2026"))

    assert find_user(ids, ticket)["code"] == 200
    assert find_user(ids, ticket)["code"] == 404


def test_a_session_id_tried_from_another_session_is_refused_and_spent(ids: Neighbours) -> None:
    ticket = ticket_of(Browser(ids).sign_in("zhangwei", "Demo-2026"))

    assert find_user(ids, ticket, co_session="somebody-else")["code"] == 404
    assert find_user(ids, ticket)["code"] == 404


def test_a_session_id_is_good_for_five_minutes(ids: Neighbours) -> None:
    early = ticket_of(Browser(ids).sign_in("zhangwei", "Demo-2026"))
    ids.later(299)
    assert find_user(ids, early)["code"] == 200

    late = ticket_of(Browser(ids).sign_in("zhangwei", "Demo-2026"))
    ids.later(301)
    assert find_user(ids, late)["code"] == 404


def test_the_back_channel_refuses_strangers_and_other_services(ids: Neighbours) -> None:
    ticket = ticket_of(Browser(ids).sign_in("zhangwei", "Demo-2026"))

    stranger = find_user(ids, ticket, coAppName="stranger")
    assert (stranger["status"], stranger["code"]) == (401, 500)
    assert find_user(ids, ticket, serviceName="loginByUP")["code"] == 500
    assert find_user(ids, ticket, type="xml")["code"] == 500
    assert find_user(ids, ticket)["code"] == 200


def test_whoever_is_signed_in_goes_straight_back_until_they_sign_out(ids: Neighbours) -> None:
    browser = Browser(ids)
    first = ticket_of(browser.sign_in("zhangwei", "Demo-2026"))

    second = ticket_of(browser.open("/ids/LoginServlet", **trs_query("co-2")))
    assert second != first
    assert find_user(ids, second, co_session="co-2")["user"]["USERNAME"] == "zhangwei"

    left = browser.open("/ids/LogoutServlet", **trs_query(surl=f"{PUBLIC_URL}/h5/"))
    assert left.headers["Location"] == f"{PUBLIC_URL}/h5/"
    assert title(browser.open("/ids/LoginServlet", **trs_query("co-3"))) == "登录"


def test_signing_out_ends_the_session_itself_not_only_its_cookie(ids: Neighbours) -> None:
    browser, thief = Browser(ids), Browser(ids)
    browser.sign_in("zhangwei", "Demo-2026")
    thief.session.cookies.update(browser.session.cookies)

    browser.open("/ids/LogoutServlet", **trs_query())

    assert title(thief.open("/ids/LoginServlet", **trs_query())) == "登录"


def test_signing_out_never_sends_anybody_elsewhere(ids: Neighbours) -> None:
    left = Browser(ids).open("/ids/LogoutServlet", **trs_query(surl="https://example.com/"))

    assert left.url == f"{ids.url}/ids/"


def test_a_session_outlives_a_restart_of_the_sandbox(tmp_path: Path) -> None:
    with running(tmp_path, a_person()) as before:
        browser = Browser(before)
        browser.sign_in("zhangwei", "Demo-2026")
    with running(tmp_path, a_person()) as after:
        browser.neighbours = after
        assert ticket_of(browser.open("/ids/LoginServlet", **trs_query()))


def test_a_session_begun_on_one_simulated_phone_does_not_count_on_another(ids: Neighbours) -> None:
    browser = Browser(ids)
    browser.session.cookies.set("sandbox_phone", "o-zhang-wei")
    browser.sign_in("zhangwei", "Demo-2026")

    browser.session.cookies.set("sandbox_phone", "o-li-na")
    assert title(browser.open("/ids/LoginServlet", **trs_query())) == "登录"
    browser.session.cookies.set("sandbox_phone", "o-zhang-wei")
    assert ticket_of(browser.open("/ids/LoginServlet", **trs_query()))


def test_cancel_goes_back_without_a_session_id(ids: Neighbours) -> None:
    browser = Browser(ids)
    page = browser.open("/ids/LoginServlet", **trs_query())

    assert links(page)["取消"] == f"{SURL}&error=cancel"


def test_wrong_passwords_are_counted_and_the_fifth_locks_the_account_for_a_quarter_of_an_hour(
    ids: Neighbours,
) -> None:
    said = [error_beside(Browser(ids).sign_in("zhangwei", "wrong"), "password") for _ in range(5)]
    assert said == [
        "密码错误，还可以再试4次",
        "密码错误，还可以再试3次",
        "密码错误，还可以再试2次",
        "密码错误，还可以再试1次",
        "密码连续输错5次，账号已锁定，请15分钟后再试",
    ]

    locked = Browser(ids).sign_in("210102199001010015", "Demo-2026")
    assert error_beside(locked, "password") == "账号已锁定，请15分钟后再试"
    ids.later(14 * 60)
    assert error_beside(Browser(ids).sign_in("zhangwei", "Demo-2026"), "password") == ("账号已锁定，请1分钟后再试")
    ids.later(61)
    assert ticket_of(Browser(ids).sign_in("zhangwei", "Demo-2026"))


def test_the_right_password_starts_the_count_anew(ids: Neighbours) -> None:
    for _ in range(4):
        Browser(ids).sign_in("zhangwei", "wrong")
    Browser(ids).sign_in("zhangwei", "Demo-2026")

    assert error_beside(Browser(ids).sign_in("zhangwei", "wrong"), "password") == "密码错误，还可以再试4次"


def test_an_unknown_account_is_told_and_what_was_typed_is_kept_but_never_the_password(
    ids: Neighbours,
) -> None:
    page = Browser(ids).sign_in('no"body', "Secret-123")

    assert page.status_code == 422
    assert error_beside(page, "login") == "账号不存在，请核对后重新填写"
    assert 'value="no&#34;body"' in page.text
    assert "Secret-123" not in page.text


def test_empty_fields_are_both_named(ids: Neighbours) -> None:
    page = Browser(ids).sign_in("", "")

    assert (error_beside(page, "login"), error_beside(page, "password")) == ("请填写账号", "请填写密码")


def test_an_unverified_person_and_an_enterprise_are_told_apart_by_the_application(ids: Neighbours) -> None:
    unverified = find_user(ids, ticket_of(Browser(ids).sign_in("zhouting", "Demo-2026")))["user"]
    assert (unverified["SCORE"], unverified["IDSEXT_relNameAuth"]) == ("1", "0")

    company = find_user(ids, ticket_of(Browser(ids).sign_in("912101020000000007", "Demo-2026")))["user"]
    assert (company["SCORE"], company["CORPNAME"]) == ("2", "辽宁某某集团有限公司")
    assert (company["PROFESSION"], company["creditID"]) == ("912101020000000007", "")
