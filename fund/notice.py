"""What a follower is told about a move, and the two parts the telling needs from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fund.application import State


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: nothing personal, and nothing that is true only for a moment.

    ``kind`` is the move that was made; ``client_msg_id`` (at most 32 characters) lets the platform tell a
    repetition for ten minutes; ``title`` names the business; ``state_words`` has at most five characters;
    ``path`` is the page to open, below the service's own origin.
    """

    application_id: UUID
    kind: str
    client_msg_id: str
    title: str
    state_words: str
    reference: str
    at: datetime
    remark: str
    path: str


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

    def sent(self, notice_id: UUID, at: datetime) -> None:
        """It was sent."""
        ...

    def failed(self, notice_id: UUID, reason: str, unknown_since: datetime | None) -> None:
        """The attempt failed and another will come; the notice is as unknown as it is said to be."""
        ...

    def give_up(self, notice_id: UUID, reason: str) -> None:
        """No further attempt makes sense."""
        ...

    def overdue(self, before: datetime, most: int) -> Sequence[UUID]:
        """Notices not settled that were written, and last tried, before a moment; at most ``most``, oldest
        first."""
        ...


class Messenger(Protocol):
    """The channel that reaches a follower."""

    def __call__(self, openid: str, notice: Notice) -> None:
        """Send once per ``client_msg_id``. Raises Refused, Unavailable or OutcomeUnknown."""
        ...


def remark_for(state: State) -> str:
    """One sentence about what comes next, for the follower."""
    return {
        State.SUBMITTED: "待后台审核通过后，资金即可到账",
        State.WITHDRAWN: "您已撤销本次申请，需要时可重新办理",
    }.get(state, "点击查看办理进度")
