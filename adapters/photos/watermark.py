"""Writing into the pixels of a photo who looks at it and when: a copy that leaves the desk says where it came from."""

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
)
"""Where servers have a font with Chinese characters, if they have one."""
_QUALITY = 88
_DARK, _LIGHT = 90, 70
"""How strongly the letters and their light edge cover the picture, of 255: readable on any ground, hiding nothing."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def watermarked(jpeg: bytes, plain: str, name: str) -> bytes:
    """Plays ``fund.cases.Stamp``: the text slantwise over the whole picture, so that no corner can be cut off to lose it.

    ``plain`` (login and time) is ASCII and drawn with the letters that come with Pillow; ``name`` is put before it where
    the machine has a font for it.
    """
    with Image.open(io.BytesIO(jpeg)) as opened:
        image = opened.convert("RGB")
    size = max(14, min(image.size) // 32)
    chinese = _chinese()
    text = f"{name} {plain}" if chinese else plain
    font: Font = ImageFont.truetype(chinese, size) if chinese else ImageFont.load_default(size)
    for colour, edge, strength in (((255, 255, 255), 2, _LIGHT), ((40, 40, 40), 0, _DARK)):
        image.paste(colour, mask=_all_over(image.size, _slanted(text, font, edge, strength)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


@cache
def _chinese() -> str:
    """The font file with Chinese characters that this machine has, or ''."""
    return next((path for path in _FONTS if Path(path).is_file()), "")


def _slanted(text: str, font: Font, edge: int, strength: int) -> Image.Image:
    left, top, right, bottom = (int(side) for side in font.getbbox(text))
    margin = 2 * (bottom - top)
    tile = Image.new("L", (right - left + margin, bottom - top + margin))
    place = (margin // 2 - left, margin // 2 - top)
    ImageDraw.Draw(tile).text(place, text, fill=strength, font=font, stroke_width=edge, stroke_fill=strength)
    return tile.rotate(24, expand=True, resample=Image.Resampling.BILINEAR)


def _all_over(size: tuple[int, int], tile: Image.Image) -> Image.Image:
    """The tile again and again, every second row moved by half."""
    mask = Image.new("L", size)
    for row, y in enumerate(range(0, size[1], tile.height)):
        for x in range(-tile.width // 2 if row % 2 else 0, size[0], tile.width):
            mask.paste(tile, (x, y))
    return mask
