"""Turning an upload into a clean JPEG, or saying in plain words why not.

Nothing of the uploaded file survives but its pixels: no metadata (place, time, device), no second picture,
no archive or script glued to its end. What a file is called does not matter; what it begins with does.
"""

import io
import re
import struct
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps

from fund.errors import InvalidValue
from fund.journey import MOST_PHOTO_MB

MOST_BYTES = MOST_PHOTO_MB * 1024 * 1024
MOST_PIXELS = 50_000_000
LEAST_SIDE = 200
LONGEST_SIDE = 2560
QUALITY = 85

MOST_SCANS = 100
"""A camera's JPEG has one scan, a progressive one about ten. Each may cost a pass over the whole picture, so a
small file of very many would be decoded for minutes."""

MOST_SEGMENTS = 2_000
"""Of all kinds in a JPEG, for the same reason: each is read one by one, and an honest file has dozens."""

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd9-\xfe]")
"""A JPEG marker that ends the picture or begins a segment: the others (ITU-T T.81, table B.1) have no length, and
``ff 00`` is a byte of picture data."""

_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError,
            AttributeError, struct.error, zlib.error, MemoryError, UserWarning)  # fmt: skip
"""What Pillow's JPEG and PNG readers raise on damaged files. They also warn of damaged metadata, which is an
exception only where warnings are errors."""


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A clean JPEG and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def cleaned(upload: bytes) -> Picture:
    """The clean picture: upright, at most 2560 pixels long, on white where it was transparent.

    Raises InvalidValue with a sentence for the person.
    """
    _check_file(upload)
    if upload.startswith(_JPEG):
        _check_effort(upload)
    image = _opened(upload)
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()
    # Of what will be stored: scaled down, a long strip is too narrow to be read.
    if min(image.size) * min(1, LONGEST_SIDE / max(image.size)) < LEAST_SIDE:
        raise InvalidValue("图片太小，看不清内容，请重新拍摄", code="photo_small")
    try:
        # Lets the JPEG decoder skip what would be scaled away: a quarter of the time and memory.
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        plain = _on_white(upright)
        out = io.BytesIO()
        # A new image has no metadata to be written along.
        clean = Image.new("RGB", plain.size)
        clean.paste(plain)
        clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    except _DAMAGED:
        raise _damaged() from None
    return Picture(out.getvalue(), *clean.size)


def _check_file(upload: bytes) -> None:
    if not upload:
        raise InvalidValue("没有收到图片，请重新选择照片上传", code="photo_empty")
    if len(upload) > MOST_BYTES:
        raise InvalidValue(f"图片超过{MOST_PHOTO_MB}MB，请压缩后上传", code="photo_bytes")
    if upload[4:8] == b"ftyp" and upload[8:12] in _HEIF_BRANDS:
        raise InvalidValue(
            "这是HEIC格式的照片，暂时无法识别。苹果手机请在“设置—相机—格式”中选择“兼容性最佳”后重新拍摄，"
            "或将照片截屏后上传截图",
            code="photo_heic",
        )
    if not upload.startswith((_JPEG, _PNG)):
        raise InvalidValue("图片无法识别，请上传 JPG 或 PNG 照片", code="photo_format")


def _check_effort(jpeg: bytes) -> None:
    """Raises InvalidValue for a JPEG of too many scans or segments. Walks as libjpeg does, and stops where it
    stops: what hangs behind the picture (a phone's short film) is not decoded and may look like anything."""
    scans, at = 0, len(b"\xff\xd8")
    for _ in range(MOST_SEGMENTS):
        found = _MARKER.search(jpeg, at)
        if found is None or jpeg[found.end() - 1] == _END_OF_IMAGE:
            return
        scans += jpeg[found.end() - 1] == _START_OF_SCAN
        if scans > MOST_SCANS:
            break
        # The length counts its own two bytes.
        at = found.end() + max(int.from_bytes(jpeg[found.end() : found.end() + 2], "big"), 2)
    raise _damaged()


def _opened(upload: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(upload), formats=["JPEG" if upload.startswith(_JPEG) else "PNG"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except _DAMAGED:
        raise _damaged() from None


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16-bit grey: Pillow would clip it to white instead of scaling it.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if "A" in image.mode or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _damaged() -> InvalidValue:
    return InvalidValue("图片已损坏或没有传完整，请重新选择照片上传", code="photo_damaged")


def _too_many_pixels() -> InvalidValue:
    return InvalidValue("图片尺寸太大（超过5000万像素），请用手机相机的普通模式重新拍摄", code="photo_pixels")
