"""Our replies as XML: well-formed and of one structure, whatever stands in them."""

import string
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat.messages import (
    NO_REPLY,
    Article,
    ImageReply,
    Incoming,
    NewsReply,
    Reply,
    TextReply,
    TransferReply,
)
from adapters.wechat.rendering import SUCCESS, render

ASKED = Incoming("text", "o-follower-0001", "gh_1", 1)
TAPPED = Incoming("event", "o-follower-0001", "gh_1", 1, event="click")


def tree(reply: Reply, to: Incoming = ASKED) -> ElementTree.Element:
    return ElementTree.fromstring(render(reply, to, 1_750_000_000))


def test_a_text_goes_back_to_its_sender() -> None:
    root = tree(TextReply("您好"))
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert (root.findtext("ToUserName"), root.findtext("FromUserName")) == ("o-follower-0001", "gh_1")
    assert (root.findtext("CreateTime"), root.findtext("MsgType")) == ("1750000000", "text")
    assert root.findtext("Content") == "您好"


@pytest.mark.parametrize(
    "text",
    [
        "a]]></Content><FromUserName>evil</FromUserName><Content><![CDATA[b",
        "]]>",
        "]]]]>>",
        "<![CDATA[",
        "<xml>&amp;</xml>",
        "\x00\x08\x0b\x1f\ufffe\ud800 end",
    ],
)
def test_no_text_breaks_out_of_its_field(text: str) -> None:
    root = tree(TextReply(text))
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    kept = "".join(character for character in text if character in string.printable and character >= " ")
    assert root.findtext("Content") == kept


@given(st.text(max_size=300))
def test_any_text_at_all_stays_well_formed(text: str) -> None:
    answer = render(TextReply(text), ASKED, 1)
    if answer != SUCCESS:
        root = ElementTree.fromstring(answer)
        assert len(root) == 5
        assert len((root.findtext("Content") or "").encode()) <= 2048


@pytest.mark.parametrize("field", ["title", "description", "url", "picture"])
def test_no_card_breaks_out_of_its_field(field: str) -> None:
    values = {"title": "t", "description": "d", "url": "http://a/", "picture": "p"}
    values[field] = "x]]></Url></item><item><Url>evil"
    root = tree(NewsReply((Article(**values),)))
    assert root.findtext("ArticleCount") == "1"
    assert [child.tag for child in root.findall("Articles/item/*")] == [
        "Title",
        "Description",
        "PicUrl",
        "Url",
    ]


def test_a_long_text_is_cut_between_characters_within_2048_bytes() -> None:
    content = tree(TextReply("汉" * 1000)).findtext("Content") or ""
    assert content == "汉" * 681 + "…"
    assert len(content.encode()) <= 2048


def test_a_text_of_exactly_2048_bytes_is_not_cut() -> None:
    assert tree(TextReply("x" * 2048)).findtext("Content") == "x" * 2048


def test_a_link_at_the_limit_goes_whole_or_not_at_all() -> None:
    text = "x" * 2030 + '<a href="http://a/">点这里</a>'
    assert tree(TextReply(text)).findtext("Content") == "x" * 2030 + "…"


def test_one_card_answers_a_message_and_eight_an_event() -> None:
    cards = NewsReply(tuple(Article(f"{number}", "", "http://a/") for number in range(10)))
    assert tree(cards).findtext("ArticleCount") == "1"
    assert len(tree(cards, TAPPED).findall("Articles/item")) == 8


def test_a_picture_and_a_transfer() -> None:
    assert tree(ImageReply("M1")).findtext("Image/MediaId") == "M1"
    assert tree(TransferReply()).findtext("MsgType") == "transfer_customer_service"
    assert tree(TransferReply("zhang@gh_1")).findtext("TransInfo/KfAccount") == "zhang@gh_1"


@pytest.mark.parametrize("reply", [NO_REPLY, TextReply(""), TextReply(" \x00\n"), NewsReply(())])
def test_nothing_to_say_is_the_bare_success(reply: Reply) -> None:
    assert render(reply, ASKED, 1) == b"success"


def test_what_is_said_does_not_show_in_a_log_line() -> None:
    assert "秘密" not in repr(TextReply("秘密"))
