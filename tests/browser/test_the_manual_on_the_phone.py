"""操作手册 section 二（微信公众号）, every step by its visible words, from the simulated phone's menu."""

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import axe_finds_nothing, nothing_sticks_out, phone
from tests.citizen import add_people
from tests.house import House, eventually
from tests.people import a_person
from tests.pictures import a_photo

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("menu")]
YEAR = date.today().year
NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


def checked(page: Page) -> None:
    """Every page on the way is accessible and fits."""
    axe_finds_nothing(page)
    nothing_sticks_out(page)


def signs_in_from_the_menu(house: House, page: Page, person: dict[str, object], check: bool = True) -> None:
    page.goto(f"{house.sandbox_url}/phone/{person['openid']}")
    page.get_by_role("button", name="关注", exact=True).click()
    expect(page.get_by_text("感谢关注")).to_be_visible()
    page.get_by_text("业务办理", exact=True).last.click()
    expect(page).to_have_url(f"{house.url}/h5/")
    if check:
        checked(page)
    page.get_by_role("link", name="立即登录").click()
    page.get_by_label("账号").fill(str(person["login"]))
    page.get_by_label("密码").fill(str(person["password"]))
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{house.url}/h5/")
    page.get_by_role("navigation").get_by_role("link", name="业务办理").click()
    if check:
        checked(page)
    page.get_by_role("link", name=re.compile("租房提取")).first.click()


def fills_in(page: Page, person: dict[str, object], region: str, check: bool = True) -> None:
    expect(page.get_by_role("heading", name="核实个人基本信息")).to_be_visible()
    if check:
        checked(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="租房信息")).to_be_visible()
    page.get_by_label("租房地区").select_option(label=region)
    page.get_by_label("房屋地址").fill("青年大街100号3单元501室")
    page.get_by_label("本年度起租月份").select_option(f"{YEAR}-01")
    page.get_by_label("本年度止租月份").select_option(f"{YEAR}-06")
    page.get_by_label("月租金额").fill("1400")
    expect(page.get_by_text("8,400.00").first).to_be_visible()
    page.get_by_label("提取金额（元）").fill("8400")
    if check:
        checked(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="收款账户")).to_be_visible()
    page.get_by_label("银行类别").select_option(label="建设银行")
    page.get_by_label("银行卡号码").fill(person["cards"][0]["number"])  # type: ignore[index]
    if check:
        checked(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="承诺书", exact=True)).to_be_visible()
    page.get_by_label("我已阅读并同意").check()
    if check:
        checked(page)
    page.get_by_role("button", name="提交申请").click()


def a_follower(house: House, **different: object) -> dict[str, object]:
    person = a_person(**different)
    add_people(house, person)
    return person


def test_a_case_in_shenyang_goes_straight_to_handed_in(house: House, page: Page) -> None:
    person = a_follower(house)
    signs_in_from_the_menu(house, page, person)
    fills_in(page, person, "沈阳市和平区")
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    checked(page)
    number = NUMBER.search(page.inner_text("main"))
    assert number
    page.get_by_role("link", name="查看进度").click()
    expect(page.get_by_text(number[0]).first).to_be_visible()
    checked(page)
    eventually(lambda: house.notices(str(person["openid"])))
    page.goto(f"{house.sandbox_url}/phone/{person['openid']}")
    expect(page.get_by_text(number[0]).first).to_be_visible()


def test_a_case_in_another_city_uploads_photos_first(house: House, page: Page, tmp_path: Path) -> None:
    person = a_follower(house)
    signs_in_from_the_menu(house, page, person, check=False)
    fills_in(page, person, "大连市", check=False)
    expect(page.get_by_role("heading", name="影像上传")).to_be_visible()
    checked(page)
    buttons = page.get_by_role("button", name="上传", exact=True)
    required = 5
    for seed in range(required):
        picture = tmp_path / f"photo{seed}.jpg"
        picture.write_bytes(a_photo(seed, (3000, 4000)))
        with page.expect_file_chooser() as chooser:
            buttons.first.click()
        with page.expect_response(re.compile("/h5/rent/photos/")) as answer:
            chooser.value.set_files(picture)
        assert answer.value.status < 400
        expect(page.locator("img[src*='/h5/photos/']")).to_have_count(seed + 1)
        if seed == 2:
            page.reload()
            expect(page.locator("img[src*='/h5/photos/']")).to_have_count(seed + 1)
    checked(page)
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()


