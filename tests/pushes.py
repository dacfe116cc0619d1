"""Pushes to a running house, byte by byte: what an HTTP library would not let us do, and many at the same moment."""

import itertools
import selectors
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from config import settings
from tests.adapters.wechat.platform_double import PlatformDouble
from tests.house import House

PATIENCE = 5.0
"""Seconds after which the platform hangs up."""

_count = itertools.count(time.time_ns())


@dataclass(frozen=True)
class Answer:
    """What came back over one connection, and how long that took from sending."""

    raw: bytes
    seconds: float

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name: value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]


class Platform:
    """The Official Account's platform as a house is set up for it."""

    def __init__(self, house: House) -> None:
        self.house = house
        account = settings.load(house.environ).wechat
        self.double = PlatformDouble(account.token, account.app_id, account.aes_key, account.account)

    def push(self, **fields: str) -> tuple[dict[str, str], bytes]:
        """Query and body of a push of its own: sender, MsgId and nonce that no other has, unless given."""
        number, now = next(_count), int(time.time())
        kind = fields.get("MsgType", "text")
        own = {"FromUserName": f"o-push-{number}", "CreateTime": str(now), "MsgType": kind}
        own |= {"MsgId": str(number)} if kind != "event" else {}
        return self.double.push(self.double.xml(**own | fields), at=now, nonce=str(number))

    def sealed(self, message: bytes) -> tuple[dict[str, str], bytes]:
        """Query and body of a push of any message at all."""
        return self.double.push(message, at=int(time.time()), nonce=str(next(_count)))

    def request(
        self,
        query: dict[str, str],
        body: bytes,
        *head: str,
        method: str = "POST",
        version: str = "1.1",
        close: bool = True,
    ) -> bytes:
        """The same as an HTTP request. ``head``: further header lines."""
        lines = [f"{method} /wechat/callback?{urlencode(query)} HTTP/{version}", "Host: 127.0.0.1", *head]
        if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in head):
            lines.append(f"Content-Length: {len(body)}")
        lines += ["Connection: close"] if close else []
        return "\r\n".join([*lines, "", ""]).encode() + body

    def send(self, *requests: bytes) -> list[Answer]:
        """Each over a connection of its own, all sent at the same moment; answers in the order of the requests."""
        place = urlsplit(self.house.url)
        connections = [socket.create_connection((place.hostname, place.port), timeout=20) for _ in requests]
        parts: dict[int, list[bytes]] = {number: [] for number in range(len(requests))}
        found: dict[int, Answer] = {}
        with selectors.DefaultSelector() as waiting:
            begun = time.monotonic()
            for number, connection in enumerate(connections):
                connection.sendall(requests[number])
                waiting.register(connection, selectors.EVENT_READ, number)
            while len(found) < len(requests):
                ready = waiting.select(20)
                assert ready, "no answer within 20 seconds"
                for key, _ in ready:
                    data = connections[key.data].recv(65536)
                    parts[key.data].append(data)
                    if not data:
                        waiting.unregister(key.fileobj)
                        connections[key.data].close()  # gunicorn waits for it, up to two seconds
                        found[key.data] = Answer(b"".join(parts[key.data]), time.monotonic() - begun)
        return [found[number] for number in range(len(requests))]

    def deliver(self, query: dict[str, str], body: bytes) -> Answer:
        return self.send(self.request(query, body))[0]

    def opened(self, answer: Answer) -> dict[str, str]:
        """The reply's fields."""
        return self.double.opened(answer.body)
