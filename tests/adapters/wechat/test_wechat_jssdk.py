"""JS-SDK configurations: the signature of the documentation, and a ticket nobody waits long for."""

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.wechat.jssdk import JsSdk, signature
from fund.errors import FundError, Refused, Unavailable

TICKET = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
PAGE = "https://gjj.example.cn/h5/?from=menu"


class Counter:
    """A ticket getter and a clock that a test moves."""

    def __init__(self) -> None:
        self.asked, self.now = 0, 1000.0
        self.failure: FundError | None = None

    def ticket(self) -> str:
        self.asked += 1
        if self.failure:
            raise self.failure
        return f"ticket-{self.asked}"

    def sdk(self) -> JsSdk:
        moment = datetime(2026, 7, 15, 10, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
        return JsSdk("wx0", self.ticket, lambda: moment, monotonic=lambda: self.now)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://mp.weixin.qq.com?params=value", "0f9de62fce790f9a083d5c99e95740ceb90c27ed"),
        ("http://mp.weixin.qq.com", "f4d90daf4b3bca3078ab155816175ba34c443a7b"),
    ],
)
def test_the_signature_is_the_one_of_the_documentation(url: str, expected: str) -> None:
    assert signature(TICKET, "Wm3WZYTPz0wzccnW", 1414587457, url) == expected


def test_a_configuration_names_the_account_and_is_signed_for_this_page_now() -> None:
    sdk = Counter().sdk()
    first, second = sdk.configuration(PAGE), sdk.configuration(PAGE)
    assert set(first) == {"appId", "timestamp", "nonceStr", "signature"}
    assert (first["appId"], first["timestamp"]) == ("wx0", 1784082000)
    assert first["signature"] == signature("ticket-1", str(first["nonceStr"]), 1784082000, PAGE)
    assert first["nonceStr"] != second["nonceStr"]
    assert "ticket" not in str(first)


def test_a_process_asks_for_the_ticket_once_a_minute() -> None:
    counter = Counter()
    sdk = counter.sdk()
    for _ in range(20):
        sdk.configuration(PAGE)
    assert counter.asked == 1
    counter.now += 61
    sdk.configuration(PAGE)
    assert counter.asked == 2


@pytest.mark.parametrize("failure", [Unavailable("down"), Refused("no", code="48001")])
def test_after_a_failure_nobody_asks_for_five_seconds(failure: FundError) -> None:
    counter = Counter()
    counter.failure, sdk = failure, counter.sdk()
    with pytest.raises(type(failure)):
        sdk.configuration(PAGE)
    for _ in range(20):
        with pytest.raises(Unavailable):
            sdk.configuration(PAGE)
    assert counter.asked == 1
    counter.failure = None
    counter.now += 5.1
    assert sdk.configuration(PAGE)["signature"]


def test_while_one_thread_waits_for_the_platform_the_others_are_soon_turned_away() -> None:
    begun, may_answer = threading.Event(), threading.Event()

    def slowly() -> str:
        begun.set()
        may_answer.wait(10)
        return "ticket"

    sdk = JsSdk("wx0", slowly, lambda: datetime.now(ZoneInfo("Asia/Shanghai")), patience=0.05)
    first: list[dict[str, str | int]] = []
    thread = threading.Thread(target=lambda: first.append(sdk.configuration(PAGE)))
    thread.start()
    assert begun.wait(5)
    with pytest.raises(Unavailable, match="another thread"):
        sdk.configuration(PAGE)
    may_answer.set()
    thread.join(5)
    assert first and sdk.configuration(PAGE)
