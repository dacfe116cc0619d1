"""XML of pushes: what is read, and that nothing else gets through or costs much."""

import time
import tracemalloc

import pytest

from adapters.wechat.messages import BadPush
from adapters.wechat.parsing import read_message
from tests.adapters.wechat.platform_double import NOW, OPENID, PlatformDouble

xml = PlatformDouble().xml


def test_a_text_is_read() -> None:
    message = read_message(xml(Content="<![CDATA[ 进度 ]]>", MsgId="24512345678901234"))
    assert (message.kind, message.sender, message.account) == ("text", OPENID, PlatformDouble.account)
    assert (message.text, message.at, message.msg_id) == ("进度", NOW, "24512345678901234")


def test_a_menu_tap_is_read() -> None:
    message = read_message(xml(MsgType="event", Event="CLICK", EventKey="FAQ"))
    assert (message.kind, message.event, message.key, message.msg_id) == ("event", "click", "FAQ", "")


@pytest.mark.parametrize(
    ("event", "key", "scene"),
    [
        ("subscribe", "qrscene_rent", "rent"),
        ("subscribe", "qrscene_", ""),
        ("subscribe", "", ""),
        ("subscribe", "last_trade_no_4000001", ""),
        ("SCAN", "rent", "rent"),
        ("CLICK", "qrscene_rent", ""),
    ],
)
def test_only_a_scene_is_a_scene(event: str, key: str, scene: str) -> None:
    assert read_message(xml(MsgType="event", Event=event, EventKey=key)).scene == scene


def test_other_plain_fields_are_kept_by_name() -> None:
    message = read_message(xml(MsgType="event", Event="VIEW", EventKey="http://a/", MenuId="1", Ticket="t"))
    assert message.extras == {"MenuId": "1", "Ticket": "t"}


@pytest.mark.parametrize("count", [1, 2])
def test_one_subscribe_item_or_several_are_the_same_kind_of_list(count: int) -> None:
    item = "<List><TemplateId>T</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>"
    message = read_message(xml(MsgType="event", Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent=item * count))
    assert message.items == ({"TemplateId": "T", "SubscribeStatusString": "reject"},) * count


def test_a_scan_result_is_a_group() -> None:
    scan = "<ScanType>qrcode</ScanType><ScanResult>x</ScanResult>"
    message = read_message(xml(MsgType="event", Event="scancode_push", EventKey="K", ScanCodeInfo=scan))
    assert message.items == ({"ScanType": "qrcode", "ScanResult": "x"},)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_message(b"\xef\xbb\xbf" + xml(Content="好")).text == "好"


def test_an_unknown_kind_is_a_message_too() -> None:
    assert read_message(xml(MsgType="hologram")).kind == "hologram"
    assert read_message(xml(MsgType="event", Event="never_heard_of")).event == "never_heard_of"
    assert read_message(xml(MsgType="event")).event == ""


BOMB = b'<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

BAD = {
    "nothing": b"",
    "blanks": b"  \n ",
    "no xml": b"hello",
    "json": b'{"MsgType":"text"}',
    "unclosed": b"<xml><MsgType>text</MsgType>",
    "two roots": b"<xml/><xml/>",
    "bare ampersand": xml(Content="a & b"),
    "control character": xml(Content="\x0b"),
    "null byte": xml(Content="\x00"),
    "invalid utf-8": xml(Content="x").replace(b"x</Content>", b"\xff\xfe</Content>"),
    "gbk": b'<?xml version="1.0" encoding="GBK"?>' + "<xml><MsgType>文</MsgType></xml>".encode("gbk"),
    "utf-16": "<xml><MsgType>text</MsgType></xml>".encode("utf-16"),
    "other root": b"<html><MsgType>text</MsgType></html>",
    "empty root": b"<xml/>",
    "text in root": b"<xml>hi</xml>",
    "no type": xml().replace(b"<MsgType>text</MsgType>", b""),
    "empty type": xml(MsgType=""),
    "endless type": xml(MsgType="x" * 65),
    "type twice": xml(Content="<![CDATA[x]]></Content><MsgType>event</MsgType><Content2>").replace(b"Content>", b"C2>"),
    "sender twice": xml().replace(b"</xml>", b"<FromUserName>other</FromUserName></xml>"),
    "nested type": xml(MsgType="<b>text</b>"),
    "nested sender": xml(FromUserName="<b>x</b>"),
    "no sender": xml(FromUserName=""),
    "sender with blank": xml(FromUserName="a b"),
    "chinese sender": xml(FromUserName="张三"),
    "endless sender": xml(FromUserName="x" * 65),
    "no receiver": xml(ToUserName=""),
    "no time": xml(CreateTime=""),
    "time in words": xml(CreateTime="now"),
    "full-width time": xml(CreateTime="１２"),
    "time with underline": xml(CreateTime="1_000"),
    "negative time": xml(CreateTime="-1"),
    "huge time": xml(CreateTime="9" * 13),
    "doctype": b"<!DOCTYPE xml>" + xml(),
    "external doctype": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd">' + xml(),
    "entities": BOMB + xml(Content="&b;"),
    "external entity": b'<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + xml(Content="&f;"),
    "unknown entity": xml(Content="&nope;"),
    "too deep": b"<xml>" + b"<a>" * 7 + b"</a>" * 7 + b"</xml>",
    "very deep": b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>",
    "many elements": b"<xml>" + b"".join(b"<a%d/>" % number for number in range(300)) + b"</xml>",
    "endless name": b"<xml><" + b"a" * 65 + b"/></xml>",
    "too large": xml(Content="x" * 70_000),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_xml_is_refused_with_one_error(name: str) -> None:
    with pytest.raises(BadPush) as caught:
        read_message(BAD[name])
    assert 400 <= caught.value.status < 500


def test_the_worst_that_fits_costs_little() -> None:
    """The largest body of the most elements: milliseconds and a few hundred kilobytes, not seconds."""
    worst = b"<xml>" + b"<a>" * 21_000 + b"</xml>"
    tracemalloc.start()
    begun = time.perf_counter()
    for _ in range(20):
        with pytest.raises(BadPush):
            read_message(worst[: 64 * 1024])
    seconds = time.perf_counter() - begun
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 2
    assert peak < 2 * 1024 * 1024


def test_neither_the_openid_nor_the_text_shows_in_a_log_line() -> None:
    shown = repr(read_message(xml(Content="我的卡号6217000000000000012")))
    assert OPENID not in shown
    assert "6217" not in shown
    assert shown.startswith("Incoming(kind='text'")
