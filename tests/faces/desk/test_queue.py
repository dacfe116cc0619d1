"""The queue: what waits and for how long, filters in the address, no number of a person in it."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from fund.application import Role
from fund.cases import Wanted
from tests.faces.desk.office import Office
from tests.faces.h5.visitor import Visitor
from tests.makers import ID_NUMBERS
from tests.reviewing import a_member


def test_the_reviewer_sees_what_waits_and_since_when() -> None:
    office = Office()
    office.desk.counter.clock.now += timedelta(days=6)
    page = office.at_the_screen_of(office.desk.reviewer).get("/queue")
    assert page.heading == "待办队列"
    for words in (
        office.desk.ref,
        "租房提取",
        "张*",
        "8,400.00 元",
        "待初审",
        "2026-07-15 12:00",
        "4 / 3 个工作日（超期）",
    ):
        assert words in page.text


def test_each_role_sees_what_it_has_to_do() -> None:
    office = Office()
    desk = office.desk
    assert desk.ref not in office.at_the_screen_of(desk.confirmer).get("/queue").text
    desk.approved()
    assert desk.ref in office.at_the_screen_of(desk.confirmer).get("/queue").text
    assert desk.ref not in office.at_the_screen_of(desk.reviewer).get("/queue").text
    assert desk.ref in office.at_the_screen_of(desk.reviewer).get("/queue?state=checked").text
    assert desk.ref in office.at_the_screen_of(desk.auditor).get("/queue").text


def test_the_auditor_has_cases_to_read_and_nothing_to_do() -> None:
    office = Office()
    page = office.at_the_screen_of(office.desk.auditor).get("/queue")
    assert page.heading == "案件" and office.desk.ref in page.text
    assert "待办" not in page.text and "只看我的" not in page.text
    assert page.form("筛选")[1]["state"] == "all"


def test_who_holds_a_case_stands_beside_it() -> None:
    office = Office()
    office.desk.claimed()
    assert "我（至12:30）" in office.at_the_screen_of(office.desk.reviewer).get("/queue").text
    assert "林审核（至12:30）" in office.at_the_screen_of(office.desk.second).get("/queue").text
    assert office.desk.ref not in office.at_the_screen_of(office.desk.second).get("/queue?mine=1").text


def row_of(page: Visitor, reference: str) -> str:
    (row,) = (tr for tr in page.page.select("tbody tr") if reference in tr.get_text())
    return " ".join(row.get_text(" ", strip=True).split())


def test_a_case_that_came_back_corrected_says_so_and_for_whom_it_is_kept() -> None:
    office = Office()
    desk = office.desk
    mine, hers = (office.at_the_screen_of(member) for member in (desk.reviewer, desk.second))
    assert row_of(mine.get("/queue"), desk.ref).endswith("无人领取")
    desk.returned()
    assert "保留" not in row_of(mine.get("/queue?state=all"), desk.ref)
    desk.corrected(address="青年大街100号3单元502室")
    assert "初审中 已补正" in row_of(mine.get("/queue"), desk.ref)
    assert row_of(mine.get("/queue"), desk.ref).endswith("为您保留 至7月16日24:00")
    assert row_of(hers.get("/queue"), desk.ref).endswith("为林审核保留至7月16日24:00")
    assert "为林审核保留至7月16日24:00" in hers.get(f"/cases/{desk.ref}").text
    assert "已补正" in hers.text and "无人领取" not in hers.text
    desk.counter.clock.now = desk.counter.clock.now.replace(day=17)
    assert row_of(hers.get("/queue"), desk.ref).endswith("无人领取")
    desk.claimed()
    assert "保留" not in row_of(hers.get("/queue"), desk.ref)


def test_filters_stand_in_the_form_again() -> None:
    office = Office()
    page = office.at_the_screen_of(office.desk.reviewer).get("/queue?state=paying&business=rent&order=newest&mine=1")
    action, content = page.form("筛选")
    assert (action, content) == ("/queue", {"state": "paying", "business": "rent", "order": "newest", "mine": "1"})
    assert "没有符合条件的案件" in page.text


@pytest.mark.parametrize("typed", ["{ref}", "{plain}", " {lower} "])
def test_a_case_is_found_by_its_number_however_it_is_typed(typed: str) -> None:
    office = Office()
    ref = office.desk.ref
    typed = typed.format(ref=ref, plain=ref.replace("-", ""), lower=ref.lower())
    page = office.at_the_screen_of(office.desk.confirmer).get("/queue").press("查找", q=typed)
    assert ref in page.text


def test_a_search_by_id_number_finds_the_person_and_leaves_no_number_in_any_address() -> None:
    office = Office()
    screen = office.at_the_screen_of(office.desk.auditor).get("/queue")
    action, content = screen.form("查找")
    number = office.desk.counter.person.id_number.value
    answer = screen.client.post(action, data={**content, "q": number})
    assert answer.status_code == 303
    assert urlsplit(answer.headers["Location"]).query == f"state=all&person={office.desk.counter.person.id}"
    assert office.desk.ref in screen.get(answer.headers["Location"]).text


@pytest.mark.parametrize("how", ["{}", " {} ", "{wide}"])
def test_a_masked_number_copied_from_a_page_finds_its_cases(how: str) -> None:
    office = Office()
    masked = office.desk.counter.person.id_number.masked
    typed = how.format(masked, wide=masked.replace("*", "＊"))
    page = office.at_the_screen_of(office.desk.reviewer).get("/queue").press("查找", q=typed)
    assert office.desk.ref in page.text and "可能不止一位" in page.text
    page.press("查找", q="999***********1023")
    assert "没有找到证件号码显示为999***********1023的申请人" in page.text


@pytest.mark.parametrize("typed", [ID_NUMBERS[1], "AAAA-AAAA", "张伟", "' OR 1=1", "２"])
def test_a_search_that_finds_nobody_says_so(typed: str) -> None:
    office = Office()
    page = office.at_the_screen_of(office.desk.reviewer).get("/queue").press("查找", q=typed)
    assert "没有找到" in page.text


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999", "state=nonsense", "person=nobody", "reference=%00", "business=%27"]
)
def test_odd_addresses_are_the_queue_all_the_same(query: str) -> None:
    office = Office()
    page = office.at_the_screen_of(office.desk.reviewer).get(f"/queue?{query}")
    assert (page.status, page.heading) == (200, "待办队列")


def test_long_queues_have_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    lines, _ = office.desk.cases.queue(office.desk.reviewer.id, Wanted(frozenset({office.desk.case.state})), None)  # type: ignore[arg-type]
    monkeypatch.setattr(office.desk.cases, "queue", lambda *given: (lines, 120))
    page = office.at_the_screen_of(office.desk.reviewer).get("/queue?page=2&order=newest")
    assert "共120件，第2页，共3页" in page.text
    found = {a.get_text(): str(a["href"]) for a in page.page.find_all("a")}
    assert found["上一页"] == "/queue?state=todo&order=newest&page=1"
    assert found["下一页"] == "/queue?state=todo&order=newest&page=3"


def test_others_do_not_see_the_queue() -> None:
    office = Office()
    for role in (Role.ADMIN, Role.PAYER):
        member = a_member(role)
        office.desk.staff.add(member)
        assert office.at_the_screen_of(member).get("/queue").status == 403
    assert office.app.test_client().get("/queue").status_code == 303
