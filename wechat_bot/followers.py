"""What the account knows of its followers: their own progress, how they may be reached, and nothing once they leave."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fund.application import Application, State
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
        paid_to: Callable[[Application], str],
        titles: dict[str, str],
        reports: Reports,
        followed: Callable[[], None],
        clock: Callable[[], datetime],
        templates: Collection[str],
    ) -> None:
        """``paid_to``: where the money of an application went, by bank and last digits. ``templates``: those of 订阅通知
        that are ours."""
        self._bindings = bindings
        self._applications_of = applications_of
        self._paid_to = paid_to
        self._titles = titles
        self._reports = reports
        self._followed = followed
        self._clock = clock
        self._templates = frozenset(templates)

    def progress_of(self, openid: str) -> str | None:
        """The newest applications of the person bound to this follower, of what is personal only the sum that has
        arrived and the tail of its card, as the bank's own message has them; None when
        nobody is bound, '' when there is no application. Raises Unavailable."""
        person = self._bindings.person_of(openid)
        if person is None:
            return None
        return "\n\n".join(self._told(one) for one in self._applications_of(person)[:3])

    def progress_with(self, openid: str, reference: str) -> str | None:
        """The same of their one application with this number; '' when they have none with it. Only their own are ever
        asked for, so that a number of somebody else's takes as long as one that does not exist. Raises Unavailable."""
        person = self._bindings.person_of(openid)
        if person is None:
            return None
        return next((self._told(one) for one in self._applications_of(person) if one.reference == reference), "")

    def _told(self, one: Application) -> str:
        return (
            f"{self._titles.get(one.business, '业务')}：{one.state.words}\n受理编号 {one.reference}\n"
            f"提交时间 {one.submitted_at:%Y年%-m月%-d日 %H:%M}\n{self._remark(one)}"
        )

    def _remark(self, one: Application) -> str:
        if one.state is State.PAID:
            return f"{one.amount} 元已划入您{self._paid_to(one)}，请查收"
        return remark_for(one.state)

    def follow(self, openid: str, scene: str) -> None:
        """Somebody follows, perhaps again: they can be reached. Raises Unavailable."""
        self._reports.follows(openid)
        self._followed()

    def forget(self, openid: str, before: datetime | None = None) -> None:
        """Somebody left: binding and pending notices go, as far as they are older than ``before``. Raises
        Unavailable."""
        self._bindings.forget(openid, before)

    def delivered(self, openid: str, msgid: str, status: str) -> None:
        """What became of a message. Raises Unavailable."""
        self._reports.reported(openid, msgid, status, self._clock())

    def chose(self, openid: str, template_id: str, accepted: bool, at: datetime | None = None) -> None:
        """What a follower allowed, or no longer allows, of our own templates. Raises Unavailable."""
        if template_id in self._templates:
            self._reports.chose(openid, template_id, accepted, at or self._clock())
