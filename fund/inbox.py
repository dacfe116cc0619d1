"""我的消息: everything a person was told, kept where only they can read it, whatever channel it came by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fund.notice import Channel


@dataclass(frozen=True, slots=True)
class Message:
    """One entry. ``words`` is the sentence to read, ``path`` the page that belongs to it ('' for none); ``channel`` is
    None while the message is still on its way to the person's phone."""

    id: UUID
    title: str
    state_words: str
    reference: str
    at: datetime
    words: str
    path: str
    channel: Channel | None
    is_read: bool
    state: str = ""
    """The state it tells of, for its colour; '' for what tells of no application."""


class Inbox(Protocol):
    """A person's messages. Every method raises Unavailable."""

    def of(self, person_id: UUID) -> Sequence[Message]:
        """The newest hundred, newest first."""
        ...

    def unread(self, person_id: UUID) -> int:
        """How many were not read yet."""
        ...

    def read_all(self, person_id: UUID, until: datetime) -> None:
        """All that came up to a moment count as read; what came later does not."""
        ...
