"""The callback over HTTP: whatever arrives, a sender gets a 2xx or a 4xx, and a follower one answer."""

import http.client
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
import redis
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap.embedded.running import RunningServer
from tests.adapters.wechat.platform_double import NOW, OPENID, PlatformDouble, sha, url_of
from tests.faces.wechat_bot.conftest import Callback

MODES = ["plain", "compatible", "encrypted"]
CallbackIn = Callable[[str], Callback]

DOUBLE = PlatformDouble()
QUERY, BODY = DOUBLE.push(DOUBLE.xml(Content="x"))


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in QUERY.items() if key != name}


def sealed(message: bytes) -> tuple[dict[str, str], bytes]:
    return DOUBLE.push(message)


def enveloped(encrypt: str) -> tuple[dict[str, str], bytes]:
    """A correctly signed envelope around any ciphertext."""
    return DOUBLE.query(sealed=encrypt), f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()


def blocks(plain: bytes) -> tuple[dict[str, str], bytes]:
    return enveloped(DOUBLE.seal_blocks(plain))


BAD: dict[str, tuple[dict[str, str] | str, bytes]] = {
    "no query": ({}, BODY),
    "no timestamp": (without("timestamp"), BODY),
    "no nonce": (without("nonce"), BODY),
    "no msg_signature": (without("msg_signature"), BODY),
    "empty timestamp": (QUERY | {"timestamp": ""}, BODY),
    "empty nonce": (QUERY | {"nonce": ""}, BODY),
    "empty msg_signature": (QUERY | {"msg_signature": ""}, BODY),
    "wrong msg_signature": (QUERY | {"msg_signature": "0" * 40}, BODY),
    "signature in place of msg_signature": (QUERY | {"msg_signature": QUERY["signature"]}, BODY),
    "upper-case signature": (QUERY | {"msg_signature": QUERY["msg_signature"].upper()}, BODY),
    "signature in Chinese": (QUERY | {"msg_signature": "签名"}, BODY),
    "signature of broken bytes": (urlencode(without("msg_signature")) + "&msg_signature=%ff%fe", BODY),
    "signature with a null": (urlencode(without("msg_signature")) + "&msg_signature=%00", BODY),
    "endless signature": (QUERY | {"msg_signature": "a" * 5000}, BODY),
    "timestamp twice": (urlencode(QUERY) + f"&timestamp={NOW}", BODY),
    "nonce twice": (urlencode(QUERY) + "&nonce=586461", BODY),
    "timestamp in words": (QUERY | {"timestamp": "yesterday"}, BODY),
    "full-width timestamp": (QUERY | {"timestamp": "１７５０００００００"}, BODY),
    "timestamp too long": (QUERY | {"timestamp": "17500000000000"}, BODY),
    "negative timestamp": (QUERY | {"timestamp": "-175000000"}, BODY),
    "an hour old": DOUBLE.push(DOUBLE.xml(Content="x"), at=NOW - 3600),
    "an hour early": DOUBLE.push(DOUBLE.xml(Content="x"), at=NOW + 3600),
    "another body": (QUERY, sealed(DOUBLE.xml(Content="y"))[1]),
    "a plain body": (DOUBLE.query(), DOUBLE.xml(Content="x")),
    "a plain body with the sealed one's query": (QUERY, DOUBLE.xml(Content="x")),
    "another token": DOUBLE.with_(token="another").push(DOUBLE.xml(Content="x")),
    "another key": DOUBLE.with_(aes_key="D" * 43).push(DOUBLE.xml(Content="x")),
    "another app id": DOUBLE.with_(app_id="wxffffffffffffffff").push(DOUBLE.xml(Content="x")),
    "no body": (QUERY, b""),
    "blanks": (QUERY, b"   \n"),
    "no xml": (QUERY, b"hello"),
    "json": (QUERY, b'{"Encrypt": "x"}'),
    "unclosed xml": (QUERY, b"<xml><Encrypt>"),
    "two roots": (QUERY, BODY + BODY),
    "html": (QUERY, b"<html><Encrypt>x</Encrypt></html>"),
    "invalid utf-8": (QUERY, b"<xml><Encrypt>\xff\xfe</Encrypt></xml>"),
    "doctype outside": (QUERY, b"<!DOCTYPE xml>" + BODY),
    "external dtd": (QUERY, b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/">' + BODY),
    "empty Encrypt": enveloped(""),
    "Encrypt twice": (QUERY, BODY.replace(b"</xml>", b"<Encrypt>x</Encrypt></xml>")),
    "nested Encrypt": (QUERY, BODY.replace(b"<Encrypt>", b"<Encrypt><a/>")),
    "too large": (QUERY, b"<xml>" + b" " * 70_000 + b"</xml>"),
    "far too large": (QUERY, b"x" * 3_000_000),
    "no base64": enveloped("***"),
    "half base64": enveloped("QUJ"),
    "no whole block": enveloped("QUJDRA=="),
    "one block of noise": enveloped("A" * 22 + "=="),
    "many blocks of noise": enveloped("QUJD" * 400),
    "padding 0": blocks(b"r" * 16 + b"\0\0\0\0" + b"\0" * 12),
    "padding 255": blocks(b"r" * 16 + b"\xff" * 16),
    "inconsistent padding": blocks(b"r" * 16 + b"\0\0\0\0" + b"\x01" * 11 + b"\x05"),
    "absurd length": blocks(b"r" * 16 + b"\xff\xff\xff\xff" + b"x" * 11 + b"\x01"),
    "empty message": sealed(b""),
    "message no xml": sealed(b"hello"),
    "message of broken bytes": sealed(b"\xff\xfe\xfd"),
    "message with doctype": sealed(b'<!DOCTYPE x [<!ENTITY a "b">]>' + DOUBLE.xml(Content="&a;")),
    "message without type": sealed(b"<xml><FromUserName>a</FromUserName></xml>"),
    "message without sender": sealed(DOUBLE.xml(FromUserName="")),
    "message without time": sealed(DOUBLE.xml(CreateTime="")),
    "message with absurd time": sealed(DOUBLE.xml(CreateTime="9" * 40)),
    "message with two senders": sealed(DOUBLE.xml(X="1").replace(b"X>", b"FromUserName>")),
    "message nested deeply": sealed(b"<xml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</xml>"),
}


@pytest.fixture
def encrypted(callback_in: CallbackIn) -> Callback:
    return callback_in("encrypted")


def test_the_table_of_bad_input_is_long_enough() -> None:
    assert len(BAD) >= 40


def test_bad_input_is_a_4xx_every_time_and_touches_nothing(
    encrypted: Callback, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    statuses = {}
    for name, (query, body) in BAD.items():
        asked = query if isinstance(query, str) else urlencode(query)
        statuses[name] = requests.post(f"{encrypted.url}/wechat/callback?{asked}", data=body, timeout=10).status_code
    assert {name: status for name, status in statuses.items() if not 400 <= status < 500} == {}
    assert encrypted.desk.asked == []
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("urllib3"))
    assert ours.count("push refused") > 40
    assert "signature=" not in ours
    assert OPENID not in ours


@pytest.mark.parametrize("mode", MODES)
def test_the_bad_table_gives_no_5xx_in_any_mode(mode: str, callback_in: CallbackIn) -> None:
    running = callback_in(mode)
    for query, body in BAD.values():
        asked = query if isinstance(query, str) else urlencode(query)
        for method in ("POST", "GET"):
            answer = requests.request(
                method,
                f"{running.url}/wechat/callback?{asked}",
                data=body if method == "POST" else None,
                timeout=10,
            )
            assert answer.status_code < 500, (mode, method, asked)


@pytest.mark.parametrize("head", ["Content-Length: -1", "Content-Length: many", "Transfer-Encoding: chunked"])
def test_odd_framing_is_no_5xx(head: str, encrypted: Callback) -> None:
    host = urlsplit(encrypted.url).netloc
    connection = http.client.HTTPConnection(host, timeout=2)
    connection.putrequest("POST", url_of(QUERY), skip_accept_encoding=True)
    connection.putheader(*head.split(": "))
    connection.endheaders()
    connection.send(b"0\r\n\r\n")
    assert 400 <= connection.getresponse().status < 500
    connection.close()


def test_an_endless_chunked_body_is_cut_off(encrypted: Callback) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 4096

    answer = requests.post(encrypted.url + url_of(QUERY), data=endless(), timeout=10)
    assert 400 <= answer.status_code < 500


@settings(max_examples=150, deadline=2000, suppress_health_check=list(HealthCheck))
@given(
    query=st.dictionaries(
        st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type"]),
        st.one_of(st.text(max_size=60), st.sampled_from([*QUERY.values(), str(NOW)])),
    ),
    body=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: f"<xml><Encrypt>{text}</Encrypt></xml>".encode()),
        st.just(BODY),
    ),
    inside=st.one_of(
        st.none(), st.binary(max_size=300), st.text(max_size=200).map(lambda text: DOUBLE.xml(Content=text))
    ),
)
def test_no_input_at_all_gives_a_5xx(
    encrypted: Callback, query: dict[str, str], body: bytes, inside: bytes | None
) -> None:
    if inside is not None:
        query, body = DOUBLE.push(inside, nonce=sha(repr(inside)))
    address = f"{encrypted.url}/wechat/callback?{urlencode(query, errors='surrogatepass')}"
    assert requests.post(address, data=body, timeout=10).status_code < 500
    assert requests.get(address, timeout=10).status_code < 500


