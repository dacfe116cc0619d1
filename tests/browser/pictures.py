"""``make pictures``: walks the journey and takes the pictures of docs/pictures anew. Not a test."""

import re
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from fund.application import Role
from tests.browser.test_renting_in_the_hall import chooses, fills_in, pictures, pledges, row, to_the_form
from tests.browser.test_the_manual_in_the_hall import a_desktop, signs_in
from tests.browser.test_the_manual_on_the_phone import YEAR
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.citizen import WECHAT, add_people
from tests.house import House, eventually, running_house
from tests.people import a_person
from tests.pictures import a_photo
from tests.staff import PASSWORD, a_staffer

OUT = Path(__file__).resolve().parents[2] / "docs" / "pictures"
TITLES = {
    "chat": "公众号：关注后", "home": "首页", "login": "政务服务网登录（沙箱）", "business": "业务办理", "info": "核实个人基本信息",
    "details": "租房信息", "details-wrong": "填写有误时", "account": "收款账户", "pledge": "承诺书", "photos": "影像上传",
    "done": "提交成功", "applications": "我的申请", "inbox": "我的消息", "application": "办理进度", "notice": "公众号：进度通知", "problem": "出错页面",
    "portal": "门户网站首页", "hall-notice": "个人网厅：提示信息", "hall-login": "政务服务网登录（电脑，沙箱）", "hall-home": "个人网厅：首页",
    "hall-form": "个人网厅：租房提取", "hall-photos": "个人网厅：影像上传", "hall-done": "个人网厅：提交成功",
    "hall-application": "个人网厅：我的申请", "hall-deposits": "个人网厅：缴存明细", "app": "手机APP：安装", "guide": "办事指南",
    "desk-queue": "后台：待办队列", "desk-case": "后台：案件", "desk-batch": "后台：付款批次", "paid": "公众号：已到账",
}  # fmt: skip


