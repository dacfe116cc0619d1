"""A citizen with a browser that has no JavaScript: everything is found by the words on the page."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, Tag

from tests.house import House

WECHAT = (
    "Mozilla/5.0 (Linux; Android 13; M2012K11AC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/116.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240301 MicroMessenger/8.0.49.2600 WeChat/arm64"
)


class Citizen:
    """One person at one phone. ``page`` is what is on the screen; ``status`` how it was answered."""

    def __init__(self, house: House, person: dict[str, Any], *, in_wechat: bool = True) -> None:
        self.house, self.person = house, person
        self.browser = requests.Session()
        self.browser.headers["User-Agent"] = WECHAT if in_wechat else "Mozilla/5.0 (X11; Linux x86_64) Chrome/116.0"
        self.url, self.status, self.html = "", 0, ""
        self.page = BeautifulSoup("", "html.parser")

    # looking
    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def text(self) -> str:
        return self.page.get_text(" ", strip=True)

    @property
    def heading(self) -> str:
        h1 = self.page.find("h1")
        return h1.get_text(strip=True) if h1 else ""

    def sees(self, words: str) -> bool:
        return words in self.text

    # moving
    def open(self, url: str) -> "Citizen":
        return self._took(self.browser.get(urljoin(self.house.url, url), timeout=30))

    def open_phone(self) -> "Citizen":
        """Be this follower in the sandbox, as scanning WeChat would have it."""
        return self.open(f"{self.house.sandbox_url}/phone/{self.person['openid']}")

    def follow(self, words: str) -> "Citizen":
        """Tap the link with these words."""
        for link in self.page.find_all("a"):
            if words in link.get_text(" ", strip=True) and link.get("href"):
                return self.open(urljoin(self.url, str(link["href"])))
        raise AssertionError(f"no link “{words}” on {self.path}: {self.text[:400]}")

    def field(self, label: str) -> Tag:
        """The control that a label names."""
        for found in self.page.find_all("label"):
            if found.get_text(strip=True) == label and found.get("for"):
                control = self.page.find(id=str(found["for"]))
                assert isinstance(control, Tag), f"the label “{label}” names nothing"
                return control
        raise AssertionError(f"no label “{label}” on {self.path}: {self.text[:400]}")

    def value(self, label: str) -> str:
        """What a control shows now."""
        control = self.field(label)
        if control.name == "textarea":
            return control.get_text().removeprefix("\n")
        if control.name == "select":
            chosen = control.find("option", selected=True)
            return str(chosen["value"]) if isinstance(chosen, Tag) else ""
        return str(control.get("value", ""))

    def press(self, button: str, fill: dict[str, str] | None = None, files: Any = None, near: str = "") -> "Citizen":
        """Fill in fields by their labels and press the button with these words (in the form that says ``near``)."""
        form, pressed = self._form_with(button, near)
        data = self.form_data(form)
        for label, value in (fill or {}).items():
            data[str(self.field(label)["name"])] = value
        if pressed.get("name"):
            data[str(pressed["name"])] = str(pressed.get("value", ""))
        action = urljoin(self.url, str(form.get("action") or self.url))
        if str(form.get("method", "get")).lower() == "get":
            return self._took(self.browser.get(action, params=data, timeout=30))
        return self._took(self.browser.post(action, data=data, files=files, timeout=30))

    def form_data(self, form: Tag) -> dict[str, str]:
        """What the form would send untouched."""
        data: dict[str, str] = {}
        for control in form.find_all(["input", "select", "textarea"]):
            name, kind = control.get("name"), control.get("type")
            if (
                not name
                or kind in ("file", "submit")
                or (kind in ("checkbox", "radio") and not control.has_attr("checked"))
            ):
                continue
            if control.name == "select":
                chosen = control.find("option", selected=True) or control.find("option")
                data[str(name)] = str(chosen.get("value", "")) if isinstance(chosen, Tag) else ""
            else:
                data[str(name)] = (
                    control.get_text().removeprefix("\n")
                    if control.name == "textarea"
                    else str(control.get("value", ""))
                )
        return data

    def _form_with(self, button: str, near: str) -> tuple[Tag, Tag]:
        for form in self.page.find_all("form"):
            for pressed in form.find_all(["button", "input"]):
                words = pressed.get_text(strip=True) or str(pressed.get("value", ""))
                around = form.parent.get_text(" ", strip=True) if form.parent else ""
                if words == button and (not near or near in form.get_text(" ", strip=True) or near in around):
                    return form, pressed
        raise AssertionError(f"no button “{button}” on {self.path}: {self.text[:400]}")

    def _took(self, answer: requests.Response) -> "Citizen":
        self.url, self.status, self.html = answer.url, answer.status_code, answer.text
        self.page = BeautifulSoup(answer.text, "html.parser")
        return self

    def loses_the_session(self) -> None:
        """As after half an hour: the cookie is still there, but stands for nothing any more, here or over there."""
        jar = self.browser.cookies
        for cookie in [c for c in jar if c.name != "sandbox_phone"]:
            jar.clear(cookie.domain, cookie.path, cookie.name)
        jar.set("fund", "a-session-that-has-ended", domain=urlsplit(self.house.url).hostname, path="/")

    # the journey, as the manual walks it
    def signs_in(self) -> "Citizen":
        self.open_phone()
        self.open("/wechat/oauth/start?next=/h5/")
        self.follow("立即登录")
        return self.press("登录", {"账号": self.person["login"], "密码": self.person["password"]})

    def begins(self) -> "Citizen":
        self.follow("业务办理")
        self.follow("租房提取")
        return self.press("下一步")

    def details(self, **different: str) -> dict[str, str]:
        """Answers of the rent page for a plain 沈阳 case."""
        from datetime import date

        year = date.today().year
        return {
            "租房地区": "210102",
            "房屋地址": "青年大街100号3单元501室",
            "本年度起租月份": f"{year}-01",
            "本年度止租月份": f"{year}-06",
            "月租金额": "1400",
            "提取金额（元）": "8400",
            **different,
        }

    def account(self) -> dict[str, str]:
        card = self.person["cards"][0]
        return {"银行类别": card["bank"], "银行卡号码": card["number"]}

    def to_the_pledge(self, **different: str) -> "Citizen":
        self.begins()
        self.press("下一步", self.details(**different))
        return self.press("下一步", self.account())

    def hands_in(self, **different: str) -> "Citizen":
        self.to_the_pledge(**different)
        return self.press("提交申请", {"我已阅读并同意": "yes"})


def a_citizen(house: House, **different: Any) -> Citizen:
    """A new person of the sandbox, beside those already there, and their browser."""
    from tests.people import a_person

    person = a_person(**different)
    add_people(house, person)
    return Citizen(house, person)


def add_people(house: House, *people: dict[str, Any]) -> None:
    """Put people beside those the sandbox knows (PUT replaces, so all made so far are put again)."""
    known = house.__dict__.setdefault("people", [])
    known.extend(people)
    house.control("PUT", "people", known)
