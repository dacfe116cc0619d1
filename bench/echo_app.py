"""The usual way: wechatpy in one Flask view, as its documentation shows it for the encrypted mode.

It checks the signature and nothing else: no time window, no duplicate record, no limits, no measures.
"""

import os

from flask import Flask, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply

app = Flask("echo")
crypto = WeChatCrypto(os.environ["WECHAT_TOKEN"], os.environ["WECHAT_AES_KEY"], os.environ["WECHAT_APP_ID"])


@app.get("/")
def up() -> str:
    return "up"


@app.post("/wechat/callback")
def push() -> str:
    signature, timestamp, nonce = (request.args[name] for name in ("msg_signature", "timestamp", "nonce"))
    message = parse_message(crypto.decrypt_message(request.data, signature, timestamp, nonce))
    reply = create_reply(message.content, message)
    return str(crypto.encrypt_message(reply.render(), nonce, timestamp))
