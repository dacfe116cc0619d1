"""Signing in at the desk, page by page."""

from datetime import timedelta

import pyotp
import pytest

from desk.browsers import words_of
from fund.application import Role
from tests.faces.desk.front import Desk, Sitter
from tests.staff import PASSWORD

OTHER = "Evening-2026-tea"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_password_then_code_lead_to_the_page_that_was_wanted(desk: Desk) -> None:
    someone = Sitter(desk, desk.account(Role.ADMIN))
    someone.open("/staff")
    assert (someone.path, someone.heading) == ("/sign-in", "工作人员登录")
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    assert (someone.path, someone.heading) == ("/sign-in/code", "输入动态验证码")
    someone.press("登录", code=desk.codes.code(someone.account.secret))
    assert (someone.path, someone.status) == ("/staff", 200)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_no_sign_in_leads_out_of_the_house(desk: Desk, target: str) -> None:
    someone = Sitter(desk, desk.account())
    someone.open(f"/sign-in?next={target}")
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    someone.press("登录", code=desk.codes.code(someone.account.secret))
    assert someone.path == "/queue"
    assert someone.answer.request.host == "localhost"


def test_a_wrong_password_and_an_unknown_login_look_the_same(desk: Desk) -> None:
    account = desk.account()
    seen = []
    for login in (account.member.login, "nobody"):
        someone = Sitter(desk, account).open("/sign-in")
        someone.press("下一步", login=login, password="wrong")
        seen.append((someone.status, someone.text))
    assert seen[0] == seen[1]
    assert seen[0][0] == 422
    assert "登录名或密码不正确" in seen[0][1]


def test_the_password_never_comes_back_in_a_page(desk: Desk) -> None:
    someone = Sitter(desk, desk.account()).open("/sign-in")
    someone.press("下一步", login="wang.min", password="Secret-1234-x")
    assert "Secret-1234-x" not in someone.answer.text
    assert 'value="wang.min"' in someone.answer.text


def test_fields_tell_a_password_keeper_what_they_are(desk: Desk) -> None:
    someone = Sitter(desk, desk.account()).open("/sign-in")
    kinds = {str(f["name"]): f.get("autocomplete") for f in someone.page.find_all("input") if f.get("type") != "hidden"}
    assert kinds == {"login": "username", "password": "current-password"}
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    (code,) = (f for f in someone.page.find_all("input") if f["name"] == "code")
    assert (code["autocomplete"], code["inputmode"]) == ("one-time-code", "numeric")


def test_the_session_gets_another_id_at_each_step_and_the_old_ones_are_gone(desk: Desk) -> None:
    someone = Sitter(desk, desk.account()).open("/sign-in")
    ids = [someone.session_id]
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    ids.append(someone.session_id)
    someone.press("登录", code=desk.codes.code(someone.account.secret))
    ids.append(someone.session_id)
    assert len(set(ids)) == 3
    assert list(desk.shelf.kept) == [ids[-1]]


def test_the_password_alone_opens_no_page(desk: Desk) -> None:
    someone = Sitter(desk, desk.account(Role.ADMIN)).open("/sign-in")
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    for path in ("/staff", "/sessions", "/password", "/"):
        assert someone.open(path).path == "/sign-in", path


def test_half_way_ends_after_five_minutes(desk: Desk) -> None:
    someone = Sitter(desk, desk.account()).open("/sign-in")
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    desk.clock.now += timedelta(minutes=5, seconds=1)
    someone.press("登录", code=desk.codes.code(someone.account.secret))
    assert (someone.status, someone.heading) == (422, "工作人员登录")
    assert "登录等待时间已过" in someone.text
    assert someone.open("/sign-in/code").path == "/sign-in"


