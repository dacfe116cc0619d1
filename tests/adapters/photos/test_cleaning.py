"""Of an upload only the pixels survive; whatever cannot be used is refused in words that say what to do."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from adapters.photos import cleaned
from adapters.photos.cleaning import MOST_BYTES, MOST_SCANS
from fund.errors import InvalidValue


def a_picture(width: int = 640, height: int = 480, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A picture with something in it, as a camera would write it."""
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def seen(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def a_png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has almost nothing in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def refusal(upload: bytes) -> InvalidValue:
    with pytest.raises(InvalidValue) as refused:
        cleaned(upload)
    return refused.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_becomes_a_jpeg_of_the_same_size(kind: str) -> None:
    picture = cleaned(a_picture(kind=kind))
    image = seen(picture.jpeg)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (640, 480))
    assert (picture.width, picture.height) == (640, 480)


def test_a_large_photo_is_scaled_and_keeps_its_shape() -> None:
    picture = cleaned(a_picture(6000, 4000))
    assert (picture.width, picture.height) == (2560, 1707)
    assert len(picture.jpeg) < 1_500_000


def test_a_photo_taken_sideways_stands_upright() -> None:
    image = Image.new("RGB", (600, 400), "white")
    image.paste("black", (0, 0, 300, 400))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter to the left; shown turned back, the black half is on top
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    upright = seen(cleaned(out.getvalue()).jpeg)
    assert upright.size == (400, 600)
    assert upright.getpixel((200, 100)) < (40, 40, 40)  # type: ignore[operator]
    assert upright.getpixel((200, 500)) > (215, 215, 215)  # type: ignore[operator]


