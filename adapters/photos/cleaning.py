"""Turning an upload into a clean JPEG, or saying in plain words why not.

Nothing of the uploaded file survives but its pixels: no metadata (place, time, device), no second picture,
no archive or script glued to its end. What a file is called does not matter; what it begins with does.
"""

import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps

from fund.errors import InvalidValue

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
LEAST_SIDE = 200
LONGEST_SIDE = 2560
QUALITY = 85

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
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
    image = _opened(upload)
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()
    if min(image.size) < LEAST_SIDE:
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
        raise InvalidValue("图片超过15MB，请压缩后上传", code="photo_bytes")
    if upload[4:8] == b"ftyp" and upload[8:12] in _HEIF_BRANDS:
        raise InvalidValue(
            "这是HEIC格式的照片，暂时无法识别。苹果手机请在“设置—相机—格式”中选择“兼容性最佳”后重新拍摄，"
            "或将照片截屏后上传截图",
            code="photo_heic",
        )
    if not upload.startswith((_JPEG, _PNG)):
        raise InvalidValue("图片无法识别，请上传 JPG 或 PNG 照片", code="photo_format")


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
