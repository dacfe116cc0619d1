"""The guides on the phone: every one opens, every link in them leads somewhere, figures are those in force."""

from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import Tag

import h5.guides
from businesses.rent import leaflet
from fund.money import Money
from fund.ports import CardVerdict
from tests.desk_moves import FAILED, Step, a_return
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_after_handing_in import CLAIMED, REFUSED, Case
from tests.faces.h5.test_every_page_is_well_made import is_well_made
from tests.faces.h5.visitor import Visitor
from tests.makers import CARD, the_terms
from web.problems import WORDS

GUIDES = ("rent", "materials", "faq", "pledge", "account", "contact")


def open_(path: str = "") -> Visitor:
    return Front().visitor().get(f"/h5/guides/{path}")


def links(visitor: Visitor) -> list[str]:
    main = visitor.page.find("main")
    assert isinstance(main, Tag)
    return [urljoin(visitor.path, str(link["href"])) for link in main.find_all("a")]


def has_anchor(visitor: Visitor, address: str) -> bool:
    anchor = unquote(urlsplit(address).fragment)
    return not anchor or visitor.page.find(id=anchor) is not None


@pytest.mark.parametrize("slug", GUIDES)
def test_every_guide_opens_and_is_written_out(slug: str) -> None:
    page = open_(slug)
    assert page.status == 200 and len(page.page.find_all("h2")) > 1
    for leftover in ("{", "}", "**", "](", "##", "| -"):
        assert leftover not in page.text, leftover


def test_the_contents_name_every_guide() -> None:
    assert {f"/h5/guides/{slug}" for slug in GUIDES} <= set(links(open_()))
    assert open_().path == "/h5/guides/"


@pytest.mark.parametrize("path", ["/h5/business", "/h5/me"])
def test_every_guide_is_listed_where_one_looks_for_help(path: str) -> None:
    assert {f"/h5/guides/{slug}" for slug in GUIDES} <= set(links(Front().visitor().get(path)))


@pytest.mark.parametrize("slug", GUIDES)
def test_no_link_in_a_guide_is_broken(slug: str) -> None:
    front = Front()
    for address in links(front.visitor().get(f"/h5/guides/{slug}")):
        parts = urlsplit(address)
        if parts.scheme:
            assert parts.scheme in ("tel", "https") and (parts.netloc or parts.path), address
            continue
        answer = front.visitor().client.get(address)
        assert answer.status_code in (200, 303), address
        if answer.status_code == 200:
            assert has_anchor(front.visitor().get(address), address), address


@pytest.mark.parametrize("where", sorted(set(leaflet.REMEDIES.values())))
def test_what_helps_against_a_reason_exists(where: str) -> None:
    page = open_(where)
    assert page.status == 200 and "#" in where and has_anchor(page, where)


def test_what_helps_against_a_problem_exists() -> None:
    addresses = {url for words in WORDS.values() for _, url in words.actions if url.startswith("/h5/guides/")}
    assert len(addresses) >= 5
    for address in addresses:
        page = Front().visitor().get(address)
        assert page.status == 200 and has_anchor(page, address), address


FIGURES: dict[str, tuple[str, dict[str, Any], str]] = {
    "how long one must have paid": ("rent", {"months_required": 17}, "满17个月"),
    "how late a deposit may come": ("rent", {"deposit_lag_months": 11}, "最多可以晚11个月"),
    "what stays in the account": ("rent", {"balance_kept": Money(12_300)}, "123.00 元"),
    "the states that are in order": ("rent", {"account_status_allowed": ("01", "02")}, "正常、封存"),
    "the months one may choose": ("rent", {"future_months_allowed": False}, "不晚于办理的当月"),
    "the banks": ("rent", {"banks": ("SJB",)}, "限盛京银行 租房"),
    "the days of the review": ("faq", {"review_working_days": 8}, "8个工作日"),
    "the years of a lie": ("faq", {"restrict_years": 19}, "19年内"),
    "the years in the pledge": ("pledge", {"restrict_years": 19}, "19年内"),
    "the photos": ("materials", {"photo_most": 13}, "最多13张"),
    "the city": ("materials", {"local_city": "210200"}, "在大连市租房"),
    "the class of the card": ("faq", {"card_class": 2}, "是不是二类卡"),
    "the paper": ("rent", {"paper": "某文件第九条"}, "某文件第九条"),
    **{
        f"the limit {name}": ("rent", {"month_cap": {**the_terms().month_cap, name: Money(333_300)}}, "3,333.00")
        for name in the_terms().month_cap
    },
}


