"""The portal's landing: the same for everybody, kept by caches, waiting for nobody."""

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import Tag

from tests.faces.h5.fakes import SITE, Front
from tests.faces.h5.visitor import Visitor

PHONE = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36 MicroMessenger/8.0.50"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36"


def landing(front: Front | None = None, **more: Any) -> Visitor:
    visitor = (front or Front()).visitor()
    return visitor.took(visitor.client.get("/", headers={"User-Agent": DESKTOP, **more}))


def with_code(code: str) -> Front:
    front = Front()
    services = front.app.extensions["services"]
    site = replace(SITE, account_code=code)
    front.app.extensions["services"] = replace(services, site=site)
    front.app.jinja_env.globals["site"] = site
    return front


def test_the_button_to_the_hall_and_both_other_channels_are_there() -> None:
    page = landing()
    assert page.status == 200 and "辽宁省省直住房资金管理中心" in page.title
    button = page.page.find("a", string="个人网厅")
    assert isinstance(button, Tag) and button["href"] == "/hall/"
    assert "仅安卓手机" in page.text and page.page.find("a", href="/app/")
    assert page.page.find("a", href="/hall/guides/rent") and page.page.find("a", href="tel:12329")
    assert "主办单位：辽宁省省直住房资金管理中心" in page.text and "辽ICP备00000000号" in page.text


def test_without_the_accounts_code_words_say_how_to_find_it() -> None:
    page = landing()
    assert "在微信中搜索公众号“ 辽宁省直公积金 ”" in page.text
    assert [image["alt"] for image in page.page.find_all("img", class_="qr")] == ["手机APP安装页面的二维码"]


def test_with_the_accounts_code_it_is_drawn_here_and_nobody_is_asked_for_it() -> None:
    page = landing(with_code("http://weixin.qq.com/q/02abc"))
    pictures = {str(image["alt"]): str(image["src"]) for image in page.page.find_all("img", class_="qr")}
    assert len(pictures) == 2 and len(set(pictures.values())) == 2
    for address in pictures.values():
        assert address.startswith("data:image/svg+xml")


def test_a_code_says_what_it_shall() -> None:
    import urllib.parse

    import segno

    page = landing()
    (image,) = page.page.find_all("img", class_="qr")
    svg = urllib.parse.unquote(str(image["src"]).split(",", 1)[1])
    ElementTree.fromstring(svg)
    same = segno.make("http://localhost/app/", error="m", micro=False)
    assert svg == urllib.parse.unquote(
        same.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True).split(",", 1)[1]
    )


def test_caches_may_keep_it_and_no_session_is_begun_or_looked_at() -> None:
    front = Front()
    citizen = front.citizen()
    answer = citizen.client.get("/", headers={"User-Agent": DESKTOP})
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", "")
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "张" not in answer.text
    nobody = landing(front)
    assert nobody.answer.text == answer.text
    again = landing(front, **{"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


def test_a_session_that_is_there_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front()
    citizen = front.citizen()

    def down(session_id: str) -> None:
        raise AssertionError("the landing looked at a session")

    monkeypatch.setattr(front.sessions, "load", down)
    assert citizen.client.get("/", headers={"User-Agent": DESKTOP}).status_code == 200


@pytest.mark.parametrize("agent", [PHONE, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"])
def test_a_phone_is_led_to_its_own_pages(agent: str) -> None:
    answer = Front().visitor().client.get("/", headers={"User-Agent": agent})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/h5/")
    assert "User-Agent" in answer.headers["Vary"]
