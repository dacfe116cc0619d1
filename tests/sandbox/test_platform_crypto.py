"""The platform's cryptography against published vectors and against another implementation."""

import base64
import json

import pytest
from wechatpy.crypto import WeChatCrypto

from sandbox.wechat import crypto
from sandbox.wechat.account import decode_aes_key, load

KEY = decode_aes_key("A" * 43)
OWNER = "wxba5fad812f8e6fb9"
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv"
    "6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNq"
    "J4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "expected"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_signature_is_the_one_of_the_documentation(timestamp: str, nonce: str, expected: str) -> None:
    assert crypto.signature("AAAAA", timestamp, nonce) == expected


def test_the_message_of_the_documentation_has_its_signature_and_can_be_read() -> None:
    signature = crypto.signature("AAAAA", "1714112445", "415670741", SEALED)
    assert signature == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    plain = crypto.decrypt(KEY, OWNER, SEALED)
    assert len(plain.encode()) == 167
    assert json.loads(plain)["debug_str"] == "hello world"


def test_the_answer_of_the_documentation_is_sealed_to_the_letter() -> None:
    sealed = crypto.encrypt(KEY, OWNER, '{"demo_resp":"good luck"}', b"707722b803182950")
    expected = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    assert sealed == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://mp.weixin.qq.com?params=value", "0f9de62fce790f9a083d5c99e95740ceb90c27ed"),
        ("http://mp.weixin.qq.com", "f4d90daf4b3bca3078ab155816175ba34c443a7b"),
    ],
)
def test_the_jssdk_signature_is_the_one_of_the_documentation(url: str, expected: str) -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    assert crypto.jssdk_signature(ticket, "Wm3WZYTPz0wzccnW", "1414587457", url) == expected


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 500])
def test_another_implementation_reads_what_this_one_seals(length: int) -> None:
    message = "沈" * length
    sealed = crypto.encrypt(KEY, OWNER, message)
    signature = crypto.signature("AAAAA", "1714112445", "n1", sealed)
    envelope = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    read = WeChatCrypto("AAAAA", "A" * 43, OWNER).decrypt_message(envelope, signature, "1714112445", "n1")
    assert read == message


def _damaged(change: int) -> str:
    data = bytearray(base64.b64decode(SEALED))
    data[change] ^= 1
    return base64.b64encode(bytes(data)).decode()


@pytest.mark.parametrize(
    ("sealed", "words"),
    [
        ("", "whole number of blocks"),
        ("%%%", "not base64"),
        ("AAAA", "whole number of blocks"),
        (_damaged(-1), "padding"),
        (_damaged(-17), "padding"),
    ],
)
def test_a_damaged_envelope_is_refused_with_words(sealed: str, words: str) -> None:
    with pytest.raises(crypto.WrongEnvelope, match=words):
        crypto.decrypt(KEY, OWNER, sealed)


def test_an_envelope_for_another_account_is_refused() -> None:
    with pytest.raises(crypto.WrongEnvelope, match="appid"):
        crypto.decrypt(KEY, "wxsomebodyelse", SEALED)


def test_a_wrong_setting_is_named_at_the_start() -> None:
    with pytest.raises(ValueError, match="WECHAT_AES_KEY"):
        load({"WECHAT_AES_KEY": "A" * 42})
    with pytest.raises(ValueError, match="WECHAT_MODE"):
        load({"WECHAT_MODE": "secret"})


def test_the_environment_wins_over_the_file_and_no_secret_is_in_the_repr() -> None:
    account = load({"WECHAT_APP_ID": "wxother", "WECHAT_TEMPLATE_PROGRESS": "T1", "PORT": "1234"})
    assert (account.app_id, account.public_url) == ("wxother", "http://127.0.0.1:1234")
    assert account.templates["T1"].title == "业务办理进度通知"
    assert account.app_secret not in repr(account)
    assert account.token not in repr(account)
