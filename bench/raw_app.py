"""The least a callback can do: SHA-1, AES and one regular expression on bare WSGI. No framework, no checks besides.

Nothing in Python that answers an encrypted push can cost much less, so this is the yardstick of the machine.
"""

import base64
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN, APP_ID = os.environ["WECHAT_TOKEN"], os.environ["WECHAT_APP_ID"].encode()
KEY = base64.b64decode(os.environ["WECHAT_AES_KEY"] + "=")
AES = Cipher(algorithms.AES(KEY), modes.CBC(KEY[:16]))
SEALED = re.compile(rb"<Encrypt><!\[CDATA\[(.*?)\]\]></Encrypt>")
SENDER = re.compile(rb"<FromUserName><!\[CDATA\[(.*?)\]\]></FromUserName>")


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def opened(sealed: str) -> bytes:
    decryptor = AES.decryptor()
    plain = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    return plain[20 : 20 + int.from_bytes(plain[16:20], "big")]


def closed(message: bytes) -> str:
    plain = os.urandom(16) + len(message).to_bytes(4, "big") + message + APP_ID
    pad = 32 - len(plain) % 32
    encryptor = AES.encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "GET":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"up"]
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    found = SEALED.search(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    sealed = found[1].decode() if found else ""
    if query["msg_signature"] != sign(TOKEN, query["timestamp"], query["nonce"], sealed):
        start_response("403 Forbidden", [("Content-Length", "0")])
        return []
    sender = SENDER.search(opened(sealed))
    now, nonce = str(int(time.time())), os.urandom(8).hex()
    reply = closed(
        b"<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[gh]]></FromUserName><CreateTime>%s"
        b"</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello]]></Content></xml>"
        % (sender[1] if sender else b"", now.encode())
    )
    answer = (
        f"<xml><Encrypt><![CDATA[{reply}]]></Encrypt><MsgSignature><![CDATA[{sign(TOKEN, now, nonce, reply)}]]>"
        f"</MsgSignature><TimeStamp>{now}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ).encode()
    start_response("200 OK", [("Content-Type", "application/xml"), ("Content-Length", str(len(answer)))])
    return [answer]