@pytest.mark.parametrize(("slug", "changed", "told"), FIGURES.values(), ids=FIGURES.keys())
def test_a_changed_figure_changes_the_page(
    slug: str, changed: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = Front()
    assert told not in front.visitor().get(f"/h5/guides/{slug}").text
    monkeypatch.setattr(h5.guides, "terms_on", lambda day: the_terms(**changed))
    assert told in front.visitor().get(f"/h5/guides/{slug}").text


def test_figures_that_are_not_confirmed_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "以上数字以中心正式公布的规定为准" in open_("rent").text
    monkeypatch.setattr(h5.guides, "terms_on", lambda day: the_terms(confirmed=True))
    assert "以上数字以中心正式公布的规定为准" not in open_("rent").text


def test_both_ways_of_the_manual_to_register_and_to_find_a_password() -> None:
    text = open_("account").text
    for words in (
        "点击右上角“注册”按钮",
        "点击右侧“注册账号”按钮",
        "选择“自然人用户”",
        "“身份证被占用”",
        "“找回密码”页面",
        "024-12345",
    ):
        assert words in text


def test_a_search_shows_where_it_is_written_and_marks_it() -> None:
    page = open_("search?q=一类卡")
    first = page.page.find("a", class_="card_link")
    assert isinstance(first, Tag) and first["href"] == "/h5/guides/faq#first-class-card"
    assert next(mark.get_text() for mark in first.find_all("mark")) == "一类卡"
    assert "在“常见问题”里" in first.get_text()
    assert page.value("搜索指南") == "一类卡"


def test_a_search_for_nothing_we_know_says_what_to_do_next() -> None:
    page = open_("search?q=天气预报<b>")
    assert page.status == 200 and page.heading == "没有找到“天气预报<b>”"
    assert "tel:12329" in links(page)
    assert {f"/h5/guides/{slug}" for slug in GUIDES} <= set(links(page))


def test_a_search_for_nothing_shows_the_contents() -> None:
    assert open_("search?q=%20").path == open_("search").path == "/h5/guides/"


def test_a_number_of_a_person_is_not_searched_for_and_leaves_the_address() -> None:
    page = open_("search?q=210102199001010015")
    assert page.path == "/h5/guides/" and "请不要在这里输入身份证号" in page.text
    assert "210102" not in page.text and "210102" not in page.answer.request.url


def test_a_card_of_another_class_leads_to_how_to_tell() -> None:
    front = Front()
    citizen = front.citizen().walk_to("account")
    front.counter.cards.verdicts[CARD] = CardVerdict(matches=True, account_class=2, kind="debit")
    citizen.press("下一步", bank="CCB", card=CARD)
    assert citizen.status == 422
    help_ = citizen.page.find("a", string="查看：怎么知道我的卡是不是一类卡")
    assert isinstance(help_, Tag) and help_["href"] == "/h5/guides/faq#first-class-card"


def test_every_reason_on_the_first_page_leads_to_its_section() -> None:
    citizen = Front(status="06", months_in_a_row=0).citizen().get("/h5/rent")
    assert {"/h5/guides/faq#account-status", "/h5/guides/faq#paid-in"} <= set(links(citizen))


def test_the_hall_shows_the_same_guides_in_its_own_layout_with_its_own_pages() -> None:
    front = Front()
    for path in ("", *GUIDES, "search?q=材料"):
        page = front.visitor().get(f"/hall/guides/{path}")
        is_well_made(page)
        assert page.status == 200 and "个人网厅" in page.title
        assert not [str(a["href"]) for a in page.page.select("main a") if str(a["href"]).startswith("/h5/")], path
    assert "/hall/rent" in links(front.visitor().get("/hall/guides/rent"))
    assert "/h5/rent" in links(front.visitor().get("/h5/guides/rent"))


@pytest.mark.parametrize(
    ("steps", "where"),
    [
        ((*CLAIMED, REFUSED), ["faq#home", "faq#once-a-year"]),
        ((*CLAIMED, a_return("address", photos=("lease",))), ["faq#mistake", "materials#photographing"]),
        (FAILED, ["faq#first-class-card", "faq#pay-failed"]),
    ],
)
def test_what_staff_or_the_bank_found_leads_to_its_section_once(steps: tuple[Step, ...], where: list[str]) -> None:
    citizen = Case(*steps).citizen
    found = [str(link["href"]) for link in citizen.page.find_all("a") if "/guides/" in str(link["href"])]
    assert sorted(found) == [f"/h5/guides/{each}" for each in where]
