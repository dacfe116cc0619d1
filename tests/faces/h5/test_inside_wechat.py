"""What pages add inside WeChat: the script, what may be shared, and the button for notices."""

import re
from dataclasses import replace

import pytest

from tests.citizen import WECHAT
from tests.faces.h5.fakes import SITE, Front
from tests.faces.h5.visitor import Visitor

SHAREABLE = ("/h5/", "/h5/business", "/h5/guides/rent", "/h5/guides/materials", "/h5/guides/faq",
             "/h5/guides/account", "/h5/guides/contact", "/h5/guides/pledge", "/h5/guides/")  # fmt: skip
NEVER = ("/h5/me", "/h5/guides/search?q=天气", "/h5/guides/nonsense", "/nowhere")
PERSONAL = ("/h5/", "/h5/business", "/h5/me", "/h5/applications", "/h5/inbox", "/h5/rent/info", "/login/out")
SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"


def a_front(template: str = "T-progress", sdk: str = SDK) -> Front:
    front = Front()
    front.app.jinja_env.globals["site"] = replace(SITE, jssdk_url=sdk, subscribe_template=template)
    return front


def in_wechat(visitor: Visitor) -> Visitor:
    visitor.client.environ_base["HTTP_USER_AGENT"] = WECHAT
    return visitor


def script(page: Visitor) -> dict[str, str] | None:
    found = page.page.find("script", attrs={"data-wechat": True})
    return None if found is None else {name: str(value) for name, value in found.attrs.items()}


@pytest.mark.parametrize("path", SHAREABLE)
def test_a_page_for_everybody_may_be_shared_with_words_and_a_picture(path: str) -> None:
    found = script(in_wechat(a_front().visitor()).get(path))
    assert found and found["data-wechat"] == SDK
    assert len(found["data-share"]) > 10
    assert re.fullmatch(r"/static/dist/share\.\w+\.png", found["data-picture"])


@pytest.mark.parametrize("path", NEVER)
def test_a_page_that_does_not_say_it_may_be_shared_may_not(path: str) -> None:
    found = script(in_wechat(a_front().visitor()).get(path))
    assert found and "data-share" not in found


@pytest.mark.parametrize("path", PERSONAL)
def test_no_page_of_somebody_signed_in_may_be_shared(path: str) -> None:
    citizen = in_wechat(a_front().citizen())
    found = script(citizen.get(path))
    assert citizen.status == 200
    assert found and "data-share" not in found


def test_the_script_comes_before_the_one_that_changes_the_address() -> None:
    page = in_wechat(a_front().visitor()).get("/h5/").page
    names = [re.sub(r".*/(\w+)\..*", r"\1", str(found["src"])) for found in page.find_all("script")]
    assert names == ["wechat", "app"]


@pytest.mark.parametrize(("agent", "sdk"), [("Mozilla/5.0 Chrome/116.0 Mobile Safari/537.36", SDK), (WECHAT, "")])
def test_outside_wechat_or_without_the_sdk_nothing_is_loaded_and_nothing_offered(agent: str, sdk: str) -> None:
    citizen = a_front(sdk=sdk).citizen()
    citizen.client.environ_base["HTTP_USER_AGENT"] = agent
    for page in (citizen.get("/h5/"), citizen.walk_to("done")):
        assert script(page) is None
        assert page.page.find("wx-open-subscribe") is None
        assert "qq.com" not in str(page.page)


def test_after_handing_in_and_on_the_application_progress_may_be_subscribed_to() -> None:
    citizen = in_wechat(a_front().citizen()).walk_to("done")
    done = citizen.page
    citizen.get(str(citizen.page.find("a", string="查看进度")["href"]))  # type: ignore[index]
    for page in (done, citizen.page):
        tag = page.find("wx-open-subscribe")
        assert tag and tag["template"] == "T-progress"
        style, content = tag.find_all("script")
        assert (style["type"], style["slot"], content["type"]) == (
            "text/wxtag-template",
            "style",
            "text/wxtag-template",
        )
        assert "接收办理进度通知" in str(content.string) and not content.has_attr("slot")
        section = tag.find_parent("section")
        assert section and section.has_attr("hidden")


def test_a_withdrawn_application_offers_no_notices() -> None:
    citizen = in_wechat(a_front().citizen()).walk_to("done")
    citizen.get(str(citizen.page.find("a", string="查看进度")["href"]))  # type: ignore[index]
    citizen.get(f"{citizen.path}/withdraw")
    button = next(b for b in citizen.page.find_all("button") if "撤销" in b.get_text())
    citizen.press(button.get_text(strip=True))
    assert "已撤销" in citizen.text
    assert citizen.page.find("wx-open-subscribe") is None


def test_an_account_without_the_template_offers_no_notices() -> None:
    assert in_wechat(a_front(template="").citizen()).walk_to("done").page.find("wx-open-subscribe") is None
