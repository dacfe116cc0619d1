"""Debian's chromium as the tests use it: sizes of phones, and what is asked of every page."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.citizen import WECHAT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"


def phone(
    browser: Browser, *, javascript: bool = True, width: int = 375, agent: str = WECHAT, worker: bool = False
) -> BrowserContext:
    """A phone of ``width`` CSS pixels inside WeChat. ``worker``: whether it has a service worker, whose requests
    Playwright's routes do not see."""
    context = browser.new_context(
        viewport={"width": width, "height": 812}, user_agent=agent, locale="zh-CN", timezone_id="Asia/Shanghai",
        java_script_enabled=javascript, has_touch=True, is_mobile=True, device_scale_factor=2, service_workers="allow" if worker else "block",
    )  # fmt: skip
    context.set_default_timeout(15_000)
    return context


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
