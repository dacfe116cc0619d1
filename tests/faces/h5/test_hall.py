"""个人网厅: the pages around the form; the same person, applications and rules as on the phone."""

import uuid
from datetime import date

import pytest
from bs4 import Tag

from fund.application import Move, State
from fund.errors import Refused, Unavailable
from fund.inbox import Message
from fund.money import Money
from fund.months import Month
from fund.passbook import Deposit, DepositKind
from fund.people import PastWithdrawal
from tests.desk_moves import a_return
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_after_handing_in import STATES, Case
from tests.faces.h5.test_every_page_is_well_made import is_well_made
from tests.makers import CARD, DALIAN, ID_NUMBERS

PLACES = {
    "/hall/home": "首页", "/hall/draw": "提取", "/hall/applications": "我的申请", "/hall/inbox": "我的消息", "/hall/account": "账户信息",
    "/hall/deposits": "缴存明细", "/hall/withdrawals": "提取记录",
}  # fmt: skip
DOWN = Unavailable("core: down", code="core_unreachable")


def in_hall(case: Case) -> str:
    """The address of the case's application in the hall."""
    return case.path.replace("/h5/", "/hall/")


def test_the_notice_page_is_read_without_signing_in_and_the_way_in_is_below_it() -> None:
    page = Front().visitor().get("/hall/")
    is_well_made(page)
    assert page.heading == "提示信息"
    for said in ("可以办理什么", "谁可以办理", "什么时间办理", "需要准备什么", "身份证被占用", "024-12345"):
        assert said in page.text, said
    main = page.page.find("main")
    assert isinstance(main, Tag)
    button = main.find_all("a")[-1]
    assert (button.get_text(), button["href"]) == ("立即登录", "/login/start?next=/hall/home")


@pytest.mark.parametrize("path", PLACES)
def test_the_places_at_the_left_say_where_one_is(path: str) -> None:
    page = Front().citizen().get(path)
    is_well_made(page)
    nav = page.page.find("nav", attrs={"aria-label": "主菜单"})
    assert isinstance(nav, Tag)
    assert [a.get_text(strip=True) for a in nav.find_all("a")] == [*PLACES.values(), "办事指南"]
    assert [a.get_text(strip=True) for a in nav.find_all(attrs={"aria-current": "page"})] == [PLACES[path]]
    assert page.page.find(attrs={"data-phone-page": True}), "a narrow window is told of the phone's pages"


@pytest.mark.parametrize("path", [*PLACES, "/hall/applications/X", "/hall/applications/X/print"])
def test_nobody_gets_in_without_signing_in_and_comes_back_to_the_same_page(path: str) -> None:
    answer = Front().visitor().client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/login/start?next={path}")


def test_the_first_page_greets_by_a_masked_name_and_sums_up() -> None:
    page = Case(*STATES[State.NEEDS_FIX][0]).citizen.get("/hall/home")
    is_well_made(page)
    assert page.heading == "张*，您好" and "张伟" not in page.answer.text
    assert "52,340.18 元" in page.text and "需补正" in page.text and "按说明修改" in page.text
    assert ID_NUMBERS[0] not in page.answer.text


def test_a_draft_of_the_phone_is_offered_on_the_first_page_and_under_draw() -> None:
    citizen = Front().citizen().walk_to("details")
    page = citizen.get("/hall/home")
    assert "您有一份未完成的租房提取" in page.text
    link = page.page.find("a", string="继续填写")
    assert isinstance(link, Tag) and link["href"] == "/hall/rent"
    is_well_made(page)
    assert page.press("用手机继续").heading == "用手机继续租房提取" and "接着填写" in page.text
    assert "您有一份未完成的租房提取" in citizen.get("/hall/draw").text


def test_draw_leads_to_rent_withdrawal_by_the_manuals_words() -> None:
    page = Front().citizen().get("/hall/draw")
    links = [a for a in page.page.find_all("a") if a.get_text(strip=True) == "租房提取"]
    assert [a["href"] for a in links] == ["/hall/rent"]


