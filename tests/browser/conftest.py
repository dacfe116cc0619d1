"""A real chromium: phone-sized like WeChat's, or a desktop. Without chromium these tests are skipped, loudly."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.citizen import WECHAT
from tests.house import House

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NO BROWSER: install Debian's chromium (apt-get install chromium) to run the browser tests")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def menu(house: House) -> None:
    """The account's menu, set by the administrators' script."""
    done = house.flask("menu", "apply", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr


def phone(browser: Browser, *, javascript: bool = True, width: int = 375, agent: str = WECHAT) -> BrowserContext:
    """A phone of ``width`` CSS pixels inside WeChat."""
    context = browser.new_context(
        viewport={"width": width, "height": 812}, user_agent=agent, locale="zh-CN", timezone_id="Asia/Shanghai",
        java_script_enabled=javascript, has_touch=True, is_mobile=True, device_scale_factor=2,
    )  # fmt: skip
    context.set_default_timeout(15_000)
    return context


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


def axe_finds_nothing(page: Page) -> None:
    """WCAG 2.2 A and AA and best practices, by axe-core."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    broken = [(v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in found["violations"]]
    assert broken == [], f"{page.url}: {broken}"


def nothing_sticks_out(page: Page) -> None:
    """No sideways scrolling."""
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1] + 1, f"{page.url}: {widths}"
