"""The callback's wire in its three modes: what gets in, and in what form the answer goes out."""

import struct
from collections.abc import Callable

import pytest

from adapters.wechat.messages import BadPush, TextReply
from adapters.wechat.wire import Wire
from tests.adapters.wechat.platform_double import NOW, OPENID, PlatformDouble, lists, sha

WireFor = Callable[..., Wire]
MODES = ["plain", "compatible", "encrypted"]


@pytest.mark.parametrize("mode", MODES)
def test_a_push_is_read_and_answered_in_every_mode(mode: str, wire_for: WireFor) -> None:
    double = PlatformDouble(mode=mode)
    wire = wire_for(double)
    query, body = double.push(double.xml(Content="你好"))
    delivery = wire.receive(lists(query), body)
    assert (delivery.message.text, delivery.message.sender) == ("你好", OPENID)
    answer = wire.render(TextReply("您好"), delivery)
    assert double.opened(answer)["Content"] == "您好"
    assert (b"<Encrypt>" in answer) == (mode != "plain")


@pytest.mark.parametrize("mode", MODES)
def test_a_push_for_another_account_is_refused_however_well_it_is_signed(mode: str, wire_for: WireFor) -> None:
    double = PlatformDouble(mode=mode)
    wire = wire_for(double, account=double.account)
    query, body = double.push(double.xml(Content="x"))
    assert wire.receive(lists(query), body).message.account == double.account
    query, body = double.push(double.xml(Content="x", ToUserName="gh_ffffffffffff"))
    with pytest.raises(BadPush, match="another account") as refused:
        wire.receive(lists(query), body)
    assert refused.value.status == 403


@pytest.mark.parametrize("mode", MODES)
def test_the_address_check_is_signed_plainly_in_every_mode(mode: str, wire_for: WireFor) -> None:
    double = PlatformDouble(mode=mode)
    query = double.query() | {"echostr": "5838479218374298"}
    assert wire_for(double).check_url(lists(query)) == "5838479218374298"
    for change in ({"signature": "0" * 40}, {"echostr": ""}, {"nonce": ""}, {"timestamp": str(NOW + 1)}):
        with pytest.raises(BadPush):
            wire_for(double).check_url(lists(query | change))


def test_a_plain_push_to_an_encrypted_account_is_refused_however_it_is_signed(wire_for: WireFor) -> None:
    double = PlatformDouble()
    body = double.xml(Content="x")
    for query in (
        double.query(),
        double.query(sealed=""),
        double.query() | {"msg_signature": double.query()["signature"]},
    ):
        with pytest.raises(BadPush, match="plain push"):
            wire_for(double).receive(lists(query), body)


def test_in_compatible_mode_the_sealed_half_counts_and_the_plain_half_does_not(wire_for: WireFor) -> None:
    double = PlatformDouble(mode="compatible")
    query, body = double.push(double.xml(Content="true"))
    forged = body.replace(b"<Content>true</Content>", b"<Content>forged</Content>")
    assert wire_for(double).receive(lists(query), forged).message.text == "true"


def test_in_compatible_mode_a_sealed_push_without_its_own_signature_is_refused(wire_for: WireFor) -> None:
    double = PlatformDouble(mode="compatible")
    query, body = double.push(double.xml(Content="x"))
    del query["msg_signature"]
    with pytest.raises(BadPush, match="without its signature"):
        wire_for(double).receive(lists(query), body)


def test_in_compatible_mode_a_plain_push_is_answered_plainly(wire_for: WireFor) -> None:
    double = PlatformDouble(mode="compatible")
    wire = wire_for(double)
    delivery = wire.receive(lists(double.query()), double.xml(Content="x"))
    assert b"<Encrypt>" not in wire.render(TextReply("y"), delivery)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["timestamp", "nonce", "signature", "msg_signature"])
@pytest.mark.parametrize("value", [None, "", "0", "签名", "x" * 300, "１７５００００００００"[:10]])
def test_no_part_of_the_signature_can_be_missing_or_odd(
    mode: str, name: str, value: str | None, wire_for: WireFor
) -> None:
    double = PlatformDouble(mode=mode)
    query, body = double.push(double.xml(Content="x"))
    counts = name != ("signature" if mode != "plain" else "msg_signature")
    if not counts:
        return
    changed = {key: text for key, text in query.items() if key != name} | ({} if value is None else {name: value})
    with pytest.raises(BadPush):
        wire_for(double).receive(lists(changed), body)