@pytest.mark.parametrize("state", STATES)
def test_an_application_says_how_it_stands_in_every_state(state: State) -> None:
    steps, words = STATES[state]
    case = Case(*steps)
    page = case.citizen.get(in_hall(case))
    is_well_made(page)
    for said in words:
        assert said.replace("房屋地址", "房屋详细地址") in page.text, said
    assert CARD not in page.answer.text
    for path in (f"{in_hall(case)}/print", "/hall/applications", "/hall/home"):
        other = case.citizen.get(path)
        is_well_made(other)
        assert state.words in other.text and CARD not in other.answer.text


def test_the_print_has_the_number_the_pledge_as_it_was_given_and_no_number_unmasked() -> None:
    case = Case()
    page = case.citizen.get(f"{in_hall(case)}/print")
    paper = page.page.find("article")
    assert isinstance(paper, Tag)
    assert case.row.reference in paper.text and "张伟" in paper.text and "承诺" in paper.text
    told = {str(dt.string): dt.find_next("dd").get_text() for dt in paper.find_all("dt")}
    assert (told["收款银行"], told["卡号尾号"]) == ("建设银行", CARD[-4:]) and "资金划入" not in paper.text
    assert len([label for label in told if "金额" in label]) == 1
    for secret in (CARD, ID_NUMBERS[0], "13800000001"):
        assert secret not in page.answer.text


def test_a_figure_that_needs_no_working_is_told_once() -> None:
    case = Case()
    for path in (case.path, in_hall(case), f"{in_hall(case)}/print"):
        text = case.citizen.get(path).text
        assert "账户可用余额" in text and "= 52,340.18 元" not in text and text.count("52,340.18 元") == 1, path
        assert "× 6 个月 = 8,400.00 元" in text


PHONES_WORDS = ("房屋地址", "月租金额", "银行类别")


@pytest.mark.parametrize("page", ["", "/print"])
def test_the_hall_names_what_was_given_as_its_form_asked_for_it(page: str) -> None:
    case = Case(Move.CLAIM, a_return("address", "monthly_rent", "bank"))
    hall = case.citizen.get(f"{in_hall(case)}{page}")
    for label in ("房屋详细地址", "月租金", "收款银行"):
        assert label in hall.text, label
    assert not [word for word in PHONES_WORDS if word in hall.text]
    assert "房屋地址" in case.citizen.get(case.path).text


def test_what_is_put_right_in_the_hall_is_asked_in_the_halls_words_to_the_end() -> None:
    case = Case(Move.CLAIM, a_return("address", "monthly_rent"))
    citizen = case.citizen.get(f"{in_hall(case)}/correct")
    assert citizen.value("房屋详细地址") and not [word for word in PHONES_WORDS if word in citizen.text]
    citizen.press("下一步", monthly_rent="x")
    assert citizen.status == 422 and not [word for word in PHONES_WORDS if word in citizen.text]
    citizen.press("下一步", monthly_rent="1450")
    assert "改为：1,450.00 元" in citizen.text and not [word for word in PHONES_WORDS if word in citizen.text]


def test_the_guides_have_one_name_in_the_hall_and_the_sign_at_the_top_leads_home() -> None:
    page = Front().citizen().get("/hall/guides/")
    assert page.heading == "办事指南" and page.title.startswith("办事指南") and "服务指南" not in page.text
    assert page.page.find("a", class_="hall-top__name")["href"] == "/hall/home"
    assert Front().visitor().get("/hall/guides/").page.find("a", class_="hall-top__name")["href"] == "/hall/"


def test_an_application_is_taken_back_in_the_hall() -> None:
    case = Case()
    case.citizen.get(in_hall(case))
    ask = case.citizen.page.find("a", string="撤销申请")
    assert isinstance(ask, Tag)
    done = case.citizen.get(str(ask["href"])).press("确认撤销")
    assert done.path == in_hall(case) and "申请已撤销" in done.text
    again = case.citizen.get(f"{in_hall(case)}/withdraw")
    assert again.path == in_hall(case)


