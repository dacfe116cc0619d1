"""The whole way, by the visible words: apply on the phone, be asked back, put it right, be passed by two, be paid by two
more, and read 已到账 in the chat; and a payment that comes back, a card that is put right, and the money once more."""

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from bootstrap.clock import now
from config import settings
from fund.application import Role
from tests.browser.test_putting_it_right import uploads
from tests.browser.test_the_manual_on_the_phone import a_follower, checked, fills_in, signs_in_from_the_menu
from tests.chromium import axe_finds_nothing, nothing_sticks_out
from tests.house import House, eventually
from tests.people import another_card
from tests.staff import PASSWORD, a_staffer
from tests.stories.payers import payers

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("menu")]
NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
Seat = Callable[[Role], Page]


@pytest.fixture
def seat(browser: Browser, house: House) -> Iterator[Seat]:
    """A desk with somebody of a role at it, signed in. A fault in the console fails the test."""
    contexts, troubles = [], []

    def sit_down(role: Role) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        context.set_default_timeout(15_000)
        context.on("console", lambda m: troubles.append(m.text) if m.type in ("error", "warning") else None)
        contexts.append(context)
        staffer = a_staffer(house, role)
        assert staffer.codes is not None
        page = context.new_page()
        page.goto(f"{house.desk_url}/")
        page.get_by_label("登录名").fill(staffer.member.login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="下一步").click()
        page.get_by_label("动态验证码").fill(staffer.codes.next())
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("button", name="退出")).to_be_visible()
        return page

    yield sit_down
    for context in contexts:
        context.close()
    assert [each for each in troubles if "status of 422" not in each] == []


def at_the_desk(page: Page) -> None:
    axe_finds_nothing(page)
    nothing_sticks_out(page)


def takes(page: Page, number: str) -> None:
    """Open a case from the queue and take it."""
    page.get_by_role("link", name="待办队列").click()
    at_the_desk(page)
    page.get_by_role("link", name=number).click()
    page.get_by_role("button", name="领取").click()
    expect(page.get_by_role("button", name="放回队列")).to_be_visible()
    at_the_desk(page)


def passes(desk: Page, words: str) -> None:
    """By somebody who has not opened the photos, and is asked once more."""
    desk.get_by_role("button", name=words).click()
    expect(desk.get_by_role("heading", name="还有5张影像您没有打开过")).to_be_visible()
    at_the_desk(desk)
    desk.get_by_role("button", name=f"不再查看，{words}").click()


def pays(maker: Page, checker: Page) -> None:
    """One makes a batch of all that waits, another seals it."""
    maker.get_by_role("link", name="付款", exact=True).click()
    expect(maker.get_by_role("button", name="全部组成一批")).to_be_visible()
    at_the_desk(maker)
    maker.get_by_role("button", name="全部组成一批").click()
    expect(maker.get_by_text("您是组批人")).to_be_visible()
    at_the_desk(maker)
    checker.goto(maker.url)
    at_the_desk(checker)
    checker.get_by_role("button", name="封存并付款").click()
    expect(checker.get_by_label("已逐笔核对")).to_be_focused()  # the browser asks for the tick first
    checker.keyboard.press("Space")
    checker.keyboard.press("Tab")
    checker.keyboard.press("Enter")
    expect(checker.get_by_text("已封存").first).to_be_visible()


def in_the_chat(house: House, page: Page, person: dict[str, object], words: str) -> None:
    eventually(lambda: any(words in str(message) for message in house.notices(str(person["openid"]))), 40)
    page.goto(f"{house.sandbox_url}/phone/{person['openid']}")
    expect(page.get_by_text(words).first).to_be_visible()


def applied(house: House, page: Page, person: dict[str, object], city: str, tmp_path: Path) -> str:
    signs_in_from_the_menu(house, page, person, check=False)
    fills_in(page, person, city, check=False)
    for seed in range(5 if city == "大连市" else 0):
        uploads(page, tmp_path / "photo.jpg", seed)
        expect(page.locator("img[src*='/h5/photos/']")).to_have_count(seed + 1)
    if city == "大连市":
        page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    found = NUMBER.search(page.inner_text("main"))
    assert found
    return found[0]