# Good input


@pytest.mark.parametrize("mode", MODES)
def test_the_address_check_echoes_as_plain_text_in_every_mode(mode: str, callback_in: CallbackIn) -> None:
    running = callback_in(mode)
    query = running.double.query() | {"echostr": "<script>1</script>"}
    answer = requests.get(running.url + url_of(query), timeout=10)
    assert (answer.status_code, answer.text) == (200, "<script>1</script>")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("mode", MODES)
def test_a_message_is_answered_in_every_mode(mode: str, callback_in: CallbackIn) -> None:
    running = callback_in(mode)
    reply = running.say(Content="业务办理", MsgId="1")
    assert reply["MsgType"] == "news"
    assert (reply["ToUserName"], reply["FromUserName"]) == (OPENID, running.double.account)
    assert reply["Article.Url"] == "https://gjj.example.cn/wechat/oauth/start?next=/h5/"


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "hologram"},
        {"MsgType": "event"},
        {"MsgType": "event", "Event": "never_heard_of"},
        {"MsgType": "event", "Event": "CLICK", "EventKey": "GONE"},
        {"MsgType": "event", "Event": "VIEW", "EventKey": "http://a/"},
        {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "Status": "success"},
        {"MsgType": "event", "Event": "view_miniprogram"},
        {"MsgType": "event", "Event": "LOCATION", "Latitude": "41.8"},
    ],
)
def test_what_is_unknown_is_answered_with_success(fields: dict[str, str], encrypted: Callback) -> None:
    assert encrypted.say(**fields) == {}


