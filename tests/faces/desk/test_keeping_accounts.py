"""人员: what 系统管理 and 审计 see and do; and how every page of it is made."""

from collections import Counter as Tally
from datetime import timedelta

import pytest

from fund.application import Role
from tests.faces.desk.front import Desk, Sitter
from tests.makers import ID_NUMBERS
from tests.staff import PASSWORD


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def admin(desk: Desk) -> Sitter:
    return desk.somebody(Role.ADMIN)


def add(admin: Sitter, **different: str) -> Sitter:
    typed = {"login": "wang.min", "name": "王敏", "role": "reviewer", "id_number": ID_NUMBERS[1]} | different
    return admin.open("/staff/add").press("新增", **typed)


def test_a_new_account_shows_its_one_time_password_once(desk: Desk, admin: Sitter) -> None:
    add(admin)
    shown = admin.page.select_one(".one-time .secret")
    assert shown is not None
    password = shown.get_text(strip=True)
    page = admin.path
    assert password not in admin.open(page).answer.text
    account = desk.accounts.by_login("wang.min")
    assert account is not None
    newcomer = Sitter(desk, account).open("/sign-in").press("下一步", login="wang.min", password=password)
    assert newcomer.heading == "绑定动态验证码"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"login": "王敏"}, "login"), ({"name": "王"}, "name"), ({"role": ""}, "role"), ({"role": "citizen"}, "role"),
        ({"id_number": "123"}, "id_number"), ({"id_number": ""}, "id_number"),
        ({"role": "confirmer", "id_number": ""}, "id_number"), ({"role": "payer", "id_number": " "}, "id_number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    desk: Desk, admin: Sitter, typed: dict[str, str], field: str
) -> None:
    add(admin, **typed)
    assert admin.status == 422
    assert admin.page.find(id=f"f-{field}-problem")
    if "login" not in typed:
        assert 'value="wang.min"' in admin.answer.text
    assert len(desk.accounts.kept) == 1


def test_a_login_or_a_person_that_has_an_account_is_told(desk: Desk, admin: Sitter) -> None:
    add(admin, id_number=ID_NUMBERS[0])
    add(admin)
    assert admin.page.find(id="f-login-problem")
    add(admin, login="wang.min2", role="confirmer", id_number=ID_NUMBERS[0])
    assert admin.page.find(id="f-id_number-problem")
    assert len(desk.accounts.kept) == 2
    assert ID_NUMBERS[0] not in admin.open("/staff").answer.text


def test_an_account_is_disabled_and_enabled_again(desk: Desk, admin: Sitter) -> None:
    someone = desk.somebody()
    page = f"/staff/{someone.account.member.id}"
    admin.open(page).press("确认停用")
    assert "已停用" in admin.text
    assert someone.open("/sessions").path == "/sign-in"
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    assert someone.status == 422
    admin.open(page).press("确认恢复")
    assert "已恢复使用" in admin.text
    desk.clock.now += timedelta(seconds=30)
    assert someone.sign_in().path == "/queue"


def test_a_reset_gives_a_one_time_password_and_ends_what_was(desk: Desk, admin: Sitter) -> None:
    someone = desk.somebody()
    admin.open(f"/staff/{someone.account.member.id}").press("确认重置")
    shown = admin.page.select_one(".one-time .secret")
    assert shown is not None
    assert someone.open("/sessions").path == "/sign-in"
    someone.press("下一步", login=someone.account.member.login, password=shown.get_text(strip=True))
    assert someone.heading == "绑定动态验证码"


def test_nobody_finds_a_button_against_themselves_and_a_forged_post_is_refused(desk: Desk, admin: Sitter) -> None:
    desk.account(Role.ADMIN)
    page = f"/staff/{admin.account.member.id}"
    assert "确认停用" not in admin.open(page).answer.text
    token = admin.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    for what in ("disable", "reset"):
        answer = admin.client.post(f"{page}/{what}", data={"csrf_token": str(token["value"])})
        assert answer.status_code == 409
        assert "不能停用或重置自己的账号" in answer.text
    assert desk.now(admin.account).epoch == 1


