"""The platform's side of the benchmark: signed, encrypted pushes, no two alike, and the check of what comes back."""

import itertools
import secrets
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from wechatpy.crypto import WeChatCrypto

from config.settings import WechatSettings

_count = itertools.count(time.time_ns())


@dataclass(frozen=True)
class Answer:
    """What one push was answered with, and how many seconds that took from connecting to the last byte."""

    status: int
    body: bytes
    seconds: float


class Platform:
    """Writes pushes of one account and reads the replies."""

    def __init__(self, account: WechatSettings) -> None:
        self._account = account
        self._crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)

    def push(self) -> bytes:
        """A text message as an HTTP request: its own sender, MsgId, nonce and ciphertext each time."""
        number, stamp, nonce = next(_count), str(int(time.time())), secrets.token_hex(8)
        plain = (
            f"<xml><ToUserName><![CDATA[{self._account.account}]]></ToUserName>"
            f"<FromUserName><![CDATA[o-bench-{number}]]></FromUserName><CreateTime>{stamp}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[忘记密码]]></Content><MsgId>{number}</MsgId></xml>"
        )
        sealed = self._crypto.encrypt_message(plain, nonce, stamp)
        signature = _between(sealed, "<MsgSignature><![CDATA[", "]]>")
        cipher = _between(sealed, "<Encrypt><![CDATA[", "]]>")
        body = (
            f"<xml><ToUserName><![CDATA[{self._account.account}]]></ToUserName>"
            f"<Encrypt><![CDATA[{cipher}]]></Encrypt></xml>"
        ).encode()
        query = f"signature={'0' * 40}&timestamp={stamp}&nonce={nonce}&encrypt_type=aes&msg_signature={signature}"
        head = (
            f"POST /wechat/callback?{query} HTTP/1.0\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
            f"X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: 127.0.0.1\r\n"
            f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body

    def check(self, answer: Answer) -> None:
        """Raises AssertionError unless it is a 200 whose signed ciphertext opens to a reply in text."""
        assert answer.status == 200, f"a push was answered {answer.status}"
        text = answer.body.decode()
        signature, stamp = _between(text, "<MsgSignature><![CDATA[", "]]>"), _between(text, "<TimeStamp>", "<")
        nonce = _between(text, "<Nonce><![CDATA[", "]]>")
        reply = self._crypto.decrypt_message(text, signature, stamp, nonce)
        assert "<Content><![CDATA[" in (reply if isinstance(reply, str) else reply.decode())


def deliver(port: int, pushes: Sequence[bytes], *, at_once: int) -> list[Answer]:
    """Send them all, ``at_once`` at a time, each over a connection of its own."""
    with ThreadPoolExecutor(at_once) as senders:
        return list(senders.map(lambda push: _deliver(port, push), pushes))


def _deliver(port: int, push: bytes) -> Answer:
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(push)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    seconds = time.perf_counter() - began
    head, _, body = answer.partition(b"\r\n\r\n")
    return Answer(int(head.split(b" ", 2)[1]), body, seconds)


def _between(text: str, before: str, after: str) -> str:
    return text.split(before, 1)[1].split(after, 1)[0]