def test_what_has_to_be_put_right_is_put_right_in_the_hall() -> None:
    case = Case(*STATES[State.NEEDS_FIX][0])
    citizen = case.citizen.get(in_hall(case))
    way = citizen.page.find("a", string="去补正")
    assert isinstance(way, Tag) and str(way["href"]).startswith("/hall/")
    citizen.get(str(way["href"]))
    is_well_made(citizen)
    marked = citizen.page.find("nav", attrs={"aria-label": "主菜单"}).find(attrs={"aria-current": "page"})
    assert marked.get_text(strip=True) == "我的申请"
    assert "个人网厅" in citizen.title and citizen.path.startswith(f"{in_hall(case)}/correct/")
    citizen.press("下一步", address="青年大街200号2单元202室")
    citizen.press(
        "提交补正" if any(b.get_text() == "提交补正" for b in citizen.page.find_all("button")) else "提交申请",
        agreed="yes",
    )
    assert citizen.path == in_hall(case) and "补正已提交" in citizen.text
    assert case.row.state is State.IN_REVIEW


def test_a_payment_that_failed_gets_another_card_in_the_hall() -> None:
    case = Case(*STATES[State.PAY_FAILED][0])
    citizen = case.citizen.get(in_hall(case))
    way = citizen.page.find("a", string="更正收款信息")
    assert isinstance(way, Tag) and str(way["href"]).startswith(f"{in_hall(case)}/card")
    page = citizen.get(str(way["href"]))
    is_well_made(page)
    assert page.path.startswith(f"{in_hall(case)}/card/") and "个人网厅" in page.title


def test_somebody_elses_application_is_not_there() -> None:
    case = Case()
    other = Front().citizen()
    for below in ("", "/print", "/withdraw", "/correct/details", "/card/account"):
        assert other.get(f"{in_hall(case)}{below}").status == 404
        assert "没有找到这个页面" in other.text and "个人网厅" in other.title


def with_lists(front: Front) -> None:
    front.passbook.paid[front.person.id] = [
        Deposit(Month(2026, 5), DepositKind.REGULAR, Money(210_000), date(2026, 5, 15), "辽宁省某某厅"),
        Deposit(Month(2025, 12), DepositKind.BACK_PAY, Money(50_050), date(2026, 6, 2), "辽宁省某某厅"),
        Deposit(Month(2025, 11), DepositKind.REGULAR, Money(190_000), date(2025, 11, 15), "辽宁省某某局"),
    ]
    front.passbook.drawn[front.person.id] = [PastWithdrawal(False, "07", Money(800_000), date(2025, 3, 2))]
    front.passbook.paid[uuid.UUID(int=9)] = [
        Deposit(Month(2026, 5), DepositKind.REGULAR, Money(999_900), date(2026, 5, 15), "别人的单位")
    ]


def test_deposits_are_shown_by_year_with_their_sum() -> None:
    front = Front()
    with_lists(front)
    page = front.citizen().get("/hall/deposits")
    is_well_made(page)
    assert "2026年入账2笔，共2,600.50 元" in page.text
    for said in ("2026年6月2日", "2025年12月", "补缴", "汇缴", "2,100.00 元"):
        assert said in page.text
    assert "别人的单位" not in page.text and "某某局" not in page.text
    before = page.get("/hall/deposits?year=2025")
    assert "2025年入账1笔，共1,900.00 元" in before.text and "辽宁省某某局" in before.text
    assert [a.get_text() for a in page.page.find_all(attrs={"aria-current": "page"})][-1] == "2025年"


def test_withdrawals_are_shown_by_year_with_their_reason() -> None:
    front = Front()
    with_lists(front)
    page = front.citizen().get("/hall/withdrawals")
    assert "2026年没有提取记录" in page.text
    is_well_made(page)
    page.get("/hall/withdrawals?year=2025")
    is_well_made(page)
    assert "租房提取" in page.text and "8,000.00 元" in page.text


@pytest.mark.parametrize("year", ["1", "0000", "2099", "20260", "２０２５", "x", "-2025", ""])
def test_a_year_that_cannot_be_is_this_year(year: str) -> None:
    page = Front().citizen().get("/hall/deposits", query_string={"year": year})
    assert page.status == 200 and "2026年没有缴存记录" in page.text


