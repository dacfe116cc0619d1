"""CPU per encrypted callback: our whole pipeline over the real app, beside the usual way with wechatpy.

The peer is what wechatpy's own documentation shows for encrypted mode: check the signature, decrypt, parse,
reply, encrypt, in one Flask view, without replay protection, duplicate record, limits or logs.
"""

import secrets
import time
from collections.abc import Callable
from statistics import median

from flask import Flask, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply

from config.settings import WechatSettings

ROUNDS, CALLS = 5, 300


def a_push(account: WechatSettings, n: int) -> tuple[str, bytes]:
    """A signed, encrypted text push, different for each ``n``: the query string and the body."""
    stamp, nonce = str(int(time.time())), secrets.token_hex(8)
    plain = (
        f"<xml><ToUserName><![CDATA[{account.account}]]></ToUserName><FromUserName><![CDATA[o-bench-{n}]]></FromUserName>"
        f"<CreateTime>{stamp}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[帮助]]></Content>"
        f"<MsgId>{time.time_ns()}</MsgId></xml>"
    )
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
    body = crypto.encrypt_message(plain, nonce, stamp)
    signature = body.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    return f"timestamp={stamp}&nonce={nonce}&encrypt_type=aes&msg_signature={signature}", body.encode()


def peer(account: WechatSettings) -> Flask:
    """The usual way."""
    app = Flask("peer")
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)

    @app.post("/wechat/callback")
    def push() -> str:
        args = request.args
        message = crypto.decrypt_message(request.data, args["msg_signature"], args["timestamp"], args["nonce"])
        reply = create_reply("需要帮助吗？", parse_message(message))
        return str(crypto.encrypt_message(reply.render(), args["nonce"], args["timestamp"]))

    return app


def cpu_seconds(app: Flask, account: WechatSettings) -> float:
    """CPU seconds of this process for one callback, the median of some rounds."""
    client = app.test_client()
    return median(
        _round(lambda push: client.post(f"/wechat/callback?{push[0]}", data=push[1]), account) for _ in range(ROUNDS)
    )


def _round(call: Callable[[tuple[str, bytes]], object], account: WechatSettings) -> float:
    pushes = [a_push(account, n) for n in range(CALLS)]
    began = time.process_time()
    for push in pushes:
        answer = call(push)
        assert getattr(answer, "status_code", 0) == 200
    return (time.process_time() - began) / CALLS
