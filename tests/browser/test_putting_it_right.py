"""After 提交成功 on the phone, at 375 pixels: a return and a failed payment, put right by touch."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fund.application import Move
from tests.browser.test_the_manual_on_the_phone import a_follower, checked, fills_in, signs_in_from_the_menu
from tests.desk_moves import FAILED, PAYING, a_return, desk_of
from tests.house import House
from tests.people import another_card
from tests.pictures import a_photo

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("menu")]
NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


def uploads(page: Page, picture: Path, seed: int) -> None:
    picture.write_bytes(a_photo(seed, (1500, 2000)))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="上传", exact=True).first.click()
    chooser.value.set_files(picture)


def test_a_return_is_put_right_with_a_new_photo(house: House, page: Page, tmp_path: Path) -> None:
    person = a_follower(house)
    signs_in_from_the_menu(house, page, person, check=False)
    fills_in(page, person, "大连市", check=False)
    for seed in range(5):
        uploads(page, tmp_path / "photo.jpg", seed)
        expect(page.locator("img[src*='/h5/photos/']")).to_have_count(seed + 1)
    page.get_by_role("button", name="提交申请").click()
    number = NUMBER.search(page.get_by_text(NUMBER).first.inner_text())[0]  # type: ignore[index]
    with desk_of(house) as at:
        at(person["openid"], number, Move.CLAIM, a_return("monthly_rent", photos=("lease",), note="请拍清楚签字页。"))
        page.get_by_role("link", name="查看进度").click()
        expect(page.get_by_text("需补正").first).to_be_visible()
        checked(page)
        page.screenshot(path=tmp_path / "needs_fix.png", full_page=True)
        page.get_by_role("link", name="去补正").click()
        expect(page.get_by_label("月租金额")).to_have_value("1400.00")
        checked(page)
        page.get_by_label("月租金额").fill("1000")
        expect(page.get_by_text("6,000.00").first).to_be_visible()
        page.screenshot(path=tmp_path / "details.png", full_page=True)
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_label("提取金额（元）")).to_be_visible()
        checked(page)
        page.screenshot(path=tmp_path / "amount.png", full_page=True)
        page.get_by_label("提取金额（元）").fill("6000")
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_role("heading", name="影像上传")).to_be_visible()
        checked(page)
        uploads(page, tmp_path / "photo.jpg", 90)
        expect(page.locator("img[src*='/h5/photos/']")).to_have_count(1)
        checked(page)
        page.screenshot(path=tmp_path / "photos.png", full_page=True)
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_text("改为：1,000.00 元")).to_be_visible()
        page.get_by_label("我已阅读并同意").check()
        checked(page)
        page.screenshot(path=tmp_path / "pledge.png", full_page=True)
        page.get_by_role("button", name="提交补正").click()
        expect(page.get_by_text("补正已提交")).to_be_visible()
        expect(page.locator(".tag_in_review")).to_have_text("审核中")
        checked(page)
        page.screenshot(path=tmp_path / "in_review.png", full_page=True)
        at(person["openid"], number, Move.APPROVE, Move.CONFIRM, Move.INSTRUCT, Move.PAY)
        page.reload()
        expect(page.locator(".tag_paid")).to_have_text("已到账")
        expect(page.get_by_text("6,000.00 元已于").first).to_be_visible()
        checked(page)
        page.screenshot(path=tmp_path / "paid.png", full_page=True)


def test_a_failed_payment_is_put_right_by_another_card(house: House, page: Page, tmp_path: Path) -> None:
    person = a_follower(house)
    other = another_card(person)
    house.control("PUT", "people", house.__dict__["people"])
    signs_in_from_the_menu(house, page, person, check=False)
    fills_in(page, person, "沈阳市和平区", check=False)
    number = NUMBER.search(page.get_by_text(NUMBER).first.inner_text())[0]  # type: ignore[index]
    with desk_of(house) as at:
        at(person["openid"], number, *FAILED)
        page.get_by_role("link", name="查看进度").click()
        expect(page.locator(".tag_pay_failed")).to_have_text("付款失败")
        checked(page)
        page.screenshot(path=tmp_path / "pay_failed.png", full_page=True)
        page.get_by_role("link", name="更正收款信息").click()
        page.get_by_label("银行类别").select_option(label="工商银行")
        page.get_by_label("银行卡号码").fill(other["number"])
        checked(page)
        page.screenshot(path=tmp_path / "card.png", full_page=True)
        page.get_by_role("button", name="提交更正").click()
        expect(page.get_by_text("收款信息已更正，")).to_be_visible()
        expect(page.locator(".tag_card_review")).to_have_text("更正审核中")
        checked(page)
        at(person["openid"], number, Move.APPROVE, *PAYING[2:], Move.PAY)
        page.reload()
        expect(page.get_by_text(f"尾号{other['number'][-4:]}的工商银行账户").first).to_be_visible()
        checked(page)
