"""立即登录: everything that can come back from 辽宁政务服务网, and what the page then says to do."""

import re

import pytest

from tests.citizen import Citizen, a_citizen, add_people
from tests.house import House
from tests.people import a_person


def tries(house: House, person: dict[str, object]) -> Citizen:
    add_people(house, person)
    citizen = Citizen(house, person).open_phone()
    citizen.open("/wechat/oauth/start?next=/h5/").follow("立即登录")
    return citizen.press("登录", {"账号": str(person["login"]), "密码": str(person["password"])})


@pytest.mark.parametrize(
    ("different", "heading", "todo"),
    [
        ({"verified": False}, "账号尚未实名认证", "024-12345"),
        ({"kind": "enterprise"}, "请使用个人账号登录", "个人（自然人）账号"),
        ({"account": None, "employer": None}, "未查询到您的省直公积金账户", "12329"),
    ],
)
def test_each_kind_of_wrong_account_has_its_page_and_another_account_can_be_used(
    house: House, different: dict[str, object], heading: str, todo: str
) -> None:
    citizen = tries(house, a_person(**different))
    assert citizen.heading == heading
    assert citizen.sees(todo)
    assert re.search(r"编号\s*[0-9A-Z]{10}", citizen.text)
    right = a_person()
    add_people(house, right)
    citizen.follow("换一个账号登录")
    citizen.press("登录", {"账号": right["login"], "密码": right["password"]})
    assert citizen.path == "/h5/"
    assert not citizen.sees("立即登录")


def test_a_cancelled_sign_in_says_so_and_offers_to_sign_in_again(house: House) -> None:
    citizen = a_citizen(house).open_phone()
    citizen.open("/wechat/oauth/start?next=/h5/").follow("立即登录")
    try:
        citizen.follow("取消")
    except AssertionError:
        citizen.press("取消")
    assert citizen.heading == "您取消了登录"
    citizen.follow("重新登录")
    assert citizen.page.find("label", string=re.compile("密码"))


def test_a_return_address_works_once_and_only_in_the_browser_that_began(house: House) -> None:
    citizen = a_citizen(house).open_phone()
    citizen.open("/wechat/oauth/start?next=/h5/").follow("立即登录")
    form, _ = citizen._form_with("登录", "")
    data = citizen.form_data(form) | {
        str(citizen.field("账号")["name"]): citizen.person["login"],
        str(citizen.field("密码")["name"]): citizen.person["password"],
    }
    from urllib.parse import urljoin

    answer = citizen.browser.post(
        urljoin(citizen.url, str(form.get("action") or citizen.url)), data=data, allow_redirects=False, timeout=30
    )
    back = answer.headers["Location"]
    assert "/login/return" in back
    thief = Citizen(house, a_person())
    thief.open(back)
    assert thief.heading == "登录已超时"
    assert thief.open("/h5/me").sees("立即登录")
    citizen.open(back)
    assert citizen.heading == "登录已超时", "a state that somebody else has spent is spent"


def test_signing_out_ends_the_session_here_and_over_there(house: House) -> None:
    citizen = a_citizen(house).signs_in()
    old = citizen.browser.cookies.copy()
    citizen.open("/h5/me").press("退出登录")
    assert citizen.path == "/h5/"
    assert citizen.sees("立即登录")
    stale = Citizen(house, citizen.person)
    stale.browser.cookies.update(old)
    assert stale.open("/h5/applications").path != "/h5/applications"
    citizen.follow("立即登录")
    assert citizen.page.find("label", string=re.compile("密码")), "the identity service asks again"


def test_a_person_who_uses_another_wechat_may_move_the_binding_or_leave_it(house: House) -> None:
    first = a_citizen(house)
    first.signs_in()
    for answer in ("暂不绑定", "改为绑定本微信"):
        second = Citizen(house, {**first.person, "openid": f"{first.person['openid']}-{len(answer)}"})
        add_people(house, a_person(openid=second.person["openid"]))
        second.signs_in()
        assert second.sees("改为绑定本微信"), second.text[:300]
        if answer == "暂不绑定":
            second.follow("暂不绑定")
            assert second.path == "/h5/"
        else:
            second.press(answer)
            assert second.path == "/h5/"
            house.push(second.person["openid"], event="subscribe")
            second.hands_in()
            assert second.heading == "提交成功"
            replies = house.push(second.person["openid"], text="进度")
            assert "受理编号" in str(replies)
            assert "受理编号" not in str(house.push(first.person["openid"], text="进度"))


def test_a_redirect_never_leaves_the_house(house: House) -> None:
    citizen = a_citizen(house).open_phone()
    for evil in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
    ):
        citizen.open(f"/wechat/oauth/start?next={evil}")
        assert citizen.url.startswith(house.url), evil
