"""我的: who is signed in, and what the core system says of their account."""

from fund.errors import Unavailable
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_every_page_is_well_made import is_well_made


def test_the_account_stands_there_with_its_balance() -> None:
    page = Front().citizen().get("/h5/me")
    is_well_made(page)
    for words in ("账户余额", "缴至年月", "月缴存额", "正常"):
        assert words in page.text


def test_a_core_system_that_is_down_costs_only_these_lines() -> None:
    front = Front()
    citizen = front.citizen()
    front.counter.members.error = Unavailable("down", code="core_unreachable")
    page = citizen.get("/h5/me")
    assert page.status == 200 and "暂时查不到账户信息" in page.text and "我的申请" in page.text


def test_nobody_signed_in_sees_no_account() -> None:
    assert "账户余额" not in Front().visitor().get("/h5/me").text