def test_the_fifth_wrong_code_sends_back_and_says_for_how_long(desk: Desk) -> None:
    someone = Sitter(desk, desk.account()).open("/sign-in")
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    for _ in range(4):
        someone.press("登录", code="000000")
        assert (someone.status, someone.heading) == (422, "输入动态验证码")
        assert "验证码不正确或已经用过" in someone.text
    someone.press("登录", code="000000")
    assert someone.heading == "工作人员登录"
    assert "已锁定15分钟" in someone.text


def test_the_first_sign_in_enrols_and_then_wants_a_password_of_ones_own(desk: Desk) -> None:
    someone = Sitter(desk, desk.account(Role.ADMIN, secret="", must_change=True)).open("/sign-in")
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    assert someone.heading == "绑定动态验证码"
    picture = someone.page.find("img", class_="qr")
    assert picture is not None and str(picture["src"]).startswith("data:image/svg+xml")
    shown = someone.page.select_one(".secret")
    assert shown is not None
    secret = "".join(shown.get_text().split())
    assert [len(each.get_text()) for each in shown.find_all("span")] == [4] * 8
    someone.press("绑定并登录", code="000000")
    assert desk.now(someone.account).secret == ""
    assert secret in "".join(someone.text.split()), "the same secret stands there for the next try"
    someone.press("绑定并登录", code=pyotp.TOTP(secret).at(desk.clock()))
    assert desk.now(someone.account).secret == secret
    assert (someone.path, someone.heading) == ("/password", "请先设置自己的密码")
    for path in ("/staff", "/sessions", "/staff/add"):
        assert someone.open(path).path == "/password", path
    someone.press("保存新密码", old=PASSWORD, new=OTHER, again=OTHER)
    assert someone.path == "/sessions"
    assert someone.open("/staff").status == 200


def test_an_old_password_stops_the_work_of_a_running_session(desk: Desk) -> None:
    someone = desk.somebody()
    desk.clock.now += timedelta(days=90)
    assert someone.open("/sessions").path == "/password"
    assert "满90天" in someone.text


def test_a_new_password_ends_all_other_sessions_and_keeps_this_one(desk: Desk) -> None:
    here = desk.somebody()
    desk.clock.now += timedelta(seconds=30)
    there = Sitter(desk, here.account).sign_in()
    before = here.session_id
    here.open("/password").press("保存新密码", old=PASSWORD, new=OTHER, again=OTHER)
    assert (here.path, here.status) == ("/sessions", 200)
    assert "新密码已保存" in here.text
    assert here.session_id != before
    assert there.open("/sessions").path == "/sign-in"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"old": "wrong", "new": OTHER, "again": OTHER}, "当前密码不正确"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "长度应为10至128位"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "最近5次"),
        ({"old": PASSWORD, "new": OTHER, "again": OTHER + "x"}, "两次输入的新密码不一致"),
    ],
)
def test_a_password_that_cannot_be_taken_is_told_at_its_field(desk: Desk, typed: dict[str, str], said: str) -> None:
    someone = desk.somebody()
    someone.open("/password").press("保存新密码", **typed)
    assert someone.status == 422
    wrong = [f for f in someone.page.find_all("input") if f.get("aria-invalid")]
    assert len(wrong) == 1
    told = someone.page.find(id=str(wrong[0]["aria-describedby"]).split()[0])
    assert told is not None and said in told.get_text()
    assert desk.now(someone.account).epoch == 1


def test_signing_out_ends_this_session_and_no_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    here = desk.somebody()
    desk.clock.now += timedelta(seconds=30)
    there = Sitter(desk, here.account).sign_in()
    here.open("/sessions").press("退出")
    assert f"staff {here.account.member.id} signed out" in caplog.text
    assert here.path == "/sign-in"
    assert here.open("/sessions").path == "/sign-in"
    assert there.open("/sessions").path == "/sessions"
    assert "退出" not in here.open("/sign-in").answer.text.split("<main")[0]