def test_an_administrator_sees_and_ends_sessions_of_others(desk: Desk, admin: Sitter) -> None:
    someone = desk.somebody()
    desk.clock.now += timedelta(seconds=30)
    second = Sitter(desk, someone.account).sign_in()
    admin.open(f"/staff/{someone.account.member.id}")
    ends = [str(button["aria-label"]) for button in admin.page.find_all("button", attrs={"aria-label": True})]
    assert len(ends) == 2
    admin.press(ends[0])
    assert sorted([someone.open("/sessions").path, second.open("/sessions").path]) == ["/sessions", "/sign-in"]
    admin.press("结束全部登录")
    assert [someone.open("/sessions").path, second.open("/sessions").path] == ["/sign-in", "/sign-in"]


def test_an_auditor_sees_accounts_and_has_no_button_for_them(desk: Desk) -> None:
    auditor = desk.somebody(Role.AUDITOR)
    other = desk.account()
    for path in ("/staff", f"/staff/{other.member.id}"):
        auditor.open(path)
        assert auditor.status == 200
        assert [button.get_text(strip=True) for button in auditor.page.find_all("button")] == ["退出"]
        assert "新增人员" not in auditor.text
    assert auditor.open("/staff/add").status == 403


def test_the_state_of_each_account_is_told(desk: Desk, admin: Sitter) -> None:
    at = desk.clock()
    desk.account(login="s.new", must_change=True)
    desk.account(login="s.locked", failures=5, locked_until=at + timedelta(minutes=3))
    desk.account(login="s.expired", password_set_at=at - timedelta(days=91))
    desk.account(login="s.off", is_active=False)
    rows = [row.get_text(" ", strip=True) for row in admin.open("/staff").page.select("tbody tr")]
    states = {row.split()[0]: row.split()[3] for row in rows}
    del states[admin.account.member.login]
    assert states == {"s.new": "待首次登录", "s.locked": "已锁定", "s.expired": "密码已过期", "s.off": "已停用"}
    assert rows[-1].startswith("s.off")


def test_a_made_up_account_is_not_found(desk: Desk, admin: Sitter) -> None:
    assert admin.open("/staff/00000000-0000-4000-8000-000000000000").status == 404
    assert "返回后台审核" in admin.text


# Every page


def is_well_made(sitter: Sitter) -> None:
    html, where = sitter.page, sitter.path
    assert html.html and html.html["lang"] == "zh-CN", where
    assert html.title and html.title.get_text().endswith("· 后台审核"), where
    assert len(html.find_all("h1")) == 1, where
    ids = Tally(str(found["id"]) for found in html.find_all(id=True))
    assert [name for name, times in ids.items() if times > 1] == [], where
    for control in html.find_all(["input", "select", "textarea"]):
        if control.get("type") != "hidden" and not control.get("aria-hidden"):
            named = html.find("label", attrs={"for": control.get("id")}) or control.find_parent("label")
            assert named, f"{where}: {control}"
            assert control.get("autocomplete") or control["type"] == "radio", f"{where}: {control}"
    for element in html.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on") or name == "style"], f"{where}: {element}"
        for said in str(element.get("aria-describedby", "")).split():
            assert said in ids, f"{where}: {said}"
    for form in html.find_all("form"):
        assert form["method"] == "post" and form.get("action"), where
        assert form.find("input", attrs={"name": "csrf_token"}), where
    assert "script-src 'none'" in sitter.answer.headers["Content-Security-Policy"], where
    assert sitter.answer.headers["Cache-Control"] == "no-store", where


def test_every_page_is_well_made(desk: Desk, admin: Sitter) -> None:
    other = desk.account()
    newcomer = Sitter(desk, desk.account(secret="", must_change=True))
    is_well_made(newcomer.open("/sign-in"))
    is_well_made(newcomer.press("下一步", login=newcomer.account.member.login, password="wrong"))
    is_well_made(newcomer.press("下一步", login=newcomer.account.member.login, password=PASSWORD))
    is_well_made(newcomer.press("绑定并登录", code="000000"))
    for path in ("/staff", "/staff/add", f"/staff/{other.member.id}", f"/staff/{admin.account.member.id}",
                 "/sessions", "/password"):  # fmt: skip
        is_well_made(admin.open(path))
    is_well_made(admin.open("/staff/add").press("新增"))
    is_well_made(admin.open("/password").press("保存新密码", old="x", new="y", again="y"))
    is_well_made(admin.open(f"/staff/{other.member.id}").press("确认重置"))