def test_without_javascript_the_journey_reaches_handed_in(house: House, browser: Browser) -> None:
    person = a_follower(house)
    with phone(browser, javascript=False, width=320) as context:
        page = context.new_page()
        page.goto(f"{house.sandbox_url}/phone/{person['openid']}")
        page.goto(f"{house.url}/wechat/oauth/start?next=/h5/")
        page.get_by_role("link", name="立即登录").click()
        page.get_by_label("账号").fill(str(person["login"]))
        page.get_by_label("密码").fill(str(person["password"]))
        page.get_by_role("button", name="登录", exact=True).click()
        page.get_by_role("navigation").get_by_role("link", name="业务办理").click()
        page.get_by_role("link", name=re.compile("租房提取")).first.click()
        page.get_by_role("button", name="下一步").click()
        page.get_by_label("租房地区").select_option(label="沈阳市")
        page.get_by_label("房屋地址").fill("青年大街100号3单元501室")
        page.get_by_label("本年度起租月份").select_option(f"{YEAR}-01")
        page.get_by_label("本年度止租月份").select_option(f"{YEAR}-06")
        page.get_by_label("月租金额").fill("1400")
        page.get_by_label("提取金额（元）").fill("8400")
        page.get_by_role("button", name="下一步").click()
        page.get_by_label("银行类别").select_option(label="建设银行")
        page.get_by_label("银行卡号码").fill(person["cards"][0]["number"])  # type: ignore[index]
        page.get_by_role("button", name="下一步").click()
        page.get_by_label("我已阅读并同意").check()
        page.get_by_role("button", name="提交申请").click()
        expect(page.get_by_role("heading", name="提交成功")).to_be_visible()


PAGES = ("/h5/", "/h5/business", "/h5/me", "/h5/applications", "/h5/rent/info", "/h5/rent/details",
         "/h5/rent/account", "/h5/rent/pledge", "/h5/rent/photos", "/h5/guides/rent", "/h5/guides/materials",
         "/h5/guides/faq", "/h5/guides/account", "/h5/guides/contact", "/h5/guides/pledge", "/h5/guides/",
         "/h5/guides/search?q=JPG")  # fmt: skip


@pytest.mark.parametrize("scale", [1, 2])
def test_every_page_fits_a_phone_of_320_pixels_even_with_text_twice_as_large(
    house: House, browser: Browser, scale: int
) -> None:
    person = a_follower(house)
    with phone(browser, width=320) as context:
        page = context.new_page()
        signs_in_from_the_menu(house, page, person, check=False)
        fills_in(page, person, "大连市", check=False)
        for path in PAGES:
            page.goto(house.url + path)
            assert page.url == house.url + path
            page.evaluate(f"document.documentElement.style.fontSize = '{scale * 100}%'")
            nothing_sticks_out(page)


def test_the_first_page_weighs_at_most_60_kilobytes(house: House, browser: Browser) -> None:
    with phone(browser) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(f"{house.url}/h5/", wait_until="networkidle")
        assert 0 < sum(received) <= 60_000, received


def test_a_page_shown_again_by_the_back_button_can_be_sent_again_without_harm(house: House, page: Page) -> None:
    person = a_follower(house)
    signs_in_from_the_menu(house, page, person, check=False)
    fills_in(page, person, "沈阳市", check=False)
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    number = NUMBER.search(page.inner_text("main"))
    page.go_back()
    page.wait_for_load_state()
    page.goto(f"{house.url}/h5/applications")
    assert number and NUMBER.findall(page.inner_text("main")) == [number[0]]


def test_going_back_after_a_mistake_shows_the_page_again_and_not_a_warning_of_the_browser(
    house: House, page: Page
) -> None:
    person = a_follower(house)
    signs_in_from_the_menu(house, page, person, check=False)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("租房地区").select_option(label="沈阳市")
    page.get_by_label("房屋地址").fill("青年大街100号3单元501室")
    page.get_by_label("月租金额").fill("许多")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="请修改后再继续")).to_be_visible()
    page.get_by_label("本年度起租月份").select_option(f"{YEAR}-01")
    page.get_by_label("本年度止租月份").select_option(f"{YEAR}-06")
    page.get_by_label("月租金额").fill("1400")
    page.get_by_label("提取金额（元）").fill("8400")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="收款账户")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="租房信息")).to_be_visible()
    expect(page.get_by_label("月租金额")).to_have_value("1400.00")
    page.reload()
    expect(page.get_by_role("heading", name="租房信息")).to_be_visible()
