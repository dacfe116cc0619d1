"""The ladder by which a follower is told: the best channel that holds, and why each other one did not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest

from adapters.wechat.messages import Article, NewsReply, Reply, TextReply
from fund.errors import FundError, OutcomeUnknown, Refused, Unavailable
from fund.notice import Channel, Notice, Reach, Told
from tests.faces.wechat_bot.conftest import standing_clock
from wechat_bot.ladder import Ladder

OPENID = "o-follower-0001"
NOTICE = Notice(
    application_id=UUID(int=1),
    kind="approve",
    client_msg_id="c" * 32,
    title="租房提取",
    state_words="审核通过",
    reference="ACDE-FGHJ-KMNP",
    at=standing_clock(),
    remark="资金将划入您尾号0012的账户",
    path="/h5/applications/ACDE-FGHJ-KMNP",
)


@dataclass
class Platform:
    """Takes messages, or has a trouble with a kind of them."""

    troubles: dict[str, list[FundError]] = field(default_factory=dict)
    sent: list[tuple[str, object]] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    def send_custom(self, openid: str, reply: Reply) -> None:
        self._take("custom", reply)

    def send_subscribe(self, openid: str, template_id: str, url: str, data: Mapping[str, Mapping[str, str]]) -> str:
        self._take("subscribe", (template_id, url, data))
        return ""

    def send_template(
        self, openid: str, template_id: str, url: str, data: Mapping[str, Mapping[str, str]], client_msg_id: str
    ) -> str:
        self._take("template", (template_id, url, data, client_msg_id))
        return "77"

    def _take(self, kind: str, what: object) -> None:
        self.tried.append(kind)
        waiting = self.troubles.get(kind, [])
        trouble = waiting.pop(0) if len(waiting) > 1 else waiting[0] if waiting else None
        if trouble is None or isinstance(trouble, OutcomeUnknown):
            self.sent.append((kind, what))
        if trouble is not None:
            raise trouble


@dataclass
class Book:
    """What is known of the followers."""

    following: bool = True
    declined: set[str] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)

    def reach(self, openid: str) -> Reach:
        return Reach(self.following, frozenset(self.declined))

    def does_not_follow(self, openid: str, at: datetime) -> None:
        self.following = False

    def chose(self, openid: str, template_id: str, accepted: bool, at: datetime) -> None:
        (self.declined.discard if accepted else self.declined.add)(template_id)


@dataclass
class Desk:
    platform: Platform = field(default_factory=Platform)
    book: Book = field(default_factory=Book)
    subscribe_id: str = "SUBSCRIBE"

    def __post_init__(self) -> None:
        self.ladder = Ladder(
            self.platform,
            self.book,
            self.book.forgotten.append,
            template_id="TEMPLATE",
            subscribe_id=self.subscribe_id,
            page=lambda path: f"https://gjj.example.cn{path}",
            clock=standing_clock,
        )

    def tell(self, **how: bool) -> Told:
        return self.ladder(OPENID, NOTICE, **how)


def no(*codes: int) -> dict[str, list[FundError]]:
    """Refusals of the three kinds of messages, from the top; 0 takes the message."""
    kinds = ("custom", "subscribe", "template")
    return {kind: [Refused(f"{code}", code=f"{code}")] for kind, code in zip(kinds, codes, strict=False) if code}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_somebody_who_just_wrote_is_told_in_the_conversation(desk: Desk) -> None:
    assert desk.tell() == Told(Channel.CUSTOM)
    ((kind, reply),) = desk.platform.sent
    assert kind == "custom" and isinstance(reply, TextReply)
    for part in ("租房提取：审核通过", "ACDE-FGHJ-KMNP", "尾号0012", 'href="https://gjj.example.cn/h5/applications/'):
        assert part in reply.text


@pytest.mark.parametrize("code", [45015, 45047])
def test_outside_the_window_a_subscribe_notice_is_next(code: int, desk: Desk) -> None:
    desk.platform.troubles = no(code)
    assert desk.tell() == Told(Channel.SUBSCRIBE, f"custom:{code}")
    _, what = desk.platform.sent[0]
    assert what == (
        "SUBSCRIBE",
        "https://gjj.example.cn/h5/applications/ACDE-FGHJ-KMNP",
        {
            "thing1": {"value": "租房提取"},
            "phrase2": {"value": "审核通过"},
            "character_string3": {"value": "ACDE-FGHJ-KMNP"},
            "time4": {"value": "2025年6月15日 23:06"},
            "thing5": {"value": "资金将划入您尾号0012的账户"},
        },
    )


def test_then_the_template_message_whose_number_is_kept(desk: Desk) -> None:
    desk.platform.troubles = no(45015, 43101)
    assert desk.tell() == Told(Channel.TEMPLATE, "custom:45015 subscribe:43101", "77")


@pytest.mark.parametrize("code", [43004, 47003, 40037, 40003])
def test_what_nothing_carries_lies_in_the_inbox_with_every_reason(code: int, desk: Desk) -> None:
    desk.platform.troubles = no(45015, 43101, code)
    assert desk.tell() == Told(Channel.INBOX, f"custom:45015 subscribe:43101 template:{code}")


def test_a_refused_subscription_is_not_asked_for_again_until_it_is_allowed(desk: Desk) -> None:
    desk.platform.troubles = no(45015, 43101)
    desk.tell()
    assert desk.tell().passed_over == "custom:45015 subscribe:declined"
    assert desk.platform.tried.count("subscribe") == 1
    desk.book.declined.clear()
    desk.platform.troubles = no(45015)
    assert desk.tell().channel is Channel.SUBSCRIBE


def test_who_does_not_follow_is_not_sent_templates_until_they_do(desk: Desk) -> None:
    desk.platform.troubles = no(45015, 43101, 43004)
    desk.tell()
    assert desk.tell().passed_over.endswith("template:not_following")
    assert desk.platform.tried.count("template") == 1


def test_a_follower_of_another_account_is_forgotten(desk: Desk) -> None:
    desk.platform.troubles = no(40003, 40003, 40003)
    assert desk.tell().channel is Channel.INBOX
    assert set(desk.book.forgotten) == {OPENID}


def test_a_template_the_platform_does_not_know_raises_an_alarm_and_is_left_alone(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.platform.troubles = no(45015, 43101, 40037)
    desk.tell()
    assert [record.levelname for record in caplog.records if "left alone" in record.message] == ["ERROR"]
    assert desk.tell().passed_over.endswith("template:closed")
    assert desk.platform.tried.count("template") == 1


def test_an_account_without_subscribe_notices_has_one_rung_less() -> None:
    desk = Desk(subscribe_id="")
    desk.platform.troubles = no(45015)
    assert desk.tell() == Told(Channel.TEMPLATE, "custom:45015 subscribe:none", "77")


@pytest.mark.parametrize("kind", ["custom", "subscribe", "template"])
def test_a_platform_that_is_down_is_waited_for(kind: str, desk: Desk) -> None:
    desk.platform.troubles = no(45015, 43101) | {kind: [Unavailable("down", code="wechat_unreachable")]}
    with pytest.raises(Unavailable):
        desk.tell()
    assert desk.platform.sent == []


@pytest.mark.parametrize("code", ["45009", "48001"])
def test_one_kind_of_message_that_is_shut_does_not_close_the_others(code: str, desk: Desk) -> None:
    desk.platform.troubles = {"custom": [Unavailable("shut", code=code)]} | no(0, 43101)
    assert desk.tell() == Told(Channel.TEMPLATE, f"custom:{code} subscribe:43101", "77")


def test_when_only_a_shut_kind_would_do_it_is_waited_for(desk: Desk) -> None:
    desk.platform.troubles = no(45015, 43101) | {"template": [Unavailable("shut", code="45009")]}
    with pytest.raises(Unavailable) as shut:
        desk.tell()
    assert shut.value.code == "45009"


def test_a_customer_message_that_may_have_arrived_is_followed_by_the_kind_that_is_recognised(desk: Desk) -> None:
    desk.platform.troubles = {"custom": [OutcomeUnknown("cut off")]}
    assert desk.tell() == Told(Channel.TEMPLATE, "custom:unknown subscribe:not_repeated", "77")
    assert desk.platform.tried == ["custom", "template"]


def test_a_template_message_that_may_have_arrived_is_asked_about_later(desk: Desk) -> None:
    desk.platform.troubles = no(45015, 43101) | {"template": [OutcomeUnknown("cut off")]}
    with pytest.raises(OutcomeUnknown):
        desk.tell()


@pytest.mark.parametrize("code", ["-1", "wechat_unreachable", "45009"])
@pytest.mark.parametrize("kind", ["custom", "subscribe"])
def test_what_may_have_arrived_is_remembered_although_the_next_rung_is_down(kind: str, code: str, desk: Desk) -> None:
    desk.platform.troubles = no(45015) if kind == "subscribe" else {}
    desk.platform.troubles |= {kind: [OutcomeUnknown("cut off")], "template": [Unavailable("down", code=code)]}
    with pytest.raises(OutcomeUnknown) as unsure:
        desk.tell()
    assert f"{kind}:unknown" in unsure.value.code and f"template:{code}" in unsure.value.code


def test_a_repeated_attempt_sends_only_what_is_recognised(desk: Desk) -> None:
    assert desk.tell(repeated=True) == Told(Channel.TEMPLATE, "custom:not_repeated subscribe:not_repeated", "77")
    assert desk.platform.tried == ["template"]


def test_a_notice_that_breaks_a_field_rule_is_our_fault_and_still_told(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    from dataclasses import replace

    desk.platform.troubles = no(45015)
    told = desk.ladder(OPENID, replace(NOTICE, state_words="审核通过啦啦啦"))
    assert told == Told(Channel.INBOX, "custom:45015 subscribe:field template:field")
    assert "phrase2" in caplog.text and "啦" not in caplog.text


def test_a_reply_goes_into_the_conversation_as_it_is(desk: Desk) -> None:
    card = NewsReply((Article("业务办理", "", "https://gjj.example.cn/"),))
    desk.ladder(OPENID, NOTICE, reply=card)
    assert desk.platform.sent == [("custom", card)]


def test_no_openid_in_any_log_line(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    desk.platform.troubles = no(40003, 43101, 40037)
    desk.tell()
    assert OPENID not in caplog.text