def test_markup_in_a_message_does_not_reach_the_reply(encrypted: Callback) -> None:
    evil = "<![CDATA[a]]>]]&gt;&lt;/Content&gt;<![CDATA[<FromUserName>evil</FromUserName>]]>"
    reply = encrypted.say(Content=evil, MsgId="1")
    assert reply["FromUserName"] == encrypted.double.account


# Deliveries


def test_the_platforms_three_deliveries_get_one_answer(encrypted: Callback) -> None:
    encrypted.desk.progress[OPENID] = "租房提取：审核中"
    query, body = encrypted.double.push(encrypted.double.xml(Content="进度", MsgId="1"))
    answers = [encrypted.deliver(query, body).content for _ in range(3)]
    assert len(set(answers)) == 1
    assert "审核中" in encrypted.double.opened(answers[0])["Content"]
    assert len(encrypted.desk.asked) == 1


def test_a_delivery_sealed_anew_is_the_same_message(encrypted: Callback) -> None:
    message = encrypted.double.xml(Content="进度", MsgId="1")
    answers = {encrypted.deliver(*encrypted.double.push(message)).content for _ in range(2)}
    assert len(answers) == 1
    assert len(encrypted.desk.asked) == 1


def test_two_deliveries_that_overlap_get_one_answer(encrypted: Callback) -> None:
    encrypted.desk.hold = threading.Event()
    query, body = encrypted.double.push(encrypted.double.xml(Content="进度", MsgId="1"))
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(encrypted.deliver(query, body).content)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 5
    while not encrypted.desk.asked and time.monotonic() < until:
        time.sleep(0.01)
    encrypted.desk.hold.set()
    for thread in threads:
        thread.join(10)
    assert len(answers) == 3
    assert len(set(answers)) == 1
    assert encrypted.desk.asked == [OPENID]


