"""The benchmark runs, and counts only answers that are right."""

import pytest

from bench import callback
from bench.pushes import Answer, Platform
from config.neighbours import WechatSettings
from tests.adapters.wechat.platform_double import PlatformDouble


def test_the_callback_is_measured_beside_its_peers(capsys: pytest.CaptureFixture[str]) -> None:
    callback.main(rounds=1, pushes=12)
    told = capsys.readouterr().out
    for name in callback.SERVERS:
        assert f"\n{name} " in told
    assert "goal: 0.90 ms" in told


def test_an_answer_that_is_no_reply_is_not_counted() -> None:
    double = PlatformDouble()
    account: WechatSettings = double  # type: ignore[assignment]  # it has what is asked of it
    platform = Platform(account)
    good = double.seal(b"<xml><Content><![CDATA[x]]></Content></xml>")
    for status, sealed in ((500, good), (200, double.seal(b"<xml></xml>")), (200, "AAAA")):
        query = double.query(sealed=sealed)
        body = (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{query['msg_signature']}]]>"
            f"</MsgSignature><TimeStamp>{query['timestamp']}</TimeStamp><Nonce><![CDATA[{query['nonce']}]]></Nonce></xml>"
        )
        with pytest.raises((AssertionError, ValueError)):
            platform.check(Answer(status, body.encode(), 0.001))
