"""A 受理编号 in the chat: one's own is answered with its progress, all others with the same words."""

import uuid
from dataclasses import replace

import pytest

from adapters.wechat.messages import Incoming, TextReply
from fund.application import State, new_reference
from tests.adapters.postgres.servers import an_application
from tests.faces.h5.fakes import MemoryBindings
from tests.faces.wechat_bot.conftest import Desk
from wechat_bot.followers import Followers
from wechat_bot.numbers import reference_in
from wechat_bot.replies import BOT

OPENID, NUMBER, THEIRS = "o-follower-0001", "KM34-PX7T-9ACD", "AAAA-CCCC-DDDD"


def typed(desk: Desk, text: str) -> str:
    reply = BOT.answer(Incoming("text", OPENID, "gh_1", 1, text), desk.services())
    assert isinstance(reply, TextReply)
    return reply.text


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "km34-px7t-9acd",
        "KM34PX7T9ACD",
        "KM34 PX7T 9ACD",
        "ＫＭ３４－ＰＸ７Ｔ－９ＡＣＤ",
        "KM34—PX7T—9ACD",
        "\u200bKM34-PX7T-9ACD\u200b",
        f"我的申请{NUMBER}到哪一步了？",
        f"取消 {NUMBER}",
        f"受理编号：{NUMBER}。",
    ],
)
def test_ones_own_number_is_answered_with_its_progress_however_it_is_typed(text: str, desk: Desk) -> None:
    assert reference_in(text) == NUMBER
    desk.progress[OPENID] = f"租房提取：审核中\n受理编号 {NUMBER}"
    told = typed(desk, text)
    assert told.startswith(desk.progress[OPENID]) and "/h5/applications" in told


def test_a_number_of_somebody_else_and_one_of_nobody_get_the_same_words(desk: Desk) -> None:
    desk.progress[OPENID] = f"租房提取：审核中\n受理编号 {NUMBER}"
    desk.progress["o-somebody-else"] = f"租房提取：已到账\n受理编号 {THEIRS}"
    assert typed(desk, THEIRS) == typed(desk, "XXXX-YYYY-WWWW") == typed(desk, "0000-1111-ZZZZ")
    assert "没有查到这个受理编号" in typed(desk, THEIRS) and THEIRS not in typed(desk, THEIRS)


def test_somebody_who_never_signed_in_learns_nothing_from_any_number(desk: Desk) -> None:
    assert typed(desk, NUMBER) == typed(desk, THEIRS)
    assert "还不知道您是哪一位" in typed(desk, NUMBER)


@pytest.mark.parametrize("text", ["12329", "13800000001", "346793467934679", "ABCDEFGHJKMNP", "请问进度", "A-B-C", ""])
def test_what_is_no_number_of_an_application_is_not_taken_for_one(text: str) -> None:
    assert reference_in(text) == ""


def test_a_card_number_is_warned_of_though_it_looks_like_our_own(desk: Desk) -> None:
    assert "我们没有保存它" in typed(desk, "3467 9346 7934 6793 467")


def test_every_number_we_give_is_recognised() -> None:
    for _ in range(300):
        number = new_reference()
        assert reference_in(number) == reference_in(number.replace("-", "").lower()) == number


def test_only_the_persons_own_applications_are_looked_through() -> None:
    mine, theirs = uuid.uuid4(), uuid.uuid4()
    own = [an_application(mine, state=State.WITHDRAWN) for _ in range(4)]
    other = an_application(theirs)
    bindings = MemoryBindings()
    bindings.bind(OPENID, mine)
    rows = {mine: own, theirs: [other]}
    followers = Followers(
        bindings, lambda person: rows[person], lambda one: "尾号0012的建设银行账户", {"rent": "租房提取"}, None, lambda: None, lambda: None, ()  # type: ignore[arg-type,return-value]
    )  # fmt: skip
    told = followers.progress_with(OPENID, own[3].reference)
    assert told is not None and told.startswith("租房提取：已撤销") and own[3].reference in told
    assert followers.progress_with(OPENID, other.reference) == followers.progress_with(OPENID, new_reference()) == ""
    assert followers.progress_with("o-nobody", own[0].reference) is None
    own[0] = replace(own[0], state=State.PAID)
    assert f"{own[0].amount} 元已划入您尾号0012的建设银行账户，请查收" in (followers.progress_of(OPENID) or "")
