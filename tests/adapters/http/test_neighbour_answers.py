"""What a neighbour's answer becomes: an object, or one of three errors."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from adapters.http import request_id
from adapters.http.client import Neighbour
from fund.errors import OutcomeUnknown, Refused, Unavailable
from tests.adapters.http.scripted import Act, Scripted, answer, flood, raw

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
RUBBISH: dict[str, Act] = {
    "html": answer(HTML, kind="text/html"),
    "html that calls itself JSON": answer(HTML),
    "JSON that calls itself html": answer({"a": 1}, kind="text/html"),
    "no content type": raw(b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'),
    "a list": answer([1, 2]),
    "a string": answer('"ok"'),
    "null": answer("null"),
    "nothing": answer(""),
    "no content": answer("", 204),
    "half an object": answer('{"a": '),
    "not a number": answer('{"a": NaN}'),
    "not UTF-8": answer(b'{"a": "\xd5\xc5"}'),
    "too deep": answer("[" * 200_000),
    "a redirect": answer("", 302, Location="/elsewhere"),
    "a lasting redirect": answer("", 308, Location="/elsewhere"),
    "an error": answer({"code": "OOPS"}, 500),
    "a bad gateway": answer(HTML, 502, "text/html"),
    "unavailable": answer("", 503),
    "a status nobody knows": answer({"a": 1}, 999),
    "a refusal without a reason": answer({"message": "no"}, 404),
    "a refusal in html": answer(HTML, 404, "text/html"),
    "a sentence for a code": answer({"code": "张伟 has no account"}, 404),
    "a long number for a code": answer({"code": "210102199001010015"}, 404),
    "an object for a code": answer({"code": {"a": 1}}, 404),
    "true for a code": answer({"code": True}, 404),
    "more than allowed": answer({"a": "x" * 5000}),
    "a bomb": answer(gzip.compress(b" " * 5_000_000), Content_Encoding="gzip"),
    "broken gzip": answer(b"not gzip", Content_Encoding="gzip"),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", then_hang_up=True),
    "half a head": raw(b"HTTP/1.1 200 OK\r\nContent-Ty", then_hang_up=True),
    "a broken head": raw(b"HTTP/1.1 200\r\nContent-Length: many\r\n\r\n{}", then_hang_up=True),
}


def test_a_question_carries_key_request_id_and_body_and_the_answer_is_the_object(
    server: Scripted, client: Neighbour
) -> None:
    server.on("/members/find", answer({"GRZH": "210000001"}))
    token = request_id.begin("r-42")
    try:
        assert client.post("/members/find", {"XINGMING": "张伟"}) == {"GRZH": "210000001"}
    finally:
        request_id.end(token)
    asked = server.received[0]
    assert (asked.method, asked.target, asked.json()) == ("POST", "/members/find", {"XINGMING": "张伟"})
    assert asked.headers["x-core-key"] == "the-secret-key"
    assert asked.headers["x-request-id"] == "r-42"
    assert asked.headers["content-type"] == "application/json"


def test_outside_of_a_request_no_request_id_is_made_up(server: Scripted, client: Neighbour) -> None:
    server.on("/a", answer({}))
    client.get("/a", {"type": "json"})
    assert "x-request-id" not in server.received[0].headers
    assert server.received[0].target == "/a?type=json"


@pytest.mark.parametrize("value", ["", "a b", "x\r\nEvil: 1", "中", "a" * 65])
def test_a_request_id_cannot_smuggle_anything(value: str) -> None:
    with pytest.raises(ValueError, match="1 to 64"):
        request_id.begin(value)
    assert request_id.current() == ""


def test_a_form_is_sent_as_a_form(server: Scripted, client: Neighbour) -> None:
    server.on("/token", answer({"ok": True}))
    client.post("/token", form={"code": "a b"}, headers={"X-Extra": "1"})
    assert server.received[0].body == b"code=a+b"
    assert server.received[0].headers["x-extra"] == "1"


@pytest.mark.parametrize("kind", ["application/json;charset=utf-8", "application/problem+json", "text/json"])
def test_json_is_known_by_any_of_its_names(server: Scripted, client: Neighbour, kind: str) -> None:
    server.on("/a", answer({"name": "张"}, kind=kind))
    assert client.get("/a") == {"name": "张"}


def test_chunked_answers_are_understood(server: Scripted, client: Neighbour) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.on("/a", raw(head + b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'))
    assert client.get("/a") == {"a": 1}
    assert client.get("/a") == {"a": 1}
    assert server.connections == 1


@pytest.mark.parametrize("act", RUBBISH.values(), ids=RUBBISH.keys())
def test_rubbish_after_a_read_is_unavailable(server: Scripted, client_of: Callable[..., Neighbour], act: Act) -> None:
    server.on("/a", act)
    with pytest.raises(Unavailable) as caught:
        client_of(server.url, max_bytes=4000).post("/a", {}, replayable=True)
    assert caught.value.code == "core_unreachable"


@pytest.mark.parametrize("act", RUBBISH.values(), ids=RUBBISH.keys())
def test_rubbish_after_a_write_leaves_the_outcome_unknown_and_nothing_is_sent_twice(
    server: Scripted, client_of: Callable[..., Neighbour], act: Act
) -> None:
    server.on("/a", act)
    with pytest.raises(OutcomeUnknown) as caught:
        client_of(server.url, max_bytes=4000).post("/a", {})
    assert caught.value.code == "core_outcome_unknown"
    assert server.paths() == ["/a"]


def test_an_answer_is_an_answer_and_not_asked_for_again(server: Scripted, client: Neighbour) -> None:
    server.on("/a", answer({}, 500), answer({}))
    with pytest.raises(Unavailable):
        client.get("/a")
    assert server.paths() == ["/a"]


def test_a_redirect_is_not_followed_even_with_an_endless_body(server: Scripted, client: Neighbour) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Type: text/html\r\n\r\n"
    server.on("/a", flood(head, b"x" * 65536))
    with pytest.raises(Unavailable, match="HTTP 302"):
        client.get("/a")
    assert server.paths() == ["/a"]


def test_an_endless_answer_is_cut_off(server: Scripted, client: Neighbour) -> None:
    head = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a":"'
    server.on("/a", flood(head, b"x" * 65536))
    with pytest.raises(OutcomeUnknown, match="not a JSON object"):
        client.post("/a", {})


@pytest.mark.parametrize("label", ["text/html", "text/plain"])
def test_a_neighbour_known_to_mislabel_its_json_is_understood(
    server: Scripted, client_of: Callable[..., Neighbour], label: str
) -> None:
    server.on("/a", answer({"a": 1}, kind=label))
    server.on("/b", answer({"code": "NO"}, 404, kind=label))
    server.on("/c", answer(HTML, kind=label))
    tolerant = client_of(server.url, any_content_type=True)
    assert tolerant.get("/a") == {"a": 1}
    with pytest.raises(Refused):
        tolerant.get("/b")
    with pytest.raises(Unavailable):
        tolerant.get("/c")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"code": "NO_ACCOUNT", "message": "没有"}, 404, "no_account"),
        ({"code": "REFUSED"}, 422, "refused"),
        ({"code": 404}, 404, "404"),
    ],
)
@pytest.mark.parametrize("replayable", [True, False])
def test_a_no_with_a_code_is_refused(
    server: Scripted, client: Neighbour, body: Any, status: int, code: str, replayable: bool
) -> None:
    server.on("/a", answer(body, status))
    with pytest.raises(Refused) as caught:
        client.post("/a", {}, replayable=replayable)
    assert caught.value.code == code
    assert server.paths() == ["/a"]


def test_the_code_is_looked_for_where_this_neighbour_puts_it(
    server: Scripted, client_of: Callable[..., Neighbour]
) -> None:
    server.on("/token", answer({"error": "invalid_grant"}, 400))
    with pytest.raises(Refused) as caught:
        client_of(server.url, code_field="error").post("/token", form={})
    assert caught.value.code == "invalid_grant"


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_wrong_key_or_too_much_haste_did_nothing(server: Scripted, client: Neighbour, status: int) -> None:
    server.on("/payments", answer({"code": "UNAUTHORIZED"}, status))
    with pytest.raises(Unavailable, match=f"HTTP {status}"):
        client.post("/payments", {})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "core",
        "ftp://core/",
        "http://",
        "http://user:the-secret@core/",
        "http://core/?key=the-secret",
        "http://core/#x",
    ],
)
def test_a_base_url_is_an_address_and_nothing_else(url: str) -> None:
    with pytest.raises(ValueError, match="base URL of core") as caught:
        Neighbour("core", url)
    assert "the-secret" not in str(caught.value)