def test_no_metadata_survives() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "MAKER-OF-PHONES", "2026:11:23 14:30:00"
    exif.get_ifd(0x8825)[2] = (41.0, 48.0, 12.0)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET-COMMENT")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for upload in (
        a_picture(exif=exif, comment=b"SECRET-COMMENT", icc_profile=profile),
        a_picture(kind="PNG", exif=exif, pnginfo=text, icc_profile=profile),
    ):
        assert b"MAKER-OF-PHONES" in upload or b"SECRET-COMMENT" in upload
        jpeg = cleaned(upload).jpeg
        assert b"MAKER-OF-PHONES" not in jpeg
        assert b"SECRET-COMMENT" not in jpeg
        assert b"Exif" not in jpeg
        assert not seen(jpeg).getexif()
        assert set(seen(jpeg).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_hides_behind_or_inside_a_picture_does_not_survive() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("evil.js", "alert(1)")
    for payload in (
        archive.getvalue(),
        b"<script>alert(1)</script>",
        b"<?php system('x') ?>",
        b"%PDF-1.7 EVIL",
    ):
        for upload in (
            a_picture() + payload,
            a_picture(comment=payload[:1000]),
            a_picture(kind="PNG") + payload,
        ):
            jpeg = cleaned(upload).jpeg
            assert payload not in jpeg
            assert jpeg.endswith(b"\xff\xd9")


def test_transparency_becomes_white() -> None:
    half = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    half.paste((200, 0, 0, 255), (0, 0, 200, 300))
    palette = half.convert("P")
    palette.info["transparency"] = palette.getpixel((300, 150))
    for image, options in (
        (half, {}),
        (half.convert("LA"), {}),
        (palette, {"transparency": palette.info["transparency"]}),
    ):
        out = io.BytesIO()
        image.save(out, "PNG", **options)
        assert seen(cleaned(out.getvalue()).jpeg).getpixel((300, 150)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_other_kinds_of_jpeg_are_read(mode: str) -> None:
    assert seen(cleaned(a_picture(mode=mode)).jpeg).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_other_kinds_of_png_are_read(mode: str) -> None:
    assert seen(cleaned(a_picture(kind="PNG", mode=mode)).jpeg).mode == "RGB"


def test_a_grey_png_of_sixteen_bits_is_not_washed_out() -> None:
    out = io.BytesIO()
    Image.new("I;16", (300, 300), 32767).save(out, "PNG")
    value = seen(cleaned(out.getvalue()).jpeg).getpixel((10, 10))
    assert isinstance(value, tuple) and 120 < value[0] < 135


def test_of_several_pictures_in_one_file_the_first_is_taken() -> None:
    first, second = Image.new("RGB", (400, 300), "white"), Image.new("RGB", (400, 300), "black")
    for kind in ("MPO", "PNG"):
        out = io.BytesIO()
        first.save(out, kind, save_all=True, append_images=[second])
        assert seen(cleaned(out.getvalue()).jpeg).getpixel((5, 5)) == (255, 255, 255)


def test_the_content_counts_and_not_the_name() -> None:
    for kind in ("GIF", "BMP", "TIFF", "WEBP", "PDF"):
        assert refusal(a_picture(kind=kind)).code == "photo_format"
    for rubbish in (
        b"<svg onload=alert(1)>",
        b"MZ\x90",
        b"\xff\xd8",
        b"\x89PNG",
        b"PK\x03\x04",
        b"JPEG",
        b"\0" * 500,
    ):
        assert refusal(rubbish).code == "photo_format"


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix", b"avif"])
def test_heic_is_told_what_to_do(brand: bytes) -> None:
    refused = refusal(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + b"\0" * 500)
    assert refused.code == "photo_heic"
    assert "兼容性最佳" in refused.message


def test_nothing_is_told_so() -> None:
    assert refusal(b"").code == "photo_empty"


def test_a_file_of_too_many_bytes_is_refused_before_it_is_read() -> None:
    refused = refusal(a_picture() + b"\0" * MOST_BYTES)
    assert (refused.code, "15MB" in refused.message) == ("photo_bytes", True)


@pytest.mark.parametrize("size", [(8000, 7000), (50_000, 1_100), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_claims_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    assert refusal(a_png_header(*size)).code == "photo_pixels"


def test_a_real_bomb_is_refused() -> None:
    bomb = Image.new("1", (9_000, 9_000))
    out = io.BytesIO()
    bomb.save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    assert refusal(out.getvalue()).code == "photo_pixels"


def test_a_text_bomb_in_a_png_is_refused() -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    plain = a_picture(kind="PNG")
    bomb = chunk(b"zTXt", b"x\0\0" + zlib.compress(b"a" * 50_000_000))
    assert refusal(plain[:33] + bomb + plain[33:]).code == "photo_damaged"


EMPTY_SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"
"""Of the first component's AC coefficients: ten bytes, and a pass over the whole picture."""


def test_a_jpeg_of_very_many_scans_is_refused_and_one_of_many_is_not() -> None:
    plain = a_picture(progressive=True)
    own = plain.count(b"\xff\xda")
    assert 2 <= own <= 20
    most = plain[:-2] + EMPTY_SCAN * (MOST_SCANS - own) + plain[-2:]
    assert (cleaned(most).width, cleaned(most).height) == (640, 480)
    assert refusal(plain[:-2] + EMPTY_SCAN * (MOST_SCANS - own + 1) + plain[-2:]).code == "photo_damaged"


@pytest.mark.parametrize(
    "extra",
    [
        EMPTY_SCAN * 30_000,
        (b"\xff\xd0" + EMPTY_SCAN) * 200,
        (b"\xff\xff\xff\x00" + EMPTY_SCAN) * 200,
        # In a picture with restart markers libjpeg steps over the marker 02 and not over a length behind it.
        b"\xff\x02\xff\xff" + EMPTY_SCAN * 200,
        b"\xff\xfe\x00\x00" + EMPTY_SCAN * 200,
        b"\xff\xfe\x00\x02" * 1_000_000,
    ],
    ids=["plain", "after restarts", "after filling", "behind a reserved marker", "in a false length", "comments"],
)
def test_a_jpeg_that_would_be_read_for_minutes_is_refused_before_it_is_opened(
    extra: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = a_picture(progressive=True)

    def opened(*_arguments: object, **_options: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr(Image, "open", opened)
    assert refusal(upload[:-2] + extra + upload[-2:]).code == "photo_damaged"


def test_what_only_looks_like_scans_does_not_count() -> None:
    looks = EMPTY_SCAN * 200
    for upload in (a_picture() + looks, a_picture(comment=looks)):
        assert cleaned(upload).width == 640


@pytest.mark.parametrize("size", [(199, 600), (600, 199), (1, 1)])
def test_a_tiny_picture_is_refused(size: tuple[int, int]) -> None:
    assert refusal(a_picture(*size)).code == "photo_small"


@pytest.mark.parametrize(
    "upload",
    [a_png_header(250, 199_999), a_png_header(199_999, 250), a_picture(250, 3300)],
    ids=["high", "wide", "a little too high"],
)
def test_a_strip_that_would_be_too_narrow_when_scaled_down_is_refused(upload: bytes) -> None:
    assert refusal(upload).code == "photo_small"


def test_a_long_picture_that_stays_wide_enough_is_kept() -> None:
    picture = cleaned(a_picture(250, 3200))
    assert (picture.width, picture.height) == (200, 2560)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_cut_off_picture_is_refused(kind: str) -> None:
    whole = a_picture(kind=kind)
    for share in (0.3, 0.6, 0.9):
        assert refusal(whole[: int(len(whole) * share)]).code == "photo_damaged"


_WHOLE = {"JPEG": a_picture(260, 220), "PNG": a_picture(260, 220, kind="PNG")}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(["JPEG", "PNG"]), seed=st.integers(), share=st.floats(0.0005, 0.2))
def test_a_damaged_picture_is_refused_or_cleaned_and_never_a_fault(kind: str, seed: int, share: float) -> None:
    upload, chance = bytearray(_WHOLE[kind]), random.Random(seed)
    for _ in range(int(len(upload) * share) + 1):
        upload[chance.randrange(8, len(upload))] = chance.randrange(256)
    try:
        picture = cleaned(bytes(upload))
    except InvalidValue as refused:
        assert refused.message
    else:
        assert seen(picture.jpeg).format == "JPEG"
