"""操作手册 section 一（二）租房提取业务办理, 2–6, by the visible words, at 1280×900."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_the_manual_in_the_hall import YEAR, a_desktop, a_member, checked, into_the_hall
from tests.browser.test_the_manual_on_the_phone import NUMBER, signs_in_from_the_menu
from tests.chromium import phone
from tests.house import House
from tests.pictures import a_photo

pytestmark = pytest.mark.browser
SAVED = "已自动保存"


def to_the_form(page: Page) -> None:
    """（二）2: 提取 at the left, then 租房提取."""
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="提取", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="租房提取").click()
    expect(page.get_by_role("heading", name="租房提取", exact=True)).to_be_visible()


def fills_in(page: Page, person: dict[str, Any], region: str) -> None:
    """（二）3, in the manual's order."""
    page.get_by_label("租房地区").select_option(label=region)
    page.get_by_label("房屋详细地址").fill("青年大街100号3单元501室")
    page.get_by_label("本年度起租月份").select_option(f"{YEAR}-01")
    page.get_by_label("本年度止租月份").select_option(f"{YEAR}-06")
    page.get_by_label("月租金").fill("1400")
    expect(page.get_by_text("8,400.00 元").first).to_be_visible()
    page.get_by_label("收款银行").select_option(label="建设银行")
    page.get_by_label("银行卡号码").fill(person["cards"][0]["number"])
    page.get_by_label("提取金额（元）").fill("8400")


def pledges(page: Page) -> None:
    """（二）4."""
    expect(page.get_by_role("heading", name=re.compile("承诺书"))).to_be_visible()
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="提交申请").click()


def row(page: Page, document: str) -> Locator:
    return page.locator("[data-kind]").filter(has=page.get_by_role("heading", name=document, exact=True))


def chooses(page: Page, document: str, files: list[Path]) -> None:
    button = row(page, document).get_by_role("button", name="本地上传")
    box = button.bounding_box()
    assert box and box["x"] > page.evaluate("innerWidth") / 2, "the button is at the right"
    with page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(files)


def pictures(folder: Path, *seeds: int) -> list[Path]:
    made = [folder / f"第{seed}页.jpg" for seed in seeds]
    for seed, path in zip(seeds, made, strict=True):
        path.write_bytes(a_photo(seed, (1500, 2000)))
    return made


def test_a_home_in_shenyang_is_applied_for_on_one_page(house: House, browser: Browser, tmp_path: Path) -> None:
    with a_desktop(browser) as page:
        person = a_member(house)
        into_the_hall(house, page, person)
        to_the_form(page)
        checked(page)
        fills_in(page, person, "沈阳市和平区")
        expect(page.get_by_text(SAVED)).to_be_visible()
        checked(page)
        page.screenshot(path=tmp_path / "form.png", full_page=True)
        pledges(page)
        expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
        checked(page)
        page.screenshot(path=tmp_path / "done.png", full_page=True)
        number = NUMBER.search(page.inner_text("main"))
        assert number
        page.get_by_role("link", name="打印申请").click()
        expect(page.get_by_text(number[0]).first).to_be_visible()
        page.get_by_role("navigation", name="主菜单").get_by_role("link", name="我的申请").click()
        expect(page.get_by_text(number[0]).first).to_be_visible()


def test_a_home_elsewhere_has_its_documents_uploaded_several_at_once(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    with a_desktop(browser) as page:
        person = a_member(house)
        into_the_hall(house, page, person)
        to_the_form(page)
        fills_in(page, person, "大连市")
        pledges(page)
        expect(page.get_by_role("heading", name="影像上传")).to_be_visible()
        checked(page)
        for seed, document in enumerate(("身份证（人像面）", "身份证（国徽面）", "租金发票或支付凭证", "无房证明")):
            chooses(page, document, pictures(tmp_path, seed))
            expect(row(page, document)).to_contain_text("已上传1张")
        chooses(page, "房屋租赁合同", pictures(tmp_path, 11, 12, 13))
        expect(row(page, "房屋租赁合同")).to_contain_text("已上传3张")
        expect(page.locator("img[src*='/h5/photos/']")).to_have_count(7)
        checked(page)
        page.screenshot(path=tmp_path / "photos.png", full_page=True)
        page.get_by_role("button", name="确定", exact=True).click()
        expect(page.get_by_role("heading", name="提交成功")).to_be_visible()


@pytest.mark.usefixtures("menu")
def test_begun_on_the_phone_and_finished_in_the_hall(house: House, browser: Browser) -> None:
    person = a_member(house)
    with phone(browser) as context:
        hand = context.new_page()
        signs_in_from_the_menu(house, hand, person, check=False)
        hand.get_by_role("button", name="下一步").click()
        hand.get_by_label("租房地区").select_option(label="沈阳市")
        hand.get_by_label("房屋地址").fill("青年大街100号3单元501室")
        hand.get_by_label("月租金额").fill("1400")
        hand.get_by_role("button", name="下一步").click()
        expect(hand.get_by_role("heading", name="请修改后再继续")).to_be_visible()
        with a_desktop(browser) as page:
            into_the_hall(house, page, person)
            to_the_form(page)
            expect(page.get_by_label("房屋详细地址")).to_have_value("青年大街100号3单元501室")
            expect(page.get_by_label("月租金")).to_have_value("1400.00")
            fills_in(page, person, "沈阳市")
            pledges(page)
            expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
        hand.goto(f"{house.url}/h5/rent")
        expect(hand.get_by_text("请勿重复提交")).to_be_visible()


@pytest.mark.usefixtures("menu")
def test_begun_in_the_hall_left_half_filled_and_finished_on_the_phone(house: House, browser: Browser) -> None:
    person = a_member(house)
    with a_desktop(browser) as page:
        into_the_hall(house, page, person)
        to_the_form(page)
        fills_in(page, person, "沈阳市")
        expect(page.get_by_text(SAVED)).to_be_visible()
        page.get_by_role("navigation", name="主菜单").get_by_role("link", name="首页").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("您好")
    with phone(browser) as context:
        hand = context.new_page()
        signs_in_from_the_menu(house, hand, person, check=False)
        for _ in range(3):
            hand.get_by_role("button", name="下一步").click()
        hand.get_by_label("我已阅读并同意").check()
        hand.get_by_role("button", name="提交申请").click()
        expect(hand.get_by_role("heading", name="提交成功")).to_be_visible()
