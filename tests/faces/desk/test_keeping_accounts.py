"""人员: what 系统管理 and 审计 see and do; and how every page of it is made."""

from collections import Counter as Tally
from datetime import timedelta

import pytest

from fund.application import Role
from fund.numbers import IdNumber
from tests.faces.desk.front import Desk, Sitter
from tests.makers import ID_NUMBERS
from tests.staff import PASSWORD


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def admin(desk: Desk) -> Sitter:
    return desk.somebody(Role.ADMIN, IdNumber(ID_NUMBERS[2]))


@pytest.fixture
def second(desk: Desk, admin: Sitter) -> Sitter:
    return desk.somebody(Role.ADMIN, IdNumber(ID_NUMBERS[3]))


def add(admin: Sitter, **different: str) -> Sitter:
    typed = {"login": "wang.min", "name": "王敏", "role": "reviewer", "id_number": ID_NUMBERS[1]} | different
    return admin.open("/staff/add").press("提交新增申请", **typed)


def half_of(sitter: Sitter, page: str) -> str:
    shown = sitter.open(page).press("显示我的一半").page.select_one(".one-time .secret")
    assert shown is not None
    return shown.get_text(strip=True)


def test_a_new_account_takes_two_and_each_sees_one_half_once(desk: Desk, admin: Sitter, second: Sitter) -> None:
    add(admin)
    page = admin.path
    assert "申请已提交" in admin.text and "您自己不能批准" in admin.text
    assert desk.accounts.by_login("wang.min") is None
    assert "批准" not in [button.get_text(strip=True) for button in admin.page.find_all("button")]
    assert "（1）" in second.open("/staff").text
    second.open(page).press("批准")
    assert "已批准" in second.text
    first, last = half_of(admin, page), half_of(second, page)
    assert min(len(first), len(last)) >= 8
    for sitter in (admin, second):
        sitter.open(page)
        assert first not in sitter.answer.text and last not in sitter.answer.text
        assert "显示我的一半" not in sitter.text
    account = desk.accounts.by_login("wang.min")
    assert account is not None
    newcomer = Sitter(desk, account)
    for part in (first, last, last + first):
        assert newcomer.open("/sign-in").press("下一步", login="wang.min", password=part).status == 422
    newcomer.open("/sign-in").press("下一步", login="wang.min", password=first + last)
    assert newcomer.heading == "绑定动态验证码"


def test_a_half_is_shown_neither_to_the_other_nor_after_a_day(desk: Desk, admin: Sitter, second: Sitter) -> None:
    add(admin)
    page = admin.path
    second.open(page).press("批准")
    token = second.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    half_of(second, page)
    again = second.client.post(f"{page}/half", data={"csrf_token": str(token["value"])})
    assert again.status_code == 409 and "已经显示过" in again.text
    desk.clock.now += timedelta(hours=24)
    assert "显示我的一半" not in admin.open(page).text


def test_a_request_is_refused_or_taken_back_and_nothing_is_made(desk: Desk, admin: Sitter, second: Sitter) -> None:
    add(admin)
    second.open(admin.path).press("不批准")
    assert "不批准" in second.text
    add(admin)
    page = admin.path
    admin.press("撤回申请")
    assert "已撤回" in admin.text
    token = second.open("/staff/requests").page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    late = second.client.post(f"{page}/approve", data={"csrf_token": str(token["value"])})
    assert late.status_code == 409 and "已撤回，刚才的操作没有执行" in late.text
    assert desk.accounts.by_login("wang.min") is None


def test_a_request_of_yesterday_cannot_be_approved(desk: Desk, admin: Sitter, second: Sitter) -> None:
    add(admin)
    desk.clock.now += timedelta(hours=24)
    second.open(admin.path)
    assert "已过期" in second.text
    assert [button.get_text(strip=True) for button in second.page.find_all("button")] == ["退出"]


def test_with_one_administrator_the_page_says_what_to_do(desk: Desk, admin: Sitter) -> None:
    someone = desk.account()
    for path in ("/staff", "/staff/add", f"/staff/{someone.member.id}"):
        assert "没有另一位可以批准的系统管理员" in admin.open(path).text
        assert "命令行" in admin.text
    desk.somebody(Role.ADMIN)
    assert "没有另一位" in admin.open("/staff").text, "one whose person nobody knows is no second"
    desk.somebody(Role.ADMIN, IdNumber(ID_NUMBERS[3]))
    assert "没有另一位" not in admin.open("/staff").text


