"""Signatures and AES, held against the platform's published vectors."""

import base64

import pytest

from adapters.wechat.crypto import MessageCipher, signature, signature_matches
from adapters.wechat.messages import BadPush
from tests.adapters.wechat.platform_double import PlatformDouble

APP_ID, KEY = "wxba5fad812f8e6fb9", "A" * 43
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8X"
    "GT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIj"
    "df8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


@pytest.mark.parametrize(
    ("stamp", "nonce", "expected"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_address_check_is_signed_as_published(stamp: str, nonce: str, expected: str) -> None:
    assert signature("AAAAA", stamp, nonce) == expected
    assert signature_matches(expected, "AAAAA", stamp, nonce)
    assert not signature_matches(expected[:-1] + "0", "AAAAA", stamp, nonce)


def test_a_sealed_message_is_signed_and_read_as_published() -> None:
    assert signature("AAAAA", "1714112445", "415670741", SEALED) == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    message = MessageCipher(APP_ID, KEY).decrypt(SEALED)
    assert len(message) == 167
    assert message.startswith(b'{"ToUserName":"gh_97417a04a28d"')
    assert message.endswith(b'"debug_str":"hello world"}')


def test_a_reply_is_sealed_as_published() -> None:
    sealed = MessageCipher(APP_ID, KEY).encrypt(b'{"demo_resp":"good luck"}', b"707722b803182950")
    assert sealed == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="


@pytest.mark.parametrize("missing", range(3))
def test_an_empty_part_never_matches(missing: int) -> None:
    parts = ["token", "1714036504", "nonce"]
    parts[missing] = ""
    assert not signature_matches(signature(*parts), *parts)
    assert not signature_matches("", "token", "1714036504", "nonce")


def test_a_signature_of_odd_characters_is_wrong_and_not_an_error() -> None:
    assert not signature_matches("签名\ud800é", "token", "1714036504", "nonce")


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 31, 32, 33, 1000, 65536])
def test_every_length_of_message_survives_the_round_trip(size: int) -> None:
    double = PlatformDouble()
    cipher = MessageCipher(double.app_id, double.aes_key)
    message = b"\xe4" * size
    assert cipher.decrypt(double.seal(message)) == message
    assert double.unseal(cipher.encrypt(message)) == message


def test_two_seals_of_one_message_differ() -> None:
    cipher = MessageCipher(APP_ID, KEY)
    assert cipher.encrypt(b"same") != cipher.encrypt(b"same")


def _padded(content: bytes, pad: int, last: int | None = None) -> bytes:
    padding = bytes([pad]) * (32 - len(content) % 32)
    return content + padding[:-1] + bytes([padding[-1] if last is None else last])


HEAD = b"r" * 16


@pytest.mark.parametrize(
    ("plain", "what"),
    [
        (_padded(HEAD + b"\0\0\0\x01x" + PlatformDouble.app_id.encode(), 0), "padding 0"),
        (_padded(HEAD + b"\0\0\0\x01x" + PlatformDouble.app_id.encode(), 33), "padding 33"),
        (_padded(HEAD + b"\0\0\0\x01x" + PlatformDouble.app_id.encode(), 255), "padding 255"),
        (_padded(HEAD + b"\0\0\0\x01x" + PlatformDouble.app_id.encode(), 7, 25), "inconsistent padding"),
        (b"\x20" * 32, "nothing but padding"),
        (HEAD + b"\x10" * 16, "no length"),
        (HEAD + b"\0\0\0" + b"\x0d" * 13, "half a length"),
        (_padded(HEAD + b"\xff\xff\xff\xff" + b"x" * 11, 1), "a length of four gigabytes"),
        (_padded(HEAD + b"\0\0\0\x0c" + b"x" * 11, 1), "a length one too long"),
        (HEAD + b"\0\0\0\x01x" + b"wx9999999999999999"[:11], "another app id"),
        (HEAD + b"\0\0\0\x0b" + b"x" * 11 + b"\x21" * 33, "no app id and odd padding"),
    ],
)
def test_every_wrong_length_and_padding_is_refused(plain: bytes, what: str) -> None:
    double = PlatformDouble()
    whole = plain + b"\x10" * (-len(plain) % 16)
    with pytest.raises(BadPush):
        MessageCipher(double.app_id, double.aes_key).decrypt(double.seal_blocks(whole))


@pytest.mark.parametrize(
    "sealed", ["", "*", "abc", "Zg==", "签", "\x00", "QUJD" * 5, base64.b64encode(b"x" * 48).decode()]
)
def test_what_is_no_ciphertext_is_refused(sealed: str) -> None:
    with pytest.raises(BadPush):
        MessageCipher(APP_ID, KEY).decrypt(sealed)


def test_another_accounts_message_is_refused_although_the_key_fits() -> None:
    double = PlatformDouble()
    other = double.with_(app_id="wxffffffffffffffff")
    with pytest.raises(BadPush, match="app id"):
        MessageCipher(double.app_id, double.aes_key).decrypt(other.seal(b"<xml/>"))


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "A" * 42 + "*", "签" * 43])
def test_a_wrong_key_is_named_at_the_start_and_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match="43 letters and digits") as caught:
        MessageCipher(APP_ID, key)
    assert not key or key not in str(caught.value)
