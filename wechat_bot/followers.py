"""What the account knows of its followers: their own progress, how they may be reached, and nothing once they leave."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fund.application import Application
from fund.notice import remark_for
from fund.ports import Bindings


class Reports(Protocol):
    """Where it is kept what followers and the platform tell. Every method raises Unavailable."""

    def follows(self, openid: str) -> None: ...
    def chose(self, openid: str, template_id: str, accepted: bool, at: datetime) -> None: ...
    def reported(self, openid: str, msgid: str, status: str, at: datetime) -> None: ...


class Followers:
    """Plays the follower's part of ``BotServices`` over bindings, applications and reports."""

    def __init__(
        self,
        bindings: Bindings,
        applications_of: Callable[[UUID], Sequence[Application]],
        titles: dict[str, str],
        reports: Reports,
        followed: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._bindings = bindings
        self._applications_of = applications_of
        self._titles = titles
        self._reports = reports
        self._followed = followed
        self._clock = clock

    def progress_of(self, openid: str) -> str | None:
        """The newest applications of the person bound to this follower, without personal data; None when
        nobody is bound or there is no application. Raises Unavailable."""
        person = self._bindings.person_of(openid)
        found = self._applications_of(person)[:3] if person else ()
        if not found:
            return None
        return "\n\n".join(
            f"{self._titles.get(a.business, '业务')}：{a.state.words}\n受理编号 {a.reference}\n"
            f"提交时间 {a.submitted_at:%Y年%-m月%-d日 %H:%M}\n{remark_for(a.state)}"
            for a in found
        )

    def follow(self, openid: str, scene: str) -> None:
        """Somebody follows, perhaps again: they can be reached. Raises Unavailable."""
        self._reports.follows(openid)
        self._followed()

    def forget(self, openid: str) -> None:
        """Somebody left: binding and pending notices go. Raises Unavailable."""
        self._bindings.forget(openid)

    def delivered(self, openid: str, msgid: str, status: str) -> None:
        """What became of a message. Raises Unavailable."""
        self._reports.reported(openid, msgid, status, self._clock())

    def chose(self, openid: str, template_id: str, accepted: bool) -> None:
        """What a follower allowed, or no longer allows. Raises Unavailable."""
        self._reports.chose(openid, template_id, accepted, self._clock())