def test_an_administrator_without_a_number_is_told_why_they_cannot_ask(desk: Desk) -> None:
    nameless = desk.somebody(Role.ADMIN)
    add(nameless)
    assert nameless.status == 422 and "没有登记本人证件号码" in nameless.text


def test_the_page_of_an_account_says_what_to_do_when_somebody_changes_desks(desk: Desk, admin: Sitter) -> None:
    admin.open(f"/staff/{desk.account().member.id}")
    assert "换岗：停用并新建" in admin.text and "一个账号只有一个岗位" in admin.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"login": "王敏"}, "login"), ({"name": "王"}, "name"), ({"role": ""}, "role"), ({"role": "citizen"}, "role"),
        ({"id_number": "123"}, "id_number"), ({"id_number": ""}, "id_number"),
        ({"role": "admin", "id_number": ""}, "id_number"), ({"role": "confirmer", "id_number": ""}, "id_number"), ({"role": "payer", "id_number": " "}, "id_number"),
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
    desk.house.add("wang.min", "王敏", Role.REVIEWER, IdNumber(ID_NUMBERS[0]))
    add(admin)
    assert admin.page.find(id="f-login-problem")
    add(admin, login="wang.min2", role="confirmer", id_number=ID_NUMBERS[0])
    assert admin.page.find(id="f-id_number-problem")
    assert len(desk.accounts.kept) == 2
    assert ID_NUMBERS[0] not in admin.open("/staff").answer.text


def test_an_account_is_disabled_at_once_and_enabled_by_two(desk: Desk, admin: Sitter, second: Sitter) -> None:
    someone = desk.somebody()
    page = f"/staff/{someone.account.member.id}"
    admin.open(page).press("确认停用")
    assert "已停用" in admin.text
    assert someone.open("/sessions").path == "/sign-in"
    someone.press("下一步", login=someone.account.member.login, password=PASSWORD)
    assert someone.status == 422
    admin.open(page).press("提交恢复申请")
    assert not desk.now(someone.account).is_active
    second.open(admin.path).press("批准")
    assert "显示我的一半" not in second.text, "there is no password to hand out"
    desk.clock.now += timedelta(seconds=30)
    assert someone.sign_in().path == "/queue"


def test_a_reset_by_two_ends_what_was(desk: Desk, admin: Sitter, second: Sitter) -> None:
    someone = desk.somebody()
    page = f"/staff/{someone.account.member.id}"
    admin.open(page).press("提交重置申请")
    asked = admin.path
    assert someone.open("/sessions").path == "/sessions"
    assert "待批的申请" in second.open(page).text and "提交重置申请" not in second.text
    second.open(asked).press("批准")
    assert someone.open("/sessions").path == "/sign-in"
    whole = half_of(admin, asked) + half_of(second, asked)
    someone.press("下一步", login=someone.account.member.login, password=whole)
    assert someone.heading == "绑定动态验证码"


def test_nobody_finds_a_button_against_themselves_and_a_forged_post_is_refused(
    desk: Desk, admin: Sitter, second: Sitter
) -> None:
    page = f"/staff/{admin.account.member.id}"
    assert "确认停用" not in admin.open(page).answer.text
    token = admin.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    for what in ("disable", "reset"):
        answer = admin.client.post(f"{page}/{what}", data={"csrf_token": str(token["value"])})
        assert answer.status_code == 409
        assert "自己的账号" in answer.text
    add(admin)
    answer = admin.client.post(f"{admin.path}/approve", data={"csrf_token": str(token["value"])})
    assert answer.status_code == 409 and "须由另一位系统管理员批准" in answer.text
    assert desk.now(admin.account).epoch == 1