def take(page: Page, name: str) -> None:
    """What the screen shows, as a small picture."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(96, dither=Image.Dither.NONE).save(OUT / f"{name}.png", optimize=True)


def walk(house: House, page: Page, person: dict[str, Any], shoot: Callable[[str], None]) -> None:
    """From the chat to 提交成功 and the notice."""
    phone = f"{house.sandbox_url}/phone/{person['openid']}"
    page.goto(phone)
    page.get_by_role("button", name="关注", exact=True).click()
    expect(page.get_by_text("感谢关注")).to_be_visible()
    shoot("chat")
    page.get_by_text("业务办理", exact=True).last.click()
    expect(page.get_by_role("link", name="立即登录")).to_be_visible()
    shoot("home")
    page.get_by_role("link", name="立即登录").click()
    shoot("login")
    page.get_by_label("账号").fill(person["login"])
    page.get_by_label("密码").fill(person["password"])
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("navigation").get_by_role("link", name="业务办理").click()
    shoot("business")
    page.get_by_role("link", name=re.compile("租房提取")).first.click()
    shoot("info")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("租房地区").select_option(label="大连市")
    page.get_by_label("房屋地址").fill("中山路100号3单元501室")
    page.get_by_label("本年度起租月份").select_option(f"{YEAR}-01")
    page.get_by_label("本年度止租月份").select_option(f"{YEAR}-06")
    shoot("details")
    page.get_by_label("月租金额").fill("2500")
    page.get_by_label("提取金额（元）").fill("15000")
    page.get_by_role("button", name="下一步").click()
    shoot("details-wrong")
    page.get_by_label("提取金额（元）").fill("8400")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("银行类别").select_option(label="建设银行")
    page.get_by_label("银行卡号码").fill(person["cards"][0]["number"])
    shoot("account")
    page.get_by_role("button", name="下一步").click()
    shoot("pledge")
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="提交申请").click()
    for seed in range(5):
        picture = house.var_dir / f"photo{seed}.jpg"
        picture.write_bytes(a_photo(seed, (1500, 2000)))
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="上传", exact=True).first.click()
        chooser.value.set_files(picture)
        expect(page.locator("img[src*='/h5/photos/']")).to_have_count(seed + 1)
    page.evaluate("window.scrollTo(0, 0)")
    shoot("photos")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    shoot("done")
    page.get_by_role("link", name="查看进度").click()
    shoot("application")
    page.goto(f"{house.url}/h5/applications")
    shoot("applications")
    page.goto(f"{house.url}/h5/inbox")
    shoot("inbox")
    page.goto(f"{house.url}/nothing-here")
    shoot("problem")
    page.goto(phone)
    expect(page.get_by_text("租房提取：已提交").first).to_be_visible(timeout=15_000)
    shoot("notice")


def in_the_hall(house: House, browser: Browser, folder: Path) -> None:
    """From the portal to 提交成功 on the desktop, with photos."""
    person = a_person(name="李敏")
    add_people(house, person)
    with a_desktop(browser) as page:
        page.goto(f"{house.url}/")
        take(page, "portal")
        page.get_by_role("link", name="个人网厅", exact=True).click()
        take(page, "hall-notice")
        page.get_by_role("link", name="立即登录").click()
        take(page, "hall-login")
        signs_in(page, person["login"], person["password"])
        expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
        take(page, "hall-home")
        to_the_form(page)
        fills_in(page, person, "大连市")
        page.evaluate("window.scrollTo(0, 0)")
        take(page, "hall-form")
        pledges(page)
        for seed, document in enumerate(("身份证（人像面）", "身份证（国徽面）", "租金发票或支付凭证", "无房证明")):
            chooses(page, document, pictures(folder, seed))
            expect(row(page, document)).to_contain_text("已上传1张")
        chooses(page, "房屋租赁合同", pictures(folder, 11, 12))
        expect(row(page, "房屋租赁合同")).to_contain_text("已上传2张")
        page.evaluate("window.scrollTo(0, 0)")
        take(page, "hall-photos")
        page.get_by_role("button", name="确定", exact=True).click()
        expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
        take(page, "hall-done")
        page.get_by_role("navigation", name="主菜单").get_by_role("link", name="我的申请").click()
        page.get_by_role("main").get_by_role("link", name=re.compile("-....-")).first.click()
        take(page, "hall-application")
        page.get_by_role("navigation", name="主菜单").get_by_role("link", name="缴存明细").click()
        take(page, "hall-deposits")


def on_a_phone_without_wechat(house: House, browser: Browser) -> None:
    """How to install, and a guide."""
    context = browser.new_context(viewport={"width": 375, "height": 720}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{house.url}/app/")
    take(page, "app")
    page.goto(f"{house.url}/h5/guides/rent")
    take(page, "guide")
    context.close()


def audit_and_pay(house: House, browser: Browser, page: Page, person: dict[str, Any]) -> None:
    """初审, 复核, two payers; then 已到账 in the chat."""

    def seat(role: Role) -> Page:
        staffer = a_staffer(house, role)
        assert staffer.codes is not None
        desk = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN").new_page()
        desk.goto(f"{house.desk_url}/")
        desk.get_by_label("登录名").fill(staffer.member.login)
        desk.get_by_label("密码").fill(PASSWORD)
        desk.get_by_role("button", name="下一步").click()
        desk.get_by_label("动态验证码").fill(staffer.codes.next())
        desk.get_by_role("button", name="登录").click()
        return desk

    def passes(desk: Page) -> None:
        desk.get_by_role("link", name=re.compile("-....-")).first.click()
        desk.get_by_role("button", name="领取").click()

    def passed(desk: Page, words: str) -> None:
        desk.get_by_role("button", name=words).click()
        desk.get_by_role("button", name=f"不再查看，{words}").click()

    reviewer, confirmer, maker, checker = (
        seat(role) for role in (Role.REVIEWER, Role.CONFIRMER, Role.PAYER, Role.PAYER)
    )
    take(reviewer, "desk-queue")
    passes(reviewer)
    take(reviewer, "desk-case")
    passed(reviewer, "初审通过")
    confirmer.reload()
    passes(confirmer)
    passed(confirmer, "复核通过")
    ready = maker.get_by_role("button", name="全部组成一批")
    eventually(lambda: maker.goto(f"{house.desk_url}/payouts") and ready.count())
    ready.click()
    checker.goto(maker.url)
    take(checker, "desk-batch")
    checker.get_by_label("已逐笔核对").check()
    checker.get_by_role("button", name="封存并付款").click()
    eventually(lambda: any("已到账" in str(notice) for notice in house.notices(person["openid"])), 40)
    page.goto(f"{house.sandbox_url}/phone/{person['openid']}")
    take(page, "paid")


def main() -> None:
    """Take them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        running_house(Path(directory)) as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        person = a_person(name="张伟")
        add_people(house, person)
        assert house.flask("menu", "apply", "--yes").returncode == 0
        context = browser.new_context(
            viewport={"width": 375, "height": 720}, user_agent=WECHAT, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        page = context.new_page()
        walk(house, page, person, lambda name: take(page, name))
        audit_and_pay(house, browser, page, person)
        in_the_hall(house, browser, house.var_dir)
        on_a_phone_without_wechat(house, browser)
        browser.close()
    rows = "\n".join(f"## {title}\n\n![{title}]({name}.png)\n" for name, title in TITLES.items())
    (OUT / "README.md").write_text(f"# Every page of the journey\n\nTaken anew by `make pictures`.\n\n{rows}", "utf-8")


if __name__ == "__main__":
    main()
