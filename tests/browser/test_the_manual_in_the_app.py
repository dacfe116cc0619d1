"""操作手册 section 三（手机APP）: scan, download, sign in without WeChat, and all of 租房提取 as in the Official Account."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from fund.application import Move
from h5.package import FACTS_NAME, FILE_NAME
from tests.browser.test_the_manual_on_the_phone import NUMBER, a_follower, checked, fills_in
from tests.chromium import phone
from tests.desk_moves import a_return, desk_of
from tests.house import House
from tests.pictures import a_photo

pytestmark = pytest.mark.browser
ANDROID = "Mozilla/5.0 (Linux; Android 13) Chrome/116.0 Mobile Safari/537.36"
REQUIRED = 5
"""Photos that a case in another city must have."""
CONTROLLED = "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser is not WeChat's and may have a service worker."""
    with phone(browser, agent=ANDROID, worker=True) as made:
        yield made


@pytest.fixture
def package(house: House) -> Iterator[bytes]:
    """A package where `make apk` would have put it."""
    folder, content = house.var_dir / "app", b"PK\x03\x04 in place of a package"
    folder.mkdir(exist_ok=True)
    (folder / FILE_NAME).write_bytes(content)
    facts = {"version": "1.0.0", "sha256": hashlib.sha256(content).hexdigest(), "start": f"{house.url}/h5/"}
    (folder / FACTS_NAME).write_text(json.dumps(facts))
    yield content
    for name in (FILE_NAME, FACTS_NAME):
        (folder / name).unlink()


def signs_in(page: Page, person: dict[str, object]) -> None:
    page.get_by_role("link", name="立即登录").click()
    page.get_by_label("账号").fill(str(person["login"]))
    page.get_by_label("密码").fill(str(person["password"]))
    page.get_by_role("button", name="登录", exact=True).click()


def test_the_app_is_downloaded_from_the_page_that_the_code_opens(
    house: House, browser: Browser, context: BrowserContext, package: bytes
) -> None:
    desktop = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
    desktop.goto(f"{house.url}/app/")
    expect(desktop.get_by_role("heading", name="扫描二维码下载手机APP（仅安卓手机）")).to_be_visible()
    assert desktop.locator("img.qr").evaluate("image => image.naturalWidth") > 100
    desktop.context.close()
    page = context.new_page()
    page.goto(f"{house.url}/app/")
    expect(page.locator("img.qr")).to_have_count(0)  # a phone cannot scan itself
    checked(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载安卓安装包").click()
    assert download.value.suggested_filename == FILE_NAME
    assert Path(download.value.path()).read_bytes() == package


def test_without_wechat_one_signs_in_and_hands_in_and_is_told_in_the_app(house: House, context: BrowserContext) -> None:
    person, page = a_follower(house), context.new_page()
    page.goto(f"{house.url}/h5/")
    page.evaluate(CONTROLLED)
    signs_in(page, person)
    page.wait_for_url(f"{house.url}/h5/")
    page.get_by_role("navigation").get_by_role("link", name="业务办理").click()
    page.get_by_role("link", name=re.compile("租房提取")).first.click()
    fills_in(page, person, "沈阳市和平区")
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    number = NUMBER.search(page.inner_text("main"))
    assert number
    mine = page.get_by_role("navigation", name="主菜单").get_by_role("link", name="我的")
    expect(mine).not_to_contain_text("未读")
    with desk_of(house) as at:
        at(str(person["openid"]), number[0], Move.CLAIM, a_return("address"))
    page.goto(f"{house.url}/h5/")
    expect(mine).to_contain_text(re.compile("[12]条未读消息"))
    checked(page)
    mine.click()
    page.get_by_role("link", name="我的消息").click()
    expect(page.get_by_text("需补正").first).to_be_visible()


def test_photos_taken_without_a_network_are_part_of_what_is_handed_in(
    house: House, context: BrowserContext, tmp_path: Path
) -> None:
    person, page = a_follower(house), context.new_page()
    page.goto(f"{house.url}/h5/")
    page.evaluate(CONTROLLED)
    signs_in(page, person)
    page.wait_for_url(f"{house.url}/h5/")
    page.goto(f"{house.url}/h5/rent")
    fills_in(page, person, "大连市", check=False)
    expect(page.get_by_role("heading", name="影像上传")).to_be_visible()
    context.set_offline(True)
    kinds = page.locator("[data-kind]:has(.tag_must)")
    expect(kinds).to_have_count(REQUIRED)
    for seed in range(REQUIRED):
        picture = tmp_path / f"photo{seed}.jpg"
        picture.write_bytes(a_photo(seed, (3000, 4000)))
        with page.expect_file_chooser() as chooser:
            kinds.nth(seed).locator(".upload_new [type=submit]").click()
        chooser.value.set_files(picture)
        expect(kinds.nth(seed)).to_contain_text("1张照片已加密保存在这部手机上")
    checked(page)
    context.set_offline(False)
    expect(page.locator("img[src*='/h5/photos/']")).to_have_count(REQUIRED, timeout=30_000)
    expect(page.locator("[data-waiting]")).to_have_count(0)
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