def test_everything_is_in_the_record_with_who_and_from_where(desk: Desk, admin: Sitter, second: Sitter) -> None:
    someone = desk.somebody()
    page = f"/staff/{someone.account.member.id}"
    admin.open(page).press("提交重置申请")
    second.open(admin.path).press("批准")
    admin.open(page).press("确认停用")
    desk.house.enable(someone.account.member.id)
    auditor = desk.somebody(Role.AUDITOR).open("/staff/records")
    rows = [row.get_text(" ", strip=True) for row in auditor.page.select("tbody tr")]
    about = [row for row in rows if someone.account.member.login in row.split(" ", 2)[2][:40]]
    who = {one: f"（{sitter.account.member.login}）" for one, sitter in (("admin", admin), ("second", second))}
    for words, by in (("停用账号", "admin"), ("批准申请：重置", "second"), ("提出申请：重置", "admin")):
        (line,) = [row for row in about if words in row]
        assert who[by] in line and "后台" in line
    (line,) = [row for row in about if "恢复使用" in row]
    assert "服务器操作人员" in line and line.endswith("命令行")
    own = [row.get_text(" ", strip=True) for row in auditor.open(page).page.select("tbody tr")]
    assert any("停用账号" in row for row in own)
    assert second.open("/staff/records").status == 200
    assert someone.client.get("/staff/records").status_code == 303


def test_the_record_goes_back_page_by_page(desk: Desk, admin: Sitter) -> None:
    someone = desk.account()
    for _ in range(60):
        desk.accounts.end_sessions(someone.member.id, admin.account.member.id)
    seen = len(admin.open(f"/staff/records?account={someone.member.id}").page.select("tbody tr"))
    older = admin.page.find("a", string="更早的记录")
    assert older is not None and seen == 50
    assert len(admin.open(str(older["href"])).page.select("tbody tr")) == 11
    assert admin.page.find("a", string="更早的记录") is None
    assert admin.page.find("a", string="回到最新")
    for odd in ("before=x", "before=-1", "before=99999999999999999999999", "account=x"):
        assert admin.open(f"/staff/records?{odd}").status == 200


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
    policy = sitter.answer.headers["Content-Security-Policy"]
    if sitter.client.get("/sessions").status_code == 200:
        (nonce,) = {str(script["nonce"]) for script in html.find_all("script")}
        assert f"script-src 'nonce-{nonce}';" in policy, where
    else:
        assert "script-src 'none'" in policy, where
    assert sitter.answer.headers["Cache-Control"] == "no-store", where


def test_every_page_is_well_made(desk: Desk, admin: Sitter, second: Sitter) -> None:
    other = desk.account()
    newcomer = Sitter(desk, desk.account(secret="", must_change=True))
    is_well_made(newcomer.open("/sign-in"))
    is_well_made(newcomer.press("下一步", login=newcomer.account.member.login, password="wrong"))
    is_well_made(newcomer.press("下一步", login=newcomer.account.member.login, password=PASSWORD))
    is_well_made(newcomer.press("绑定并登录", code="000000"))
    for path in ("/staff", "/staff/add", f"/staff/{other.member.id}", f"/staff/{admin.account.member.id}",
                 "/staff/requests", "/staff/records", "/sessions", "/password"):  # fmt: skip
        is_well_made(admin.open(path))
    is_well_made(admin.open("/staff/add").press("提交新增申请"))
    is_well_made(admin.open("/password").press("保存新密码", old="x", new="y", again="y"))
    is_well_made(admin.open(f"/staff/{other.member.id}").press("提交重置申请"))
    asked = admin.path
    is_well_made(second.open(asked))
    is_well_made(second.press("批准"))
    is_well_made(second.press("显示我的一半"))
    for sitter in (admin, second):
        is_well_made(sitter.open(asked))
    is_well_made(admin.open("/staff/requests"))
    is_well_made(admin.open("/staff/records"))


def test_going_on_renews_the_session_and_does_nothing_else(desk: Desk, admin: Sitter) -> None:
    form = admin.open("/staff").page.find("form", attrs={"data-idle": True})
    assert form is not None and int(str(form["data-idle"])) == 14 * 60
    told = len(desk.accounts.told)
    data = {str(each["name"]): str(each["value"]) for each in form.find_all("input")}
    assert admin.client.post(str(form["action"]), data=data).status_code == 204
    assert len(desk.accounts.told) == told
    assert admin.client.post(str(form["action"])).status_code == 400
    assert desk.app.test_client().post(str(form["action"])).status_code == 303