def test_every_session_is_listed_and_can_be_ended(desk: Desk) -> None:
    here = desk.somebody()
    desk.clock.now += timedelta(seconds=30)
    there = Sitter(desk, here.account).sign_in()
    stranger = desk.somebody()
    here.open("/sessions")
    rows = [row.get_text(" ", strip=True) for row in here.page.select("tbody tr")]
    assert len(rows) == 2
    assert all("127.0.0.1" in row and "Chrome · Windows" in row for row in rows)
    assert sum("本次登录" in row for row in rows) == 1
    (end,) = (button for button in here.page.find_all("button") if button.get_text(strip=True) == "结束")
    here.press(str(end["aria-label"]))
    assert "已结束" in here.text
    assert there.open("/sessions").path == "/sign-in"
    assert stranger.open("/sessions").path == "/sessions"
    assert here.open("/sessions").path == "/sessions"


def test_all_others_are_ended_with_one_button(desk: Desk) -> None:
    here = desk.somebody()
    others = []
    for _ in range(3):
        desk.clock.now += timedelta(seconds=30)
        others.append(Sitter(desk, here.account).sign_in())
    here.open("/sessions").press("结束其他全部登录")
    assert [other.open("/sessions").path for other in others] == ["/sign-in"] * 3
    assert here.open("/sessions").path == "/sessions"


def test_nobody_ends_a_session_of_somebody_else_by_its_mark(desk: Desk) -> None:
    here, other = desk.somebody(), desk.somebody()
    mark = desk.shelf.mark_of(other.session_id)
    token = here.open("/sessions").page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    here.client.post(f"/sessions/{mark}/end", data={"csrf_token": str(token["value"])})
    assert other.open("/sessions").path == "/sessions"


def test_a_session_lasts_ten_hours_at_most(desk: Desk) -> None:
    someone = desk.somebody()
    desk.shelf.kept[someone.session_id]["_born"] -= 10 * 3600 + 1
    assert someone.open("/sessions").path == "/sign-in"


# What stands behind is down


def test_with_the_store_of_sessions_down_nobody_signs_in_and_a_kind_page_says_so(desk: Desk) -> None:
    someone = Sitter(desk, desk.account()).open("/sign-in")
    desk.shelf.down = True
    for path in ("/sign-in", "/sign-in/code", "/sessions", "/"):
        assert someone.open(path).status == 503, path
        assert "暂时连接不上" in someone.text, path
        assert someone.answer.headers["Retry-After"]


def test_with_the_limit_not_kept_no_password_is_even_looked_at(desk: Desk) -> None:
    someone = Sitter(desk, desk.account()).open("/sign-in")
    desk.limit.down = True
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    assert someone.status == 503
    assert desk.now(someone.account).failures == 0


def test_too_many_tries_from_one_address_have_to_wait(desk: Desk) -> None:
    someone = Sitter(desk, desk.account()).open("/sign-in")
    desk.limit.allowed = False
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    assert someone.status == 429
    assert "请稍等一分钟" in someone.text


def test_a_form_without_the_sessions_token_changes_nothing(desk: Desk) -> None:
    someone = desk.somebody()
    answer = someone.client.post("/password", data={"old": PASSWORD, "new": OTHER, "again": OTHER})
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    assert desk.now(someone.account).epoch == 1
    answer = Sitter(desk, someone.account).client.post("/sign-in", data={"login": "a", "password": "b"})
    assert answer.status_code == 400


def test_the_cookie_is_the_desks_own_and_goes_nowhere_else(desk: Desk) -> None:
    someone = Sitter(desk, desk.account())
    cookie = someone.open("/sign-in").answer.headers["Set-Cookie"]
    assert cookie.startswith("desk=")
    for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie and "Expires" not in cookie


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/119.0 Safari/537.36 Edg/119.0", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox · Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Version/17.0 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.44 Chrome/116.0", "微信 · Android"),
        ("", "其他浏览器 · 其他系统"),
    ],
)
def test_a_browser_is_told_in_words(agent: str, words: str) -> None:
    assert words_of(agent) == words
