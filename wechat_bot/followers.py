"""What the account knows of its followers: their own progress, and nothing once they leave."""

from collections.abc import Callable, Sequence
from uuid import UUID

from fund.application import Application
from fund.notice import remark_for
from fund.ports import Bindings


class Followers:
    """Plays the follower's part of ``BotServices`` over bindings and applications."""

    def __init__(
        self,
        bindings: Bindings,
        applications_of: Callable[[UUID], Sequence[Application]],
        titles: dict[str, str],
        followed: Callable[[], None],
    ) -> None:
        self._bindings = bindings
        self._applications_of = applications_of
        self._titles = titles
        self._followed = followed

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
        """Somebody follows; only counted."""
        self._followed()

    def forget(self, openid: str) -> None:
        """Somebody left: binding and pending notices go. Raises Unavailable."""
        self._bindings.forget(openid)
