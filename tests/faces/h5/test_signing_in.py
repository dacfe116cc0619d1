"""立即登录 and back: states that count once, every way it can fail, and which WeChat gets the notices."""

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest

from fund.errors import Refused, Unavailable
from tests.faces.h5.fakes import Front
from tests.faces.h5.visitor import Visitor

WECHAT = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0.49"}
SIGN_IN_REFUSALS = {
    "cancelled": "您取消了登录",
    "expired": "登录已超时",
    "not_verified": "账号尚未实名认证",
    "enterprise": "请使用个人账号登录",
    "incomplete": "账号信息不完整",
    "undecodable": "登录信息无法识别",
}
WRONG_ACCOUNT = {"not_verified", "enterprise", "incomplete"}
"""The service would send the same account back at once, so these sign out over there first."""
ACCOUNT_REFUSALS = {"no_account": "未查询到您的省直公积金账户", "name_mismatch": "姓名与公积金账户不一致"}


def leave(visitor: Visitor, next_path: str = "/h5/rent/details") -> str:
    """Off to the identity service; the address it would send the browser back to."""
    answer = visitor.client.get("/login/start", query_string={"next": next_path})
    assert answer.status_code == 303
    target = urlsplit(answer.headers["Location"])
    assert target.netloc == "identity.invalid"
    back = urlsplit(parse_qs(target.query)["back"][0])
    assert back.netloc == "localhost"
    return f"{back.path}?{back.query}"


def test_signing_in_leads_back_to_where_one_wanted_to_go() -> None:
    visitor = Front().visitor()
    visitor.get(leave(visitor, "/h5/me"))
    assert visitor.path == "/h5/me"
    assert "张*" in visitor.text


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_signing_in_never_leads_out_of_the_house(target: str) -> None:
    visitor = Front().visitor()
    assert visitor.get(leave(visitor, target)).path == "/h5/"


def test_a_state_counts_once() -> None:
    front = Front()
    visitor = front.visitor()
    back = leave(visitor)
    visitor.get(back)
    stranger = front.visitor().get(back)
    assert stranger.heading == "登录已超时"
    assert stranger.page.find("a", string="重新登录")


def test_the_back_key_after_signing_in_is_harmless() -> None:
    visitor = Front().visitor()
    back = leave(visitor)
    visitor.get(back)
    assert visitor.get(back).path == "/h5/"
    assert "张*" in visitor.text


def test_a_return_address_sent_to_somebody_else_signs_nobody_in() -> None:
    front = Front()
    back = leave(front.visitor())
    victim = front.visitor().get(back)
    assert victim.heading == "登录已超时"
    assert "张*" not in victim.get("/h5/").text


@pytest.mark.parametrize("state", ["", "0" * 32, "%00", "../x"])
def test_a_state_we_never_gave_is_met_kindly(state: str) -> None:
    visitor = Front().visitor().get(f"/login/return?state={state}")
    assert visitor.heading == "登录已超时" and visitor.status == 400


@pytest.mark.parametrize(("code", "heading"), SIGN_IN_REFUSALS.items())
def test_each_way_signing_in_fails_has_its_page_and_a_way_back(code: str, heading: str) -> None:
    front = Front()
    visitor = front.visitor()
    front.identity.error = Refused("no", code=code)
    visitor.get(leave(visitor, "/h5/rent/account"))
    assert visitor.heading == heading
    again = visitor.page.find("a", string="换一个账号登录" if code in WRONG_ACCOUNT else "重新登录")
    assert again is not None
    query = parse_qs(urlsplit(str(again["href"])).query)
    assert query["next"] == ["/h5/rent/account"]
    assert ("other" in query) == (code in WRONG_ACCOUNT)
    assert "您好" not in visitor.get("/h5/").text


def test_another_account_is_asked_for_by_signing_out_over_there_first() -> None:
    front = Front()
    front.identity.leave = "https://identity.invalid/logout"
    answer = front.visitor().client.get("/login/start?next=/h5/me&other=1")
    target = urlsplit(answer.headers["Location"])
    assert target.path == "/logout"
    assert parse_qs(target.query)["back"] == ["http://localhost/login/start?next=/h5/me"]


@pytest.mark.parametrize(("code", "heading"), ACCOUNT_REFUSALS.items())
def test_somebody_without_an_account_here_is_told_and_not_signed_in(code: str, heading: str) -> None:
    front = Front()
    front.counter.members.error = Refused("no", code=code)
    visitor = front.visitor()
    visitor.get(leave(visitor))
    assert visitor.heading == heading
    assert visitor.page.find("a", href="tel:12329")
    assert visitor.page.find("a", string="换一个账号登录")
    assert "您好" not in visitor.get("/h5/").text


@pytest.mark.parametrize("where", ["identity", "members"])
def test_a_neighbour_that_is_down_is_told_with_a_way_to_try_again(where: str) -> None:
    front = Front()
    visitor = front.visitor()
    back = leave(visitor, "/h5/me")
    if where == "identity":
        front.identity.error = Unavailable("down", code="identity_unreachable")
    else:
        front.counter.members.error = Unavailable("down")
    visitor.get(back)
    assert visitor.status == 503
    again = visitor.page.find("a", string="重新登录")
    assert again is not None and "next=/h5/me" in str(again["href"])


def test_the_session_gets_a_new_id_when_somebody_signs_in() -> None:
    front = Front()
    visitor = front.visitor()
    back = leave(visitor)
    before = set(front.sessions.kept)
    visitor.get(back)
    assert before and not before & set(front.sessions.kept)


