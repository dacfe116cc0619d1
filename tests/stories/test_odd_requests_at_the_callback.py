"""Requests as no library would send them: a good push gets in however it is framed, and a bad one stays outside."""

import gzip
from urllib.parse import urlencode

import pytest

from tests.house import House
from tests.pushes import Platform


@pytest.fixture
def platform(house: House) -> Platform:
    return Platform(house)


def chunked(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_however_a_good_push_is_framed_the_answer_is_told_alike(platform: Platform) -> None:
    usual = platform.deliver(*platform.push(Content="帮助"))
    query, body = platform.push(Content="帮助")
    old = platform.send(platform.request(*platform.push(Content="帮助"), version="1.0"))[0]
    in_parts = platform.send(platform.request(query, chunked(body, 100), "Transfer-Encoding: chunked"))[0]
    for answer in (usual, old, in_parts):
        assert answer.status == 200
        assert "业务办理" in platform.opened(answer)["Content"]
    own = {"X-Request-Id", "Date", "Content-Length", "Connection"}
    assert {name: value for name, value in in_parts.headers.items() if name not in own} == {
        name: value for name, value in usual.headers.items() if name not in own
    }
    assert usual.headers["X-Request-Id"] != in_parts.headers["X-Request-Id"]


def test_a_push_in_parts_and_then_whole_is_one_push(platform: Platform) -> None:
    query, body = platform.push(Content="帮助")
    in_parts = platform.request(query, chunked(body, 7), "Transfer-Encoding: chunked")
    answers = platform.send(in_parts) + platform.send(platform.request(query, body))
    assert answers[0].body == answers[1].body


def test_pushes_one_after_another_on_a_connection_are_answered_in_their_order(platform: Platform) -> None:
    first, forged, last = platform.push(Content="帮助"), platform.push(Content="x"), platform.push(Content="忘记密码")
    forged[0]["msg_signature"] = "0" * 40
    together = platform.request(*first, close=False) + platform.request(*forged, close=False) + platform.request(*last)
    answers = [part.partition(b"\r\n\r\n") for part in platform.send(together)[0].raw.split(b"HTTP/1.1 ")[1:]]
    statuses, bodies = [int(head[:3]) for head, _, _ in answers], [body for _, _, body in answers]
    assert statuses in ([200, 403, 200], [200, 429, 200])
    assert "业务办理" in platform.double.opened(bodies[0])["Content"]
    assert "忘记密码" in platform.double.opened(bodies[2])["Content"]


def test_a_packed_body_is_not_unpacked(platform: Platform) -> None:
    query, body = platform.push(Content="帮助")
    packed = gzip.compress(body)
    assert platform.send(platform.request(query, packed, "Content-Encoding: gzip"))[0].status in (400, 403, 429)
    # Named packed and not so, it is what was signed.
    assert platform.send(platform.request(query, body, "Content-Encoding: gzip"))[0].status == 200


@pytest.mark.parametrize(
    "framing",
    [
        ("Content-Length: {}", "Transfer-Encoding: chunked"),
        ("Content-Length: {}", "Content-Length: 7"),
        ("Content-Length: +{}",),
        ("Content-Length: -1",),
        ("Transfer-Encoding: gzip",),
        ("Transfer-Encoding: chunked, identity",),
    ],
)
def test_a_body_whose_end_can_be_read_in_two_ways_is_refused(framing: tuple[str, ...], platform: Platform) -> None:
    query, body = platform.push(Content="帮助")
    answer = platform.send(platform.request(query, body, *(line.format(len(body)) for line in framing)))[0]
    assert answer.status in (400, 501)
    assert platform.deliver(query, body).status == 200


def test_the_address_check_may_be_asked_for_its_head_and_other_methods_are_refused(platform: Platform) -> None:
    query, body = platform.push(Content="帮助")
    check = {**query, "echostr": "123"}
    asked = {method: platform.send(platform.request(check, b"", method=method))[0] for method in ("GET", "HEAD")}
    assert {method: (answer.status, answer.body) for method, answer in asked.items()} == {
        "GET": (200, b"123"),
        "HEAD": (200, b""),
    }
    for method in ("PUT", "DELETE", "PATCH", "POSTS"):
        assert platform.send(platform.request(query, body, method=method))[0].status == 405
    assert platform.send(platform.request(query, body))[0].status == 200


def test_parameters_that_two_readers_might_read_differently_are_refused(platform: Platform) -> None:
    query, body = platform.push(Content="帮助")
    good = urlencode(query)
    for odd in (
        good.replace("&", ";"),
        good + "&nonce=2",
        good + "&Nonce=2&timestamp=" + query["timestamp"],
        good.replace("nonce=", "nonce[]="),
        good.replace("nonce=", "nonce%00="),
        good.replace("timestamp=", "timestamp=%20"),
        good.replace("timestamp=", "timestamp=%2B"),
    ):
        raw = f"POST /wechat/callback?{odd} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        assert 400 <= platform.send(raw)[0].status < 500, odd
    # What the platform may add one day does not matter.
    assert platform.deliver({**query, "openid": "o-1", "encrypt_type": "aes"}, body).status == 200
