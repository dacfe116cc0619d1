"""A browser without JavaScript that walks through the app by the words on its pages."""

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.makers import answers


class Visitor:
    """A browser without JavaScript: finds things by their words, sends forms as they stand."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.page = BeautifulSoup("", "html.parser")
        self.answer: TestResponse

    def get(self, path: str, **more: Any) -> "Visitor":
        """Open a page, following redirects."""
        return self.took(self.client.get(path, follow_redirects=True, **more))

    def took(self, answer: TestResponse) -> "Visitor":
        """Look at an answer."""
        self.answer = answer
        self.page = BeautifulSoup(answer.text if answer.mimetype == "text/html" else "", "html.parser")
        return self

    @property
    def path(self) -> str:
        """Where the last answer came from."""
        return self.answer.request.path

    @property
    def status(self) -> int:
        """How it was answered."""
        return self.answer.status_code

    @property
    def text(self) -> str:
        """All words on the page, blanks run together."""
        return re.sub(r"\s+", " ", self.page.get_text(" ", strip=True))

    @property
    def heading(self) -> str:
        """The h1."""
        found = self.page.find("h1")
        return found.get_text(strip=True) if found else ""

    @property
    def title(self) -> str:
        """What the window says."""
        assert self.page.title
        return self.page.title.get_text(strip=True)

    def field(self, label: str) -> Tag:
        """The control with exactly this label."""
        for found in self.page.find_all("label"):
            if found.get_text() == label:
                control = self.page.find(id=str(found["for"]))
                assert isinstance(control, Tag), label
                return control
        raise AssertionError(f"no field {label}: {self.text[:300]}")

    def value(self, label: str) -> str:
        """What stands in a field."""
        control = self.field(label)
        if control.name == "select":
            chosen = control.find("option", selected=True)
            return str(chosen["value"]) if isinstance(chosen, Tag) else ""
        return _text(control) if control.name == "textarea" else str(control.get("value", ""))

    def said_beside(self, label: str) -> str:
        """The texts tied to a field."""
        ids = str(self.field(label).get("aria-describedby", "")).split()
        return " ".join(found.get_text(" ", strip=True) for found in map(lambda i: self.page.find(id=i), ids) if found)

    def form(self, button: str) -> tuple[str, dict[str, str]]:
        """Address and content of the form with this button."""
        for form in self.page.find_all("form"):
            if any(b.get_text(strip=True) == button for b in form.find_all("button")):
                return str(form["action"]), _content(form)
        raise AssertionError(f"no button {button}: {self.text[:300]}")

    def press(self, button: str, **typed: Any) -> "Visitor":
        """Send the form with this button, with some fields typed over (by their names)."""
        action, content = self.form(button)
        return self.took(self.client.post(action, data={**content, **typed}, follow_redirects=True))

    def walk_to(self, step: str, **different: str) -> "Visitor":
        """Answer everything in good order up to a page."""
        given = answers(**different)
        self.get("/h5/rent")
        for page, button in (
            ("info", "下一步"),
            ("details", "下一步"),
            ("account", "下一步"),
            ("pledge", "提交申请"),
        ):
            if step == page:
                break
            asked = {str(c["name"]) for c in self.page.find_all(attrs={"name": True})}
            self.press(button, **{name: value for name, value in given.items() if name in asked})
        assert self.path.split("/")[3] == step, f"{self.path}: {self.text[:400]}"
        return self


def _content(form: Tag) -> dict[str, str]:
    content: dict[str, str] = {}
    for control in form.find_all(["input", "select", "textarea"]):
        kind = control.get("type")
        if kind == "file" or (kind == "checkbox" and not control.has_attr("checked")):
            continue
        name = str(control["name"])
        if control.name == "select":
            chosen = control.find("option", selected=True)
            content[name] = str(chosen["value"]) if isinstance(chosen, Tag) else ""
        elif control.name == "textarea":
            content[name] = _text(control)
        else:
            content[name] = str(control.get("value", ""))
    return content


def _text(area: Tag) -> str:
    # A browser drops the first line break; it is there so that a value may begin with one.
    return area.get_text().removeprefix("\n")