def test_inside_wechat_the_follower_is_asked_for_first_and_only_once() -> None:
    visitor = Front().visitor()
    answer = visitor.client.get("/login/start?next=/h5/me", headers=WECHAT)
    target = urlsplit(answer.headers["Location"])
    assert target.path == "/wechat/oauth/start"
    back = parse_qs(target.query)["next"][0]
    answer = visitor.client.get(back, headers=WECHAT)
    assert "identity.invalid" in answer.headers["Location"]
    visitor.get("/test/follower/o-first-0001")
    assert "identity.invalid" in visitor.client.get("/login/start", headers=WECHAT).headers["Location"]


def test_a_known_follower_is_bound_by_signing_in() -> None:
    front = Front()
    visitor = front.visitor().get("/test/follower/o-first-0001")
    visitor.get(leave(visitor, "/h5/me"))
    assert visitor.path == "/h5/me"
    assert front.bindings.pairs == {"o-first-0001": front.person.id}


@pytest.mark.parametrize("other", ["person", "follower"])
def test_a_binding_that_exists_is_changed_only_when_asked(other: str) -> None:
    front = Front()
    somebody = front.person.id if other == "person" else uuid.uuid4()
    front.bindings.pairs = {"o-other-0002" if other == "person" else "o-first-0001": somebody}
    visitor = front.visitor().get("/test/follower/o-first-0001")
    visitor.get(leave(visitor, "/h5/me"))
    assert visitor.status == 409 and visitor.heading == "要改用这个微信接收通知吗"
    stay = visitor.page.find("a", string="暂不绑定，继续办理")
    assert stay is not None and stay["href"] == "/h5/me"
    assert front.person.id not in [p for o, p in front.bindings.pairs.items() if o == "o-first-0001"]
    visitor.press("改为绑定本微信")
    assert visitor.path == "/h5/me" and "张*" in visitor.text
    assert front.bindings.pairs == {"o-first-0001": front.person.id}


def test_binding_that_fails_stops_nobody() -> None:
    front = Front()
    visitor = front.visitor().get("/test/follower/o-first-0001")

    def down(*_: object, **__: object) -> None:
        raise Unavailable("down")

    front.bindings.bind = down  # type: ignore[method-assign, assignment]
    assert visitor.get(leave(visitor, "/h5/me")).path == "/h5/me"


def test_signing_out_ends_it_and_a_mere_link_does_not() -> None:
    citizen = Front().citizen()
    assert citizen.get("/login/out").heading == "确定要退出登录吗"
    hall = citizen.get("/login/out?to=/hall/")
    assert (
        hall.page.find("a", string="暂不退出", href="/hall/home") and hall.form("退出登录")[0] == "/login/out?to=/hall/"
    )
    assert "张*" in citizen.get("/h5/").text
    citizen.get("/h5/me").press("退出登录")
    assert "您已退出登录" in citizen.text and "张*" not in citizen.text
    assert "您还没有登录" in citizen.get("/h5/me").text


def test_signing_out_ends_it_at_the_identity_service_too() -> None:
    front = Front()
    front.identity.leave = "https://identity.invalid/logout"
    citizen = front.citizen().get("/h5/me")
    action, content = citizen.form("退出登录")
    answer = citizen.client.post(action, data=content)
    assert answer.headers["Location"].startswith("https://identity.invalid/logout?back=http://localhost/h5/")
    assert "张*" not in citizen.get("/h5/").text


def test_signing_in_too_often_is_asked_to_wait() -> None:
    front = Front()
    visitor = front.visitor()
    assert visitor.client.get("/login/start").status_code == 303
    front.limiter.counts["login"] = 10_000
    assert visitor.get("/login/start").status == 429
    assert visitor.heading == "操作太频繁"


@pytest.mark.parametrize("path", ["/h5/rent", "/h5/rent/details?change=1", "/h5/applications", "/h5/applications/AC34"])
def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(path: str) -> None:
    answer = Front().visitor().client.get(path)
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == [path]


@pytest.mark.parametrize("path", ["/hall/home", "/hall/applications", "/hall/deposits?year=2025", "/hall/correct/x"])
def test_whoever_wanted_a_page_of_the_hall_comes_back_to_it(path: str) -> None:
    visitor = Front().visitor()
    back = leave(visitor, path)
    answer = visitor.client.get(back)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)


def test_a_problem_on_the_way_into_the_hall_stays_in_the_hall() -> None:
    front = Front()
    front.identity.error = Refused("no", code="not_verified")
    visitor = front.visitor()
    visitor.get(leave(visitor, "/hall/home"))
    assert visitor.heading == "账号尚未实名认证" and "个人网厅" in visitor.title
    again = visitor.page.find("a", string="换一个账号登录")
    assert again is not None and "next=/hall/home" in str(again["href"])


def test_a_used_state_of_the_hall_leads_to_the_hall() -> None:
    front = Front()
    visitor = front.visitor()
    back = leave(visitor, "/hall/draw")
    assert visitor.get(back).path == "/hall/draw"
    assert visitor.get(back).path == "/hall/home"
    stranger = front.visitor().get(back)
    assert stranger.heading == "登录已超时" and "个人网厅" in stranger.title


def test_signing_out_in_the_hall_comes_out_at_its_door_even_twice() -> None:
    citizen = Front().citizen().get("/hall/home")
    out = citizen.press("退出")
    assert (out.path, out.heading) == ("/hall/", "提示信息") and "您已退出登录" in out.text
    citizen = Front().citizen().get("/hall/home")
    action, _ = citizen.form("退出")
    assert citizen.took(citizen.client.post(action, follow_redirects=True)).path == "/login/out"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/h5/me", ""])
def test_signing_out_leads_nowhere_but_to_our_two_doors(to: str) -> None:
    citizen = Front().citizen().get("/h5/me")
    action, content = citizen.form("退出登录")
    answer = citizen.client.post(action, query_string={"to": to}, data=content)
    assert answer.headers["Location"].startswith("/h5/?")
