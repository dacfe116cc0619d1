"""Every page a citizen can see: one heading, unique ids, labels that name something, nothing inline."""

import re
from collections import Counter as Tally

import pytest
from bs4 import Tag

from tests.faces.h5.fakes import Front
from tests.faces.h5.visitor import Visitor
from tests.makers import a_home

PUBLIC = (
    "/h5/", "/h5/business", "/h5/me", "/h5/guides/rent", "/h5/guides/materials", "/h5/guides/faq",
    "/h5/guides/account", "/h5/guides/contact", "/h5/guides/pledge", "/h5/guides/", "/h5/guides/search?q=材料",
    "/h5/guides/search?q=天气", "/h5/guides/?notice=number", "/login/out", "/h5/guides/nonsense", "/nowhere",
)  # fmt: skip
PRIVATE = ("/h5/", "/h5/me", "/h5/applications", "/h5/rent")


def is_well_made(page: Visitor) -> None:
    html = page.page
    where = page.path
    assert html.html and html.html["lang"] == "zh-CN", where
    assert page.title.strip() and page.title.endswith("辽宁省直公积金"), where
    assert len(html.find_all("h1")) == 1, where
    ids = Tally(str(found["id"]) for found in html.find_all(id=True))
    assert [name for name, times in ids.items() if times > 1] == [], where
    for label in html.find_all("label"):
        assert label["for"] in ids, f"{where}: {label}"
    for control in html.find_all(["input", "select", "textarea"]):
        if control.get("type") != "hidden":
            assert html.find("label", attrs={"for": control.get("id")}), f"{where}: {control}"
    for element in html.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on") or name == "style"], f"{where}: {element}"
        for said in (
            *str(element.get("aria-describedby", "")).split(),
            *str(element.get("aria-labelledby", "")).split(),
        ):
            assert said in ids, f"{where}: {said}"
    nonce = re.search(r"nonce-([\w-]+)", page.answer.headers["Content-Security-Policy"])
    for script in html.find_all("script"):
        assert script.get("src") and nonce and script.get("nonce") == nonce[1], where
    for form in html.find_all("form", method="post"):
        assert form.find("input", attrs={"name": "csrf_token"}), where
        assert form.get("action"), where
    for button in html.find_all(["button", "a"]):
        picture = button.find("img", alt=True)
        assert button.get_text(strip=True) or (isinstance(picture, Tag) and picture["alt"]), f"{where}: {button}"
    viewport = html.find("meta", attrs={"name": "viewport"})
    assert isinstance(viewport, Tag) and "maximum-scale" not in str(viewport["content"]), where
    assert html.find("a", class_="skip"), where
    assert html.find("a", href="tel:12329"), where
    assert "主办单位：辽宁省省直住房资金管理中心" in page.text, where
    assert page.answer.headers["Cache-Control"] == "no-store", where


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_for_everybody(path: str) -> None:
    is_well_made(Front().visitor().get(path))


@pytest.mark.parametrize("path", PRIVATE)
def test_pages_for_the_signed_in(path: str) -> None:
    is_well_made(Front().citizen().get(path))


@pytest.mark.parametrize("step", ["info", "details", "account", "pledge", "photos", "done"])
def test_pages_of_the_journey(step: str) -> None:
    front = Front()
    citizen = front.citizen().walk_to(step if step != "done" else "photos", region="210200")
    if step == "done":
        front.counter.upload_all()
        citizen.get("/h5/rent/photos")
        is_well_made(citizen)
        citizen.press("提交申请")
        assert citizen.heading == "提交成功"
    is_well_made(citizen)


@pytest.mark.parametrize("step", ["details", "account", "pledge", "photos"])
def test_pages_with_everything_wrong(step: str) -> None:
    citizen = Front().citizen().walk_to(step, region="210200")
    citizen.press("提交申请" if step in ("pledge", "photos") else "下一步")
    assert citizen.status == 422
    assert citizen.title.startswith("有误：")
    is_well_made(citizen)


def test_pages_about_an_application() -> None:
    citizen = Front().citizen().walk_to("done")
    number = citizen.path.rsplit("/", 1)[1]
    for path in (
        "/h5/applications",
        f"/h5/applications/{number}",
        f"/h5/applications/{number}/withdraw",
        "/h5/",
    ):
        is_well_made(citizen.get(path))


def test_the_page_of_somebody_who_may_not_draw() -> None:
    is_well_made(Front(status="06", months_in_a_row=0, homes=(a_home("210100"),)).citizen().get("/h5/rent"))


@pytest.mark.parametrize(("path", "words"), [("/h5/", "首页"), ("/h5/business", "业务办理"), ("/h5/me", "我的")])
def test_the_bottom_bar_says_where_one_is(path: str, words: str) -> None:
    page = Front().visitor().get(path).page
    bar = page.find("nav", attrs={"aria-label": "主菜单"})
    assert isinstance(bar, Tag)
    assert [link.get_text(strip=True) for link in bar.find_all("a")] == ["首页", "业务办理", "我的"]
    assert [link.get_text(strip=True) for link in bar.find_all(attrs={"aria-current": "page"})] == [words]


def test_the_first_page_sends_to_sign_in_and_tells_how_to_register() -> None:
    visitor = Front().visitor().get("/h5/")
    button = visitor.page.find("a", string="立即登录")
    assert isinstance(button, Tag) and button["href"] == "/login/start?next=/h5/"
    assert "本登录页面的注册、忘记密码功能暂未开放" in visitor.text
    assert visitor.page.find("a", href="https://www.lnzwfw.gov.cn/")
    assert "024-12345" in visitor.text


def test_rent_withdrawal_is_the_first_thing_under_business() -> None:
    main = Front().visitor().get("/h5/business").page.find("main")
    assert isinstance(main, Tag)
    first = main.find("a")
    assert isinstance(first, Tag) and first["href"] == "/h5/rent" and "租房提取" in first.get_text()


def test_the_list_of_documents_names_every_document_that_can_be_asked_for() -> None:
    front = Front(married=True)
    front.citizen().walk_to("photos", region="210200")
    asked = front.counter.look()
    guide = front.visitor().get("/h5/guides/materials").text
    for kind in asked.photo_kinds(asked.path[-1]):
        assert kind.label in guide


def test_nobody_is_shown_by_name_or_number_before_signing_in() -> None:
    front = Front()
    for path in ("/h5/", "/h5/me"):
        text = front.visitor().get(path).text
        assert "张" not in text and "0015" not in text


def test_signed_in_pages_show_names_and_numbers_masked() -> None:
    front = Front()
    for path in ("/h5/", "/h5/me"):
        html = front.citizen().get(path).answer.text
        assert "张*" in html
        assert "张伟" not in html and front.person.id_number.value not in html and front.person.mobile not in html