@pytest.mark.parametrize("name", ["timestamp", "nonce", "msg_signature"])
def test_a_repeated_parameter_is_refused(name: str, wire_for: WireFor) -> None:
    double = PlatformDouble()
    query, body = double.push(double.xml(Content="x"))
    twice = lists(query) | {name: [query[name], query[name]]}
    with pytest.raises(BadPush, match="repeated"):
        wire_for(double).receive(twice, body)


@pytest.mark.parametrize("stamp", ["1750000000 ", "+750000000", "175000000", "17500000000", "1.75e9xxxx", "١٧٥٠٠٠٠٠٠٠"])
def test_a_timestamp_is_ten_ascii_digits_even_when_signed(stamp: str, wire_for: WireFor) -> None:
    double = PlatformDouble(mode="plain")
    query = {"timestamp": stamp, "nonce": "1", "signature": sha(double.token, stamp, "1")}
    with pytest.raises(BadPush, match="ten digits"):
        wire_for(double).receive(lists(query), double.xml(Content="x"))


@pytest.mark.parametrize(("away", "fine"), [(-601, False), (-600, True), (0, True), (600, True), (601, False)])
def test_a_push_is_taken_within_ten_minutes_of_our_clock(away: int, fine: bool, wire_for: WireFor) -> None:
    double = PlatformDouble()
    query, body = double.push(double.xml(Content="x"), at=NOW + away)
    if fine:
        assert wire_for(double).receive(lists(query), body).message.text == "x"
        return
    with pytest.raises(BadPush, match="too far"):
        wire_for(double).receive(lists(query), body)


def test_a_body_signed_for_another_push_is_refused(wire_for: WireFor) -> None:
    double = PlatformDouble()
    query, _ = double.push(double.xml(Content="one"))
    _, other = double.push(double.xml(Content="two"))
    with pytest.raises(BadPush, match="signature"):
        wire_for(double).receive(lists(query), other)


def test_a_push_of_another_account_is_refused(wire_for: WireFor) -> None:
    double = PlatformDouble()
    query, body = double.with_(app_id="wxffffffffffffffff").push(double.xml(Content="x"))
    with pytest.raises(BadPush, match="app id"):
        wire_for(double).receive(lists(query), body)


def test_the_message_inside_is_checked_like_one_outside(wire_for: WireFor) -> None:
    double = PlatformDouble()
    for inside in (b"", b"no xml", b"<!DOCTYPE x><xml/>", double.xml(FromUserName="")):
        query, body = double.push(inside)
        with pytest.raises(BadPush):
            wire_for(double).receive(lists(query), body)


def test_our_envelope_never_carries_the_requests_nonce(wire_for: WireFor) -> None:
    double, nonce = PlatformDouble(), "n]]><a/>"
    wire = wire_for(double)
    query, body = double.push(double.xml(Content="x"), nonce=nonce)
    answer = wire.render(TextReply("y"), wire.receive(lists(query), body))
    assert nonce.encode() not in answer
    assert double.opened(answer)["Content"] == "y"


def test_during_a_rotation_each_push_is_answered_with_the_key_it_came_with(wire_for: WireFor) -> None:
    old, new = PlatformDouble(), PlatformDouble(aes_key="C" * 43)
    wire = wire_for(new, previous_aes_key=old.aes_key)
    for platform, other in ((old, new), (new, old)):
        query, body = platform.push(platform.xml(Content="x"))
        answer = wire.render(TextReply("y"), wire.receive(lists(query), body))
        assert platform.opened(answer)["Content"] == "y"
        with pytest.raises((AssertionError, ValueError, struct.error)):
            other.opened(answer)


def test_after_a_rotation_the_old_key_opens_nothing(wire_for: WireFor) -> None:
    old, new = PlatformDouble(), PlatformDouble(aes_key="C" * 43)
    query, body = old.push(old.xml(Content="x"))
    with pytest.raises(BadPush):
        wire_for(new).receive(lists(query), body)


@pytest.mark.parametrize(
    "wrong",
    [{"token": ""}, {"app_id": ""}, {"mode": "off"}, {"aes_key": "short"}, {"previous_aes_key": "short"}],
)
def test_settings_that_leave_the_door_open_stop_the_start(wrong: dict[str, str], wire_for: WireFor) -> None:
    with pytest.raises(ValueError):
        wire_for(PlatformDouble(), **wrong)
