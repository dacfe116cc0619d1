"""Who looked at a photo and when stands in its pixels, all over, and hides nothing."""

import io

import pytest
from PIL import Image, ImageChops

from adapters.photos import watermark
from adapters.photos.watermark import watermarked


def a_jpeg(width: int, height: int, grey: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (grey, grey, grey)).save(out, "JPEG")
    return out.getvalue()


def difference(before: bytes, after: bytes) -> Image.Image:
    one, other = Image.open(io.BytesIO(before)), Image.open(io.BytesIO(after))
    assert one.size == other.size
    return ImageChops.difference(one.convert("L"), other.convert("L"))


@pytest.mark.parametrize("size", [(1600, 1200), (1200, 1600), (320, 240)])
@pytest.mark.parametrize("grey", [0, 200, 255])
def test_every_quarter_of_the_picture_carries_it_on_any_ground(size: tuple[int, int], grey: int) -> None:
    before = a_jpeg(*size, grey)
    changed = difference(before, watermarked(before, "lin01 2026-07-15 12:00:00", "林审核"))
    half = (size[0] // 2, size[1] // 2)
    for x in (0, half[0]):
        for y in (0, half[1]):
            assert changed.crop((x, y, x + half[0], y + half[1])).getextrema()[1] > 30


def test_what_is_below_can_still_be_read() -> None:
    before = a_jpeg(1600, 1200)
    histogram = difference(before, watermarked(before, "lin01 2026-07-15 12:00:00", "林审核")).histogram()
    untouched = sum(histogram[:8]) / sum(histogram)
    assert untouched > 0.6
    assert sum(histogram[150:]) == 0


def test_login_and_time_are_drawn_without_any_font_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watermark, "_chinese", lambda: "")
    before = a_jpeg(800, 600)
    one = watermarked(before, "lin01 2026-07-15 12:00:00", "林审核")
    assert difference(before, one).getextrema()[1] > 30
    assert watermarked(before, "lin01 2026-07-15 12:00:00", "王复核") == one, "no name, and no boxes in its place"
    assert watermarked(before, "lin02 2026-07-15 12:00:00", "林审核") != one
