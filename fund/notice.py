"""What a follower is told about a move, by which channel it came, and the parts the telling needs from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from fund.application import Move, State


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: nothing personal, and nothing that is true only for a moment.

    ``application_id`` is None for what tells of no application; ``kind`` is the move that was made; ``client_msg_id`` (at most 32 characters) lets the platform tell a
    repetition for ten minutes; ``title`` names the business; ``state_words`` has at most five characters;
    ``path`` is the page to open, below the service's own origin.
    """

    application_id: UUID | None
    kind: str
    client_msg_id: str
    title: str
    state_words: str
    reference: str
    at: datetime
    remark: str
    path: str


class Channel(StrEnum):
    """The rungs of the ladder, from the best to the one that always holds."""

    CUSTOM = "custom"
    """客服消息: into the conversation, only a while after the follower did something."""
    SUBSCRIBE = "subscribe"
    """订阅通知: to those who allowed it."""
    TEMPLATE = "template"
    """模板消息: to every follower of the account."""
    INBOX = "inbox"
    """我的消息, on our own pages: to everybody who signs in."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a notice reached its follower.

    ``passed_over`` says of each channel that did not take it why: ``custom:45015 subscribe:43101``, in the other
    side's own codes. ``msgid`` is the platform's number of the message, '' where it gives none; what became of the
    message is reported under it later.
    """

    channel: Channel
    passed_over: str = ""
    msgid: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a follower may be reached: whether they still follow, as far as known, and the templates of 订阅通知 they
    have refused."""

    following: bool = True
    declined: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that still has to be sent: to whom, and what was tried before.

    ``unknown_since`` is when the first attempt began of which it is not known how it ended: no answer came,
    or whoever made it was killed. None if there was no such attempt.
    """

    person_id: UUID
    notice: Notice
    attempts: int = 0
    unknown_since: datetime | None = None


class Notices(Protocol):
    """The notices that were written down with the moves they tell of. Every method raises Unavailable."""

    def due(self, notice_id: UUID) -> Due | None:
        """The notice, or None if there is nothing left to do for it."""
        ...

    def trying(self, notice_id: UUID, at: datetime) -> None:
        """An attempt begins. Until its end is written down, it is one of unknown outcome."""
        ...

    def sent(self, notice_id: UUID, at: datetime, told: Told) -> None:
        """It was sent, or lies in the inbox for good."""
        ...

    def failed(self, notice_id: UUID, reason: str, unknown_since: datetime | None) -> None:
        """The attempt failed and another will come; the notice is as unknown as it is said to be."""
        ...

    def give_up(self, notice_id: UUID, reason: str) -> None:
        """No further attempt makes sense; it lies in the inbox."""
        ...

    def overdue(self, before: datetime, most: int) -> Sequence[UUID]:
        """Notices not settled that were written, and last tried, before a moment; at most ``most``, oldest
        first."""
        ...


class Messenger(Protocol):
    """The channels that reach a follower."""

    def __call__(self, openid: str, notice: Notice, *, repeated: bool = False) -> Told:
        """Send by the first channel that takes it. ``repeated``: an earlier attempt may have arrived, so only what
        the platform recognises by its ``client_msg_id`` may be sent again.

        Raises Unavailable when all of it is worth trying again later, OutcomeUnknown when it may have arrived.
        """
        ...


QUIET = frozenset({Move.INSTRUCT, Move.NOT_PAID})
"""Moves that are told in 我的消息 and on the application's page, not to the phone: 付款中 says nothing to somebody who
was just told 审核通过，即将付款, and 已到账 or 付款失败 follows within the same breath; NOT_PAID would tell 审核通过
a second time, and there is nothing for its person to do."""

_OF_A_MOVE = {
    (Move.CORRECT, State.IN_REVIEW): "已收到补正内容，正在继续审核",
    (Move.SEND_BACK, State.IN_REVIEW): "正在进一步核对，请留意结果通知",
    (Move.SEND_BACK, State.CHECKED): "付款前需要再核对，请留意结果通知",
    (Move.SEND_BACK, State.CARD_REVIEW): "收款信息正在进一步核对",
    (Move.NOT_PAID, State.APPROVED): "银行未受理付款，将重新为您付款",
    (Move.RETURN, State.PAY_FAILED): "收款信息未通过，请点击重新更正",
}
"""Where the state alone would say too little, or the same as before."""


def remark_for(state: State, move: Move | None = None) -> str:
    """One sentence about what comes next, for the follower: of a ``move`` just made, or of the state as it is. At most
    20 characters (a template's thing field), nothing personal."""
    if move is not None and (move, state) in _OF_A_MOVE:
        return _OF_A_MOVE[move, state]
    return {
        State.SUBMITTED: "待后台审核通过后，资金即可到账",
        State.IN_REVIEW: "工作人员正在审核，请留意结果通知",
        State.NEEDS_FIX: "请点击查看需要补正的内容并修改",
        State.CHECKED: "初审已通过，正在复核",
        State.APPROVED: "审核已通过，即将付款到您的银行卡",
        State.PAYING: "正在付款，到账后会通知您",
        State.PAID: "资金已到账，请查收",
        State.PAY_FAILED: "付款未成功，请点击更正收款信息",
        State.CARD_REVIEW: "已收到更正的收款信息，正在审核",
        State.CARD_CHECKED: "收款信息正在复核",
        State.REJECTED: "请点击查看原因和申诉办法",
        State.WITHDRAWN: "您已撤销本次申请，需要时可重新办理",
    }[state]