def test_applied_asked_back_put_right_passed_paid_and_told(
    house: House, page: Page, seat: Seat, tmp_path: Path
) -> None:
    person = a_follower(house)
    number = applied(house, page, person, "大连市", tmp_path)
    reviewer = seat(Role.REVIEWER)
    takes(reviewer, number)
    reviewer.screenshot(path=tmp_path / "case.png", full_page=True)
    reviewer.get_by_text("退回补正", exact=True).first.click()
    reviewer.get_by_label("月租金额：补正原因").select_option(index=1)
    reviewer.get_by_label("给申请人的说明").fill("合同上的租金与填写的不一致，请核对。")
    at_the_desk(reviewer)
    reviewer.get_by_role("button", name="退回补正").click()
    expect(reviewer.get_by_role("heading", name="待办队列")).to_be_visible()
    in_the_chat(house, page, person, "需补正")

    page.goto(f"{house.url}/h5/applications/{number}")
    page.get_by_role("link", name="去补正").click()
    page.get_by_label("月租金额").fill("1450")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="提交补正").click()
    expect(page.get_by_text("补正已提交")).to_be_visible()
    checked(page)

    reviewer.goto(f"{house.desk_url}/cases/{number}")
    expect(reviewer.get_by_text("1,450.00").first).to_be_visible()
    at_the_desk(reviewer)
    reviewer.screenshot(path=tmp_path / "diff.png", full_page=True)
    if reviewer.get_by_role("button", name="领取").count():
        reviewer.get_by_role("button", name="领取").click()
    passes(reviewer, "初审通过")
    confirmer = seat(Role.CONFIRMER)
    takes(confirmer, number)
    passes(confirmer, "复核通过")
    expect(confirmer.get_by_role("heading", name="待办队列")).to_be_visible()
    maker, checker = seat(Role.PAYER), seat(Role.PAYER)
    eventually(
        lambda: maker.goto(f"{house.desk_url}/payouts") and maker.get_by_role("button", name="全部组成一批").count()
    )
    pays(maker, checker)
    maker.screenshot(path=tmp_path / "batch.png", full_page=True)
    in_the_chat(house, page, person, "已到账")
    page.screenshot(path=tmp_path / "chat.png")


def test_a_payment_that_only_the_bank_knows_is_found_and_settled_with_a_note(
    house: House, seat: Seat, tmp_path: Path
) -> None:
    person = house.control("GET", "people")[0]
    card = person["cards"][0]
    paid = {"serial": f"COUNTER-{uuid.uuid4().hex[:8].upper()}", "bank": card["bank"], "card": card["number"]}
    key = {"X-Bank-Key": settings.load(house.environ).bank_key}
    done = requests.post(
        f"{house.sandbox_url}/bank/payments",
        json=paid | {"name": person["name"], "amount": "1200.00"},
        headers=key,
        timeout=10,
    )
    assert done.json()["status"] == "done"
    with payers(house) as money:
        assert money.money.reconciliation.compare(now().date()) >= 1
    payer = seat(Role.PAYER)
    payer.get_by_role("link", name="付款", exact=True).click()
    payer.get_by_role("link", name="对账差异").click()
    row = payer.get_by_role("row").filter(has_text=paid["serial"])
    expect(row).to_contain_text("本系统没有这笔付款")
    expect(row).to_contain_text("1,200.00")
    at_the_desk(payer)
    payer.screenshot(path=tmp_path / "difference.png")
    note = row.get_by_label("核对结果和处理办法")
    note.fill("好")
    row.get_by_role("button", name="登记").click()
    expect(row.get_by_text("请写明核对结果和处理办法（2至500字）")).to_be_visible()
    expect(note).to_have_value("好")
    expect(note).to_be_focused()
    at_the_desk(payer)
    payer.screenshot(path=tmp_path / "too-short.png")
    note.fill("柜面退款，已与银行核对，银行次日冲回")
    payer.keyboard.press("Enter")
    expect(payer.get_by_text("已登记处理结果")).to_be_visible()
    expect(row).to_contain_text("银行次日冲回")
    expect(row.get_by_role("button")).to_have_count(0)
    at_the_desk(payer)
    payer.screenshot(path=tmp_path / "settled.png")


def test_money_that_came_back_is_paid_to_the_corrected_card(
    house: House, page: Page, seat: Seat, tmp_path: Path
) -> None:
    person = a_follower(house)
    other = another_card(person)
    person["cards"][0]["returns"] = "账户类别不符"  # type: ignore[index]
    people = [person if each["openid"] == person["openid"] else each for each in house.control("GET", "people")]
    house.control("PUT", "people", people)
    number = applied(house, page, person, "沈阳市和平区", tmp_path)
    reviewer, confirmer = seat(Role.REVIEWER), seat(Role.CONFIRMER)
    maker, checker = seat(Role.PAYER), seat(Role.PAYER)

    def passed_and_paid() -> None:
        takes(reviewer, number)
        reviewer.get_by_role("button", name="通过").first.click()
        takes(confirmer, number)
        confirmer.get_by_role("button", name="通过").first.click()
        ready = maker.get_by_role("button", name="全部组成一批")
        eventually(lambda: maker.goto(f"{house.desk_url}/payouts") and ready.count())
        pays(maker, checker)

    passed_and_paid()
    in_the_chat(house, page, person, "已到账")
    with payers(house) as money:
        newest = money.money.batches.recent()[0]
        for payment in money.money.batches.get(newest.number)[1]:
            money.money.payout.ask_again(payment.id)  # as the worker does some time later
    in_the_chat(house, page, person, "付款失败")
    page.goto(f"{house.url}/h5/applications/{number}")
    page.get_by_role("link", name="更正收款信息").click()
    page.get_by_label("银行类别").select_option(label="工商银行")
    page.get_by_label("银行卡号码").fill(other["number"])
    page.get_by_role("button", name="提交更正").click()
    expect(page.get_by_text("收款信息已更正，")).to_be_visible()
    passed_and_paid()
    eventually(lambda: sum("已到账" in str(m) for m in house.notices(str(person["openid"]))) == 2, 40)
    page.goto(f"{house.url}/h5/applications/{number}")
    expect(page.get_by_text(f"尾号{other['number'][-4:]}的工商银行账户").first).to_be_visible()
