"""A phone inside WeChat, and the account's menu."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import phone
from tests.house import House


@pytest.fixture
def menu(house: House) -> None:
    """The account's menu, set by the administrators' script."""
    done = house.flask("menu", "apply", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a phone; whatever goes wrong in its console or its requests fails the test."""
    with phone(browser) as context:
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("console", lambda m: troubles.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("response", lambda r: troubles.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        yield page
        allowed = ("status of 422", "status of 409")
        assert [t for t in troubles if not any(a in t for a in allowed)] == []