def test_the_same_triple_with_another_message_is_refused(callback_in: CallbackIn) -> None:
    running = callback_in("plain")
    query, body = running.double.push(running.double.xml(Content="帮助", MsgId="1"))
    assert running.deliver(query, body).status_code == 200
    assert running.deliver(query, running.double.xml(Content="伪造", MsgId="2")).status_code == 403
    assert running.deliver(query, body).status_code == 200


def test_without_valkey_every_push_is_still_answered(
    encrypted: Callback, bot_valkey: RunningServer, records: redis.Redis
) -> None:
    bot_valkey.kill()
    try:
        begun = time.monotonic()
        assert encrypted.say(Content="业务办理", MsgId="1")["MsgType"] == "news"
        assert time.monotonic() - begun < 3
    finally:
        bot_valkey.start()
    assert encrypted.say(Content="帮助", MsgId="2", nonce="2")["MsgType"] == "text"


def test_three_hundred_pushes_at_once_are_all_answered_once(encrypted: Callback) -> None:
    pushes = [
        encrypted.double.push(encrypted.double.xml(Content="进度", MsgId=str(number)), nonce=str(number))
        for number in range(300)
    ]
    with ThreadPoolExecutor(30) as followers:
        answers = list(followers.map(lambda push: encrypted.deliver(*push), pushes))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 300
    assert len(encrypted.desk.asked) == 300


# Failures of ours


def test_an_event_that_could_not_be_handled_is_asked_for_again(encrypted: Callback) -> None:
    query, body = encrypted.double.push(encrypted.double.xml(MsgType="event", Event="unsubscribe"))
    encrypted.desk.down = encrypted.desk.cannot_keep = True
    assert encrypted.deliver(query, body).status_code == 503
    encrypted.desk.down = False
    assert encrypted.deliver(query, body).content == b"success"
    assert encrypted.deliver(query, body).content == b"success"
    assert encrypted.desk.forgotten == [OPENID]


def test_a_follower_who_writes_during_a_failure_is_told_to_try_later(encrypted: Callback) -> None:
    encrypted.desk.down = True
    assert "系统繁忙" in encrypted.say(Content="进度", MsgId="1")["Content"]


def test_many_bad_pushes_from_one_address_are_cut_short_and_good_ones_still_heard(
    encrypted: Callback,
) -> None:
    encrypted.limiter.counts["bad_push", "127.0.0.1"] = 120
    assert encrypted.deliver(QUERY | {"nonce": "1"}, BODY).status_code == 429
    assert encrypted.say(Content="业务办理", MsgId="1")["MsgType"] == "news"


def test_the_openid_is_in_no_log_line(encrypted: Callback, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for number, text in enumerate(("进度", "帮助", "210102199001010015")):
        encrypted.say(Content=text, MsgId=str(number), nonce=str(number))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("wechat_bot", "adapters"))]
    assert not any(OPENID in line or "210102" in line for line in ours)