def test_the_years_go_back_to_when_the_account_was_opened() -> None:
    years = Front().citizen().get("/hall/deposits").page.find("nav", attrs={"aria-label": "选择年度"})
    assert isinstance(years, Tag)
    assert [a.get_text() for a in years.find_all("a")] == [f"{year}年" for year in range(2026, 2018, -1)]


@pytest.mark.parametrize("path", ["/hall/account", "/hall/deposits?year=2025", "/hall/withdrawals"])
@pytest.mark.parametrize("error", [DOWN, Refused("gone", code="no_account")])
def test_while_the_core_system_is_down_the_page_says_so_and_can_be_tried_again(path: str, error: Exception) -> None:
    front = Front()
    citizen = front.citizen()
    front.passbook.error = front.counter.members.error = error
    page = citizen.get(path)
    is_well_made(page)
    assert page.status == 503 and page.heading.startswith("暂时查不到")
    again = page.page.find("a", string="重试")
    assert isinstance(again, Tag) and again["href"] == path
    for other in ("/hall/home", "/hall/draw", "/hall/applications", "/hall/inbox"):
        assert citizen.get(other).status == 200, other
    assert "暂时查不到账户信息" in citizen.get("/hall/home").text
    front.passbook.error = front.counter.members.error = None
    assert citizen.get(path).status == 200


def test_the_account_is_shown_masked() -> None:
    page = Front().citizen().get("/hall/account")
    for said in ("*****0001", "52,340.18 元", "2,100.00 元", "2019年7月1日", "36个月", "辽宁省某某厅", "138****0001"):
        assert said in page.text, said
    for secret in (ID_NUMBERS[0], "210000001", "13800000001", "张伟"):
        assert secret not in page.answer.text


def test_messages_lead_to_the_halls_own_pages_and_are_read_there() -> None:
    case = Case(Move.CLAIM)
    path = f"/h5/applications/{case.number}"
    told = Message(
        uuid.uuid4(),
        "租房提取",
        "审核中",
        case.number,
        case.front.counter.clock(),
        "工作人员开始审核。",
        path,
        None,
        False,
    )
    case.front.counter.inbox.messages[case.front.person.id] = [told]
    assert "有1条未读消息" in case.citizen.get("/hall/home").text
    entry = case.citizen.page.find("nav", attrs={"aria-label": "主菜单"}).find("a", href="/hall/inbox")
    assert entry.get_text(strip=True) == "我的消息1（1条未读消息）"
    page = case.citizen.get("/hall/inbox")
    is_well_made(page)
    link = page.page.find("a", class_="card_link")
    assert isinstance(link, Tag) and link["href"] == in_hall(case)
    assert page.press("全部标为已读").path == "/hall/inbox"
    assert "没有未读消息" in page.get("/hall/home").text


def test_new_photos_for_a_correction_may_come_from_the_phone() -> None:
    case = Case(Move.CLAIM, a_return("region", photos=("lease",)), region=DALIAN)
    citizen = case.citizen.get(f"{in_hall(case)}/correct")
    while not citizen.path.endswith("/photos"):
        citizen.press("下一步")
    is_well_made(citizen)
    assert citizen.page.find("button", string="本地上传") and not citizen.page.find("button", string="上传")
    section = citizen.page.find(attrs={"data-by-phone": True})
    assert isinstance(section, Tag)
    before = citizen.client.get(str(section["data-arrived"]))
    assert before.headers["X-Fragment"] == "photos" and 'data-photos=""' in before.text
    citizen.press("用手机拍照上传")
    assert "用手机继续补正" in citizen.text
    ((code, _),) = case.front.handovers.kept.items()
    phone = case.front.citizen().get(f"/to/{code}")
    assert phone.path == f"{case.path}/correct/photos"
    case.upload("lease")
    assert 'data-photos=""' not in citizen.client.get(str(section["data-arrived"])).text
    other = Front().citizen()
    assert other.client.get(str(section["data-arrived"])).headers["X-Fragment"] == "gone"
