"""From Markdown to a page: sections with addresses that last, gaps that must be known, nothing but our own marks."""

from datetime import date

import pytest

from web.guides import Group, GuideError, Shelf, Source, branches
from web.guides.writing import write

PLAIN = (
    "# 所需材料\n\n开头。\n\n## 怎样拍 {#photographing}\n\n光线**充足**，{days}天内。\n\n## 收款 {#card}\n\n- 一类卡\n"
)
DAY = date(2026, 7, 1)


def test_a_guide_has_a_title_an_opening_and_sections_with_addresses() -> None:
    guide = write("materials", PLAIN, {"days": "3"})
    assert (guide.title, guide.opening.text) == ("所需材料", "开头。")
    assert [(part.anchor, part.heading) for part in guide.sections] == [("photographing", "怎样拍"), ("card", "收款")]
    assert guide.sections[0].html == "<p>光线<strong>充足</strong>，3天内。</p>\n"
    assert guide.sections[0].text == "光线充足，3天内。"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (PLAIN.replace("{days}", "{weeks}"), "weeks"),
        (PLAIN.replace(" {#card}", ""), "收款"),
        (PLAIN.replace("#card", "#photographing"), "same address"),
        (PLAIN.replace("- 一类卡\n", ""), "收款"),
        (PLAIN.replace("# 所需材料", "所需材料", 1), "title"),
        ("# 所需材料\n\n只有开头。\n", "section"),
    ],
)
def test_a_slip_is_named(source: str, complaint: str) -> None:
    with pytest.raises(GuideError, match=complaint):
        write("materials", source, {"days": "3"})


def test_html_is_text_and_a_script_address_is_no_link() -> None:
    source = PLAIN + "\n<script>alert(1)</script>\n\n[点](javascript:alert(1))\n\n{days}\n"
    html = write("materials", source, {"days": "<img src=x onerror=y>"}).sections[-1].html
    assert "<script" not in html and "<img" not in html and "href" not in html
    assert "&lt;img" in html


def test_links_that_leave_the_house_and_buttons() -> None:
    html = (
        write("a", PLAIN + '\n[外](https://a.cn/) [内](faq#x) [去](/h5/rent "button")\n', {"days": "3"})
        .sections[-1]
        .html
    )
    assert '<a href="https://a.cn/" rel="noopener">外</a> <a href="faq#x">内</a>' in html
    assert '<a href="/h5/rent" class="weui-btn weui-btn_primary">去</a>' in html


def test_sources_of_one_name_are_one_guide_and_figures_change_with_the_day() -> None:
    more = "## 再问 {#more}\n\n答。\n"
    days = {DAY: "3", date(2027, 1, 1): "5"}
    shelf = Shelf(
        (Group("组", ("faq",)),), (Source("faq", PLAIN), Source("faq", more)), lambda day: {"days": days[day]}
    )
    assert [part.anchor for part in shelf.on(DAY)["faq"].sections] == ["photographing", "card", "more"]
    assert shelf.on(DAY)["faq"] is shelf.on(DAY)["faq"]
    assert [shelf.on(day)["faq"].sections[0].text for day in days] == ["光线充足，3天内。", "光线充足，5天内。"]
    assert [entry.heading for entry in shelf.entries(DAY)] == ["所需材料", "怎样拍", "收款", "再问"]


@pytest.mark.parametrize("slugs", [(), ("faq", "rent"), ("faq", "faq")])
def test_every_guide_stands_in_the_contents_once(slugs: tuple[str, ...]) -> None:
    with pytest.raises(GuideError, match="differ"):
        Shelf((Group("组", slugs),), (Source("faq", PLAIN),), lambda day: {"days": "3"})


COUNTER = (
    '[[branches]]\nname = "甲服务大厅"\naddress = "某路1号"\nphone = "024-00000000"\nhours = "工作日 9:00-16:00"\n'
)


def test_counters_the_centre_named_are_told_with_address_telephone_and_hours() -> None:
    found = branches.parse(COUNTER * 2)
    assert [each.name for each in found] == ["甲服务大厅"] * 2
    html = (
        write("contact", "# 网点\n\n## 网点 {#branches}\n\n{branches}\n", {"branches": branches.in_markdown(found)})
        .sections[0]
        .html
    )
    assert html.count("<p>") == 2 and html.count("某路1号") == 2 and '<a href="tel:024-00000000">' in html


def test_no_counter_is_named_that_nobody_vouched_for() -> None:
    assert branches.load() == ()


@pytest.mark.parametrize(
    "slip", [COUNTER.replace("phone", "fax"), COUNTER.replace("某路1号", " "), "[[counters]]\n", "[[branches"]
)
def test_a_slip_in_the_list_of_counters_is_named(slip: str) -> None:
    with pytest.raises(GuideError, match="branches"):
        branches.parse(slip)
