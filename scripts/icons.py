"""Draws the app's icons anew: every PNG from the one drawing in static/img/app-icon.svg. Run by `make icons`.

The PNGs are committed, because drawing them takes a browser and building the service must not need one.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from scripts.setup import CHROMIUM_PLACES

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "static" / "img" / "app-icon.svg"
IMG, MIPMAP = ROOT / "static" / "img", ROOT / "android" / "res" / "mipmap-xxxhdpi"
CENTRE = (32, 32.5)
"""The middle of the motif in the drawing, whose sides are 64."""


@dataclass(frozen=True, slots=True)
class Icon:
    """One picture: ``side`` in pixels, ``corner`` and ``scale`` of the motif in the drawing's own measure."""

    path: Path
    side: int
    corner: int
    scale: float
    ground: bool = True

    def svg(self) -> str:
        """The drawing as this icon shows it."""
        found = re.search(r'<g id="motif">.*</g>', SOURCE.read_text("utf-8"))
        assert found, SOURCE
        ground = f'<rect width="64" height="64" rx="{self.corner}" fill="#0a7048"/>' if self.ground else ""
        x, y = CENTRE
        moved = f'<g transform="translate(32 32) scale({self.scale}) translate({-x} {-y})">{found[0]}</g>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">{ground}{moved}</svg>'


ICONS = (
    Icon(IMG / "app-icon-192.png", 192, 14, 1),
    Icon(IMG / "app-icon-512.png", 512, 14, 1),
    # Cut to any shape by the phone; what counts lies within the middle 80 % (w3.org/TR/appmanifest, maskable).
    Icon(IMG / "app-icon-maskable-512.png", 512, 0, 0.86),
    # iOS rounds the corners itself and shows transparent ones black.
    Icon(IMG / "app-icon-180.png", 180, 0, 0.95),
    Icon(MIPMAP / "ic_launcher.png", 192, 14, 1),
    # Of an adaptive icon's 108 dp only the middle 66 dp are always seen (developer.android.com, adaptive icons).
    Icon(MIPMAP / "ic_foreground.png", 432, 0, 0.62, ground=False),
)


def draw(browser: Browser, icons: tuple[Icon, ...] = ICONS) -> dict[Path, bytes]:
    """Each icon as PNG."""
    drawn: dict[Path, bytes] = {}
    for icon in icons:
        with browser.new_page(viewport={"width": icon.side, "height": icon.side}) as page:
            page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{icon.svg()}")
            drawn[icon.path] = page.screenshot(omit_background=True)
    return drawn


def main() -> None:
    """Write them all."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_PLACES)), None)
    if chromium is None:
        raise SystemExit("需要 chromium 才能重新绘制图标。")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        drawn = draw(browser)
        browser.close()
    for path, png in drawn.items():
        path.write_bytes(png)
        print(f"  {path.relative_to(ROOT)}  {len(png)} bytes")


if __name__ == "__main__":
    main()
