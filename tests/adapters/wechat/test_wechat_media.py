"""Temporary media: what is refused before it is sent, what is sent again whole, what is believed of an answer."""

import io
from http.server import BaseHTTPRequestHandler

import pytest
from PIL import Image

from adapters.wechat.api import WeChatApi
from adapters.wechat.failures import WeChatRefused
from adapters.wechat.media import MOST_BYTES, uploadable
from fund.errors import Unavailable
from tests.adapters.wechat.conftest import ScriptedPlatform

UPLOAD, GET, TOKEN = "/cgi-bin/media/upload", "/cgi-bin/media/get", "/cgi-bin/stable_token"
DONE = {"type": "image", "media_id": "MEDIA", "created_at": 1}


def picture(kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, kind)
    return file.getvalue()


def of_type(content_type: str, body: bytes) -> object:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        handler.wfile.write(head.encode() + body)

    return answer


def test_a_picture_goes_out_as_a_form_with_an_ascii_name(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(UPLOAD, DONE)
    assert api.media_upload("image", "code.png", picture()) == "MEDIA"
    content_type, body = platform.bodies[-1]
    assert content_type.startswith("multipart/form-data; boundary=")
    assert b'name="media"; filename="code.png"\r\nContent-Type: image/png\r\n\r\n' + picture() in body
    assert platform.last(UPLOAD)[2]["type"] == "image"


def test_after_a_refused_token_the_whole_picture_is_sent_again(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(UPLOAD, {"errcode": 42001, "errmsg": "expired"}, DONE)
    assert api.media_upload("image", "code.png", picture()) == "MEDIA"
    first, second = [body for content_type, body in platform.bodies if content_type.startswith("multipart")]
    assert picture() in first
    assert picture() in second
    assert len(first) == len(second)
    assert platform.count(TOKEN) == 2


def test_a_thumb_has_another_name_for_its_id(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(UPLOAD, {"type": "thumb", "thumb_media_id": "THUMB", "created_at": 1})
    assert api.media_upload("thumb", "a.jpg", picture("JPEG")) == "THUMB"


@pytest.mark.parametrize(
    ("kind", "name", "content", "why"),
    [
        ("image", "二维码.png", picture(), "ASCII"),
        ("image", "a b.png", picture(), "ASCII"),
        ("image", '"; x.png', picture(), "ASCII"),
        ("image", "../x.png", picture(), "ASCII"),
        ("image", "code.webp", picture("WEBP"), "one of image/png"),
        ("image", "code", picture(), "one of image/png"),
        ("image", "code.png", picture("JPEG"), "not what the name says"),
        ("image", "code.png", b"", "bytes"),
        ("image", "code.png", picture() + bytes(MOST_BYTES), "bytes"),
        ("thumb", "a.jpg", picture("JPEG") + bytes(64 * 1024), "bytes"),
        ("thumb", "a.png", picture(), "one of image/jpeg"),
        ("voice", "a.mp3", b"ID3" + bytes(2 * 1024 * 1024), "bytes"),
        ("document", "a.pdf", b"%PDF", "kind"),
    ],
)
def test_what_the_platform_would_not_take_is_never_sent(
    kind: str, name: str, content: bytes, why: str, api: WeChatApi, platform: ScriptedPlatform
) -> None:
    with pytest.raises(ValueError, match=why):
        api.media_upload(kind, name, content)
    assert platform.calls == []


def test_the_largest_picture_is_still_one() -> None:
    content = picture()
    assert uploadable("image", "a.png", content + bytes(MOST_BYTES - len(content))).content_type == "image/png"


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/jpg", "application/octet-stream"])
def test_a_picture_is_what_its_bytes_say(content_type: str, api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(GET, of_type(content_type, picture("JPEG")))  # type: ignore[arg-type]
    file = api.media_get("MEDIA")
    assert (file.content_type, file.content) == ("image/jpeg", picture("JPEG"))
    assert platform.last(GET)[2]["media_id"] == "MEDIA"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("image/png", picture("JPEG")),
        ("text/html", picture()),
        ("image/png", b"<html>502</html>"),
        ("image/png", b""),
        ("image/png", picture() + bytes(MOST_BYTES)),
        ("text/plain", b'{"video_url": "http://somewhere/"}'),
        ("image/png", b"{}"),
        ("image/png", b"7"),
    ],
)
def test_anything_else_is_no_picture(
    content_type: str, body: bytes, api: WeChatApi, platform: ScriptedPlatform
) -> None:
    platform.say(GET, of_type(content_type, body))  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        api.media_get("MEDIA")


def test_a_refusal_in_place_of_a_picture_is_a_refusal(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(GET, {"errcode": 40007, "errmsg": "invalid media_id"})
    with pytest.raises(WeChatRefused) as caught:
        api.media_get("MEDIA")
    assert caught.value.errcode == 40007


def test_a_refused_token_in_place_of_a_picture_is_renewed(api: WeChatApi, platform: ScriptedPlatform) -> None:
    platform.say(GET, {"errcode": 40001, "errmsg": ""}, of_type("image/png", picture()))  # type: ignore[arg-type]
    assert api.media_get("MEDIA").content == picture()
    assert platform.count(TOKEN) == 2
