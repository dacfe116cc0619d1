"""我的消息: what a person was told, with marks for what is new, read by a POST and never by a look."""

import uuid
from dataclasses import replace
from datetime import timedelta

from fund.inbox import Message
from fund.notice import Channel
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_every_page_is_well_made import is_well_made
from tests.makers import SUMMER_NOON

APPROVED = Message(
    id=uuid.uuid4(),
    title="租房提取",
    state_words="审核通过",
    reference="ACDE-FGHJ-KMNP",
    at=SUMMER_NOON - timedelta(hours=1),
    words="资金将划入您尾号0012的账户",
    path="/h5/applications/ACDE-FGHJ-KMNP",
    channel=Channel.INBOX,
    is_read=False,
)
ANSWER = replace(
    APPROVED,
    id=uuid.uuid4(),
    title="您在公众号里的咨询",
    state_words="已答复",
    words="租房提取：审核中\n<b>截至今天</b>",
    path="",
    at=SUMMER_NOON - timedelta(hours=2),
)


def told(*messages: Message) -> Front:
    front = Front()
    front.counter.inbox.messages[front.person.id] = list(messages)
    return front


def test_who_was_told_nothing_yet_is_told_so() -> None:
    page = Front().citizen().get("/h5/inbox")
    assert page.heading == "我的消息" and "还没有消息" in page.text
    assert page.page.find("form", attrs={"data-seen": True}) is None
    is_well_made(page)


def test_new_messages_are_marked_and_lead_to_their_page() -> None:
    page = told(APPROVED, ANSWER).citizen().get("/h5/inbox")
    is_well_made(page)
    for words in ("审核通过", "资金将划入您尾号0012的账户", "2026年7月15日 11:00", "受理编号 ACDE-FGHJ-KMNP", "未读"):
        assert words in page.text
    links = [str(link["href"]) for link in page.page.select("main li a")]
    assert links == ["/h5/applications/ACDE-FGHJ-KMNP"]
    assert "<b>截至" in page.text, "the words of an answer are text, not markup"


def test_my_page_counts_what_is_new() -> None:
    front = told(APPROVED, ANSWER)
    assert "有 2 条未读消息" in front.citizen().get("/h5/me").text
    assert "未读消息" not in front.visitor().get("/h5/me").text


def test_looking_changes_nothing_and_the_button_does() -> None:
    front = told(APPROVED, ANSWER)
    citizen = front.citizen().get("/h5/inbox")
    assert "有 2 条未读消息" in citizen.get("/h5/me").text
    citizen.get("/h5/inbox").press("全部标为已读")
    assert citizen.heading == "我的消息" and "未读" not in citizen.text
    assert "未读消息" not in citizen.get("/h5/me").text


def test_what_came_after_the_page_was_opened_stays_new() -> None:
    front = told(ANSWER)
    citizen = front.citizen().get("/h5/inbox")
    action, content = citizen.form("全部标为已读")
    front.counter.inbox.messages[front.person.id].append(APPROVED)
    citizen.took(citizen.client.post(action, data=content, follow_redirects=True))
    assert "有 1 条未读消息" in citizen.get("/h5/me").text


def test_an_odd_moment_reads_nothing_and_breaks_nothing() -> None:
    front = told(APPROVED)
    citizen = front.citizen().get("/h5/inbox")
    action, content = citizen.form("全部标为已读")
    for odd in ("", "tomorrow", "9999-99-99", "x" * 5000, "\0"):
        answer = citizen.client.post(action, data={**content, "until": odd})
        assert answer.status_code == 303
    assert front.counter.inbox.unread(front.person.id) == 1
    citizen.client.post(action, data={**content, "until": "9999-12-31T00:00"})
    assert front.counter.inbox.unread(front.person.id) == 0


def test_nobody_gets_to_see_it_without_signing_in() -> None:
    stranger = told(APPROVED).visitor()
    answer = stranger.client.get("/h5/inbox")
    assert answer.status_code == 303 and "/login/start" in answer.headers["Location"]
