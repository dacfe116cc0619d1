"""辽宁政务服务网: 注册账号, 身份证被占用, 忘记密码."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from tests.sandbox.neighbours import (
    Browser,
    a_person,
    code_shown,
    error_beside,
    find_user,
    links,
    running,
    sent_back_with,
    title,
    trs_query,
    words,
)

NEWCOMER = {
    "login": "lixiaoming",
    "password": "Ming-2026",
    "again": "Ming-2026",
    "name": "李小明",
    "number": "210281199212310027",
    "mobile": "13912345678",
}
COMPANY = NEWCOMER | {"login": "gongsi", "name": "辽宁某某集团有限公司", "number": "912101020000000007"}
NOT_REGISTERED = a_person(login=None, password=None, name="王芳", id_number="11010519491231002X", mobile=None)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with running(tmp_path, a_person(), NOT_REGISTERED) as neighbours:
        yield Browser(neighbours)


def registration(browser: Browser, kind: str = "自然人用户") -> requests.Response:
    sign_in = browser.open("/ids/LoginServlet", **trs_query())
    choice = browser.click(sign_in, "注册账号")
    return browser.open(next(href for text, href in links(choice).items() if text.startswith(kind)))


def registered(browser: Browser, kind: str = "自然人用户", **values: str) -> requests.Response:
    form = registration(browser, kind)
    return browser.send(form, code=code_shown(form), **(NEWCOMER | values))


def user_after(browser: Browser, page: requests.Response, login: str, password: str) -> dict[str, str]:
    """Press 去登录, sign in, and ask who it was: the visit that began at the application ends there."""
    back = browser.send(browser.click(page, "去登录"), login=login, password=password)
    user: dict[str, str] = find_user(browser.neighbours, sent_back_with(back)["trsidsssosessionid"])["user"]
    return user


def test_a_newcomer_registers_signs_in_and_ends_at_the_application_they_came_from(browser: Browser) -> None:
    done = registered(browser)

    assert title(done) == "注册成功"
    user = user_after(browser, done, "lixiaoming", "Ming-2026")
    assert (user["trueName"], user["IDSEXT_relNameAuth"], user["SCORE"]) == ("李小明", "1", "1")
    world = browser.neighbours.world
    newcomer = world.person_by_id("210281199212310027")
    assert newcomer is not None and newcomer["account"] is None and newcomer["mobile"] == "13912345678"


def test_registered_occupied_reset_and_signed_in(browser: Browser) -> None:
    registered(browser)

    occupied = registered(browser, login="lixiaoming2")
    assert title(occupied) == "身份证被占用"
    choice = browser.click(occupied, "忘记密码")
    assert title(choice) == "找回密码"
    form = browser.send(choice, kind="person")
    assert title(form) == "找回密码 自然人"
    renew = browser.send(form, name="李小明", number="210281199212310027", code=code_shown(form))
    assert title(renew) == "设置新密码"
    assert "lixiaoming" in words(renew)
    done = browser.send(renew, password="Neu-20261", again="Neu-20261")
    assert title(done) == "密码已重置"

    assert user_after(browser, done, "lixiaoming", "Neu-20261")["USERNAME"] == "lixiaoming"
    refused = Browser(browser.neighbours).sign_in("lixiaoming", "Ming-2026")
    assert error_beside(refused, "password") == "密码错误，还可以再试4次"


def test_a_member_of_the_fund_who_registers_keeps_their_account(browser: Browser) -> None:
    done = registered(browser, name="王芳", number="11010519491231002x")

    assert title(done) == "注册成功"
    member = browser.neighbours.world.person_by_login("lixiaoming")
    assert member is not None
    assert (member["id_number"], member["account"]["number"]) == ("11010519491231002X", "210000001")
    assert len(browser.neighbours.world.people()) == 2


def test_a_name_that_does_not_belong_to_the_number_is_refused(browser: Browser) -> None:
    page = registered(browser, name="王五", number="11010519491231002X")

    assert error_beside(page, "name") == "姓名与证件号码不一致，请核对"
    assert browser.neighbours.world.person_by_login("lixiaoming") is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("login", "", "请填写账号"),
        ("login", "abc", "账号为4至20位，以字母开头，只能包含字母、数字和下划线"),
        ("login", "1abcd", "账号为4至20位，以字母开头，只能包含字母、数字和下划线"),
        ("login", "李小明明", "账号为4至20位，以字母开头，只能包含字母、数字和下划线"),
        ("login", "ZhangWei", "该账号已被使用，请换一个"),
        ("password", "", "请填写密码"),
        ("password", "Ab1", "密码长度应为8至32位"),
        ("password", "A1" * 17, "密码长度应为8至32位"),
        ("password", "onlyletters", "密码应同时包含字母和数字"),
        ("password", "1234567890", "密码应同时包含字母和数字"),
        ("password", "with 1 blank", "密码不能包含空格"),
        ("again", "", "请再次填写密码"),
        ("again", "Ming-2027", "两次填写的密码不一致"),
        ("name", "", "请填写真实姓名"),
        ("name", "Li Ming", "请填写与身份证一致的中文姓名"),
        ("number", "", "请填写证件号码"),
        ("number", "21028119921231002", "证件号码应为18位身份证号码"),
        ("number", "210281199212310028", "证件号码有误，请逐位核对"),
        ("number", "210102199002290012", "证件号码中的出生日期不存在，请核对"),
        ("number", "210102209901010017", "证件号码中的出生日期还没有到，请核对"),
        ("mobile", "", "请填写手机号"),
        ("mobile", "12345678901", "手机号应为11位数字"),
        ("code", "", "请填写短信验证码"),
        ("code", "12", "短信验证码应为6位数字"),
    ],
)
def test_every_field_says_what_is_wrong_beside_itself(browser: Browser, field: str, value: str, said: str) -> None:
    form = registration(browser)
    page = browser.send(form, **(NEWCOMER | {"code": code_shown(form), field: value}))

    assert page.status_code == 422
    assert error_beside(page, field) == said
    assert f'<a href="#{field}">{said}</a>' in page.text
    assert browser.neighbours.world.person_by_id(NEWCOMER["number"]) is None


def test_typed_values_are_kept_and_passwords_are_not(browser: Browser) -> None:
    page = registered(browser, mobile="1", number="２１０２８１１９９２１２３１００２７")

    for kept in ("lixiaoming", "李小明", "210281199212310027"):
        assert f'value="{kept}"' in page.text
    assert "Ming-2026" not in page.text


def test_a_password_like_the_account_is_refused(browser: Browser) -> None:
    page = registered(browser, login="Ming20261", password="ming20261", again="ming20261")

    assert error_beside(page, "password") == "密码不能与账号相同"


def test_a_wrong_code_may_be_corrected_but_not_guessed(browser: Browser) -> None:
    page = registration(browser)
    code = code_shown(page)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(4):
        page = browser.send(page, **NEWCOMER, code=wrong)
        assert error_beside(page, "code") == "短信验证码不正确，请核对"
        assert code_shown(page) == code
    page = browser.send(page, **NEWCOMER, code=wrong)
    assert error_beside(page, "code") == "短信验证码输错次数过多，请填写新的验证码"

    assert title(browser.send(page, **NEWCOMER, code=code_shown(page))) == "注册成功"


def test_a_code_is_good_for_ten_minutes(browser: Browser) -> None:
    form = registration(browser)
    browser.neighbours.later(601)
    page = browser.send(form, **NEWCOMER, code=code_shown(form))

    assert error_beside(page, "code") == "短信验证码已过期，请填写新的验证码"
    assert title(browser.send(page, **NEWCOMER, code=code_shown(page))) == "注册成功"


def test_the_same_form_sent_twice_registers_once(browser: Browser) -> None:
    form = registration(browser)
    values = NEWCOMER | {"code": code_shown(form)}
    assert title(browser.send(form, **values)) == "注册成功"

    again = browser.send(form, **values)
    assert error_beside(again, "login") == "该账号已被使用，请换一个"
    logins = [person["login"] for person in browser.neighbours.world.people()]
    assert logins.count("lixiaoming") == 1


def test_an_enterprise_registers_by_its_credit_code_and_is_told_when_it_is_taken(browser: Browser) -> None:
    wrong = registered(browser, "法人用户", **(COMPANY | {"number": "912101020000000008"}))
    assert error_beside(wrong, "number") == "统一社会信用代码有误，请逐位核对"

    done = registered(browser, "法人用户", **COMPANY)
    assert title(done) == "注册成功"
    user = user_after(browser, done, "gongsi", "Ming-2026")
    assert (user["SCORE"], user["PROFESSION"]) == ("2", "912101020000000007")

    another = Browser(browser.neighbours)
    taken = registered(another, "法人用户", **(COMPANY | {"login": "gongsi2"}))
    assert title(taken) == "统一社会信用代码被占用"


def recovery(browser: Browser, name: str, number: str, kind: str = "person") -> requests.Response:
    form = browser.send(browser.open("/ids/password"), kind=kind)
    return browser.send(form, name=name, number=number, code=code_shown(form))


def test_whoever_does_not_choose_a_kind_of_user_is_told(browser: Browser) -> None:
    page = browser.send(browser.open("/ids/password"))

    assert error_beside(page, "kind") == "请选择用户类型"


@pytest.mark.parametrize(
    ("name", "number"),
    [("张三", "210102199001010015"), ("李小明", "210281199212310027"), ("王芳", "11010519491231002X")],
)
def test_a_password_is_found_again_only_with_the_right_name_and_number(
    browser: Browser, name: str, number: str
) -> None:
    page = recovery(browser, name, number)

    assert error_beside(page, "number") == "没有找到与所填名称和号码一致的账号，请核对，或先注册账号"
    assert f'value="{name}"' in page.text


def test_a_reset_unlocks_the_account_and_is_good_once(browser: Browser) -> None:
    for _ in range(5):
        Browser(browser.neighbours).sign_in("zhangwei", "wrong")
    renew = recovery(browser, "张伟", "210102199001010015")
    assert error_beside(browser.send(renew, password="short1", again="short1"), "password")
    assert title(browser.send(renew, password="Neu-20261", again="Neu-20261")) == "密码已重置"

    assert sent_back_with(Browser(browser.neighbours).sign_in("zhangwei", "Neu-20261"))["trsidsssosessionid"]
    second = browser.send(renew, password="Neu-20262", again="Neu-20262")
    assert (second.status_code, title(second)) == (410, "操作已超时")


def test_a_reset_is_good_for_ten_minutes_and_cannot_be_guessed(browser: Browser) -> None:
    renew = recovery(browser, "张伟", "210102199001010015")
    browser.neighbours.later(601)

    assert browser.send(renew, password="Neu-20261", again="Neu-20261").status_code == 410
    assert browser.open("/ids/password/new", ticket="guess").status_code == 410


def test_no_personal_value_is_ever_in_an_address(browser: Browser) -> None:
    visited = [
        registered(browser),
        registered(browser, login="other"),
        recovery(browser, "张伟", "210102199001010015"),
    ]

    for page in visited:
        assert not re.search(r"[0-9]{17}|%E5", page.url)


def test_every_link_leads_somewhere_and_every_field_has_its_label(browser: Browser) -> None:
    found, seen = (
        ["/ids/", "/ids/LoginServlet", "/ids/not-open/register", "/ids/register/person/occupied"],
        set(),
    )
    query = trs_query()
    while found:
        address = found.pop()
        if address.split("?")[0] in seen:
            continue
        seen.add(address.split("?")[0])
        page = browser.open(address, **({} if "?" in address else query))
        assert page.status_code == 200, address
        labels = re.findall(r'<label for="([^"]+)"', page.text)
        assert sorted(labels) == sorted(re.findall(r'<input (?:type="radio" )?id="([^"]+)"', page.text)), address
        assert not re.search(r"\son[a-z]+=", page.text), address
        hrefs = [urljoin(page.url, href) for href in links(page).values()]
        inside = (href for href in hrefs if href.startswith(browser.neighbours.url))
        found += [href.removeprefix(browser.neighbours.url) for href in inside]
    assert {"/ids/help/register", "/ids/help/password", "/ids/register/enterprise", "/ids/password"} <= seen
